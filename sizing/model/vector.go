package model

// Vector is a learned vector that is added or multiplied element by element
// and is neither a norm nor a lookup table: gates of a layer, scales of
// experts, residual mixing.
//
//	params = Dim
type Vector struct {
	pointwise
	Name string `json:"name,omitempty"`
	Dim  int64  `json:"dim"`
	// Part overrides the component of the parameters.
	Part Component `json:"part,omitempty"`
}

// Kind returns "vector".
func (Vector) Kind() string { return "vector" }

// Check rejects a missing dimension.
func (v Vector) Check() error { return positive("vector", dim{"dim", v.Dim}) }

// Weights lists the vector.
func (v Vector) Weights() []Weight {
	name, part := v.Name, v.Part
	if name == "" {
		name = "vector"
	}
	if part == 0 {
		part = OtherPart
	}
	return []Weight{vector(name, part, v.Dim, Replicated)}
}

// Role returns [Auxiliary].
func (Vector) Role() Role { return Auxiliary }

// Launches is none: a vector is fused into its multiplication.
func (Vector) Launches() Launches { return Launches{} }

func (v Vector) pruned(r *pruner) Block {
	v.Dim = r.width(v.Dim)
	return v
}

// Saved is empty: the multiplied activations are counted with their own block.
func (Vector) Saved() []Saved { return nil }
