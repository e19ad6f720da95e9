package evidence

import (
	"cmp"
	"strconv"
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/train"
)

// spellings are the words by which sources name an optimizer, the most telling
// first; anything else is some form of Adam.
var spellings = []struct {
	word string
	is   train.Optimizer
}{
	{"8bit", train.Adam8bit}, {"8-bit", train.Adam8bit}, {"adafactor", train.Adafactor}, {"muon", train.Muon},
	{"adam", train.AdamW}, {"lion", train.Lion}, {"sgd", train.SGDMomentum}, {"lars", train.SGDMomentum},
}

// optimizer reads the row's optimizer.
func (r *Row) optimizer() train.Optimizer {
	text := strings.ToLower(cmp.Or(r.Optimizer, r.options()["optimizer"]))
	for _, s := range spellings {
		if strings.Contains(text, s.word) {
			return s.is
		}
	}
	return train.AdamW
}

// fullMethods are the words that say that all weights are trained, or all of a
// part of them.
var fullMethods = []string{"full", "sft", "finetune", "fine-tune", "pretrain"}

// tuning reports whether the row tunes a trained model, and whether the base
// weights are frozen: any method but a full one trains something beside them,
// adapters of one kind or another ("LORA", "DORA", "IA3", "OFT").
func (r *Row) tuning() (tunes, frozen bool) {
	text := strings.ToLower(r.Method)
	if text == "" {
		return false, false
	}
	if strings.Contains(text, "lora") {
		return true, true
	}
	for _, word := range fullMethods {
		if strings.Contains(text, word) {
			return true, false
		}
	}
	return true, true
}

// quantised reports whether the row's frozen weights are packed in 4 bits, and
// whether their scales are too.
func (r *Row) quantised() (packed, double bool) {
	text := strings.ToLower(r.PrecisionDetail + " " + r.Method)
	for _, word := range []string{"nf4", "qlora", "4bit", "4-bit", "fp4", "int4"} {
		packed = packed || strings.Contains(text, word) && !strings.Contains(text, "nvfp4")
	}
	return packed, strings.Contains(text, "nf4-dq") || strings.Contains(text, "double") || r.recipe().DoubleQuantised
}

// method reads what the row trains: "lora", "QLoRA", "full finetune", or a
// LoRA with its rank and targets spelled out ("LORA r=32
// targets=['q_proj', 'v_proj']"). Another kind of adapter is taken as a LoRA
// on the same matrices: what it keeps is of that size.
func (r *Row) method(w *train.Workload) error {
	tunes, frozen := r.tuning()
	switch {
	case !tunes:
		return nil
	case !frozen:
		w.Method = train.FullTune
		return nil
	}
	w.Method, w.Adapter = train.LoRA, train.DefaultAdapter
	text := strings.ToLower(r.Method)
	if s, ok := between(text+" ", " r=", " "); ok && s != "" && s != "none" {
		rank, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return err
		}
		w.Adapter.Rank = rank
	}
	if s, ok := between(text, "targets=[", "]"); ok {
		if list := strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune("', \"", c) }); len(list) > 0 {
			w.Adapter.Targets = list
		}
	} else if strings.Contains(text, "targets=all-linear") {
		w.Adapter.Targets = []string{"all-linear"}
	}
	if packed, double := r.quantised(); packed {
		w.Method, w.Adapter.BaseBits = train.QLoRA, train.NF4Bits
		if double {
			w.Adapter.BaseBits = train.NF4DoubleBits
		}
	}
	return nil
}

// magnitudes finds out whether a LoRA has magnitudes (DoRA), by its name or by
// the number of trained parameters that the row states.
func (r *Row) magnitudes(m *model.Model, w *train.Workload) {
	if !w.Method.Adapts() {
		return
	}
	text := strings.ToLower(strings.ReplaceAll(r.Method, ",", "")) + " "
	plain := w.Adapter
	w.Adapter.Magnitudes = strings.Contains(text, "dora")
	stated, ok := between(text, "trainable=", " ")
	if n, err := strconv.ParseFloat(stated, 64); ok && err == nil && plain.Count(m) != n {
		with := plain
		with.Magnitudes = true
		w.Adapter.Magnitudes = w.Adapter.Magnitudes || with.Count(m) == n
	}
}
