package evidence

import (
	"slices"

	"mlsizer/sizing/train"
)

// recipe returns the recipe of the row's stack, the zero one if there is none.
func (r *Row) recipe() (known train.Recipe) {
	if s, err := train.FindStack(r.Stack); err == nil && s.Reporting.Recipe != nil {
		known = *s.Reporting.Recipe
	}
	return known
}

// asPublished returns the row with the defaults that its source states for all
// rows.
func (r *Row) asPublished() *Row {
	known := r.recipe()
	if known.Batch == 0 || r.SeqLen > 0 || r.MicroBatch > 0 || r.GlobalBatch > 0 {
		return r
	}
	c := *r
	c.SeqLen, c.MicroBatch, c.Compile = known.Seq, known.Batch, known.Compile
	c.GlobalBatch = known.Batch * int64(max(r.Devices, 1))
	return &c
}

// pagedUpdate reports whether the row ran its stack's recipe of full fine-tuning
// on one device, with an optimizer that the driver pages.
func (r *Row) pagedUpdate() bool {
	tunes, frozen := r.tuning()
	return tunes && !frozen && r.Devices <= 1 && r.Optimizer == "" && r.recipe().PagedUpdate
}

// offloads sets the row's offloading.
func (r *Row) offloads(s *train.Stack, p *train.Plan) {
	if r.pagedUpdate() {
		p.OffloadOptimizer = true
	}
	switch {
	case !r.CPUOffload:
	case slices.Contains(s.Offloadable, train.OffloadableParams) && p.Sharding == train.Zero3:
		p.OffloadParams = true
	case s.OffloadOptimizer:
		p.OffloadOptimizer = true
	}
}

// freeShare is the share of a device that a published run without recompute
// left free: sources list larger devices than a recipe needs to show its speed.
const freeShare = 0.15

// recomputeUnlessRoom is full recompute unless the plan fits without it with
// freeShare to spare.
func recomputeUnlessRoom(p *train.Prepared, plan train.Plan) train.Recompute {
	if e, err := p.Evaluate(&plan); err != nil || e.Memory.Total <= (1-freeShare)*e.Memory.Device {
		return plan.Recompute
	}
	return train.FullRecompute
}
