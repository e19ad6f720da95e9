package train

import (
	"fmt"
	"slices"
	"strings"

	"mlsizer/sizing/note"
)

// StateType is the number format of stored weights, gradients or optimizer
// state.
type StateType uint8

// The formats. The zero value is the stack's default.
const (
	DefaultState StateType = iota
	FP32State
	BF16State
	FP16State
	FP8State
	// Remainder is the low half of an fp32 number; its high half is a bf16
	// weight.
	Remainder
	// NoState means that there is no copy.
	NoState
	numStateTypes
)

var stateTypes = [numStateTypes]struct {
	name  string
	bytes float64
}{{"", 0}, {"fp32", 4}, {"bf16", 2}, {"fp16", 2}, {"fp8", 1}, {"int16", 2}, {"none", 0}}

// String returns the format's name.
func (t StateType) String() string {
	if t < numStateTypes {
		return stateTypes[t].name
	}
	return fmt.Sprintf("StateType(%d)", uint8(t))
}

// MarshalText writes the format's name.
func (t StateType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the format's name.
func (t *StateType) UnmarshalText(text []byte) (err error) {
	*t, err = ParseStateType(string(text))
	return err
}

// ParseStateType reads a format; "uint8" is fp8, which has the same size.
func ParseStateType(s string) (StateType, error) {
	name := strings.ToLower(strings.TrimSpace(s))
	if name == "uint8" {
		return FP8State, nil
	}
	var names []string
	for t := FP32State; t < numStateTypes; t++ {
		if name == t.String() {
			return t, nil
		}
		names = append(names, t.String())
	}
	return 0, note.NewError("states.unknown-format", s, names)
}

// States are the formats of the states per parameter that differ from the
// stack's defaults.
type States struct {
	Weights   StateType `json:"weights,omitempty"`
	Gradients StateType `json:"gradients,omitempty"`
	Master    StateType `json:"master,omitempty"`
	Moments   StateType `json:"moments,omitempty"`
}

// StateTypes are the formats that a stack supports besides its defaults, with a
// source.
type StateTypes struct {
	Weights   []StateType `json:"weights"`
	Gradients []StateType `json:"gradients"`
	Master    []StateType `json:"master"`
	Moments   []StateType `json:"moments"`
	Source    string      `json:"source"`
}

// stateBytes are the bytes per parameter of weight, gradient, master copy and
// one moment.
type stateBytes struct{ weight, gradient, master, moment float64 }

// mxfp8Weight is a weight in mxfp8, which is kept by rows and by columns, each
// with a byte of scale for every 32.
// Source: NVIDIA/TransformerEngine@d0067d0
// transformer_engine/pytorch/tensor/mxfp8_tensor.py:84,90.
const mxfp8Weight = 2 + 2./32

// states returns the bytes per parameter of each state. If the optimizer
// updates the weights themselves, gradients and moments have their format
// unless the request sets another.
func (s *Stack) states(p Precision, w *States) stateBytes {
	var b stateBytes
	b.weight, b.gradient, b.master = s.stateBytes(p)
	b.moment = s.momentBytes(p)
	if w.Weights != DefaultState {
		b.weight = stateTypes[w.Weights].bytes
		if w.Weights == FP8State && p == MXFP8 {
			b.weight = mxfp8Weight
		}
		if s.Weights != MasterCopy {
			b.gradient, b.moment = b.weight, b.weight
		}
	}
	for _, o := range [3]struct {
		t  StateType
		at *float64
	}{{w.Gradients, &b.gradient}, {w.Master, &b.master}, {w.Moments, &b.moment}} {
		if o.t != DefaultState {
			*o.at = stateTypes[o.t].bytes
		}
	}
	return b
}

// check rejects formats that the stack, the precision or the optimizer does not
// support.
func (w *States) check(s *Stack, work *Workload) error {
	if *w == (States{}) {
		return nil
	}
	plain := s.states(work.Precision, &States{})
	for _, f := range []struct {
		flag  string
		what  note.Word
		t     StateType
		plain float64
		can   []StateType
	}{
		{"weights-dtype", "state.weights", w.Weights, plain.weight, s.StateTypes.Weights},
		{"grads-dtype", "state.gradients", w.Gradients, plain.gradient, s.StateTypes.Gradients},
		{"master-dtype", "state.master", w.Master, plain.master, s.StateTypes.Master},
		{"moments-dtype", "state.moments", w.Moments, plain.moment, s.StateTypes.Moments},
	} {
		if f.t == DefaultState {
			continue
		}
		own := work.Precision.state(f.plain)
		switch {
		case f.t != own && !slices.Contains(f.can, f.t):
			return note.FieldError(f.flag, "states.not-in-stack", s.Name, f.what, f.t, stateNames(own, f.can))
		case f.t != own && !precisions[work.Precision].mixed:
			return note.FieldError(f.flag, "states.fp32-under-precision", work.Precision, f.what)
		}
	}
	switch o := work.Optimizer; {
	case w.Weights == FP8State && !work.Precision.narrow():
		return note.FieldError("weights-dtype", "states.fp8-needs-8-bit-products", work.Precision)
	case w.Weights != DefaultState && work.FreezesWeights():
		return note.FieldError("weights-dtype", "states.weights-are-frozen", work.Method)
	case w.Master == Remainder && plain.weight != 2:
		return note.FieldError("master-dtype", "states.remainder-of-other-width", plain.weight)
	case w.Master == Remainder && w.Weights != DefaultState && w.Weights != BF16State:
		return note.FieldError("master-dtype", "states.remainder-of-other-format", w.Weights)
	case w.Moments != DefaultState && (o == Adam8bit || o == SGD):
		return note.FieldError("moments-dtype", "states.moments-are-fixed", o)
	}
	return nil
}

// state returns the format with that many bytes in the precision.
func (p Precision) state(bytes float64) StateType {
	switch {
	case bytes == 4:
		return FP32State
	case bytes == 2 && p == FP16:
		return FP16State
	case bytes == 2:
		return BF16State
	}
	return NoState
}

// stateNames lists the formats, the stack's default first.
func stateNames(own StateType, can []StateType) []string {
	names := []string{own.String()}
	for _, t := range can {
		if t != own {
			names = append(names, t.String())
		}
	}
	return names
}

// noteStates says which formats the request sets.
func (p *Prepared) noteStates(notes *note.List) {
	w := &p.Workload.States
	if *w == (States{}) {
		return
	}
	c := p.profile
	b := c.stack.states(p.Workload.Precision, w)
	notes.Say("states", c.stack.StateTypes.Source, b.weight, b.gradient, b.master, b.moment)
}
