package text

// phaseWords are the phases of a step, and what a step holds at each.
var phaseWords = map[string]Text{
	"phase.forward":   T("forward", "前向"),
	"phase.loss":      T("loss", "损失"),
	"phase.backward":  T("backward", "反向"),
	"phase.reduction": T("reduction", "梯度归约"),
	"phase.optimizer": T("optimizer", "优化器"),
}

// OfPhase is a phase of a step.
func OfPhase(name string) Text { return Of(phaseWords, "phase."+name) }

// stateWords are the states of a parameter.
var stateWords = map[string]Text{
	"state.weights":   T("weights", "权重"),
	"state.gradients": T("gradients", "梯度"),
	"state.optimizer": T("optimizer state", "优化器状态"),
}

// memoryWords are the terms of the memory per device, by their names.
var memoryWords = map[string]Text{
	"memory.weights":       T("weights", Weights.ZH),
	"memory.gradients":     T("gradients", Gradients.ZH),
	"memory.optimizer":     T("optimizer", OptimizerState.ZH),
	"memory.activations":   T("activations", Activations.ZH),
	"memory.logits":        T("logits", Logits.ZH),
	"memory.communication": T("communication", Communication.ZH),
	"memory.teacher":       T("teacher", Teacher.ZH),
	"memory.overhead":      T("overhead", Overhead.ZH),
}

// packingWords are the ways in which examples become sequences.
var packingWords = map[string]Text{
	"packing.padded": T("padded", "补齐"),
	"packing.packed": T("packed", "拼接"),
}
