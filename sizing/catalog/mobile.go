package catalog

import (
	"fmt"

	"mlsizer/sizing/model"
)

// invertedResidual is the block of MobileNet v2 and EfficientNet: expand,
// depthwise convolution, perhaps squeeze and excite, project.
type invertedResidual struct {
	expand, kernel, stride, out int64
	squeeze                     bool
}

func (b invertedResidual) add(n *net) {
	in := n.c
	if b.expand > 1 {
		n.conv(square(in*b.expand, 1, 1))
	}
	n.conv(square(n.c, b.kernel, b.stride).grouped(n.c))
	if b.squeeze {
		// A quarter of the block's input; on one position, the average.
		n.branch(func() {
			n.h, n.w = 1, 1
			wide := n.c
			n.conv(square(in/4, 1, 1).biased())
			n.conv(square(wide, 1, 1).biased())
		})
	}
	n.conv(square(b.out, 1, 1))
}

// stage is a number of blocks of which only the first has a stride.
type stage struct {
	block  invertedResidual
	repeat int
}

func (n *net) stages(stages []stage) {
	for i, s := range stages {
		n.group(fmt.Sprintf("stage %d", i+1))
		for j := range s.repeat {
			b := s.block
			if j > 0 {
				b.stride = 1
			}
			b.add(n)
		}
	}
}

// mobileNetV2 is MobileNet v2 of width 1.
//
// Source: arXiv:1801.04381 table 2.
func mobileNetV2() *model.Model {
	n := image(3, imageNetSide)
	n.group("stem")
	n.conv(square(32, 3, 2))
	n.stages([]stage{
		{invertedResidual{1, 3, 1, 16, false}, 1},
		{invertedResidual{6, 3, 2, 24, false}, 2},
		{invertedResidual{6, 3, 2, 32, false}, 3},
		{invertedResidual{6, 3, 2, 64, false}, 4},
		{invertedResidual{6, 3, 1, 96, false}, 3},
		{invertedResidual{6, 3, 2, 160, false}, 3},
		{invertedResidual{6, 3, 1, 320, false}, 1},
	})
	n.group("last convolution")
	n.conv(square(1280, 1, 1))
	m := n.classifier(n.c, imageNetClasses)
	m.Family = "mobilenet"
	return m
}

// efficientNetB0 is the smallest EfficientNet, found by architecture search.
//
// Source: arXiv:1905.11946 table 1.
func efficientNetB0() *model.Model {
	n := image(3, imageNetSide)
	n.group("stem")
	n.conv(square(32, 3, 2))
	n.stages([]stage{
		{invertedResidual{1, 3, 1, 16, true}, 1},
		{invertedResidual{6, 3, 2, 24, true}, 2},
		{invertedResidual{6, 5, 2, 40, true}, 2},
		{invertedResidual{6, 3, 2, 80, true}, 3},
		{invertedResidual{6, 5, 1, 112, true}, 3},
		{invertedResidual{6, 5, 2, 192, true}, 4},
		{invertedResidual{6, 3, 1, 320, true}, 1},
	})
	n.group("last convolution")
	n.conv(square(1280, 1, 1))
	m := n.classifier(n.c, imageNetClasses)
	m.Family = "efficientnet"
	return m
}

// convNeXt is a ConvNeXt of a first width and the given depths: depthwise 7x7
// convolution, layer norm, two pointwise linear maps, a scale a channel.
//
// Source: arXiv:2201.03545 section 2; pytorch/vision
// torchvision/models/convnext.py.
func convNeXt(width int64, depths ...int) *model.Model {
	n := image(3, imageNetSide)
	n.group("stem")
	n.conv(square(width, 4, 4).unpadded().biased())
	n.norm()
	for i, depth := range depths {
		if i > 0 {
			n.group(fmt.Sprintf("reduction %d", i))
			n.norm()
			width *= 2
			n.conv(square(width, 2, 2).unpadded().biased())
		}
		n.group(fmt.Sprintf("stage %d", i+1))
		for range depth {
			n.conv(square(width, 7, 1).grouped(width).biased())
			n.norm()
			n.conv(square(4*width, 1, 1).biased())
			n.conv(square(width, 1, 1).biased())
			n.blocks = append(n.blocks, model.Norm{Dim: width, Positions: n.h * n.w}) // layer scale
		}
	}
	n.group("last norm")
	n.h, n.w = 1, 1
	n.norm()
	m := n.classifier(n.c, imageNetClasses)
	m.Family = "convnext"
	return m
}
