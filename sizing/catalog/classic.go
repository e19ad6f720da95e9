package catalog

import (
	"fmt"

	"mlsizer/sizing/model"
)

// leNet is LeNet-5 with full connections in its third convolution.
//
// Source: LeCun et al. 1998, section II.B.
func leNet() *model.Model {
	n := image(1, 32)
	n.group("convolutions")
	n.conv(square(6, 5, 1).unpadded().biased())
	n.pool(2, 2, 0)
	n.conv(square(16, 5, 1).unpadded().biased())
	n.pool(2, 2, 0)
	n.group("linear")
	n.linear("C5", n.c*n.h*n.w, 120)
	n.linear("F6", 120, 84)
	m := n.classifier(84, 10)
	m.Family = "lenet"
	return m
}

// alexNet is the one-tower version of AlexNet.
//
// Source: arXiv:1404.5997; pytorch/vision torchvision/models/alexnet.py.
func alexNet() *model.Model {
	n := image(3, imageNetSide)
	n.group("convolutions")
	n.conv(shape{out: 64, kh: 11, kw: 11, stride: 4, padH: 2, padW: 2}.biased())
	n.pool(3, 2, 0)
	n.conv(square(192, 5, 1).biased())
	n.pool(3, 2, 0)
	for _, out := range []int64{384, 256, 256} {
		n.conv(square(out, 3, 1).biased())
	}
	n.pool(3, 2, 0)
	n.group("linear")
	n.linear("fc6", n.c*n.h*n.w, 4096)
	n.linear("fc7", 4096, 4096)
	m := n.classifier(4096, imageNetClasses)
	m.Family = "alexnet"
	return m
}

// vgg is a VGG network with the given number of 3x3 convolutions in each of
// its five stages.
//
// Source: arXiv:1409.1556 table 1.
func vgg(depths ...int) *model.Model {
	n := image(3, imageNetSide)
	width := int64(64)
	for stage, depth := range depths {
		n.group(fmt.Sprintf("stage %d", stage+1))
		for range depth {
			n.conv(square(width, 3, 1).biased())
		}
		n.pool(2, 2, 0)
		width = min(2*width, 512)
	}
	n.group("linear")
	n.linear("fc6", n.c*n.h*n.w, 4096)
	n.linear("fc7", 4096, 4096)
	m := n.classifier(4096, imageNetClasses)
	m.Family = "vgg"
	return m
}

// denseNet is a DenseNet of growth rate 32 with the given number of layers in
// each of its four blocks.
//
// Source: arXiv:1608.06993 table 1; pytorch/vision
// torchvision/models/densenet.py.
func denseNet(depths ...int) *model.Model {
	const growth = 32
	n := image(3, imageNetSide)
	n.group("stem")
	n.conv(square(2*growth, 7, 2))
	n.pool(3, 2, 1)
	for i, depth := range depths {
		n.group(fmt.Sprintf("block %d", i+1))
		for range depth {
			in := n.c
			n.norm()
			n.conv(square(4*growth, 1, 1))
			n.conv(square(growth, 3, 1).bare())
			n.c = in + growth
		}
		n.norm()
		if i < len(depths)-1 {
			n.conv(square(n.c/2, 1, 1).bare())
			n.pool(2, 2, 0)
		}
	}
	m := n.classifier(n.c, imageNetClasses)
	m.Family = "densenet"
	return m
}

// squeezeNet is SqueezeNet 1.0: fire modules of a squeezing 1x1 convolution
// and expanding 1x1 and 3x3 ones.
//
// Source: arXiv:1602.07360 table 1; pytorch/vision
// torchvision/models/squeezenet.py (pooling rounds up).
func squeezeNet() *model.Model {
	n := image(3, imageNetSide)
	n.group("stem")
	n.conv(square(96, 7, 2).unpadded().biased())
	n.poolCeil(3, 2)
	for i, f := range []struct{ squeeze, expand int64 }{
		{16, 64}, {16, 64}, {32, 128}, {32, 128}, {48, 192}, {48, 192}, {64, 256}, {64, 256},
	} {
		n.group(fmt.Sprintf("fire %d", i+2))
		n.conv(square(f.squeeze, 1, 1).biased())
		left := n.branch(func() { n.conv(square(f.expand, 1, 1).biased()) })
		n.conv(square(f.expand, 3, 1).biased())
		n.c += left
		if i == 2 || i == 6 {
			n.poolCeil(3, 2)
		}
	}
	n.group("classifier")
	n.conv(square(imageNetClasses, 1, 1).biased())
	m := n.model("image")
	m.Groups[len(m.Groups)-1].Place = model.Output
	m.Family = "squeezenet"
	return m
}
