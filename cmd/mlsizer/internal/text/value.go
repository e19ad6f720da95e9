package text

import (
	"fmt"
	"strings"

	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/model"
	"mlsizer/sizing/modelfile/config"
	"mlsizer/sizing/modelfile/gguf"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// valueIn is a value as a form takes it: what has words of its own is said in
// the language, and every other value stays what it is.
func valueIn(value any, l Lang) any {
	switch v := value.(type) {
	case worded:
		return v.In(l)
	case error:
		return ErrorIn(v, l)
	case quantity.Seconds:
		return Duration(v, l)
	case note.Fine:
		return UnitIn(v.String(), l)
	case note.Word:
		return Of(words, string(v)).In(l)
	case note.Note:
		return OfNote(v).In(l)
	case note.Part:
		return parts[v.Rule].Form(l, values(v.Inputs)...)
	case note.Sum:
		return joined(values(note.Inputs(v)), " + ", l)
	case note.Product:
		return joined(values(note.Inputs(v)), " x ", l)
	case note.Settings:
		return Spelled(v)
	case *efficiency.Match:
		return matchIn(v, l)
	case quantity.Want:
		return wanted(v, l)
	case note.Choice:
		return v.Join(Comma.In(l), OrLast.In(l))
	case note.Fields:
		return "--" + strings.Join(v, Comma.In(l)+"--")
	case note.Either:
		return strings.Join(v, OrLast.In(l))
	case note.Words:
		return wordsIn(v, l)
	case config.Shown:
		return v.Text(func(n int) string { return MoreInAll.Form(l, n) })
	case gguf.Said:
		return itemIn(v, l)
	case model.Scope:
		return scopeIn(v, l)
	case []string:
		return strings.Join(v, Comma.In(l))
	}
	return value
}

// values are the values of inputs.
func values(inputs note.Inputs) []any {
	list := make([]any, len(inputs))
	for i, in := range inputs {
		list[i] = in.Value
	}
	return list
}

// joined are values in a language, joined by a sign.
func joined(values []any, sign string, l Lang) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = fmt.Sprint(valueIn(v, l))
	}
	return strings.Join(list, sign)
}

// itemIn is a part of a GGUF file in a language.
func itemIn(s gguf.Said, l Lang) string {
	if s.Of == nil {
		return ggufItems[string(s.What)].In(l)
	}
	return ggufItems[string(s.What)].Form(l, s.Of)
}
