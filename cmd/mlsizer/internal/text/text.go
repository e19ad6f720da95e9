// Package text holds every word that the program says, in English and in
// Chinese. Commands, renderers and exports name an entry and fill it in; a test
// holds each entry to having both languages with the same verbs.
package text

import "fmt"

// Text is a text in both languages; with verbs such as %s it is a form that
// [Text.With] and [Text.Error] fill in.
type Text struct{ EN, ZH string }

// T is a text in English and Chinese.
func T(en, zh string) Text { return Text{en, zh} }

// Same is a text that is the same in both languages: a name.
func Same(s string) Text { return Text{s, s} }

// In is the text in a language.
func (t Text) In(l Lang) string {
	if l == Chinese && t.ZH != "" {
		return t.ZH
	}
	return t.EN
}

// Of is the entry for a key, or the key itself where there is none.
func Of(entries map[string]Text, key string) Text {
	if t, ok := entries[key]; ok {
		return t
	}
	return Same(key)
}

// With fills in a text in both languages; what has words of its own among the
// arguments is put in in the same language.
func (t Text) With(args ...any) Text {
	return T(t.Fill(English, args...), t.Fill(Chinese, args...))
}

// Fill fills in a text in one language.
func (t Text) Fill(l Lang, args ...any) string {
	return singular(t.Form(l, args...))
}

// Form is Fill without the singular of what is counted once. Errors, times and
// lists among the arguments are put in in the language.
func (t Text) Form(l Lang, args ...any) string {
	if len(args) == 0 {
		return t.In(l) // no form
	}
	list := make([]any, len(args))
	for i, arg := range args {
		list[i] = valueIn(arg, l)
	}
	return fmt.Sprintf(t.In(l), list...)
}

// filled is a text filled in in both languages, with the plural of what is
// counted once.
func (t Text) filled(args ...any) Text {
	return T(t.Form(English, args...), t.Form(Chinese, args...))
}

// List joins texts two by two with a form such as [Join].
func List(parts []Text, join Text) Text {
	var all Text
	for i, p := range parts {
		if i == 0 {
			all = p
			continue
		}
		all = join.With(all, p)
	}
	return all
}

// OneOf lists names of which one is wanted.
func OneOf(names []string) Text {
	parts := make([]Text, len(names))
	for i, name := range names {
		parts[i] = Same(name)
	}
	return List(parts, Or)
}

// worded is what is said differently in the two languages.
type worded interface{ In(Lang) string }
