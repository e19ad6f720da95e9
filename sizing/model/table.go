package model

// Table is a lookup table: token, position or type embeddings, a class token.
type Table struct {
	pointwise
	Name string `json:"name,omitempty"`
	Rows int64  `json:"rows"`
	Dim  int64  `json:"dim"`
	// Small tables are replicated (positions, types).
	Small bool `json:"small,omitempty"`
}

// Kind returns "embedding".
func (Table) Kind() string { return "embedding" }

// Check rejects missing dimensions.
func (t Table) Check() error {
	return positive("embedding", dim{"rows", t.Rows}, dim{"width", t.Dim})
}

// Weights lists the table, which has no product.
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

// Launches is none: a lookup is not part of a layer.
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
