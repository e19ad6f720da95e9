package report

import (
	"slices"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
)

// ServedRow is the answer for one model, machine and case of serving.
type ServedRow struct {
	InferJSON
	// Of is the model that a pruned or distilled one is compared with.
	Of string `json:"variant_of,omitempty"`
	// Against is its decode rate over that of the first row of the table that
	// fits the same machine; 0 where it does not fit itself.
	Against float64 `json:"speed_against_first,omitempty"`
	// Encoding is the speed of a model that does not generate tokens.
	Encoding *serve.EncodingThroughput `json:"encoding,omitempty"`
	// Settings are the values, by flag, that tell the row from the others.
	Settings map[string]string `json:"settings,omitempty"`
	// First is what the row takes over what the first of its table that fits takes.
	First *servedRatios `json:"against_first,omitempty"`
	// Error says why there is no answer.
	Error string `json:"error,omitempty"`

	Core *model.Model `json:"-"`
	Case *cli.Case    `json:"-"`
	Said []note.Note  `json:"-"`
}

// value is what the row has of a flag that tells rows apart, nil where that is left
// open.
func (r *ServedRow) value(flag string) any {
	for _, s := range r.Case.Settings {
		if s.Flag == flag {
			return s.Value
		}
	}
	return r.Case.Given(flag)
}

// table is the model whose table the row stands in.
func (r *ServedRow) table() string {
	if r.Of != "" {
		return r.Of
	}
	return r.Model.Input
}

// at are the numbers of the row's own notes with these codes.
func (r *ServedRow) at(f *Footnotes, codes ...string) []int {
	var list []int
	for _, n := range r.Said {
		if slices.Contains(codes, n.Code) {
			list = append(list, f.Add(n.Code, render.Note{Text: text.OfNote(n), Source: n.Source}))
		}
	}
	return list
}

// rate is the rate by which a table is compared.
func (r *ServedRow) rate() float64 {
	if r.Encoding != nil {
		return r.Encoding.Sequences
	}
	return r.Throughput.Decode
}

// perMillion are the cost and the energy of a million tokens, or of a million
// inputs of an encoder; 0 where not known.
func (r *ServedRow) perMillion() (quantity.USD, quantity.KWh) {
	if e := r.Encoding; e != nil {
		return e.PerMillion, e.Energy
	}
	return r.Throughput.PerMillion, r.Throughput.Energy
}
