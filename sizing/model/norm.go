package model

// Norm is a layer, RMS, batch or group norm: one weight and optionally one bias
// for each of Dim channels. Running statistics are buffers, not parameters.
type Norm struct {
	pointwise
	Dim  int64 `json:"dim"`
	Bias bool  `json:"bias,omitempty"`
	// NoWeight norms only normalise (OLMo).
	NoWeight bool `json:"no_weight,omitempty"`
	// Positions is the number of applications per token (the spatial positions
	// of a feature map); 0 means one.
	Positions int64 `json:"positions,omitempty"`
}

// Kind returns "norm".
func (Norm) Kind() string { return "norm" }

// Check rejects a missing dimension.
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
