package note

import "encoding/json"

// Inputs are the numbers of a formula, in its order.
type Inputs []Input

// Part is some of the numbers of a derivation, in a form of their own: not every
// derivation of a rule has it.
type Part struct {
	// Rule names the form that the inputs are put into.
	Rule   string
	Inputs Inputs
}

// Sum is inputs that are added up, as many as there are.
type Sum Inputs

// Product is inputs that are multiplied, as many as there are.
type Product Inputs

// NewPart returns a part.
func NewPart(rule string, inputs ...Input) Part { return Part{rule, inputs} }

// within are the inputs that a value is made of.
func within(value any) (inputs Inputs, ok bool) {
	switch v := value.(type) {
	case Part:
		return v.Inputs, true
	case Sum:
		return Inputs(v), true
	case Product:
		return Inputs(v), true
	}
	return nil, false
}

// Flat lists the inputs with those of parts, sums and products in their place.
func (list Inputs) Flat() Inputs {
	var flat Inputs
	for _, in := range list {
		if inner, ok := within(in.Value); ok {
			flat = append(flat, inner.Flat()...)
			continue
		}
		flat = append(flat, in)
	}
	return flat
}

// MarshalJSON writes numbers alone, without the form that they are put into.
func (list Inputs) MarshalJSON() ([]byte, error) { return json.Marshal([]Input(list.Flat())) }
