package text

import (
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

// derived is a formula in words, and the form that its inputs are put into. The
// verbs of a formula take the first of the inputs.
type derived struct{ Formula, Numbers Text }

// OfDerivation is a derivation in words: its formula, the numbers put in, and its
// value; ok is false for one that names no rule.
func OfDerivation(d note.Derivation) (formula, numbers, value Text, ok bool) {
	t, ok := formulas[d.Rule]
	if !ok {
		return formula, numbers, value, false
	}
	inputs := values(d.Inputs)
	formula = t.Formula.filled(inputs[:strings.Count(t.Formula.EN, "%")]...)
	value = Same("%v").filled(d.Result)
	return formula, t.Numbers.filled(inputs...), T(strings.TrimSpace(value.EN), strings.TrimSpace(value.ZH)), true
}

// values are the values of inputs.
func values(inputs note.Inputs) []any {
	list := make([]any, len(inputs))
	for i, in := range inputs {
		list[i] = in.Value
	}
	return list
}

// notes are the sentences of the core's notes, by key.
var notes = merged(
	requestNotes,
	trainNotes,
)

// formulas are the formulas of the core's derivations, by rule.
var formulas = merged(
	trainFormulas,
	stepFormulas,
	runFormulas,
)

// parts are the forms of parts of derivations, by rule.
var parts = merged(
	trainParts,
	stepParts,
)

// words are the words among the values of notes, derivations and errors.
var words = merged(
	phaseWords,
	stateWords,
	memoryWords,
	packingWords,
	dimensionWords,
	offloadWords,
	sampleWords,
	optionWords,
	columnWords,
	unitWords,
)

// wordsIn is a list of words in a language.
func wordsIn(list note.Words, l Lang) string {
	said := make([]string, len(list))
	for i, w := range list {
		said[i] = Of(words, string(w)).In(l)
	}
	return strings.Join(said, Comma.In(l))
}

// merged is one table of several, each of one part of the core.
func merged[V any](tables ...map[string]V) map[string]V {
	all := map[string]V{}
	for _, t := range tables {
		for k, v := range t {
			all[k] = v
		}
	}
	return all
}
