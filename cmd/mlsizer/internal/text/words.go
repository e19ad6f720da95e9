package text

// phaseWords are the phases of a step, and what a step holds at each.
var phaseWords = map[string]Text{
	"phase.forward":   T("forward", "前向"),
	"phase.loss":      T("loss", "损失"),
	"phase.backward":  T("backward", "反向"),
	"phase.reduction": T("reduction", "梯度归约"),
	"phase.optimizer": StepTerms["optimizer"],
}

// linkWords are the kinds of links between devices.
var linkWords = map[string]Text{
	"link.nvlink":      T("NVLink", "NVLink 链路"),
	"link.xgmi":        T("AMD's own links", "AMD 自有链路"),
	"link.torus":       T("a torus", "环面"),
	"link.fabric":      T("links of their own", "自有链路"),
	"link.bridge":      T("a bridge", "桥接器"),
	"link.pcie-peer":   T("PCIe from card to card", "点对点 PCIe"),
	"link.pcie-host":   T("PCIe through host memory", "主机内存中转的 PCIe"),
	"link.two-sockets": T("PCIe across two sockets", "跨两个插槽的 PCIe"),
}

// OfPhase is a phase of a step.
func OfPhase(name string) Text { return Of(phaseWords, "phase."+name) }

// stateWords are the states of a parameter.
var stateWords = map[string]Text{
	"state.weights":   Weights,
	"state.gradients": Gradients,
	"state.optimizer": OptimizerState,
	"state.master":    T("a master copy of the weights", "权重主副本"),
	"state.moments":   T("moments", "动量"),
}

// memoryWords are the terms of the memory per device, by their names.
var memoryWords = map[string]Text{
	"memory.weights":       Weights,
	"memory.gradients":     Gradients,
	"memory.optimizer":     T("optimizer", OptimizerState.ZH),
	"memory.activations":   Activations,
	"memory.logits":        Logits,
	"memory.communication": Communication,
	"memory.teacher":       Teacher,
	"memory.overhead":      Overhead,
}

// packingWords are the ways in which examples become sequences.
var packingWords = map[string]Text{
	"packing.padded": Padded,
	"packing.packed": Packed,
}
