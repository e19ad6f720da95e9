package train

import (
	"math"

	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// StepTerms is where the time of a step goes, on the device that sets the
// pace. The terms add up to the step.
type StepTerms struct {
	Products   quantity.Seconds `json:"products_seconds"`    // matrix products
	Attention  quantity.Seconds `json:"attention_seconds"`   // scores, values, scans
	MemoryOps  quantity.Seconds `json:"memory_ops_seconds"`  // norms, activations, residuals, loss
	Launch     quantity.Seconds `json:"launch_seconds"`      // waiting for the host to launch kernels
	TensorComm quantity.Seconds `json:"tensor_comm_seconds"` // TP collectives
	ExpertComm quantity.Seconds `json:"expert_comm_seconds"` // EP all-to-all
	Context    quantity.Seconds `json:"context_seconds"`     // CP exchange
	Pipeline   quantity.Seconds `json:"pipeline_seconds"`    // transfers between stages
	Bubble     quantity.Seconds `json:"bubble_seconds"`      // pipeline fill and drain
	DataComm   quantity.Seconds `json:"data_comm_seconds"`   // exposed gradient and weight traffic
	Optimizer  quantity.Seconds `json:"optimizer_seconds"`
	Stragglers quantity.Seconds `json:"stragglers_seconds"` // waiting for the slowest device
	Fixed      quantity.Seconds `json:"fixed_seconds"`
	Offload    quantity.Seconds `json:"offload_seconds"`           // exposed traffic with the host during the passes
	Teacher    quantity.Seconds `json:"teacher_seconds,omitempty"` // the forward pass of a teacher
}

// Sum returns the step time.
func (t *StepTerms) Sum() quantity.Seconds {
	return t.Products + t.Attention + t.MemoryOps + t.Launch + t.TensorComm + t.ExpertComm + t.Context +
		t.Pipeline + t.Bubble + t.DataComm + t.Optimizer + t.Stragglers + t.Fixed + t.Offload + t.Teacher
}

// SetConstants replaces the constants that the estimate rests on.
func (p *Prepared) SetConstants(c *Constants) {
	p.constants = c
	p.ready()
}

// Efficiency returns the constants that hold for the stack on the device.
func (p *Prepared) Efficiency() Efficiency { return p.timing.e }

// pass is the time of one pass (forward or backward) of a micro-batch through
// some layers, in seconds by term.
type pass struct {
	products, attention, scan, memory, launch, tensor, expert, context float64
	// mlp, experts and shared are the parts of products that selective
	// recompute may repeat by name; they are not added up again.
	mlp, experts, shared, up float64
}

func (a *pass) sum() float64 {
	return a.products + a.attention + a.scan + a.memory + a.launch + a.tensor + a.expert + a.context
}

func (a *pass) add(b *pass, n float64) {
	a.products += b.products * n
	a.attention += b.attention * n
	a.scan += b.scan * n
	a.memory += b.memory * n
	a.launch += b.launch * n
	a.tensor += b.tensor * n
	a.expert += b.expert * n
	a.context += b.context * n
}

// stage is what a micro-batch costs on one pipeline stage and what the stage
// holds.
type stage struct {
	forward, backward, again pass // again: what the backward pass computes anew
	params, trained          held // all parameters, and those with a gradient
	moments                  held // bytes of optimizer state of the latter
}

func (s *stage) sum() float64 { return s.forward.sum() + s.backward.sum() + s.again.sum() }

// passes returns all passes of a micro-batch as one, by term.
func (s *stage) passes() pass {
	all := s.forward
	all.add(&s.backward, 1)
	all.add(&s.again, 1)
	return all
}

// layers caches the times of the kinds during one evaluation, so that a deep
// pipeline costs one evaluation of each kind.
type layers struct {
	known [8]bool
	times [8]struct{ forward, backward pass }
}

// stepTerms estimates the time of one step from the shapes of the layers and
// the plan. It is the one place that knows how long anything takes.
//
//	step  = slowest stage x m + bubble + transfers
//	      + exposed data-parallel traffic + optimizer + stragglers + fixed
//	bubble = (sum of all stages - slowest) / v
//
// for m micro-batches and v model chunks a device; with even stages the bubble
// is the familiar (p-1)/v micro-batches. Source: arXiv:2104.04473 section 2.2.
func (p *Prepared) stepTerms(l *layout) StepTerms {
	var a pace
	p.paceOf(l, &a)
	return p.paceTerms(l, &a)
}

// paceOf adds all stages of the plan to a.
func (p *Prepared) paceOf(l *layout, a *pace) {
	var cache layers
	for s := range l.plan.PP {
		var st stage
		p.stageTime(l, s, &cache, &st)
		a.add(&st, st.sum())
	}
}

// pace is what the stages of a pipeline take for one micro-batch and hold: the
// part of a step that does not depend on sharding and on the number of
// micro-batches.
type pace struct {
	stages          int
	slowest         stage
	at              int     // which stage that is
	slow, all       float64 // seconds of the slowest and of all stages
	params, trained held    // parameters of the largest
	moments         held    // bytes of optimizer state of the largest
}

// add adds the next stage, whose passes take so long together.
func (a *pace) add(st *stage, sum float64) {
	a.all += sum
	if a.stages == 0 || sum > a.slow {
		a.slowest, a.at, a.slow = *st, a.stages, sum
	}
	a.params, a.trained, a.moments = a.params.largest(st.params), a.trained.largest(st.trained), a.moments.largest(st.moments)
	a.stages++
}

// paceTerms makes a step of the pace of its stages.
func (p *Prepared) paceTerms(l *layout, a *pace) StepTerms {
	e := &p.timing.e
	m := l.microBatches
	total := a.slowest.passes()
	t := StepTerms{
		Products:   quantity.Seconds(total.products * m),
		Attention:  quantity.Seconds((total.attention + total.scan) * m),
		MemoryOps:  quantity.Seconds(total.memory * m),
		Launch:     quantity.Seconds(total.launch * m),
		TensorComm: quantity.Seconds(total.tensor * m),
		ExpertComm: quantity.Seconds(total.expert * m),
		Context:    quantity.Seconds(total.context * m),
		Bubble:     quantity.Seconds((a.all - a.slow) / l.vp),
		Fixed:      quantity.Seconds(e.StepSeconds + e.MicroSeconds*m),
	}
	send := p.sendTime(l)
	t.Pipeline = quantity.Seconds(send * (m*l.vp + l.pp - 1))
	t.DataComm = quantity.Seconds(p.dataComm(l, a.params, a.trained, &a.slowest))
	t.Offload = p.offloadTime(l, a)
	t.Optimizer = p.optimizerTime(l, a) + p.streamTime(l, a)
	t.Stragglers = t.Sum() * quantity.Seconds(e.Jitter*p.doublings())
	return t
}

// optimizerTime returns how long the optimizer's step takes on the device: it
// reads weights and gradients of a rank's trained parameters, and reads and
// writes their fp32 copies and moments.
func (p *Prepared) optimizerTime(l *layout, a *pace) quantity.Seconds {
	c, of := p.costs, l.shards[shOptimizer]
	moved := (c.weightBytes+c.gradBytes+2*c.masterBytes)*of.own(a.trained) + 2*of.own(a.moments)
	return quantity.Seconds(moved / p.timing.memory)
}

// doublings returns how often a single node was doubled to make the cluster.
func (p *Prepared) doublings() float64 {
	nodes := float64(p.Cluster.Count) / max(p.timing.node, 1)
	if p.Cluster.Slices > 0 {
		nodes = float64(p.Cluster.Slices)
	}
	if nodes <= 1 {
		return 0
	}
	return math.Log2(nodes)
}

// stageTime sums the layers of stage s.
func (p *Prepared) stageTime(l *layout, s int, cache *layers, out *stage) {
	c, e := p.costs, &p.timing.e
	last := s == l.plan.PP-1
	l.stage(s, func(k *kind, n, full float64) {
		again := full * e.Full
		if l.plan.Recompute == Selective {
			again = n * e.Selective
		}
		p.addLayers(l, k, n, again, cache, out)
	})
	if s == 0 {
		for _, i := range c.input {
			p.addLayers(l, &c.kinds[i], float64(c.kinds[i].layers), never, cache, out)
		}
	}
	if !last {
		return
	}
	for _, i := range c.output {
		p.addLayers(l, &c.kinds[i], float64(c.kinds[i].layers), never, cache, out)
	}
	loss := c.logits * e.LossTraffic * l.micro / (l.cp * l.tp) / p.timing.memory
	out.forward.memory += loss / 3
	out.backward.memory += loss * 2 / 3
}

// never says that no mode recomputes a layer: the embedding and the head.
const never = -1

// addLayers adds n layers of a kind; the backward pass repeats the forward pass
// of as many as again says.
func (p *Prepared) addLayers(l *layout, k *kind, n, again float64, cache *layers, out *stage) {
	out.params.add(l.params(k), n)
	out.trained.add(l.divide(&k.trained, k.maxKV), n)
	out.moments.add(l.divide(&k.moments, k.maxKV), n)
	var forward, backward pass
	if i := k.shape.index; i < len(cache.known) {
		t := &cache.times[i]
		if !cache.known[i] {
			cache.known[i] = true
			p.layerTime(l, k, &t.forward, &t.backward)
		}
		forward, backward = t.forward, t.backward
	} else {
		p.layerTime(l, k, &forward, &backward)
	}
	out.forward.add(&forward, n)
	out.backward.add(&backward, n)
	if again == never {
		return
	}
	if l.plan.Recompute == Selective && !p.costs.stack.SelectiveOps {
		p.addModules(l, k, n-again, &forward, &out.again)
	}
	if again > 0 {
		out.again.add(&forward, again)
	}
}

// addModules adds what selective recompute by module repeats of n layers: the
// core of attention, products of feed-forward networks, and memory-bound
// kernels by the share of the activations that they make anew.
func (p *Prepared) addModules(l *layout, k *kind, n float64, forward, again *pass) {
	dropped := l.plan.dropped()
	if dropped.Has(model.CoreAttention) {
		again.attention += n * forward.attention
	}
	if dropped.Has(model.MLPModule) {
		again.products += n * forward.mlp
	}
	if dropped.Has(model.MoEModule) {
		again.products += n * forward.experts
		again.expert += n * forward.expert
	}
	if dropped.Has(model.SharedModule) {
		again.products += n * forward.shared
	}
	if dropped.Has(model.UpProjection) {
		again.products += n * forward.up
	}
	if all := l.bytes(&k.written, 0); all > 0 {
		again.memory += n * forward.memory * (1 - l.bytes(&k.written, dropped)/all)
	}
}

// layerTime returns the forward and backward time of one layer for one
// micro-batch.
//
//	layer = max(products + attention + memory-bound + collectives, launches)
//
// Weights that are packed in 4 bits are read and written in the compute precision
// for each pass, whatever the micro-batch (arXiv:2305.14314 section 3, equation 5).
func (p *Prepared) layerTime(l *layout, k *kind, forward, backward *pass) {
	t, s := &p.timing, &k.shape
	e := &t.e
	for i := range s.products {
		f, b := p.productTime(l, k, &s.products[i])
		forward.products += f
		backward.products += b
		switch s.products[i].module {
		case model.MLPModule:
			forward.mlp += f
		case model.MoEModule:
			forward.experts += f
		case model.SharedModule:
			forward.shared += f
		case model.UpProjection:
			forward.up += f
		}
	}
	for i := range s.cores {
		f, b := p.coreTime(l, &s.cores[i])
		if s.cores[i].heads == 0 {
			forward.scan += f
			backward.scan += b
			continue
		}
		forward.attention += f
		backward.attention += b
	}
	share := l.micro / l.cp
	moved := s.written[model.HeadAxis]/l.tp + s.written[model.ExpertAxis]/l.tp + s.written[model.DispatchAxis]*l.etp/l.tp + s.written[model.SequenceAxis]/l.sequence() + s.written[model.NoAxis]
	memory := moved * share * e.Traffic / t.memory
	unpack := 0.0
	if c := p.costs; c.unpackBytes > 0 {
		unpack = l.divide(&k.packed, k.maxKV).sum() * c.unpackBytes / t.memory
	}
	memory += s.biased / l.tp * share * e.BiasTraffic / t.memory
	forward.memory, backward.memory = memory+unpack, 2*memory+unpack
	scores := s.scores / l.tp * share * e.ScoreTraffic / t.memory
	forward.attention += scores
	backward.attention += 2 * scores

	p.layerComm(l, k, forward, backward)
	forward.launch = waiting(forward, s.blocks*e.Launch, e.LaunchShare)
	backward.launch = waiting(backward, s.blocks*e.Launch*e.LaunchBackward, e.LaunchShare)
	if s.topK > 0 {
		forward.launch += e.Routing
		backward.launch += e.Routing
	}
}

// waiting returns how long the device waits for the host's launches.
func waiting(a *pass, launch, share float64) float64 {
	return max(launch-a.sum(), share*launch)
}

// layerComm adds the collectives of one layer, the same forward and backward.
func (p *Prepared) layerComm(l *layout, k *kind, forward, backward *pass) {
	t := &p.timing
	e := &t.e
	if l.tp > 1 {
		one := p.tensorTime(l, k) * t.tensorShown(l.tp)
		forward.tensor += one
		backward.tensor += one
	}
	if s := &k.shape; l.ep > 1 && s.topK > 0 {
		// Dispatch and combine: the ranks of a tensor-parallel group send their
		// part of the tokens each.
		one := 2 * p.allToAll(l.etp, l.ep, s.topK, s.experts, s.dispatched*l.micro/(l.cp*l.tp)) * (1 - e.ExpertHidden)
		forward.expert += one
		backward.expert += one
	}
	if volume := l.ring(k); volume > 0 {
		// The ring passes keys and values around, hidden behind attention as
		// far as that takes long enough; backward their gradients too.
		ring := volume/p.bandwidth(l.tp*l.cp) + (l.cp-1)*e.Latency
		forward.context += max(0, ring-forward.attention*e.ContextHidden)
		backward.context += max(0, 2*ring-backward.attention*e.ContextHidden)
	}
}

// ring returns the bytes that a device passes on around the ring of context
// parallelism in one pass of a layer: the keys and values of the other ranks'
// parts of the sequence, and a recurrence's state at the end of each. Sources:
// arXiv:2310.01889 (keys and values), arXiv:2404.02882 section 3.2 (states).
func (l *layout) ring(k *kind) float64 {
	r := &k.shape.ring
	keys := r.kv/max(1, min(l.tp, k.maxKV)) + r.heads/l.tp + r.whole
	return (l.cp - 1) * l.micro * (keys/l.cp + r.state/l.tp)
}

// tensorTime returns the time of a layer's tensor-parallel collectives in one
// pass: an all-reduce a block, or a reduce-scatter and an all-gather. The ranks
// that share experts gather the tokens that were sent to these.
func (p *Prepared) tensorTime(l *layout, k *kind) float64 {
	s := &k.shape
	t := p.ringTime(l.tp, l.tp, 2*k.input*l.micro/l.cp) * s.reduced
	if s.topK > 0 && l.etp > 1 {
		t += p.ringTime(l.etp, l.etp, p.sharedTokens(l, s))
	}
	return t
}

// sharedTokens returns the bytes that the collectives of a layer's routed
// experts move among the ranks that share these, in one pass: every token once
// without expert parallelism, and once for each of its experts with it.
func (p *Prepared) sharedTokens(l *layout, s *shape) float64 {
	bytes := 2 * s.dispatched * l.micro / l.cp * l.etp / l.tp
	if l.ep > 1 {
		bytes *= s.topK
	}
	return bytes
}

// productTime returns the time of a product forward (m·k by k·n) and backward,
// where two products of the same size compute the gradients of its input and
// of its weights.
//
//	t(m, n, k) = 2k(mn + tail·wave)/rate + spill·2(mn + mk + nk)/bandwidth
//
// A product fills the device in waves of tiles, the last of which is partly
// empty; what its operands move does not hide wholly behind arithmetic. The
// gradient of weights is written like any other output or, where a stack keeps
// gradients, added to them.
// Source: NVIDIA "Matrix Multiplication Background User's Guide", sections
// tile and wave quantization.
func (p *Prepared) productTime(l *layout, k *kind, w *product) (forward, backward float64) {
	t := &p.timing
	e := &t.e
	rate, cast := t.plain, 0.0
	if w.narrow && t.narrow {
		rate, cast = t.products, e.Cast
	}
	tp, copies := l.tp, w.copies
	m := k.tokens * l.micro / l.cp * w.uses
	switch {
	case copies > 1:
		// An expert sees the tokens of the ranks that share it: where they are
		// fewer than the tensor-parallel ranks, those of a part of the sequence.
		tp, copies = l.etp, max(copies/l.ep, 1)
		m *= w.copies / copies * e.Imbalance * l.etp / l.tp
		if copies > 1 { // a single one is a product like any other
			rate *= e.Grouped / e.Software // libraries of their own
		}
	case w.split == splitNone:
		m /= l.sequence()
	}
	in, out := w.in, w.out
	switch w.split {
	case splitColumns:
		out /= tp
	case splitRows:
		in /= tp
	}
	if tile := e.Tile; tile > 0 {
		in, out, m = roundUp(in, tile), roundUp(out, tile), roundUp(m, tile)
	}
	lost := e.Tail * e.Wave
	flops := 2 * copies * m * in * out
	moved := 2 * copies * (m*in/w.reach + m*out + in*out) * (e.Spill + 1.5*cast) / t.memory
	forward = (flops+2*lost*in)/rate + moved
	lostSum := lost
	if w.splits {
		lostSum = min(lost, in*out)
	}
	added := copies * in * out * (t.added - 2) * e.Spill / t.memory
	backward = (2*flops+2*lostSum*m+2*lost*out)/rate + 2*moved + added
	if p.Workload.FreezesWeights() {
		backward = (flops+2*lost*out)/rate + moved // no gradient of the weights
	}
	return forward, backward
}

func roundUp(v, unit float64) float64 { return math.Ceil(v/unit) * unit }

// coreTime returns the time of the part of a block that mixes positions.
//
// Fused attention runs at a share of the matrix rate that falls with the head
// dimension, over whole blocks of 128 positions, and does 2.5 times the
// arithmetic backward (arXiv:2205.14135 section 3, arXiv:2307.08691 section
// 3.1). Unfused attention is two batched products a head over the full square.
func (p *Prepared) coreTime(l *layout, k *core) (forward, backward float64) {
	t := &p.timing
	e := &t.e
	share := l.micro / l.cp / l.tp
	switch {
	case k.heads == 0:
		forward = k.executed * share / (t.plain * e.Scan)
		return forward, 2 * forward
	case k.fused:
		speed := t.plain * k.dim / (k.dim + e.FlashHead) * (128 + e.FlashHead) / 128
		flops := k.executed * share * (1 + 128/k.tokens)
		return flops / (speed * e.Flash), 2.5 * flops / (speed * e.FlashBackward)
	}
	n := k.heads * share
	pairs := k.full / (4 * k.heads * k.dim)
	seq := math.Sqrt(pairs)
	flops := k.full*share + 4*e.Tail*e.Wave*k.dim
	moved := 2 * n * (2*pairs + 4*seq*k.dim) * e.Spill / t.memory
	forward = flops/t.plain + moved
	if k.dim != math.Trunc(k.dim/8)*8 {
		forward *= e.Unaligned
	}
	return forward, 2 * forward
}

// time fills in the step, whose terms are known unless the MFU is given, and
// the run. The estimate's FLOPs are known.
func (p *Prepared) time(l *layout, e *Estimate) {
	plan, t := l.plan, &e.Time
	perStep := float64(plan.GlobalBatch)
	devices := float64(p.Cluster.Count)
	modelStep := p.costs.palm * perStep
	if w := &p.Workload; w.MFU > 0 {
		counted := modelStep * float64(e.Compute.By(w.Convention)/e.Compute.Model)
		t.Step = quantity.Seconds(counted / (devices * float64(p.rate.Peak) * w.MFU))
		t.Terms = StepTerms{Products: t.Step, Teacher: t.Terms.Teacher}
		t.Step += t.Terms.Teacher
		t.StepLow, t.StepHigh = t.Step, t.Step
	} else {
		t.Step = t.Terms.Sum()
		band := p.StepBand(plan)
		t.StepLow, t.StepHigh = t.Step*quantity.Seconds(band.Low), t.Step*quantity.Seconds(band.High)
	}
	t.MFUPaLM = modelStep / (devices * float64(p.rate.Peak) * float64(t.Step))
	t.MFUMegatron, t.MFUSixND, t.HFU = e.Utilisation(Megatron), e.Utilisation(SixND), e.Utilisation(HardwareFLOPs)
	t.Convention = p.Workload.Convention
	t.MFU = e.Utilisation(t.Convention)
	t.TokensPerSecond = perStep * float64(p.Workload.Seq) / float64(t.Step)
	t.TokensPerSecondPerDevice = t.TokensPerSecond / devices
	t.Steps = 1
	if p.Workload.Tokens > 0 {
		t.Steps = math.Ceil(p.Samples(plan) / perStep)
	}
	t.Run = t.Step * quantity.Seconds(t.Steps)
	t.RunLow, t.RunHigh = t.StepLow*quantity.Seconds(t.Steps), t.StepHigh*quantity.Seconds(t.Steps)
	t.DeviceHours = float64(t.Run) / 3600 * devices
}

// StepTime returns the terms of a plan's step without the rest of an
// estimate. It allocates only to report a plan that cannot run.
func (p *Prepared) StepTime(plan *Plan) (StepTerms, error) {
	if err := p.Check(plan); err != nil {
		return StepTerms{}, err
	}
	var l layout
	l.init(p, plan)
	return p.stepTerms(&l), nil
}
