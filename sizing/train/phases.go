package train

import "mlsizer/sizing/quantity"

// Phase is a part of a step in which a device's memory is counted.
type Phase string

// The phases, in order.
const (
	// Forward is the end of the last forward pass before the first backward
	// pass: it saves activations of all micro-batches in flight.
	Forward Phase = "forward"
	// AtLoss adds the logits and their copies, on the last stage.
	AtLoss Phase = "loss"
	// Backward is the start of the backward pass: the logits of the loss still
	// exist while the first layers are recomputed.
	Backward Phase = "backward"
	// Reduction is the end of the last backward pass: all gradients exist,
	// activations do not.
	Reduction Phase = "reduction"
	// AtOptimizer adds the optimizer's copies of the gradients.
	AtOptimizer Phase = "optimizer"
)

var phases = [...]Phase{Forward, AtLoss, Backward, Reduction, AtOptimizer}

// phaseMemory is the memory of a stage that differs between phases, in bytes.
// Weights, optimizer state and buffers exist in all phases.
type phaseMemory struct {
	saved, recomputing   quantity.Bytes // activations before and during recompute
	logits               quantity.Bytes
	early, final, update quantity.Bytes // gradients before and after the last backward pass, and at the update
	teacher              quantity.Bytes // weights of a teacher, in all phases
	teacherLogits        quantity.Bytes // until the loss is computed
	others               quantity.Bytes // of post-training, in all phases
	othersLogits         quantity.Bytes // until the loss is computed
}

// setPhase fills in the terms of a phase, and what libraries, the allocator and
// the driver use.
func (p *Prepared) setPhase(phase Phase, h *phaseMemory, out *Memory) {
	out.Peak, out.Gradients, out.Activations, out.Logits = phase, h.early, h.saved, 0
	out.Teacher, out.Others = h.teacher+h.teacherLogits, h.others+h.othersLogits
	switch phase {
	case AtLoss:
		out.Logits = h.logits
	case Backward:
		out.Activations, out.Logits = h.recomputing, h.logits
	case Reduction:
		out.Gradients, out.Activations, out.Teacher, out.Others = h.final, 0, h.teacher, h.others
	case AtOptimizer:
		out.Gradients, out.Activations, out.Teacher, out.Others = h.update, 0, h.teacher, h.others
	}
	stack := p.profile.stack
	tensors := out.Weights + out.Gradients + out.Optimizer + out.Activations + out.Logits + out.Communication + out.Teacher + out.Others
	out.Allocated = tensors + p.workspace
	out.Reserved = quantity.Bytes(ceil(float64(out.Allocated) * stack.Reserved))
	out.Overhead = stack.ContextBytes + out.Reserved - tensors
	out.Total = tensors + out.Overhead
}

// peak returns the first phase with the most memory. Where the update needs no
// more than the reduction of gradients, it returns the update.
func (h *phaseMemory) peak() Phase {
	kept := h.teacherLogits + h.othersLogits
	most, at := h.early+h.saved+kept, Forward
	for _, m := range [4]struct {
		phase Phase
		bytes quantity.Bytes
	}{{AtLoss, h.early + h.saved + h.logits + kept}, {Backward, h.early + h.recomputing + h.logits + kept}, {AtOptimizer, h.update}, {Reduction, h.final}} {
		if m.bytes > most {
			most, at = m.bytes, m.phase
		}
	}
	return at
}

// Timeline returns the memory of a pipeline stage in every phase of a step, in
// order. Evaluate must accept the plan. The largest is that of
// [Prepared.StageMemory].
func (p *Prepared) Timeline(plan *Plan, stage int) []Memory {
	var l layout
	l.init(p, plan)
	var h stageMemory
	p.sumStage(&l, stage, &h)
	list := make([]Memory, 0, len(phases))
	for _, phase := range phases {
		var m Memory
		held := p.memoryAtPeak(&l, stage, &h, &m)
		if phase == AtLoss && held.logits == 0 {
			continue // on another stage
		}
		p.setPhase(phase, &held, &m)
		p.setVerdict(&m)
		list = append(list, m)
	}
	return list
}
