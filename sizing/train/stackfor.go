package train

import (
	"mlsizer/hardware"
	"mlsizer/sizing/model"
)

// Work is a kind of work that people have software of their own for.
type Work string

// The kinds, the first that applies.
const (
	AdapterWork  Work = "adapters"    // LoRA and QLoRA
	TPUWork      Work = "tpu"         // anything else on TPUs
	VisionWork   Work = "vision"      // models that read no tokens
	DesktopWork  Work = "desktop"     // one card or machine of a desk
	CardsWork    Work = "cards"       // several cards of desktops
	TuningWork   Work = "tuning"      // full fine-tuning on data-centre devices
	PretrainWork Work = "pretraining" // pre-training on data-centre devices
)

// Assumption is the work that a stack is assumed for.
type Assumption struct {
	Work Work `json:"work"`
	// Source says that people use it for that.
	Source string `json:"source"`
}

// StackFor returns the stack that is assumed for a model on so many devices where
// none is named, and the work that it is assumed for.
func StackFor(m *model.Model, w *Workload, d *hardware.Device, count int) (*Stack, Assumption) {
	work := workOf(m, w, d, count)
	for _, s := range Stacks() {
		for _, a := range s.AssumedFor {
			if a.Work == work {
				return s, a
			}
		}
	}
	panic("stacks.json: no stack is assumed for " + work) // the embedded file is tested
}

// workOf returns the kind of work.
func workOf(m *model.Model, w *Workload, d *hardware.Device, count int) Work {
	switch {
	case w.FreezesWeights():
		return AdapterWork
	case d.Kind == hardware.TPU:
		return TPUWork
	case !m.PerToken():
		return VisionWork
	case d.Desktop() && (count == 1 || d.Kind != hardware.GPU):
		return DesktopWork
	case d.Desktop():
		return CardsWork
	case w.Method == FullTune:
		return TuningWork
	}
	return PretrainWork
}
