package cli

import (
	"fmt"
	"strconv"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
)

// Length is the length of a run of a model that reads tokens: a count of them, a
// number per parameter, or text that becomes tokens. One of them is set.
type Length struct {
	Tokens       quantity.Tokens
	PerParameter float64
	Text         quantity.Bytes
}

// mostPerParameter bounds the tokens per parameter that a flag takes.
const mostPerParameter = 1e6

// parseLength reads a count of tokens, or 20x: tokens per parameter. A capital X
// stands where the suffixes of counts do, and is none of them.
func parseLength(s string) (Length, error) {
	factor, ok := strings.CutSuffix(strings.TrimSpace(s), "x")
	if !ok {
		factor, ok = strings.CutSuffix(strings.TrimSpace(s), "×")
	}
	if !ok {
		n, err := quantity.ParseTokens(s)
		return Length{Tokens: n}, err
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(factor), 64)
	if err != nil || !(f > 0 && f <= mostPerParameter) {
		return Length{}, text.NotPerParameter.Error()
	}
	return Length{PerParameter: f}, nil
}

// parseText reads the size of a text.
func parseText(s string) (Length, error) {
	b, err := quantity.ParseBytes(s)
	if err == nil && b < 1<<10 {
		err = text.TooLittleText.Error()
	}
	return Length{Text: b}, err
}

// decimal is the size of a text in decimal units, as data sets state theirs.
func decimal(b quantity.Bytes) string {
	units := []string{"kB", "MB", "GB", "TB", "PB"}
	v, i := float64(b)/1e3, 0
	for ; v >= 999.5 && i < len(units)-1; i++ {
		v /= 1e3
	}
	return fmt.Sprintf("%.3g %s", v, units[i])
}

// Of is the length for a model, with a note that says how it comes about where it
// is no count.
func (l Length) Of(m *model.Model) (quantity.Tokens, []note.Note) {
	switch {
	case l.PerParameter > 0:
		params := m.Params()
		tokens := quantity.Tokens(l.PerParameter * float64(params))
		if active := m.ActiveParams(); active < params {
			return tokens, []note.Note{note.New("tokens.per-parameter-of-all", "", l.PerParameter, tokens, params, float64(tokens)/float64(active))}
		}
		return tokens, []note.Note{note.New("tokens.per-parameter", "", l.PerParameter, tokens, params)}
	case l.Text > 0:
		d := run.EnglishText()
		tokens, fewest, most := d.Tokens(l.Text)
		return tokens, []note.Note{note.New("tokens.text", d.Source, decimal(l.Text), tokens, d.BytesPerToken, d.Low, d.High, fewest, most)}
	}
	return l.Tokens, nil
}

// Words say the length: "1T tokens".
func (l Length) Words() text.Text {
	switch {
	case l.PerParameter > 0:
		return text.PerParameter.With(strconv.FormatFloat(l.PerParameter, 'g', -1, 64))
	case l.Text > 0:
		return text.OfText.With(decimal(l.Text))
	}
	return text.Tokens.With(l.Tokens)
}
