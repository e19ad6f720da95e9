package catalog

import (
	"fmt"

	"mlsizer/sizing/model"
)

// residual adds the convolutions of one residual block of a stage width.
type residual func(n *net, width, stride int64)

// resNet is the residual network for ImageNet with the given number of blocks
// in each of its four stages.
//
// Source: arXiv:1512.03385 table 1; pytorch/vision torchvision/models/resnet.py
// (stride in the 3x3 convolution, "v1.5").
func resNet(block residual, depths ...int) *model.Model {
	n := image(3, imageNetSide)
	n.residuals(block, depths, func(int) {})
	m := n.classifier(n.c, imageNetClasses)
	m.Family = "resnet"
	return m
}

// residuals adds the stem and the stages of a residual network, and calls after
// behind each stage.
func (n *net) residuals(block residual, depths []int, after func(stage int)) {
	n.group("stem")
	n.conv(square(64, 7, 2))
	n.pool(3, 2, 1)
	width := int64(64)
	for stage, depth := range depths {
		for i := range depth {
			n.group(fmt.Sprintf("stage %d", stage+1))
			stride := int64(1)
			if stage > 0 && i == 0 {
				stride = 2
			}
			block(n, width, stride)
		}
		width *= 2
		after(stage)
	}
}

// shortcut adds the projection that a block needs whose output has another
// shape than its input.
func (n *net) shortcut(out, stride int64) {
	if n.c != out || stride != 1 {
		n.branch(func() { n.conv(square(out, 1, stride)) })
	}
}

// basicBlock is two 3x3 convolutions (ResNet-18 and 34).
func basicBlock(n *net, width, stride int64) {
	n.shortcut(width, stride)
	n.conv(square(width, 3, stride))
	n.conv(square(width, 3, 1))
}

// bottleneck is 1x1, 3x3, 1x1 with four times the width at the end. The inner
// width is base in the first stage and doubles with it; groups divides the
// 3x3 convolution (ResNeXt), a base of 128 is a wide network.
func bottleneck(base, groups int64) residual {
	return func(n *net, width, stride int64) {
		inner := width / 64 * base
		n.shortcut(4*width, stride)
		n.conv(square(inner, 1, 1))
		n.conv(square(inner, 3, stride).grouped(groups))
		n.conv(square(4*width, 1, 1))
	}
}
