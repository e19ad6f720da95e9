package train

import "mlsizer/sizing/quantity"

// LowerBound returns lower bounds of the step time and the memory of plans, so
// that a search can skip plans that are already too slow or too large. It is
// for one goroutine.
type LowerBound struct {
	p       *Prepared
	plan    Plan // of the layout
	l       layout
	times   layers
	seconds [numRecomputes]float64     // of all layers; 0: not known
	memory  [numRecomputes]stageMemory // of all layers, where summed says so
	summed  [numRecomputes]bool
}

// NewLowerBound returns a LowerBound for the prepared model.
func (p *Prepared) NewLowerBound() *LowerBound { return &LowerBound{p: p} }

// Step returns a lower bound of the plan's step time for any first and last
// stage, sharding, shard group and offload, and for at most its number of
// virtual stages:
//
//	(m·a/p + a(1 - 1/p)/v + transfers + fixed) x stragglers
//
// where a is the time of all layers for a micro-batch; the slowest of p stages
// takes at least a/p. Evaluate must accept the plan except for its virtual
// stages.
func (f *LowerBound) Step(plan *Plan) quantity.Seconds {
	p := f.p
	e := &p.timing.e
	all := f.all(plan)
	if p.Workload.MFU > 0 {
		return 0
	}
	m, pp := float64(plan.MicroBatches()), float64(plan.PP)
	t := all/pp*m + all*(1-1/pp)/float64(plan.VP) + e.StepSeconds + e.MicroSeconds*m
	f.l.pp = pp
	t += p.sendTime(&f.l) * (m + pp - 1)
	return p.afterStragglers(t)
}

// Division returns a lower bound of the step times of all plans that divide the
// layers as the plan does, whatever their stages, replicas and recompute:
//
//	(a + micro) x M x stragglers
//
// where a is the time of all layers for a micro-batch without recompute and M the
// micro-batches of all stages over the number of stages, which is that of
// samples over devices.
func (f *LowerBound) Division(plan *Plan) quantity.Seconds {
	p := f.p
	if p.Workload.MFU > 0 {
		return 0
	}
	least := *plan
	least.DP = 1 // no layer's time depends on it
	if plan.RecomputeMethod == LayerByLayer && plan.Recompute > NoRecompute && plan.Offload == 0 {
		least.Recompute = NoRecompute
	}
	e := &p.timing.e
	micros := float64(plan.GlobalBatch) / float64(plan.MicroBatch) * float64(plan.TP*plan.CP) / float64(p.Cluster.Count)
	return p.afterStragglers((f.all(&least)+e.MicroSeconds)*micros + e.StepSeconds)
}

// afterStragglers is a lower bound of a step with its stragglers; sums in another
// order differ in the last digits.
func (p *Prepared) afterStragglers(seconds float64) quantity.Seconds {
	return quantity.Seconds(seconds * (1 + p.timing.e.Jitter*p.doublings()) * (1 - 1e-9))
}

// all returns the seconds of a micro-batch in all layers together: those of a
// pipeline of one stage.
func (f *LowerBound) all(plan *Plan) float64 {
	mode := boundMode(plan)
	known := &f.seconds[mode]
	if f.of(plan); *known > 0 {
		return *known
	}
	f.lay(mode)
	var st stage
	f.p.stageTime(&f.l, 0, &f.times, &st)
	*known = st.sum()
	return *known
}

// sums returns the memory of all layers together with a recompute mode.
func (f *LowerBound) sums(plan *Plan) *stageMemory {
	mode := boundMode(plan)
	if f.of(plan); !f.summed[mode] {
		f.lay(mode)
		f.memory[mode] = stageMemory{}
		f.p.sumStage(&f.l, 0, &f.memory[mode])
		f.summed[mode] = true
	}
	return &f.memory[mode]
}

// of forgets what is known unless it is known of plans that divide the layers as
// the plan does.
func (f *LowerBound) of(plan *Plan) {
	same := plan.division() == f.plan.division() && plan.Modules == f.plan.Modules && plan.Offload == f.plan.Offload && plan.OffloadInputs == f.plan.OffloadInputs
	if !same {
		f.times, f.seconds, f.summed = layers{}, [numRecomputes]float64{}, [numRecomputes]bool{}
	}
	f.plan = *plan
}

// lay lays all layers out on one stage with a recompute mode.
func (f *LowerBound) lay(mode Recompute) {
	f.plan.PP, f.plan.VP, f.plan.FirstLayers, f.plan.LastLayers = 1, 1, 0, 0
	f.plan.Recompute, f.plan.RecomputeMethod, f.plan.RecomputeLayers = mode, LayerByLayer, 0
	f.l.init(f.p, &f.plan)
}

// boundMode is the plan's recompute mode, or none if that recomputes some
// layers of each stage: how many depends on the stages.
func boundMode(plan *Plan) Recompute {
	if plan.RecomputeMethod != LayerByLayer {
		return NoRecompute
	}
	return plan.Recompute
}

// Memory returns a lower bound of the memory of the plan's most loaded device,
// for any virtual, first and last stages, any shard group, and at most the
// given sharding: the memory of an average stage with one micro-batch in
// flight.
func (f *LowerBound) Memory(plan *Plan, most Sharding) float64 {
	c, stack := f.p.profile, f.p.profile.stack
	h := f.sums(plan)
	dense := float64(plan.DP) * float64(plan.CP)
	ranks := shares{dense, dense * float64(plan.TP) / (float64(plan.EP) * float64(plan.expertTP()))}
	over := func(x *perStage, at Sharding) float64 {
		if most >= at {
			return x.dense/ranks.dense + x.experts/ranks.expert
		}
		return x.dense + x.experts
	}
	offloaded := stack.offloaded(plan, most)
	gradients := c.gradBytes * over(&h.trained, Zero2)
	if offloaded.gradients {
		gradients = 0
	}
	backward := h.saved
	if plan.RecomputeMethod != LayerByLayer {
		backward = 0 // unknown until the stages are known
	}
	if stack.PersistentGradients || plan.MicroBatches() > 1 {
		backward += gradients
	}
	tensors := max(gradients, backward)
	if !offloaded.weights {
		tensors += over(&h.stored, Zero3)
	}
	if !offloaded.optimizer {
		tensors += c.masterBytes*over(&h.trained, Zero1) + over(&h.moments, Zero1)
	}
	allocated := tensors/float64(plan.PP) + float64(f.p.workspace)
	return (float64(stack.ContextBytes) + allocated*stack.Reserved) * (1 - 1e-9)
}

// StateLowerBound returns a lower bound of the total of a device of the cluster
// under any plan that offloads nothing: weights and optimizer state divided by
// all devices.
func (p *Prepared) StateLowerBound() float64 {
	c := p.profile
	allocated := float64(p.StateBytes())/float64(p.Cluster.Count) + float64(p.workspace)
	return (float64(c.stack.ContextBytes) + allocated*c.stack.Reserved) * (1 - 1e-9)
}

// StateBytes returns the weights and the optimizer's state of the whole model.
func (p *Prepared) StateBytes() quantity.Bytes {
	f := p.NewLowerBound()
	h := f.sums(&Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 1})
	return quantity.Bytes(h.stored.sum() + h.moments.sum() + p.profile.masterBytes*h.trained.sum())
}

// ForwardFLOPs returns the FLOPs of a sample's forward pass.
func (p *Prepared) ForwardFLOPs() float64 { return p.profile.fwd.total() }
