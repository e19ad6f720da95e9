package catalog

import "mlsizer/sizing/model"

// inception joins branches that start at the same feature map: their channels
// add up. The last branch leaves its height and width.
func (n *net) inception(branches ...func()) {
	c, h, w := n.c, n.h, n.w
	out := int64(0)
	for _, f := range branches {
		n.c, n.h, n.w = c, h, w
		f()
		out += n.c
	}
	n.c = out
}

// convs returns a branch of convolutions one after the other.
func (n *net) convs(shapes ...shape) func() {
	return func() {
		for _, s := range shapes {
			n.conv(s)
		}
	}
}

// wide and tall are 1 x k and k x 1 convolutions.
func wide(out, k int64) shape { return shape{out: out, kh: 1, kw: k, stride: 1, padW: k / 2} }
func tall(out, k int64) shape { return shape{out: out, kh: k, kw: 1, stride: 1, padH: k / 2} }

// googLeNet is GoogLeNet (Inception v1) without its auxiliary classifiers.
//
// Source: arXiv:1409.4842 table 1; pytorch/vision
// torchvision/models/googlenet.py (batch norm, 3x3 in place of 5x5, pooling
// rounds up).
func googLeNet() *model.Model {
	n := image(3, imageNetSide)
	n.group("stem")
	n.conv(square(64, 7, 2))
	n.poolCeil(3, 2)
	n.conv(square(64, 1, 1))
	n.conv(square(192, 3, 1))
	n.poolCeil(3, 2)
	for _, b := range []struct {
		name                                     string
		one, reduce3, three, reduce5, five, pool int64
		shrink                                   bool
	}{
		{"3a", 64, 96, 128, 16, 32, 32, false}, {"3b", 128, 128, 192, 32, 96, 64, true},
		{"4a", 192, 96, 208, 16, 48, 64, false}, {"4b", 160, 112, 224, 24, 64, 64, false},
		{"4c", 128, 128, 256, 24, 64, 64, false}, {"4d", 112, 144, 288, 32, 64, 64, false},
		{"4e", 256, 160, 320, 32, 128, 128, true},
		{"5a", 256, 160, 320, 32, 128, 128, false}, {"5b", 384, 192, 384, 48, 128, 128, false},
	} {
		n.group("inception " + b.name)
		n.inception(
			n.convs(square(b.one, 1, 1)),
			n.convs(square(b.reduce3, 1, 1), square(b.three, 3, 1)),
			n.convs(square(b.reduce5, 1, 1), square(b.five, 3, 1)),
			n.convs(square(b.pool, 1, 1)))
		if b.shrink {
			n.poolCeil(3, 2)
		}
	}
	m := n.classifier(n.c, imageNetClasses)
	m.Family = "inception"
	return m
}

// inceptionV3 is Inception v3 with its auxiliary classifier, on images of 299
// x 299.
//
// Source: arXiv:1512.00567 table 1; pytorch/vision
// torchvision/models/inception.py.
func inceptionV3() *model.Model {
	n := image(3, 299)
	n.group("stem")
	n.conv(square(32, 3, 2).unpadded())
	n.conv(square(32, 3, 1).unpadded())
	n.conv(square(64, 3, 1))
	n.pool(3, 2, 0)
	n.conv(square(80, 1, 1))
	n.conv(square(192, 3, 1).unpadded())
	n.pool(3, 2, 0)
	for _, pool := range []int64{32, 64, 64} {
		n.group("35 x 35")
		n.inception(
			n.convs(square(64, 1, 1)),
			n.convs(square(48, 1, 1), square(64, 5, 1)),
			n.convs(square(64, 1, 1), square(96, 3, 1), square(96, 3, 1)),
			n.convs(square(pool, 1, 1)))
	}
	n.group("reduction to 17 x 17")
	n.inception(
		n.convs(square(384, 3, 2).unpadded()),
		n.convs(square(64, 1, 1), square(96, 3, 1), square(96, 3, 2).unpadded()),
		func() { n.pool(3, 2, 0) })
	for _, c := range []int64{128, 160, 160, 192} {
		n.group("17 x 17")
		n.inception(
			n.convs(square(192, 1, 1)),
			n.convs(square(c, 1, 1), wide(c, 7), tall(192, 7)),
			n.convs(square(c, 1, 1), tall(c, 7), wide(c, 7), tall(c, 7), wide(192, 7)),
			n.convs(square(192, 1, 1)))
	}
	n.group("auxiliary classifier") // on 5 x 5 averages
	n.branch(func() {
		n.h, n.w = 5, 5
		n.conv(square(128, 1, 1))
		n.conv(square(768, 5, 1).unpadded())
		n.linear("auxiliary", 768, imageNetClasses)
	})
	n.group("reduction to 8 x 8")
	n.inception(
		n.convs(square(192, 1, 1), square(320, 3, 2).unpadded()),
		n.convs(square(192, 1, 1), wide(192, 7), tall(192, 7), square(192, 3, 2).unpadded()),
		func() { n.pool(3, 2, 0) })
	for range 2 {
		n.group("8 x 8")
		fork := func() { n.inception(n.convs(wide(384, 3)), n.convs(tall(384, 3))) }
		n.inception(
			n.convs(square(320, 1, 1)),
			func() { n.conv(square(384, 1, 1)); fork() },
			func() { n.conv(square(448, 1, 1)); n.conv(square(384, 3, 1)); fork() },
			n.convs(square(192, 1, 1)))
	}
	m := n.classifier(n.c, imageNetClasses)
	m.Family = "inception"
	return m
}
