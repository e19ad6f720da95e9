package model

import "mlsizer/sizing/note"

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
	// Part overrides the component of the parameters.
	Part Component `json:"part,omitempty"`
	// Uses is the number of applications per token, if not one (a pooler reads
	// one position of a sequence: 0 is the rounded share).
	Uses *float64 `json:"uses,omitempty"`
}

// Kind returns "linear".
func (Linear) Kind() string { return "linear" }

// Check rejects missing dimensions.
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

// Saved lists the input. The output of a head is the logits, which are counted
// separately.
func (l Linear) Saved() []Saved {
	uses := 1.0
	if l.Uses != nil {
		uses = *l.Uses
	}
	return []Saved{{Name: "input", PerToken: float64(l.In) * uses, Axis: SequenceAxis}}
}

// Role returns [Auxiliary].
func (Linear) Role() Role { return Auxiliary }

// Launches is none: heads and projections are not part of a layer.
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
