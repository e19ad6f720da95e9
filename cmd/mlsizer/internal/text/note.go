package text

import (
	"fmt"
	"strings"

	"mlsizer/sizing/note"
)

// OfNote is a note of the core in words.
func OfNote(n note.Note) Text {
	if t, ok := notes[n.Key]; ok {
		return t.With(n.Values...)
	}
	return Text{n.Text, n.Chinese}
}

// OfOption is a change that the core offers in words.
func OfOption(n note.Note) Text { return notes[n.Key].filled(n.Values...) }

// derived is a formula in words, and the form that its inputs are put into.
type derived struct{ Formula, Numbers Text }

// OfDerivation is a derivation in words: its formula, the numbers put in, and its
// value; ok is false for one that names no rule.
func OfDerivation(d note.Derivation) (formula, numbers, value Text, ok bool) {
	t, ok := formulas[d.Rule]
	if !ok {
		return formula, numbers, value, false
	}
	value = Same("%v").filled(d.Result)
	return t.Formula, t.Numbers.filled(values(d.Inputs)...), T(strings.TrimSpace(value.EN), strings.TrimSpace(value.ZH)), true
}

// notes are the sentences of the core's notes, by key.
var notes = merged(
	requestNotes,
	servingNotes,
)

// formulas are the formulas of the core's derivations, by rule.
var formulas = merged(
	servingFormulas,
	servingConstants,
)

// parts are the forms of parts of derivations, by rule.
var parts = merged(
	servingParts,
)

// words are the words among the values of notes, derivations and errors.
var words = merged(
	servingWords,
)

// merged is one table of several, each of one part of the core. Two entries of
// one key are a mistake that any test finds.
func merged[V any](tables ...map[string]V) map[string]V {
	all := map[string]V{}
	for _, t := range tables {
		for k, v := range t {
			if _, twice := all[k]; twice {
				panic(fmt.Sprintf("text: two entries of %q", k))
			}
			all[k] = v
		}
	}
	return all
}
