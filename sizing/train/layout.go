package train

import (
	"math"

	"mlsizer/sizing/model"
)

// layout is a plan applied to a model: what one device stores of a layer of
// each kind, and which layers belong to which stage. It is allocated on the
// caller's stack.
type layout struct {
	profile *profile
	plan    *Plan

	tp, pp, vp, cp, ep, dp float64
	etp                    float64 // tensor parallelism inside an expert
	micro                  float64 // sequences per micro-batch
	microBatches           float64
	group                  float64 // micro-batches per turn of an interleaved schedule
	// shard and expertShard are the numbers of ranks that divide a sharded
	// state of dense and of expert parameters.
	shard, expertShard float64
	replicas           float64   // groups of ranks with the same shards
	slice              int       // devices per slice of a torus, 0: there are not several
	slices             float64   // slices with all shards of a stage each, unless the plan sets groups
	shards             [3]shares // dense and expert divisors by what is sharded
	offloaded          offloaded // states outside the device
	stages             *stages   // the layers of every stage, if known
}

// shares are the divisors of weights, gradients or optimizer state.
type shares struct{ dense, expert float64 }

// own returns a rank's shard of what a stage stores.
func (s shares) own(h perStage) float64 { return h.dense/s.dense + h.experts/s.expert }

func (l *layout) init(p *Prepared, plan *Plan) {
	l.profile, l.plan, l.slice = p.profile, plan, 0
	if p.Cluster.Slices > 1 {
		l.slice = p.Cluster.Slice.Chips()
	}
	l.tp, l.pp, l.vp = float64(plan.TP), float64(plan.PP), float64(plan.VP)
	l.cp, l.ep, l.dp = float64(plan.CP), float64(plan.EP), float64(plan.DP)
	l.micro = float64(plan.MicroBatch)
	l.microBatches = float64(plan.MicroBatches())
	if plan.VP > 1 {
		l.group = float64(plan.MicroBatchGroup())
	}
	l.etp = float64(plan.expertTP())
	l.shardOver(plan)
}

// shardOver sets the divisors of the plan's sharding, and which states are
// offloaded.
func (l *layout) shardOver(plan *Plan) {
	l.offloaded = l.profile.stack.offloaded(plan, plan.Sharding)
	l.shard, l.replicas, l.slices = l.dp*l.cp, 1, l.replicaSlices(plan)
	if g := float64(plan.ShardGroup); g > 0 {
		l.shard, l.replicas = g, l.shard/g
	}
	l.shard /= l.slices
	l.expertShard = max(l.shard*l.tp/(l.ep*l.etp), 1) // a slice may store fewer experts than there are
	for i, at := range [3]Sharding{Zero3, Zero2, Zero1} {
		l.shards[i] = shares{1, 1}
		if plan.Sharding >= at {
			l.shards[i] = shares{l.shard, l.expertShard}
		}
	}
}

// divides reports whether several ranks store the same part of a stage. Ranks
// of a tensor-parallel group may store experts that tensor parallelism does not
// divide.
func (l *layout) divides(h perStage) bool {
	return l.shard > 1 || h.experts > 0 && l.expertShard > 1
}

// across returns how many slices hold all shards each, though nothing says so:
// ZeRO-3 gathers weights over the links of a slice, and leaves to the network
// between slices what crosses it once a step, the gradients. A plan's shard
// group is as it is.
// Source: AI-Hypercomputer/maxtext@e591f30 src/maxtext/configs/base.yml:660,674
// (ici_fsdp_parallelism fills a slice, dcn_data_parallelism the slices).
func (l *layout) replicaSlices(plan *Plan) float64 {
	stage := plan.TP * plan.CP * plan.DP
	if l.slice == 0 || plan.Sharding != Zero3 || plan.ShardGroup > 0 || stage <= l.slice || stage%l.slice != 0 || l.slice%plan.TP != 0 || l.slice == plan.TP {
		return 1
	}
	return float64(stage / l.slice)
}

// Indexes of layout.shards.
const (
	shWeights = iota
	shGradients
	shOptimizer
)

// chunkStart returns the first layer of model chunk i of n. Layers that do not
// divide evenly go to the middle, since the first and last chunks also store
// the embedding and the head. 126 layers in 16 chunks are 7, 14 times 8, 7, as
// Llama 3 405B was laid out (arXiv:2407.21783 section 3.3.2).
func chunkStart(layers, n, i int) int {
	base, extra := layers/n, layers%n
	lead := (n - extra) / 2
	return base*i + min(max(i-lead, 0), extra)
}

// chunk returns the layers of model chunk i. A plan may fix the number of
// layers of the first and the last stage.
func (l *layout) chunk(i int) (from, to int) {
	p, layers := l.plan, l.profile.layers
	n := p.PP * p.VP
	if p.FirstLayers == 0 && p.LastLayers == 0 {
		return chunkStart(layers, n, i), chunkStart(layers, n, i+1)
	}
	lead, inner, first := 0, n, p.FirstLayers
	if first > 0 {
		if i == 0 {
			return 0, first
		}
		lead, inner = 1, inner-1
	}
	if p.LastLayers > 0 {
		if i == n-1 {
			return layers - p.LastLayers, layers
		}
		inner--
	}
	body := layers - first - p.LastLayers
	return first + chunkStart(body, inner, i-lead), first + chunkStart(body, inner, i-lead+1)
}

// fewKinds is how many layer kinds a stage counts without allocating. A model
// with more is counted chunk by chunk, which is slower.
const fewKinds = 16

// stage calls add for each layer kind of the body on stage s, with the number
// of its layers and how many of them are fully recomputed.
func (l *layout) stage(s int, add func(kind *layerKind, n, full float64)) {
	c := l.profile
	if l.stages != nil {
		for _, r := range l.stages.of(s) {
			add(&c.kinds[r.kind], float64(r.count), l.fullyRecomputed(r))
		}
		return
	}
	var count, full [fewKinds]int
	nth := 0
	for v := range l.plan.VP {
		from, to := l.chunk(v*l.plan.PP + s)
		at := 0
		for _, r := range c.body {
			first := max(at, from)
			if n := min(at+r.count, to) - first; n > 0 {
				again := l.plan.recomputed(first-from, nth, n)
				nth += n
				if r.kind < fewKinds {
					count[r.kind] += n
					full[r.kind] += again
				} else {
					add(&c.kinds[r.kind], float64(n), float64(again))
				}
			}
			at += r.count
			if at >= to {
				break
			}
		}
	}
	for i, n := range count {
		if n > 0 {
			add(&c.kinds[i], float64(n), float64(full[i]))
		}
	}
}

// fullyRecomputed returns how many layers of a counted run are fully
// recomputed. The run stores the number if it is a part of them.
func (l *layout) fullyRecomputed(r run) float64 {
	switch {
	case l.plan.Recompute != FullRecompute:
		return 0
	case l.plan.RecomputeLayers > 0:
		return float64(r.full)
	}
	return float64(r.count)
}

// params returns the parameters of one layer per device, before data-parallel
// sharding.
func (l *layout) params(k *layerKind) perStage {
	return l.divide(&k.params, k.maxKV)
}

func (l *layout) divide(n *[numClasses]float64, maxKV float64) perStage {
	dense := n[clsTensor]/l.tp + n[clsWhole]
	if maxKV > 0 {
		dense += n[clsKV] / min(l.tp, maxKV)
	}
	return perStage{dense, n[clsExperts] / (l.ep * l.etp)}
}

// saved returns the bytes per micro-batch that one layer saves when the dropped
// modules are recomputed.
func (l *layout) saved(k *layerKind, dropped model.Modules) float64 {
	return l.bytes(&k.saved, dropped)
}

// bytes returns a device's part of a micro-batch's activations, except those of
// the dropped modules.
func (l *layout) bytes(a *activations, dropped model.Modules) float64 {
	switch dropped {
	case 0:
		return l.share(&a.all)
	case model.Modules(0).With(model.CoreAttention):
		return l.share(&a.withoutCore)
	}
	sum := a.without(dropped)
	return l.share(&sum)
}

// share returns a device's part of a micro-batch's activations, given the
// activations of a sample.
func (l *layout) share(n *[model.NumAxes]float64) float64 {
	return ((n[model.HeadAxis]+n[model.ExpertAxis])/l.tp + n[model.DispatchAxis]*l.etp/l.tp + n[model.SequenceAxis]/l.sequence() + n[model.NoAxis]) * l.micro / l.cp
}

// selective returns the bytes per micro-batch that one layer saves under
// selective recompute: operator by operator, or by module.
func (l *layout) selective(k *layerKind) float64 {
	if !l.profile.stack.SelectiveOps {
		return l.saved(k, l.plan.dropped()|l.plan.Offload)
	}
	return l.input(k) + l.share(&k.products)
}

// offloadedBytes returns the offloaded bytes of one layer.
func (l *layout) offloadedBytes(k *layerKind) float64 {
	if l.plan.Offload == 0 {
		return 0
	}
	dropped := l.plan.dropped()
	return l.saved(k, dropped) - l.saved(k, dropped|l.plan.Offload)
}

// input returns the bytes of one layer's input: what full recompute saves.
func (l *layout) input(k *layerKind) float64 {
	return k.input / l.sequence() * l.micro / l.cp
}

// whole returns the bytes of tensor-parallel collectives over the whole
// sequence in the backward pass of a recomputed layer, if the stack does not
// split them: the gathered gradient of the layer's output, and the partial
// gradient of its input until the reduce-scatter.
// Source: pytorch/pytorch torch/distributed/tensor/parallel/style.py
// (SequenceParallel, RowwiseParallel); async tensor parallelism
// (_micro_pipeline_tp) works on parts.
func (l *layout) whole() float64 {
	c := l.profile
	if !l.plan.SequenceParallel || !c.stack.KeepsGathered || c.stack.Variant.AsyncTP {
		return 0
	}
	return 2 * c.boundary * l.micro / l.cp
}

// sequence is what tensor parallelism divides the sequence by.
func (l *layout) sequence() float64 {
	if l.plan.SequenceParallel {
		return l.tp
	}
	return 1
}

// inFlight returns how many micro-batches stage s saves activations of at once:
// min(m, p-s) under 1F1B; an interleaved schedule saves more (arXiv:2205.05198
// section 4.2.3: 1 + (p-1)/(pv) times as many on the first stage).
func (l *layout) inFlight(s int) float64 {
	if l.plan.VP == 1 {
		return min(l.microBatches, l.pp-float64(s))
	}
	chunks := 2*(l.pp-float64(s)-1) + (l.vp-1)*l.group + 1
	return min(l.microBatches, chunks/l.vp)
}

// MicroBatchGroup returns how many micro-batches an interleaved schedule of the
// plan runs through a chunk before it turns to the next.
func (p *Plan) MicroBatchGroup() int64 { return groupSize(p.MicroBatches(), p.PP) }

// groupSize returns how many micro-batches an interleaved schedule runs
// through a chunk before it turns to the next: the stages, or the least number
// above that divides the micro-batches.
// Source: NVIDIA/Megatron-LM@d98e8a6 megatron/core/pipeline_parallel/schedules.py:932
// (microbatch_group_size_per_vp_stage).
func groupSize(microBatches int64, pp int) int64 {
	for n := int64(pp); n < microBatches; n++ {
		if microBatches%n == 0 {
			return n
		}
	}
	return max(microBatches, int64(pp))
}

// ceil rounds a device's share up to whole bytes, so that sums of terms are
// exact.
func ceil(b float64) float64 { return math.Ceil(b) }
