package model

import (
	"mlsizer/sizing/note"
)

// Norm is a layer, RMS, batch or group norm: one weight and perhaps one bias
// for each of Dim channels. Running statistics are buffers, not parameters.
type Norm struct {
	pointwise
	Dim  int64 `json:"dim"`
	Bias bool  `json:"bias,omitempty"`
	// NoWeight norms only normalise (OLMo).
	NoWeight bool `json:"no_weight,omitempty"`
	// Positions is how often it is applied a token (the spatial positions of
	// a feature map); 0 means once.
	Positions int64 `json:"positions,omitempty"`
}

// Kind returns "norm".
func (Norm) Kind() string { return "norm" }

// Check refuses a missing dimension.
func (n Norm) Check() error { return positive("norm", dim{"dim", n.Dim}) }

// Weights lists the weight and the bias.
func (n Norm) Weights() []Weight {
	if n.NoWeight {
		return nil
	}
	ws := []Weight{vector("weight", NormPart, n.Dim, Replicated)}
	if n.Bias {
		ws = append(ws, vector("bias", NormPart, n.Dim, Replicated))
	}
	return ws
}

// Saved lists the input. Source: arXiv:2205.05198 section 4.1 (2sbh a norm).
func (n Norm) Saved() []Saved {
	width := float64(n.Dim * max(n.Positions, 1))
	return []Saved{
		{Name: "input of the norm", PerToken: width, Axis: SequenceAxis},
		{Name: "fp32 copy of the norm's input", PerToken: width, Width: Full, Axis: SequenceAxis, When: WhenEager},
	}
}

// Role returns [Auxiliary].
func (Norm) Role() Role { return Auxiliary }

// Launches is one operation.
func (Norm) Launches() Launches { return Launches{Operations: 1} }

func (n Norm) pruned(r *pruner) Block {
	n.Dim = r.width(n.Dim)
	return n
}

// Table is a lookup table: token, position or type embeddings, a class token.
type Table struct {
	pointwise
	Name string `json:"name,omitempty"`
	Rows int64  `json:"rows"`
	Dim  int64  `json:"dim"`
	// Small tables are not worth dividing (positions, types).
	Small bool `json:"small,omitempty"`
}

// Kind returns "embedding".
func (Table) Kind() string { return "embedding" }

// Check refuses missing dimensions.
func (t Table) Check() error {
	return positive("embedding", dim{"rows", t.Rows}, dim{"width", t.Dim})
}

// Weights lists the table, which is read and not multiplied with.
func (t Table) Weights() []Weight {
	w := matrix(t.Name, Embedding, t.Rows, t.Dim, TensorSplit)
	if w.Name == "" {
		w.Name = "embedding"
	}
	if t.Small {
		w.Split = Replicated
	}
	w.Uses = 0
	return []Weight{w}
}

// Saved lists the dropout mask of the embedded tokens.
// Source: arXiv:2205.05198 section 4.3.
func (t Table) Saved() []Saved {
	if t.Small {
		return nil
	}
	return []Saved{{Name: "dropout mask", PerToken: float64(t.Dim), Width: Mask, Axis: SequenceAxis, When: WithDropout}}
}

// Role returns [Auxiliary].
func (Table) Role() Role { return Auxiliary }

// Launches is none: a lookup is no part of a layer.
func (Table) Launches() Launches { return Launches{} }

func (t Table) withVocabulary(from, to int64) Block {
	if t.Rows != from {
		return nil
	}
	t.Rows = to
	return t
}

func (t Table) pruned(r *pruner) Block {
	t.Dim = r.width(t.Dim)
	return t
}

// Linear is a linear map outside attention and FFN: a pooler, a projection, a
// classifier, the output head.
type Linear struct {
	pointwise
	Name string `json:"name,omitempty"`
	In   int64  `json:"in"`
	Out  int64  `json:"out"`
	Bias bool   `json:"bias,omitempty"`
	// Head marks the output layer of the loss, which tensor parallelism
	// divides by vocabulary.
	Head bool `json:"head,omitempty"`
	// Tied heads use the embedding's weights: products, no parameters.
	Tied bool `json:"tied,omitempty"`
	// Part overrides the component the parameters are counted under.
	Part Component `json:"part,omitempty"`
	// Uses is how often it is applied a token, where that is not once (a
	// pooler sees one position of a sequence: 0 rounds it off).
	Uses *float64 `json:"uses,omitempty"`
}

// Kind returns "linear".
func (Linear) Kind() string { return "linear" }

// Check refuses missing dimensions.
func (l Linear) Check() error {
	if l.Uses != nil && !(*l.Uses >= 0) {
		return note.NewError("block.negative-uses", *l.Uses)
	}
	return positive("linear", dim{"inputs", l.In}, dim{"outputs", l.Out})
}

// Weights lists the matrix and its bias.
func (l Linear) Weights() []Weight {
	part, split := l.Part, Replicated
	if part == 0 {
		part = OtherPart
	}
	if l.Head {
		part, split = HeadPart, TensorSplit
	}
	w := matrix(l.Name, part, l.Out, l.In, split)
	if w.Name == "" {
		w.Name = "linear"
	}
	if l.Uses != nil {
		w.Uses = *l.Uses
	}
	ws := withBias(nil, w, l.Bias)
	ws[0].Shared = l.Tied
	return ws
}

// Saved lists the input. The output of a head is the logits, counted apart.
func (l Linear) Saved() []Saved {
	uses := 1.0
	if l.Uses != nil {
		uses = *l.Uses
	}
	return []Saved{{Name: "input", PerToken: float64(l.In) * uses, Axis: SequenceAxis}}
}

// Role returns [Auxiliary].
func (Linear) Role() Role { return Auxiliary }

// Launches is none: heads and projections are no part of a layer.
func (Linear) Launches() Launches { return Launches{} }

// Logits returns the outputs of a head.
func (l Linear) Logits() int64 {
	if !l.Head {
		return 0
	}
	return l.Out
}

func (l Linear) withVocabulary(_, to int64) Block {
	if !l.Head {
		return nil
	}
	l.Out = to
	return l
}

func (l Linear) pruned(r *pruner) Block {
	l.In, l.Out = r.width(l.In), r.width(l.Out)
	return l
}

// Conv is a convolution over OutH x OutW output positions of one sample (a
// 1-D convolution has OutW = KernelW = 1).
//
//	params = (In/Groups)·Out·KernelH·KernelW (+ Out)
//	multiply-adds a sample = params·OutH·OutW
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

// Check refuses missing dimensions and groups that do not divide the channels.
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

// Saved lists the output, which is the input of what follows.
func (c Conv) Saved() []Saved {
	return []Saved{{Name: "output of the convolution", PerToken: float64(c.Out * c.OutH * c.OutW), Axis: SequenceAxis}}
}

// Role returns [Auxiliary].
func (Conv) Role() Role { return Auxiliary }

// Launches is none: what launching a convolution takes is not counted.
func (Conv) Launches() Launches { return Launches{} }

// FeatureMaps returns the elements of the inputs and outputs.
func (c Conv) FeatureMaps() int64 { return (c.In + c.Out) * c.OutH * c.OutW }

// LSTM is one recurrent layer of four gates, with one bias a gate, or two as
// PyTorch keeps them.
//
//	params = 4(h·in + h·h + biases·h)
type LSTM struct {
	pointwise
	In     int64 `json:"in"`
	Hidden int64 `json:"hidden"`
	Biases int64 `json:"biases,omitempty"`
}

// Kind returns "lstm".
func (LSTM) Kind() string { return "lstm" }

// Check refuses missing dimensions.
func (l LSTM) Check() error {
	if l.Biases < 0 || l.Biases > 2 {
		return note.NewError("block.bad-biases", l.Biases)
	}
	return positive("lstm", dim{"inputs", l.In}, dim{"hidden size", l.Hidden})
}

// Weights lists the input and recurrent matrices and the biases.
func (l LSTM) Weights() []Weight {
	ws := []Weight{
		matrix("input", OtherPart, 4*l.Hidden, l.In, Replicated),
		matrix("recurrent", OtherPart, 4*l.Hidden, l.Hidden, Replicated),
	}
	if l.Biases > 0 {
		ws = append(ws, vector("bias", OtherPart, 4*l.Hidden*l.Biases, Replicated))
	}
	return ws
}

// Saved lists the gates and the cell and hidden states.
func (l LSTM) Saved() []Saved {
	return []Saved{{Name: "gates and states", PerToken: float64(6*l.Hidden + l.In), Axis: SequenceAxis}}
}

// Cache is the cell and hidden state.
func (l LSTM) Cache() Cache { return Cache{State: 2 * l.Hidden} }

// Role returns [Auxiliary].
func (LSTM) Role() Role { return Auxiliary }

// Launches is none: what launching a recurrence takes is not counted.
func (LSTM) Launches() Launches { return Launches{} }

// Exchange is the cell and hidden state.
func (l LSTM) Exchange() Exchange { return Exchange{State: l.Cache().State} }
