package model

import "mlsizer/sizing/note"

// Conv is a convolution over OutH x OutW output positions of one sample (a
// 1-D convolution has OutW = KernelW = 1).
//
//	params = (In/Groups)·Out·KernelH·KernelW (+ Out)
//	multiply-adds per sample = params·OutH·OutW
type Conv struct {
	pointwise
	In      int64 `json:"in"`
	Out     int64 `json:"out"`
	KernelH int64 `json:"kernel_h"`
	KernelW int64 `json:"kernel_w"`
	Groups  int64 `json:"groups,omitempty"` // 0: 1
	Bias    bool  `json:"bias,omitempty"`
	OutH    int64 `json:"out_h"`
	OutW    int64 `json:"out_w"`
}

// Kind returns "conv".
func (Conv) Kind() string { return "conv" }

// Check rejects missing dimensions and groups that do not divide the channels.
func (c Conv) Check() error {
	groups := max(c.Groups, 1)
	if err := positive("conv", dim{"input channels", c.In}, dim{"output channels", c.Out}, dim{"kernel height", c.KernelH},
		dim{"kernel width", c.KernelW}, dim{"output height", c.OutH}, dim{"output width", c.OutW}); err != nil {
		return err
	}
	if c.Groups < 0 || c.In%groups != 0 || c.Out%groups != 0 {
		return note.NewError("block.groups-must-divide-channels", c.Groups, c.In, c.Out)
	}
	return nil
}

// Weights lists the kernel as a matrix of outputs by (inputs x kernel).
func (c Conv) Weights() []Weight {
	w := matrix("kernel", ConvPart, c.Out, c.In/max(c.Groups, 1)*c.KernelH*c.KernelW, Replicated)
	w.Uses, w.Kernel = float64(c.OutH*c.OutW), c.KernelH*c.KernelW
	return withBias(nil, w, c.Bias)
}

// Saved lists the output, which is the input of the next block.
func (c Conv) Saved() []Saved {
	return []Saved{{Name: "output of the convolution", PerToken: float64(c.Out * c.OutH * c.OutW), Axis: SequenceAxis}}
}

// Role returns [Auxiliary].
func (Conv) Role() Role { return Auxiliary }

// Launches is none: launches of convolutions are not counted.
func (Conv) Launches() Launches { return Launches{} }

// FeatureMaps returns the elements of the inputs and outputs.
func (c Conv) FeatureMaps() int64 { return (c.In + c.Out) * c.OutH * c.OutW }
