package train

import (
	"mlsizer/hardware"
	"mlsizer/sizing/model"
)

// Task is a training task with its usual training framework.
type Task string

// The tasks; the first that applies is taken.
const (
	AdapterTask  Task = "adapters"    // LoRA and QLoRA
	TPUTask      Task = "tpu"         // other tasks on TPUs
	VisionTask   Task = "vision"      // models that do not read tokens
	DesktopTask  Task = "desktop"     // one consumer card or desktop machine
	CardsTask    Task = "cards"       // several consumer cards
	TuningTask   Task = "tuning"      // full fine-tuning on data-centre devices
	PretrainTask Task = "pretraining" // pre-training on data-centre devices
)

// Assumption is the task that a stack is assumed for.
type Assumption struct {
	Task Task `json:"work"`
	// Source shows that the framework is used for that.
	Source string `json:"source"`
}

// StackFor returns the stack that is assumed for a model on a number of devices
// if the request names none, and the task it is assumed for.
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

// taskOf returns the task.
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
