package train

import (
	"mlsizer/hardware"
	"mlsizer/sizing/model"
)

// Task is a kind of work that people have software of their own for.
type Task string

// The kinds, the first that applies.
const (
	AdapterTask  Task = "adapters"    // LoRA and QLoRA
	TPUTask      Task = "tpu"         // anything else on TPUs
	VisionTask   Task = "vision"      // models that read no tokens
	DesktopTask  Task = "desktop"     // one card or machine of a desk
	CardsTask    Task = "cards"       // several cards of desktops
	TuningTask   Task = "tuning"      // full fine-tuning on data-centre devices
	PretrainTask Task = "pretraining" // pre-training on data-centre devices
)

// Assumption is the work that a stack is assumed for.
type Assumption struct {
	Task Task `json:"work"`
	// Source says that people use it for that.
	Source string `json:"source"`
}

// StackFor returns the stack that is assumed for a model on so many devices where
// none is named, and the work that it is assumed for.
func StackFor(m *model.Model, w *Workload, d *hardware.Device, count int) (*Stack, Assumption) {
	work := taskOf(m, w, d, count)
	for _, s := range Stacks() {
		for _, a := range s.AssumedFor {
			if a.Task == work {
				return s, a
			}
		}
	}
	panic("stacks.json: no stack is assumed for " + work) // the embedded file is tested
}

// taskOf returns the kind of work.
func taskOf(m *model.Model, w *Workload, d *hardware.Device, count int) Task {
	switch {
	case w.FreezesWeights():
		return AdapterTask
	case d.Kind == hardware.TPU:
		return TPUTask
	case !m.PerToken():
		return VisionTask
	case d.Desktop() && (count == 1 || d.Kind != hardware.GPU):
		return DesktopTask
	case d.Desktop():
		return CardsTask
	case w.Method == FullTune:
		return TuningTask
	}
	return PretrainTask
}
