package note

// Derivation is one line of an explanation: a term, its formula, the formula
// with the numbers put in, its value, and where it comes from.
type Derivation struct {
	Group   string `json:"group"` // "memory", "compute", "time", "storage", "cost"
	Name    string `json:"name"`
	Formula string `json:"formula"`
	Numbers string `json:"numbers"`
	Value   string `json:"value"`
	Source  string `json:"source,omitempty"`
}
