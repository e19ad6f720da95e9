package evidence

import (
	"cmp"
	"slices"
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/train"
)

// spellings are the names of optimizers in sources, the most specific first;
// any other is a form of Adam.
var spellings = []struct {
	word string
	is   train.Optimizer
}{
	{"8bit", train.Adam8bit}, {"8-bit", train.Adam8bit}, {"adafactor", train.Adafactor}, {"muon", train.Muon},
	{"adam", train.AdamW}, {"lion", train.Lion}, {"sgd", train.SGDMomentum}, {"lars", train.SGDMomentum},
}

// optimizer reads the row's optimizer.
func (r *Row) optimizer() train.Optimizer {
	text := strings.ToLower(cmp.Or(r.Optimizer, r.Options["optimizer"]))
	for _, s := range spellings {
		if strings.Contains(text, s.word) {
			return s.is
		}
	}
	return train.AdamW
}

// The methods that a row may name, in lower case.
const (
	fullMethod  = "full"
	loraMethod  = "lora"
	qloraMethod = "qlora"
	doraMethod  = "dora"
	qdoraMethod = "qdora"
)

// tuning reports whether the row tunes a trained model, and whether the base
// weights are frozen: any method but a full one trains adapters of some kind.
func (r *Row) tuning() (tunes, frozen bool) {
	return r.Method != "", r.Method != "" && !strings.EqualFold(r.Method, fullMethod)
}

// method reads the row's method. Another kind of adapter than a LoRA saves
// other activations, which no layer knows: its rows are not predicted.
func (r *Row) method(w *train.Workload) error {
	tunes, frozen := r.tuning()
	switch {
	case !tunes:
		return nil
	case !frozen:
		w.Method = train.FullTune
		return nil
	case !slices.Contains(adapterMethods, strings.ToLower(r.Method)):
		return note.NewError("row.unknown-method", r.Method, append([]string{fullMethod}, adapterMethods...))
	}
	w.Method, w.Adapter = train.LoRA, train.DefaultAdapter
	w.Adapter.Rank = cmp.Or(r.LoRARank, w.Adapter.Rank)
	if len(r.LoRATargets) > 0 {
		w.Adapter.Targets = r.LoRATargets
	}
	switch strings.ToLower(r.Method) {
	case qloraMethod, qdoraMethod:
		w.Method, w.Adapter.BaseBits = train.QLoRA, train.NF4Bits
		if r.DoubleQuantised || r.recipe().DoubleQuantised {
			w.Adapter.BaseBits = train.NF4DoubleBits
		}
	}
	return nil
}

// adapterMethods are the methods whose memory is modelled.
var adapterMethods = []string{loraMethod, qloraMethod, doraMethod, qdoraMethod}

// magnitudes detects a LoRA with magnitudes (DoRA), by its name or by the
// stated number of trained parameters.
func (r *Row) magnitudes(m *model.Model, w *train.Workload) {
	if !w.Method.Adapts() {
		return
	}
	plain := w.Adapter
	switch strings.ToLower(r.Method) {
	case doraMethod, qdoraMethod:
		w.Adapter.Magnitudes = true
	}
	if r.Trainable > 0 && plain.Count(m) != r.Trainable {
		with := plain
		with.Magnitudes = true
		w.Adapter.Magnitudes = w.Adapter.Magnitudes || with.Count(m) == r.Trainable
	}
}
