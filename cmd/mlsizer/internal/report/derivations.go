package report

import (
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/note"
)

// DerivationsIn are derivations in the language of the answer.
func DerivationsIn(list []note.Derivation, l text.Lang) []note.Derivation {
	out := make([]note.Derivation, len(list))
	for i, d := range list {
		formula, numbers, value := text.OfDerivation(d)
		d.Formula, d.Numbers, d.Value = formula.In(l), numbers.In(l), value.In(l)
		out[i] = d
	}
	return out
}
