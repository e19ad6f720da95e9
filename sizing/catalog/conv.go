package catalog

import "mlsizer/sizing/model"

// net builds a convolutional network layer by layer and keeps track of the
// feature map.
type net struct {
	featureMap
	groups []model.Group
	name   string
	blocks []model.Block
	frozen bool // batch norms are constants and no parameters
}

// featureMap is c channels of h x w positions.
type featureMap struct{ c, h, w int64 }

// image starts a network on an image of c channels and side x side pixels.
func image(c, side int64) *net { return &net{featureMap: featureMap{c, side, side}} }

// group ends the current group of layers and starts another.
func (n *net) group(name string) {
	n.flush()
	n.name = name
}

func (n *net) flush() {
	if len(n.blocks) > 0 {
		n.groups = append(n.groups, model.Group{Name: n.name, Repeat: 1, Tokens: 1, Blocks: n.blocks})
	}
	n.blocks = nil
}

// shape is what a convolution does to a feature map.
type shape struct {
	out          int64
	kh, kw       int64
	stride       int64
	padH, padW   int64
	groups       int64
	bias, noNorm bool
}

// square is a convolution of a k x k kernel that keeps the size at stride 1.
func square(out, k, stride int64) shape {
	return shape{out: out, kh: k, kw: k, stride: stride, padH: k / 2, padW: k / 2}
}

// unpadded returns the shape without padding.
func (s shape) unpadded() shape { s.padH, s.padW = 0, 0; return s }

// biased returns the shape with a bias and without a norm after it.
func (s shape) biased() shape { s.bias, s.noNorm = true, true; return s }

// normedWithBias returns the shape with a bias and a norm.
func (s shape) normedWithBias() shape { s.bias, s.noNorm = true, false; return s }

// bare returns the shape without bias and norm.
func (s shape) bare() shape { s.noNorm = true; return s }

// grouped returns the shape with its channels in g groups.
func (s shape) grouped(g int64) shape { s.groups = g; return s }

// conv adds a convolution and, unless it is bare, a batch norm.
func (n *net) conv(s shape) {
	n.h = (n.h+2*s.padH-s.kh)/s.stride + 1
	n.w = (n.w+2*s.padW-s.kw)/s.stride + 1
	n.blocks = append(n.blocks, model.Conv{
		In: n.c, Out: s.out, KernelH: s.kh, KernelW: s.kw, Groups: s.groups, Bias: s.bias, OutH: n.h, OutW: n.w,
	})
	n.c = s.out
	if !s.noNorm && !n.frozen {
		n.norm()
	}
}

// norm adds a norm of the current feature map.
func (n *net) norm() {
	n.blocks = append(n.blocks, model.Norm{Dim: n.c, Bias: true, Positions: n.h * n.w})
}

// branch runs f from the current feature map and then restores it: a
// shortcut, or one arm of an inception module. It returns the branch's
// channels.
func (n *net) branch(f func()) int64 {
	was := n.featureMap
	f()
	out := n.c
	n.featureMap = was
	return out
}

// pool shrinks the feature map.
func (n *net) pool(k, stride, pad int64) {
	n.h = (n.h+2*pad-k)/stride + 1
	n.w = (n.w+2*pad-k)/stride + 1
}

// poolCeil shrinks the feature map and rounds its size up.
func (n *net) poolCeil(k, stride int64) {
	n.h = (n.h-k+stride-1)/stride + 1
	n.w = (n.w-k+stride-1)/stride + 1
}

// linear adds a fully connected layer.
func (n *net) linear(name string, in, out int64) {
	n.blocks = append(n.blocks, model.Linear{Name: name, In: in, Out: out, Bias: true})
}

// classifier ends the network with a fully connected head and returns the
// model.
func (n *net) classifier(in, classes int64) *model.Model {
	n.flush()
	m := n.model("image")
	m.Groups = append(m.Groups, model.Group{
		Name: "head", Place: model.Output, Repeat: 1, Tokens: 1,
		Blocks: []model.Block{model.Linear{Name: "classifier", In: in, Out: classes, Bias: true, Head: true}},
	})
	return m
}

// model ends a network without a head of its own; unit is what a sample is.
func (n *net) model(unit string) *model.Model {
	n.flush()
	return &model.Model{Unit: unit, Groups: n.groups}
}

// imageNet is the number of classes of ImageNet-1k and the usual image side.
const (
	imageNetClasses = 1000
	imageNetSide    = 224
)
