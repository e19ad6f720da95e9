package train

import (
	"slices"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Offloadable names what a stack can offload from the device's memory.
type Offloadable string

// What a stack can offload besides the optimizer state
// ([Stack.OffloadOptimizer]).
const (
	// OffloadableParams are weights that are read back layer by layer.
	OffloadableParams Offloadable = "params"
	// OffloadableInputs are the layer inputs that full recompute saves.
	OffloadableInputs Offloadable = "inputs"
	// OffloadableModules are the activations of named modules.
	OffloadableModules Offloadable = "modules"
	// OffloadableNVMe says that optimizer state and weights may be on NVMe
	// disks.
	OffloadableNVMe Offloadable = "nvme"
)

// offloads reports whether the stack supports that.
func (s *Stack) offloads(what Offloadable) bool { return slices.Contains(s.Offloadable, what) }

// offloadFields are the plan fields of the stack's offloading, or the word for
// none.
func (s *Stack) offloadFields() any {
	var list note.Fields
	if s.OffloadOptimizer {
		list = append(list, "offload-optimizer")
	}
	for _, f := range []struct {
		what  Offloadable
		field string
	}{{OffloadableParams, "offload-params"}, {OffloadableInputs, "offload-inputs"}, {OffloadableModules, "offload-modules"}} {
		if s.offloads(f.what) {
			list = append(list, f.field)
		}
	}
	if list == nil {
		return note.Word("no offload")
	}
	return list
}

// offloaded are the states that a plan offloads.
type offloaded struct{ weights, gradients, optimizer bool }

// offloaded returns the states that the plan offloads with a sharding. FSDP
// offloads all of them together; DeepSpeed offloads sharded gradients with the
// optimizer state that they update.
// Source: pytorch/pytorch torch/distributed/fsdp (CPUOffloadPolicy);
// arXiv:2101.06840 section 4.1 (ZeRO-Offload), arXiv:2104.07857 section 5
// (ZeRO-Infinity).
func (s *Stack) offloaded(p *Plan, sharding Sharding) offloaded {
	together := p.OffloadParams && s.OffloadTogether
	return offloaded{
		weights:   p.OffloadParams,
		gradients: together || p.OffloadOptimizer && s.OffloadGradients && sharding >= Zero2,
		optimizer: together || p.OffloadOptimizer,
	}
}

// checkOffload returns an error unless the stack and the device support the
// plan's offloading.
func (p *Prepared) checkOffload(plan *Plan) error {
	if !plan.OffloadOptimizer && !plan.OffloadParams && !plan.OffloadInputs && plan.Offload == 0 {
		return nil
	}
	d, s := p.Cluster.Device, p.profile.stack
	switch {
	case plan.OffloadParams && !s.offloads(OffloadableParams):
		return note.FieldError("offload-params", "offload.weights-stay", s.Name, s.offloadFields())
	case plan.OffloadOptimizer && !s.OffloadOptimizer && !plan.OffloadParams:
		return note.FieldError("offload-optimizer", "offload.optimizer-not-alone", s.Name, s.offloadFields())
	case plan.OffloadInputs && !s.offloads(OffloadableInputs):
		return note.FieldError("offload-inputs", "offload.inputs-stay", s.Name, s.offloadFields())
	case plan.Offload != 0 && !s.offloads(OffloadableModules):
		return note.FieldError("offload-modules", "offload.modules-stay", s.Name, s.offloadFields())
	case p.Workload.NVMe > 0 && !s.offloads(OffloadableNVMe):
		return note.FieldError("nvme-bandwidth", "offload.no-nvme", s.Name, s.offloadFields())
	case plan.OffloadParams && plan.Sharding != Zero3:
		return note.FieldError("offload-params", "offload.params-need-zero3", plan.Sharding)
	case plan.OffloadInputs && plan.Recompute != FullRecompute:
		return note.FieldError("offload-inputs", "offload.inputs-need-full-recompute", plan.RecomputeName())
	case plan.Offload != 0 && plan.recomputesAll():
		return note.FieldError("offload-modules", "offload.modules-are-recomputed", plan.RecomputeName())
	case d.Unified || d.HostLink.Bandwidth == 0:
		return note.FieldError("offload-optimizer", "offload.no-host-link", d.ID)
	}
	return nil
}

// moveOffloaded moves the offloaded states from the device to the host or its
// disks.
func (p *Prepared) moveOffloaded(l *layout, out *Memory) {
	a := &l.offloaded
	var state quantity.Bytes
	for _, move := range [3]struct {
		offloaded bool
		term      *quantity.Bytes
	}{{a.weights, &out.Weights}, {a.gradients, &out.Gradients}, {a.optimizer, &out.Optimizer}} {
		if move.offloaded {
			state += *move.term
			*move.term = 0
		}
	}
	out.Host, out.NVMe = state, 0
	if p.Workload.NVMe > 0 {
		out.Host, out.NVMe = 0, state
	}
}

// stateRate returns the rate at which a device reads or writes offloaded state:
// the slower of its host link and the disks.
func (p *Prepared) stateRate() float64 {
	rate := float64(p.Cluster.Device.HostLink.Bandwidth)
	if n := float64(p.Workload.NVMe); n > 0 {
		rate = min(rate, n)
	}
	return rate
}

// offloadTime returns the exposed time of offloaded activations and weights:
// activations move out and back once per micro-batch, weights move in for each
// pass, gradients move out. Passes hide transfers that are not longer.
func (p *Prepared) offloadTime(l *layout, times *pipelineTimes) quantity.Seconds {
	plan := l.plan
	if plan.Offload == 0 && !plan.OffloadInputs && !plan.OffloadParams && !plan.OffloadOptimizer {
		return 0
	}
	t := p.hostTransfers(l, times)
	s := &times.slowest
	forward, backward := s.forward.sum(), s.backward.sum()+s.recompute.sum()
	return quantity.Seconds(t.exposed(forward, backward) * l.microBatches)
}

// hostTransfers are the seconds per micro-batch to move activations in one
// direction, to read weights for one pass, and to write gradients.
type hostTransfers struct{ activations, read, written float64 }

// exposed returns what the two passes do not hide.
func (t hostTransfers) exposed(forward, backward float64) float64 {
	return max(0, t.activations-forward, t.read-forward) + max(0, t.activations+t.read-backward, t.written-backward)
}

// hostTransfers returns the transfers of a plan that offloads something.
func (p *Prepared) hostTransfers(l *layout, times *pipelineTimes) (t hostTransfers) {
	plan, c := l.plan, p.profile
	var activations float64
	if plan.Offload != 0 || plan.OffloadInputs {
		l.stage(0, func(k *layerKind, n, full float64) {
			activations += (n - full) * l.offloadedBytes(k)
			if plan.OffloadInputs {
				activations += full * l.input(k)
			}
		})
	}
	t.activations = activations / float64(p.Cluster.Device.HostLink.Bandwidth)
	a := &l.offloaded
	if a.weights {
		t.read = c.storedBytes * l.shards[shWeights].own(times.params) / p.stateRate()
	}
	if a.gradients {
		t.written = c.gradBytes * l.shards[shGradients].own(times.trained) / p.stateRate()
	}
	return t
}

// streamTime returns how much longer the optimizer step takes because its state
// streams in and out, in both directions of the link at once.
func (p *Prepared) streamTime(l *layout, times *pipelineTimes) quantity.Seconds {
	if !l.offloaded.optimizer {
		return 0 // the device may have no host link
	}
	return quantity.Seconds(p.streamed(l, times) / p.stateRate())
}

// streamed returns the bytes of a rank's state that stream through the device
// in the optimizer step; 0 if that state is on the device.
func (p *Prepared) streamed(l *layout, times *pipelineTimes) float64 {
	c, a, of := p.profile, &l.offloaded, l.shards[shOptimizer]
	if !a.optimizer {
		return 0
	}
	width := c.masterBytes
	if a.weights {
		width += c.weightBytes
	}
	if a.gradients {
		width += c.gradBytes
	}
	return width*of.own(times.trained) + of.own(times.moments)
}

// noteOffload says what is offloaded to where, and how fast it moves.
func (p *Prepared) noteOffload(notes *note.List, e *Estimate) {
	plan, m := &e.Plan, &e.Memory
	if !plan.OffloadOptimizer && !plan.OffloadParams {
		return
	}
	at := p.profile.stack.offloaded(plan, plan.Sharding)
	var what note.Words
	for _, s := range []struct {
		offloaded bool
		name      note.Word
	}{{at.weights, "state.weights"}, {at.gradients, "state.gradients"}, {at.optimizer, "state.optimizer"}} {
		if s.offloaded {
			what = append(what, s.name)
		}
	}
	rate := quantity.Bandwidth(p.stateRate())
	if p.Workload.NVMe > 0 {
		notes.Say("offload.nvme", "arXiv:2104.07857 section 5", what, m.NVMe, rate)
		return
	}
	notes.Say("offload.with-host", "", what, m.Host, rate)
}
