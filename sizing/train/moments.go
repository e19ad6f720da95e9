package train

import "mlsizer/sizing/quantity"

// Moment is a moment of a step at which a device's memory is counted.
type Moment string

// The moments, in order.
const (
	// Forward is the end of the last forward pass before the first backward
	// one: activations of all micro-batches in flight are there.
	Forward Moment = "forward"
	// AtLoss adds the logits and their copies, on the last stage.
	AtLoss Moment = "loss"
	// Backward is the beginning of the backward pass: what the loss held is
	// still there while the first layers are recomputed.
	Backward Moment = "backward"
	// Reduction is the end of the last backward pass: all gradients are there,
	// the activations are not.
	Reduction Moment = "reduction"
	// AtOptimizer adds what the optimizer makes of the gradients.
	AtOptimizer Moment = "optimizer"
)

var moments = [...]Moment{Forward, AtLoss, Backward, Reduction, AtOptimizer}

// passing is what a stage holds at some moments of a step and not at others, in
// bytes. Weights, optimizer state and buffers are there all the time.
type passing struct {
	kept, whole          quantity.Bytes // activations before and with what is recomputed
	logits               quantity.Bytes
	early, final, update quantity.Bytes // gradients before the last backward pass, after it, at the update
	teacher              quantity.Bytes // weights of a teacher, which stay
	taught               quantity.Bytes // its logits, until the loss has used them
}

// at fills in the terms of a moment and what libraries, the allocator and the
// driver take.
func (p *Prepared) at(moment Moment, h *passing, out *Memory) {
	out.Peak, out.Gradients, out.Activations, out.Logits = moment, h.early, h.kept, 0
	out.Teacher = h.teacher + h.taught
	switch moment {
	case AtLoss:
		out.Logits = h.logits
	case Backward:
		out.Activations, out.Logits = h.whole, h.logits
	case Reduction:
		out.Gradients, out.Activations, out.Teacher = h.final, 0, h.teacher
	case AtOptimizer:
		out.Gradients, out.Activations, out.Teacher = h.update, 0, h.teacher
	}
	stack := p.costs.stack
	tensors := out.Weights + out.Gradients + out.Optimizer + out.Activations + out.Logits + out.Communication + out.Teacher
	out.Allocated = tensors + p.workspace
	out.Reserved = quantity.Bytes(ceil(float64(out.Allocated) * stack.Reserved))
	out.Overhead = stack.ContextBytes + out.Reserved - tensors
	out.Total = tensors + out.Overhead
}

// peak returns the first moment at which the stage holds most; where the update
// needs no more than the gradients, it and not their reduction.
func (h *passing) peak() Moment {
	most, at := h.early+h.kept+h.taught, Forward
	for _, m := range [4]struct {
		moment Moment
		bytes  quantity.Bytes
	}{{AtLoss, h.early + h.kept + h.logits + h.taught}, {Backward, h.early + h.whole + h.logits + h.taught}, {AtOptimizer, h.update}, {Reduction, h.final}} {
		if m.bytes > most {
			most, at = m.bytes, m.moment
		}
	}
	return at
}

// Timeline returns the memory of a pipeline stage of a plan that Evaluate
// accepts at every moment of a step, in order. The largest is that of
// [Prepared.StageMemory].
func (p *Prepared) Timeline(plan *Plan, stage int) []Memory {
	var l layout
	l.init(p, plan)
	var h holding
	p.hold(&l, stage, &h)
	list := make([]Memory, 0, len(moments))
	for _, moment := range moments {
		var m Memory
		passing := p.weigh(&l, stage, &h, &m)
		if moment == AtLoss && passing.logits == 0 {
			continue // on another stage
		}
		p.at(moment, &passing, &m)
		p.judge(&m)
		list = append(list, m)
	}
	return list
}
