package serve

import (
	"math"

	"mlsizer/sizing/note"
)

// sourceConstants is the source of constants and bands.
const sourceConstants = "sizing/serving_constants.json"

// explainConstant derives a constant from its factors.
func (a *Answer) explainConstant(c int) note.Derivation {
	f := &servingFields[c]
	factors, product := note.Product{note.In("base", note.Short(f.Base))}, f.Base
	for _, k := range a.keys.keys(c) {
		x, ok := a.bands.Factors[f.Name][k.Key]
		if !ok {
			continue
		}
		product *= math.Pow(x, k.Power)
		factors = append(factors, note.In("factor", factorOf(k, x)))
	}
	numbers, value := note.In("factors", factors), a.timer.e[c]
	if value < 0.999*product {
		numbers = note.In("factors", note.NewPart("constants.bent", numbers, note.In("product", note.Short(product)), note.In("bound", f.High)))
	}
	return note.Derivation{Group: "constants", Name: f.Name, Rule: "constants." + f.Name, Inputs: note.Inputs{numbers}, Result: note.Short(value), Source: sourceConstants}
}

// factorOf is the factor of a key as multiplied.
func factorOf(k Key, x float64) note.Part {
	switch {
	case k.Key == "":
		return note.NewPart("constants.factor-all", note.In("factor", x))
	case k.Power != 1:
		return note.NewPart("constants.factor-power", note.In("factor", x), note.In("power", k.Power), note.In("key", k.Key))
	}
	return note.NewPart("constants.factor", note.In("factor", x), note.In("key", k.Key))
}
