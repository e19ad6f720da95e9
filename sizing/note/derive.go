package note

import (
	"strings"

	"mlsizer/sizing/quantity"
)

// Derive returns the derivation of a rule, which names its group before the
// first dot.
func Derive(rule, name, source string, result any, inputs ...Input) Derivation {
	group, _, _ := strings.Cut(rule, ".")
	return Derivation{Group: group, Name: name, Rule: rule, Inputs: inputs, Result: result, Source: source}
}

// Count is a count with every digit.
type Count quantity.Params

// String is "2,821,283,328".
func (c Count) String() string { return quantity.Params(c).Exact() }
