package batch

import (
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
)

// jsonNote is a note of the JSON output.
type jsonNote struct {
	code, source string
	text         text.Text
}

// notesOf are the notes on a file and on its counts.
func notesOf(s *Summary, opt *Options) []jsonNote {
	var list []jsonNote
	if s.Counts.Beyond > 0 {
		list = append(list, jsonNote{"beyond-report", text.ReportTiers, text.T(BeyondNote(s.Counts.Beyond, opt.Bounds, text.English), BeyondNote(s.Counts.Beyond, opt.Bounds, text.Chinese))})
	}
	add := func(there bool, code string, t text.Text) {
		if there {
			list = append(list, jsonNote{code: code, text: t})
		}
	}
	add(s.Unit != "", "unit", unitNote(s))
	add(s.Sheet != "", "sheet", text.SheetChosen.With(s.Sheet))
	add(s.HeaderLine > 0, "header", text.HeaderBelow.With(s.HeaderLine))
	add(s.DecimalComma, "decimal-comma", text.CommaIsDecimal)
	add(s.Ranges > 0, "ranges", text.RangesNote.With(s.Ranges))
	add(s.Approximate > 0, "approximate", text.AboutNote.With(s.Approximate))
	add(s.Products > 0, "experts", text.ProductsNote.With(s.Products))
	add(s.Repeated > 0, "repeated", s.RepeatedText())
	add(s.NamesLookedAt > 0, "names-looked-at", text.NamesLookedAt.With(s.NamesLookedAt))
	return list
}

// RepeatedText names the first of the repeated rows.
func (s *Summary) RepeatedText() text.Text {
	var list []text.Text
	for _, r := range s.Repeats {
		list = append(list, text.RepeatAt.With(r.Name, r.First, r.Line))
	}
	return text.RepeatedNote.With(s.Repeated, text.List(list, text.Semicolon))
}

// appendNotes appends notes as a JSON array.
func appendNotes(b []byte, list []jsonNote, l text.Lang) []byte {
	b = append(b, '[')
	for i, n := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"code":`...)
		b = appendJSONString(b, n.code)
		b = append(b, `,"text":`...)
		b = appendJSONString(b, n.text.In(l))
		if n.source != "" {
			b = append(b, `,"source":`...)
			b = appendJSONString(b, n.source)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

// unitNote says in which unit bare counts are, and why.
func unitNote(s *Summary) text.Text {
	if s.Column == "" {
		return text.UnitGiven.With(s.Unit)
	}
	return text.CountUnit.With(s.Unit, s.Column)
}

// BeyondNote is the note on models beyond the last bound.
func BeyondNote(n int, bounds sizing.Bounds, l text.Lang) string {
	form := text.BeyondMany
	if n == 1 {
		form = text.BeyondOne
	}
	return form.Form(l, n, bounds[3].Exact())
}
