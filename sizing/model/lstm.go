package model

import "mlsizer/sizing/note"

// LSTM is one recurrent layer of four gates, with one bias per gate, or two as
// in PyTorch.
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

// Check rejects missing dimensions.
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

// Launches is none: launches of recurrences are not counted.
func (LSTM) Launches() Launches { return Launches{} }

// Exchange is the cell and hidden state.
func (l LSTM) Exchange() Exchange { return Exchange{State: l.Cache().State} }
