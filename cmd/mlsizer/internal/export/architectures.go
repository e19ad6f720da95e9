package export

import (
	_ "embed"
	"encoding/csv"
	"strings"
	"sync"

	"mlsizer/sizing/model"
)

// architectures.csv holds what a launch has to say of a model beside its
// dimensions, which cost nothing and make another model where they are wrong:
// positions, activation, router, and what frameworks call it.
//
//go:embed architectures.csv
var architecturesCSV string

// architecture is one line of it.
type architecture struct {
	positions  string // learned, rope or yarn
	base       string // of rotary positions
	scaling    string // of the length that they were trained for; "" is none
	activation string // swiglu or gelu
	score      string // of the router: softmax over the chosen experts, or sigmoid
	topKScale  string // of the experts' weights; "" is none
	maxText    string // its decoder_block
	torchtitan string // module and configuration function; "" is none
	source     string
}

var architectures = sync.OnceValue(func() map[string]*architecture {
	lines, err := csv.NewReader(strings.NewReader(architecturesCSV)).ReadAll()
	if err != nil {
		panic("architectures.csv: " + err.Error()) // the embedded file is tested
	}
	known := map[string]*architecture{}
	for _, f := range lines[1:] {
		a := &architecture{f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9]}
		for name := range strings.FieldsSeq(f[0]) {
			known[name] = a
		}
	}
	return known
})

// openBase stands for a rotary base that is not known: a shell refuses to launch
// without it.
const openBase = `"${ROTARY_BASE:?}"`

// architectureOf returns what is known of a model; nil if its dimensions leave
// open which model is trained. A model that no one has catalogued is read as a
// decoder of the usual kind, whose rotary base is for the user to say.
func architectureOf(m *model.Model, s *dimensions) *architecture {
	if a := architectures()[m.Name]; a != nil {
		return a
	}
	if catalogued(m.Name) || !s.gated || !s.rms || s.mla != nil || s.moe != nil && s.moe.CorrectionBias {
		return nil
	}
	block := "llama2"
	switch {
	case s.moe != nil && s.qkNorm:
		block = "qwen3_moe"
	case s.moe != nil:
		block = "mixtral"
	case s.qkNorm:
		block = "qwen3"
	case s.qkvBias:
		block = "qwen2"
	}
	return &architecture{positions: "rope", base: openBase, activation: "swiglu", score: "softmax", maxText: block}
}
