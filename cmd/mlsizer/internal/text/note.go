package text

import (
	"fmt"
	"strings"

	"mlsizer/sizing/note"
)

// OfNote is a note of the core in words.
func OfNote(n note.Note) Text {
	if t, ok := fileNotes[n.Key]; ok {
		return t.filled(n.Values...) // names of the file stand in it, which are not to be changed
	}
	return notes[n.Key].With(n.Values...)
}

// OfOption is a change that the core offers in words.
func OfOption(n note.Note) Text { return notes[n.Key].filled(n.Values...) }

// derived is a formula in words, and the form that its inputs are put into. The
// verbs of a formula take the first of the inputs.
type derived struct{ Formula, Numbers Text }

// OfDerivation is a derivation in words: its formula, the numbers put in, and its
// value.
func OfDerivation(d note.Derivation) (formula, numbers, value Text) {
	t, inputs := formulas[d.Rule], values(d.Inputs)
	formula = t.Formula.filled(inputs[:strings.Count(t.Formula.EN, "%")]...)
	value = Same("%v").filled(d.Result)
	return formula, t.Numbers.filled(inputs...), T(strings.TrimSpace(value.EN), strings.TrimSpace(value.ZH))
}

// notes are the sentences of the core's notes, by key.
var notes = merged(
	requestNotes,
	agentNotes,
	trainNotes,
	postTrainNotes,
	moneyNotes,
	servingNotes,
	programNotes,
)

// formulas are the formulas of the core's derivations, by rule.
var formulas = merged(
	trainFormulas,
	stepFormulas,
	runFormulas,
	servingFormulas,
	servingConstants,
)

// parts are the forms of parts of derivations, by rule.
var parts = merged(
	trainParts,
	stepParts,
	servingParts,
)

// words are the words among the values of notes, derivations and errors.
var words = merged(
	phaseWords,
	priceWords,
	linkWords,
	stateWords,
	memoryWords,
	packingWords,
	dimensionWords,
	offloadWords,
	sampleWords,
	optionWords,
	columnWords,
	unitWords,
	servingWords,
	familyWords,
	modelFileWords,
	hubWords,
	headerWords,
	shardWords,
	stackWords,
)

// wordsIn is a list of words in a language.
func wordsIn(list note.Words, l Lang) string {
	said := make([]string, len(list))
	for i, w := range list {
		said[i] = Of(words, string(w)).In(l)
	}
	return strings.Join(said, Comma.In(l))
}

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
