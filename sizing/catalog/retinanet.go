package catalog

import "mlsizer/sizing/model"

// detectionSide is the side of the images that detectors are trained on.
const detectionSide = 800

// retinaNet is the one-stage detector: a pyramid of five feature maps over the
// last three stages of a residual network, and two heads of four convolutions
// that all five share, one for the classes of nine boxes a position and one for
// their corners. The backbone's norms are constants.
//
// Source: arXiv:1708.02002 section 4; pytorch/vision
// torchvision/models/detection/retinanet.py and backbone_utils.py
// (resnet_fpn_backbone, LastLevelP6P7 on P5, FrozenBatchNorm2d).
func retinaNet(classes int64, block residual, depths ...int) *model.Model {
	const width, boxes = 256, 9
	n := image(3, detectionSide)
	n.frozen = true
	var maps []featureMap
	n.residuals(block, depths, func(stage int) {
		if stage > 0 {
			maps = append(maps, n.featureMap)
		}
	})

	n.group("pyramid")
	positions := int64(0)
	for _, m := range maps {
		n.featureMap = m
		n.conv(square(width, 1, 1).biased())
		n.conv(square(width, 3, 1).biased())
		positions += n.h * n.w
	}
	for range 2 { // smaller maps of the smallest
		n.conv(square(width, 3, 2).biased())
		positions += n.h * n.w
	}

	n.group("heads")
	for _, out := range []int64{boxes * classes, boxes * 4} {
		n.featureMap = featureMap{c: width, h: positions, w: 1}
		for range 4 {
			n.conv(square(width, 3, 1).biased())
		}
		n.conv(square(out, 3, 1).biased())
	}
	m := n.model("image")
	m.Family = "retinanet"
	return m
}
