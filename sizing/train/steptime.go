package train

import (
	"math"

	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// StepTerms are the parts of a step time on the slowest pipeline stage. They
// add up to the step.
type StepTerms struct {
	Products   quantity.Seconds `json:"products_seconds"`    // matrix products
	Attention  quantity.Seconds `json:"attention_seconds"`   // scores, values, scans
	MemoryOps  quantity.Seconds `json:"memory_ops_seconds"`  // norms, activations, residuals, loss
	Launch     quantity.Seconds `json:"launch_seconds"`      // wait for the host to launch kernels
	TensorComm quantity.Seconds `json:"tensor_comm_seconds"` // TP collectives
	ExpertComm quantity.Seconds `json:"expert_comm_seconds"` // EP all-to-all
	Context    quantity.Seconds `json:"context_seconds"`     // CP exchange
	Pipeline   quantity.Seconds `json:"pipeline_seconds"`    // transfers between stages
	Bubble     quantity.Seconds `json:"bubble_seconds"`      // pipeline fill and drain
	DataComm   quantity.Seconds `json:"data_comm_seconds"`   // exposed gradient and weight traffic
	Optimizer  quantity.Seconds `json:"optimizer_seconds"`
	Stragglers quantity.Seconds `json:"stragglers_seconds"` // wait for the slowest device
	Fixed      quantity.Seconds `json:"fixed_seconds"`
	Offload    quantity.Seconds `json:"offload_seconds"`                // exposed host transfers during the passes
	Teacher    quantity.Seconds `json:"teacher_seconds,omitempty"`      // the forward pass of a teacher
	Others     quantity.Seconds `json:"other_phases_seconds,omitempty"` // of post-training: all but the policy's update
}

// Sum returns the step time.
func (t *StepTerms) Sum() quantity.Seconds {
	return t.Products + t.Attention + t.MemoryOps + t.Launch + t.TensorComm + t.ExpertComm + t.Context +
		t.Pipeline + t.Bubble + t.DataComm + t.Optimizer + t.Stragglers + t.Fixed + t.Offload + t.Teacher + t.Others
}

// SetConstants replaces the constants of the estimate.
func (p *Prepared) SetConstants(c *Constants) {
	p.constants = c
	p.ready()
}

// Efficiency returns the constants that apply to the stack on the device.
func (p *Prepared) Efficiency() Efficiency { return p.timing.e }

// pass is the time of one pass (forward or backward) of a micro-batch through
// some layers, in seconds by term.
type pass struct {
	products, attention, scan, memory, launch, tensor, expert, context float64
	// mlp, experts, shared and up are the parts of products that selective
	// recompute can repeat by module. They are not added again.
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

// stage is the time of a micro-batch on one pipeline stage, and the stage's
// parameters.
type stage struct {
	forward, backward, recompute pass     // recompute: what the backward pass recomputes
	params, trained              perStage // all parameters, and those with a gradient
	moments                      perStage // bytes of optimizer state
}

func (s *stage) sum() float64 { return s.forward.sum() + s.backward.sum() + s.recompute.sum() }

// passes returns all passes of a micro-batch as one, by term.
func (s *stage) passes() pass {
	all := s.forward
	all.add(&s.backward, 1)
	all.add(&s.recompute, 1)
	return all
}

// layers caches the times per layer kind during one evaluation, so that a deep
// pipeline computes each kind once.
type layers struct {
	known [8]bool
	times [8]struct{ forward, backward pass }
}

// stepTerms estimates the time of one step from the shapes of the layers and
// the plan. All times are computed here.
//
//	step  = slowest stage x m + bubble + transfers
//	      + exposed data-parallel traffic + optimizer + stragglers + fixed
//	bubble = (sum of all stages - slowest) / v
//
// for m micro-batches and v model chunks per device. With even stages the
// bubble is the well-known (p-1)/v micro-batches. Source: arXiv:2104.04473
// section 2.2.
func (p *Prepared) stepTerms(l *layout) StepTerms {
	var a pipelineTimes
	p.pipelineTimes(l, &a)
	return p.termsOf(l, &a)
}

// pipelineTimes adds all stages of the plan to a.
func (p *Prepared) pipelineTimes(l *layout, a *pipelineTimes) {
	var cache layers
	for s := range l.plan.PP {
		var st stage
		p.stageTime(l, s, &cache, &st)
		a.add(&st, st.sum())
	}
}

// pipelineTimes are the times per micro-batch and the parameters of a
// pipeline's stages: the part of a step that depends neither on sharding nor on
// the number of micro-batches.
type pipelineTimes struct {
	stages           int
	slowest          stage
	at               int      // the slowest stage
	slowestTime, all float64  // seconds of the slowest stage and of all stages
	params, trained  perStage // parameters of the largest stage
	moments          perStage // bytes of optimizer state of the largest stage
}

// add adds the next stage with the time of its passes.
func (a *pipelineTimes) add(st *stage, sum float64) {
	a.all += sum
	if a.stages == 0 || sum > a.slowestTime {
		a.slowest, a.at, a.slowestTime = *st, a.stages, sum
	}
	a.params, a.trained, a.moments = a.params.largest(st.params), a.trained.largest(st.trained), a.moments.largest(st.moments)
	a.stages++
}

// termsOf computes the terms of a step from the times of its stages.
func (p *Prepared) termsOf(l *layout, a *pipelineTimes) StepTerms {
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
		Bubble:     quantity.Seconds((a.all - a.slowestTime) / l.vp),
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

// optimizerTime returns the time of the optimizer step on the device: it reads
// weights and gradients of a rank's trained parameters, and reads and writes
// their fp32 copies and moments.
func (p *Prepared) optimizerTime(l *layout, a *pipelineTimes) quantity.Seconds {
	c, of := p.profile, l.shards[shOptimizer]
	moved := (c.weightBytes+c.gradBytes+2*c.masterBytes)*of.own(a.trained) + 2*of.own(a.moments)
	return quantity.Seconds(moved / p.timing.memory)
}

// doublings returns the logarithm of the number of nodes to base 2.
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
	c, e := p.profile, &p.timing.e
	last := s == l.plan.PP-1
	l.stage(s, func(k *layerKind, n, full float64) {
		again := full * e.Full
		if l.plan.Recompute == Selective {
			again = n * e.Selective
		}
		p.addLayers(l, k, n, again, cache, out)
	})
	if s == 0 {
		for _, i := range c.input {
			p.addLayers(l, &c.kinds[i], float64(c.kinds[i].layers), neverRecomputed, cache, out)
		}
	}
	if !last {
		return
	}
	for _, i := range c.output {
		p.addLayers(l, &c.kinds[i], float64(c.kinds[i].layers), neverRecomputed, cache, out)
	}
	loss := c.logits * e.LossTraffic * l.micro / (l.cp * l.tp) / p.timing.memory
	out.forward.memory += loss / 3
	out.backward.memory += loss * 2 / 3
}

// neverRecomputed says that no mode recomputes a layer: the embedding and the
// head.
const neverRecomputed = -1

// addLayers adds n layers of a kind. The backward pass repeats the forward pass
// of the recomputed ones.
func (p *Prepared) addLayers(l *layout, k *layerKind, n, recomputed float64, cache *layers, out *stage) {
	out.params.add(l.params(k), n)
	out.trained.add(l.divide(&k.trained, k.maxKV), n)
	out.moments.add(l.divide(&k.moments, k.maxKV), n)
	var forward, backward pass
	if i := k.ops.index; i < len(cache.known) {
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
	if recomputed == neverRecomputed {
		return
	}
	if l.plan.Recompute == Selective && !p.profile.stack.SelectiveOps {
		p.addModules(l, k, n-recomputed, &forward, &out.recompute)
	}
	if recomputed > 0 {
		out.recompute.add(&forward, recomputed)
	}
}

// addModules adds what selective recompute by module repeats of n layers: the
// core of attention, products of feed-forward networks, and memory-bound
// kernels by their share of the recomputed activations.
func (p *Prepared) addModules(l *layout, k *layerKind, n float64, forward, recompute *pass) {
	dropped := l.plan.dropped()
	if dropped.Has(model.CoreAttention) {
		recompute.attention += n * forward.attention
	}
	if dropped.Has(model.MLPModule) {
		recompute.products += n * forward.mlp
	}
	if dropped.Has(model.MoEModule) {
		recompute.products += n * forward.experts
		recompute.expert += n * forward.expert
	}
	if dropped.Has(model.SharedModule) {
		recompute.products += n * forward.shared
	}
	if dropped.Has(model.UpProjection) {
		recompute.products += n * forward.up
	}
	if all := l.bytes(&k.written, 0); all > 0 {
		recompute.memory += n * forward.memory * (1 - l.bytes(&k.written, dropped)/all)
	}
}

// layerTime returns the forward and backward time of one layer for one
// micro-batch.
//
//	layer = max(products + attention + memory-bound + collectives, launches)
//
// Weights packed in 4 bits are unpacked to the compute precision in each pass,
// whatever the micro-batch (arXiv:2305.14314 section 3, equation 5).
func (p *Prepared) layerTime(l *layout, k *layerKind, forward, backward *pass) {
	t, s := &p.timing, &k.ops
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
	if c := p.profile; c.unpackBytes > 0 {
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

// layerComm adds the collectives of one layer; they are the same forward and
// backward.
func (p *Prepared) layerComm(l *layout, k *layerKind, forward, backward *pass) {
	t := &p.timing
	e := &t.e
	if l.tp > 1 {
		one := p.tensorTime(l, k) * t.tensorShown(l.tp)
		forward.tensor += one
		backward.tensor += one
	}
	if s := &k.ops; l.ep > 1 && s.topK > 0 {
		// Dispatch and combine: each rank of a tensor-parallel group sends its
		// own part of the tokens.
		one := 2 * p.allToAll(l.etp, l.ep, s.topK, s.experts, s.dispatched*l.micro/(l.cp*l.tp)) * (1 - e.ExpertHidden)
		forward.expert += one
		backward.expert += one
	}
	if volume := l.ring(k); volume > 0 {
		// Attention hides the ring exchange of keys and values as far as it
		// takes long enough. The backward pass also exchanges their gradients.
		ring := volume/p.bandwidth(l.tp*l.cp) + (l.cp-1)*e.Latency
		forward.context += max(0, ring-forward.attention*e.ContextHidden)
		backward.context += max(0, 2*ring-backward.attention*e.ContextHidden)
	}
}

// ring returns the bytes that a device sends around the ring of context
// parallelism in one pass of a layer: the keys and values of the other ranks'
// parts of the sequence, and the state of a recurrence at the end of each.
// Sources: arXiv:2310.01889 (keys and values), arXiv:2404.02882 section 3.2
// (states).
func (l *layout) ring(k *layerKind) float64 {
	r := &k.ops.ring
	keys := r.kv/max(1, min(l.tp, k.maxKV)) + r.heads/l.tp + r.whole
	return (l.cp - 1) * l.micro * (keys/l.cp + r.state/l.tp)
}

// tensorTime returns the time of a layer's tensor-parallel collectives in one
// pass: an all-reduce per block, or a reduce-scatter and an all-gather. Ranks
// that share experts gather the tokens routed to them.
func (p *Prepared) tensorTime(l *layout, k *layerKind) float64 {
	s := &k.ops
	t := p.ringTime(l.tp, l.tp, 2*k.input*l.micro/l.cp) * s.reduced
	if s.topK > 0 && l.etp > 1 {
		t += p.ringTime(l.etp, l.etp, p.sharedTokens(l, s))
	}
	return t
}

// sharedTokens returns the bytes that the ranks which share routed experts
// exchange in one pass of a layer: every token once without expert parallelism,
// and once per expert of the token with it.
func (p *Prepared) sharedTokens(l *layout, s *layerOps) float64 {
	bytes := 2 * s.dispatched * l.micro / l.cp * l.etp / l.tp
	if l.ep > 1 {
		bytes *= s.topK
	}
	return bytes
}

// productTime returns the time of a product forward (m·k by k·n) and backward.
// The backward pass computes the gradients of its input and of its weights by
// two products of the same size.
//
//	t(m, n, k) = 2k(mn + tail·wave)/rate + spill·2(mn + mk + nk)/bandwidth
//
// A product runs in waves of tiles; the last wave is partly empty. Arithmetic
// does not hide all operand traffic. The gradient of weights is written like
// any other output, or added to the stored gradients where the stack
// accumulates them.
// Source: NVIDIA "Matrix Multiplication Background User's Guide", sections
// tile and wave quantization.
func (p *Prepared) productTime(l *layout, k *layerKind, w *product) (forward, backward float64) {
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
		// An expert sees the tokens of the ranks that share it. If these are
		// fewer than the tensor-parallel ranks, they see a part of the
		// sequence.
		tp, copies = l.etp, max(copies/l.ep, 1)
		m *= w.copies / copies * e.Imbalance * l.etp / l.tp
		if copies > 1 { // a single expert is an ordinary product
			rate *= e.Grouped / e.Software // grouped products have their own libraries
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
// Fused attention reaches a share of the matrix rate that falls with smaller
// head dimensions, computes whole blocks of 128 positions, and takes 2.5 times
// the FLOPs backward (arXiv:2205.14135 section 3, arXiv:2307.08691 section
// 3.1). Unfused attention is two batched products per head over the full
// square.
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

// time fills in the step and the ideal run. The terms are known unless the MFU
// is given. The FLOPs of the estimate are known.
func (p *Prepared) time(l *layout, e *Estimate) {
	plan, t := l.plan, &e.Time
	perStep := float64(plan.GlobalBatch)
	devices := float64(p.Cluster.Count)
	modelStep := p.profile.palm * perStep
	if w := &p.Workload; w.MFU > 0 {
		counted := modelStep * float64(e.Compute.By(w.Convention)/e.Compute.Model)
		t.Step = quantity.Seconds(counted / (devices * float64(p.rate.Peak) * w.MFU))
		t.Terms = StepTerms{Products: t.Step, Teacher: t.Terms.Teacher, Others: t.Terms.Others}
		t.Step += t.Terms.Teacher + t.Terms.Others
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
	t.DeviceHours = float64(t.Run) / 3600 * float64(p.Devices())
}

// StepTime returns the terms of a plan's step without the rest of an estimate.
// It allocates only to report a plan that cannot run.
func (p *Prepared) StepTime(plan *Plan) (StepTerms, error) {
	if err := p.Check(plan); err != nil {
		return StepTerms{}, err
	}
	var l layout
	l.init(p, plan)
	return p.stepTerms(&l), nil
}
