package train

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/wholetest"
)

// referenceStep is a readable step time: it visits the layers of every stage
// one by one, asks their blocks for their matrices and sums seconds, with its
// own formulas for network traffic. The fast path must match it. The two share
// where a chunk of layers begins, the constants, and the rates of devices and
// links.
func referenceStep(p *Prepared, plan *Plan) float64 {
	r := &reference{p: p, plan: plan, e: p.timing.e}
	r.l.init(p, plan)
	var stages []refTimes
	for s := range plan.PP {
		stages = append(stages, r.stage(s))
	}
	slowest, all := stages[0], 0.0
	var params, trained, moments perStage
	for _, s := range stages {
		all += s.forward + s.backward
		if s.forward+s.backward > slowest.forward+slowest.backward {
			slowest = s
		}
		params, trained, moments = params.largest(s.params), trained.largest(s.trained), moments.largest(s.moments)
	}
	m := float64(plan.GlobalBatch) / float64(plan.DP*plan.MicroBatch)
	micro := slowest.forward + slowest.backward
	step := micro*m + (all-micro)/float64(plan.VP)
	step += r.e.StepSeconds + r.e.MicroSeconds*m
	step += r.send() * (m*float64(plan.VP) + float64(plan.PP) - 1)
	step += r.dataParallel(params, trained, slowest.forward, slowest.backward)
	step += r.optimizer(trained, moments)
	return step * (1 + r.stragglers())
}

type reference struct {
	p    *Prepared
	plan *Plan
	e    Efficiency
	l    layout
}

type refTimes struct {
	forward, backward        float64
	params, trained, moments perStage // of moments the bytes
}

// stage adds up the layers that stand on stage s.
func (r *reference) stage(s int) (out refTimes) {
	m := r.p.profile.model
	layer, nth := 0, 0
	mine := func(i int) (at int, ok bool) {
		for v := range r.plan.VP {
			from, to := r.l.chunk(v*r.plan.PP + s)
			if from <= i && i < to {
				return i - from, true
			}
		}
		return 0, false
	}
	last := s == r.plan.PP-1
	for gi := range m.Groups {
		g := &m.Groups[gi]
		for range g.Repeat {
			switch g.Place {
			case model.Input:
				if s == 0 {
					r.add(&out, g, true, false)
				}
			case model.Output:
				if last {
					r.add(&out, g, true, false)
				}
			default:
				if at, ok := mine(layer); ok {
					nth++
					r.add(&out, g, false, refRecomputed(r.plan, at, nth))
				}
				layer++
			}
		}
	}
	if last {
		loss := r.p.profile.logits * r.e.LossTraffic * float64(r.plan.MicroBatch) / float64(r.plan.CP*r.plan.TP) / r.p.timing.memory
		out.forward += loss / 3
		out.backward += loss * 2 / 3
	}
	return out
}

// add adds one layer: outer, or in the body and recomputed in full or not.
func (r *reference) add(out *refTimes, g *model.Group, outer, full bool) {
	e, t := &r.e, &r.p.timing
	tokens := float64(r.p.Workload.Seq)
	if g.Tokens > 0 {
		tokens = float64(g.Tokens)
	}
	local := tokens * float64(r.plan.MicroBatch) / float64(r.plan.CP)
	further := g.Name == model.FurtherGroup(1, 1, model.Norm{}, nil).Name
	var repeats refRepeats
	var fwd, bwd, attentionForward, attentionBackward, blocks, memory, biased, scores, ring float64
	for _, b := range g.Blocks {
		rate, cast := t.plain, 0.0
		if l, ok := b.(model.Linear); t.narrow && (g.Place == model.Body || further && !(ok && l.Head)) {
			rate, cast = t.products, e.Cast
		}
		f, bw, shared, up := r.products(b, local, rate, cast)
		repeats.up += up
		fwd += f
		bwd += bw
		switch b.(type) {
		case model.FFN:
			repeats.mlp += f
		case model.MoE:
			repeats.experts += f - shared
			repeats.shared += shared
		}
		f, bw, mixes := r.core(b, tokens)
		if mixes {
			attentionForward += f
			attentionBackward += bw
		} else {
			fwd += f
			bwd += bw
		}
		mem, sc := r.saved(b, tokens)
		memory += mem
		if m, ok := b.(model.MoE); ok && m.Bias {
			biased += float64(m.TopK*m.Width) * 2 * local * r.p.profile.actBytes / float64(r.plan.TP) // gate and up
		}
		scores += sc
		switch b.(type) {
		case model.Attention, model.MLA, model.FFN, model.MoE, model.Mamba, model.Mamba2, model.DeltaNet:
			blocks++
		}
		ring += r.ring(b, tokens)
	}
	memory = (memory*e.Traffic + biased*e.BiasTraffic) / t.memory
	scores *= e.ScoreTraffic / t.memory
	attentionForward += scores
	attentionBackward += 2 * scores
	unpack := r.unpack(g)
	fwd += memory + unpack + attentionForward
	bwd += 2*memory + unpack + attentionBackward
	memory += unpack

	hidden := float64(r.p.profile.model.Hidden) * tokens * r.p.profile.actBytes * float64(r.plan.MicroBatch) / float64(r.plan.CP)
	for _, b := range g.Blocks {
		if r.plan.TP == 1 {
			break
		}
		all := r.tensor(b, hidden, local)
		if float64(r.plan.TP) <= t.linked {
			all *= 1 - e.TensorHidden
		}
		fwd += all
		bwd += all
	}
	for _, b := range g.Blocks {
		if m, ok := b.(model.MoE); ok && r.plan.EP > 1 {
			bytes := float64(m.RoutedWidth()) * tokens * r.p.profile.actBytes * float64(r.plan.MicroBatch) / float64(r.plan.CP*r.plan.TP)
			exchange := 2 * r.dispatch(&m, bytes) * (1 - e.ExpertHidden)
			fwd += exchange
			bwd += exchange
			repeats.experts += exchange
		}
	}
	if cp := float64(r.plan.CP); ring > 0 {
		ring = ring/r.between(float64(r.plan.TP)*cp) + (cp-1)*e.Latency
		fwd += math.Max(0, ring-attentionForward*e.ContextHidden)
		bwd += math.Max(0, 2*ring-attentionBackward*e.ContextHidden)
	}
	launch := blocks * e.Launch
	fwd += math.Max(launch-fwd, e.LaunchShare*launch)
	bwd += math.Max(launch*e.LaunchBackward-bwd, e.LaunchShare*launch*e.LaunchBackward)
	for _, b := range g.Blocks {
		if _, ok := b.(model.MoE); ok {
			fwd += e.Routing
			bwd += e.Routing
		}
	}
	out.forward += fwd
	repeats.core, repeats.memory = attentionForward, memory
	out.backward += bwd + r.recompute(fwd, &repeats, g, outer, full)
	r.params(out, g)
}

// ring returns the bytes that a rank gets of the other parts of the sequence in
// a pass: of their keys and values those of its own heads, and a state for each
// part.
func (r *reference) ring(b model.Block, tokens float64) float64 {
	tp, others := float64(r.plan.TP), float64(r.plan.CP-1)
	part := tokens / float64(r.plan.CP)
	elements := 0.0
	switch b := b.(type) {
	case model.Attention:
		elements = part * float64(b.KVHeadCount()*(b.HeadWidth()+b.ValueWidth())) / math.Min(tp, float64(b.KVHeadCount()))
	case model.MLA:
		elements = part * float64(b.Heads*(b.RopeDim+b.NopeDim)+b.Heads*b.ValDim) / tp
	case model.Mamba2:
		elements = float64((b.Conv-1)*(b.Inner+2*b.Groups*b.State)+b.Inner*b.State) / tp
	}
	return elements * others * r.p.profile.actBytes * float64(r.plan.MicroBatch)
}

// tensor returns the time of a block's tensor-parallel collectives in a pass:
// each gathers and scatters.
func (r *reference) tensor(b model.Block, hidden, local float64) float64 {
	tp, etp := float64(r.plan.TP), float64(r.plan.expertTP())
	dense := r.allReduce(tp, tp, hidden)
	switch b := b.(type) {
	case model.Attention, model.MLA, model.FFN, model.Mamba, model.Mamba2, model.DeltaNet:
		return dense
	case model.MoE:
		t := 0.0
		if b.SharedWidth > 0 {
			t = dense
		}
		copies := 1.0
		if r.plan.EP > 1 {
			copies = float64(b.TopK)
		}
		if etp > 1 {
			tokens := local / tp * etp * copies
			t += r.allReduce(etp, etp, tokens*float64(b.RoutedWidth())*r.p.profile.actBytes)
		}
		return t
	}
	return 0
}

// refRepeats are the seconds of a forward pass that selective recompute may
// repeat by name.
type refRepeats struct{ core, mlp, experts, shared, up, memory float64 }

// recompute returns what the backward pass repeats of a forward pass.
func (r *reference) recompute(forward float64, parts *refRepeats, g *model.Group, outer, full bool) float64 {
	share := 0.0
	switch {
	case outer:
		return 0
	case full:
		share = r.e.Full
	case r.plan.Recompute == Selective:
		share = r.e.Selective
	}
	t := share * forward
	if r.plan.Recompute == Selective && !r.p.profile.stack.SelectiveOps {
		names := r.plan.Modules
		if names == 0 {
			names = model.Modules(0).With(model.CoreAttention)
		}
		some := 0.0
		for m, seconds := range map[model.Module]float64{model.CoreAttention: parts.core, model.MLPModule: parts.mlp, model.MoEModule: parts.experts, model.SharedModule: parts.shared, model.UpProjection: parts.up} {
			if names.Has(m) {
				some += seconds
			}
		}
		if all, kept := r.savedBytes(g, 0), r.savedBytes(g, names); all > 0 {
			some += parts.memory * (1 - kept/all)
		}
		t += some * (1 - share)
	}
	return t
}

// savedBytes returns the bytes that a layer writes and saves when some modules
// are recomputed: the output of experts is written wherever it is weighted.
func (r *reference) savedBytes(g *model.Group, dropped model.Modules) float64 {
	stack := *r.p.profile.stack
	stack.WeightsInside = false
	return refSaved(&stack, &r.p.Workload, r.plan, g, dropped)
}

// products returns the time of a block's matrix products, and how much of the
// forward pass is that of shared experts and of what latent attention projects
// up.
func (r *reference) products(b model.Block, tokens, rate, cast float64) (forward, backward, sharedForward, upForward float64) {
	type mat struct {
		in, out, copies, uses float64
		split                 productSplit
		shared, up            bool
	}
	var list []mat
	_, latent := b.(model.MLA)
	for _, w := range b.Weights() {
		if w.Cols == 0 || w.Uses == 0 {
			continue
		}
		m := mat{float64(w.Cols), float64(w.Rows) * r.p.profile.scale, math.Max(1, float64(w.Copies)), w.Uses, splitColumns, strings.HasPrefix(w.Name, "shared."), latent && w.Name != "o_proj" && w.Split != model.Replicated}
		if w.Split == model.Replicated {
			m.split = splitNone
		} else if strings.HasSuffix(w.Name, "o_proj") || strings.HasSuffix(w.Name, "down_proj") || strings.HasSuffix(w.Name, "out_proj") {
			m.split = splitRows
		}
		if n := len(list); n > 0 && m.split == splitColumns && list[n-1].split == splitColumns && list[n-1].in == m.in && list[n-1].copies == m.copies && list[n-1].uses == m.uses {
			list[n-1].out += m.out
			continue
		}
		list = append(list, m)
	}
	e, memory := &r.e, r.p.timing.memory
	for _, w := range list {
		tp, m, copies, speed := float64(r.plan.TP), tokens*w.uses, w.copies, rate
		if w.copies > 1 {
			tp, copies = float64(r.plan.expertTP()), math.Max(1, w.copies/float64(r.plan.EP))
			m = m * w.copies / copies * e.Imbalance / float64(r.plan.TP) * tp
			if copies > 1 {
				speed *= e.Grouped / e.Software
			}
		} else if w.split == splitNone && r.plan.SequenceParallel {
			m /= tp
		}
		n, k := w.out, w.in
		if w.split == splitColumns {
			n /= tp
		}
		if w.split == splitRows {
			k /= tp
		}
		if e.Tile > 0 {
			n, k, m = math.Ceil(n/e.Tile)*e.Tile, math.Ceil(k/e.Tile)*e.Tile, math.Ceil(m/e.Tile)*e.Tile
		}
		one := func(rows, cols, inner float64) float64 {
			return 2 * inner * (copies*rows*cols + e.Tail*e.Wave) / speed
		}
		reach := 1.0
		if conv, ok := b.(model.Conv); ok {
			reach = float64(conv.KernelH * conv.KernelW)
		}
		operands := 2 * copies * (m*n + m*k/reach + n*k) * (e.Spill + 1.5*cast) / memory
		forward += one(m, n, k) + operands
		if w.shared {
			sharedForward += one(m, n, k) + operands
		}
		if w.up {
			upForward += one(m, n, k) + operands
		}
		weights := one(n, k, m)
		if _, conv := b.(model.Conv); conv && n*k < e.Tail*e.Wave {
			weights = 2 * m * (copies*n*k + n*k) / speed // split-K
		}
		if r.p.Workload.Method.Adapts() {
			backward += one(m, k, n) + operands // the weights have no gradient
			continue
		}
		gradients := 0.0
		if s := r.p.profile.stack; s.PersistentGradients {
			gradients = copies * n * k * (2*r.p.profile.gradBytes - 2) * e.Spill / memory
		}
		backward += one(m, k, n) + weights + 2*operands + gradients
	}
	return forward, backward, sharedForward, upForward
}

// core returns the time of the part of a block that mixes positions, and
// whether it is attention.
func (r *reference) core(b model.Block, tokens float64) (forward, backward float64, attention bool) {
	full, executed := b.Mixing(tokens)
	if full == 0 {
		return 0, 0, false
	}
	e, t := &r.e, &r.p.timing
	share := float64(r.plan.MicroBatch) / float64(r.plan.CP) / float64(r.plan.TP)
	var heads, dim float64
	keys := tokens
	switch a := b.(type) {
	case model.Attention:
		heads, dim = float64(a.Heads), float64(a.HeadWidth()+a.ValueWidth())/2
		if a.Window > 0 {
			keys = math.Min(keys, float64(a.Window))
		}
	case model.MLA:
		heads, dim = float64(a.Heads), float64(a.RopeDim+a.NopeDim+a.ValDim)/2
	default:
		f := executed * share / (t.plain * e.Scan)
		return f, 2 * f, false
	}
	if r.p.profile.stack.FusedAttention {
		speed := t.plain * dim / (dim + e.FlashHead) * (128 + e.FlashHead) / 128
		flops := executed * share * (1 + 128/keys)
		return flops / (speed * e.Flash), 2.5 * flops / (speed * e.FlashBackward), true
	}
	pairs := full / (4 * heads * dim)
	f := (full*share+4*e.Tail*e.Wave*dim)/t.plain + 2*heads*share*(2*pairs+4*math.Sqrt(pairs)*dim)*e.Spill/t.memory
	if math.Mod(dim, 8) != 0 {
		f *= e.Unaligned
	}
	return f, 2 * f, true
}

// saved returns the bytes of a block's activations on one device, and of its
// attention scores.
func (r *reference) saved(b model.Block, tokens float64) (moved, scores float64) {
	s := r.p.profile.stack
	for _, a := range b.Saved() {
		if !r.p.profile.writes(a.When) {
			continue
		}
		width := map[model.Width]float64{model.Half: r.p.profile.actBytes, model.Full: 4, model.Mask: 1}[a.Width]
		by := map[model.Axis]float64{model.HeadAxis: float64(r.plan.TP), model.SequenceAxis: 1, model.ExpertAxis: float64(r.plan.TP), model.DispatchAxis: float64(r.plan.TP) / float64(r.plan.expertTP())}[a.Axis]
		if a.Axis == model.SequenceAxis && r.plan.SequenceParallel {
			by = float64(r.plan.TP)
		}
		micro := float64(r.plan.MicroBatch) / float64(r.plan.CP)
		moved += a.PerToken * tokens * width * micro / by
		scores += a.PerPair * tokens * tokens * width * micro / float64(r.plan.TP)
	}
	_ = s
	return moved, scores
}

// unpack returns the time in which a pass unpacks a layer's packed weights.
func (r *reference) unpack(g *model.Group) float64 {
	bytes := 0.0
	for _, b := range g.Blocks {
		for _, w := range b.Weights() {
			if r.p.Workload.Method != QLoRA || w.Cols <= 1 || w.Shared || w.Part == model.Embedding || w.Part == model.HeadPart {
				continue
			}
			ranks := 1.0
			switch {
			case w.Split == model.ExpertSplit:
				ranks = float64(r.plan.EP * r.plan.expertTP())
			case w.Split == model.TensorSplit && w.MaxSplit > 0:
				ranks = math.Min(float64(r.plan.TP), float64(w.MaxSplit))
			case w.Split == model.TensorSplit:
				ranks = float64(r.plan.TP)
			}
			bytes += float64(w.Rows*w.Cols*w.Copies) * r.p.profile.scale / ranks * (r.p.Workload.Adapter.BaseBits/8 + 2)
		}
	}
	return bytes / r.p.timing.memory
}

// params adds the parameters of a layer that a device holds.
func (r *reference) params(out *refTimes, g *model.Group) {
	for _, b := range g.Blocks {
		for _, w := range b.Weights() {
			n := float64(w.Rows*max(w.Cols, 1)*w.Copies) * r.p.profile.scale
			trained := n
			if a := &r.p.Workload.Adapter; r.p.Workload.Method.Adapts() {
				trained = 0
				if a.targets(w) {
					trained = float64(a.Rank * (w.Rows + w.Cols) * w.Copies)
				}
			}
			moments := trained * refMoments(&r.p.Workload, w) * r.p.profile.momentBytes
			ranks := 1.0
			switch {
			case w.Shared:
				continue
			case w.Split == model.ExpertSplit:
				ranks = float64(r.plan.EP * r.plan.expertTP())
				out.params.experts += n / ranks
				out.trained.experts += trained / ranks
				out.moments.experts += moments / ranks
				continue
			case w.Split == model.TensorSplit && w.MaxSplit > 0:
				ranks = math.Min(float64(r.plan.TP), float64(w.MaxSplit))
			case w.Split == model.TensorSplit:
				ranks = float64(r.plan.TP)
			}
			out.params.dense += n / ranks
			out.trained.dense += trained / ranks
			out.moments.dense += moments / ranks
		}
	}
}

// refMoments returns how many moments an optimizer keeps of a parameter.
func refMoments(w *Workload, t model.Weight) float64 {
	switch {
	case w.Optimizer == SGD:
		return 0
	case w.Optimizer == Muon && t.Cols > 1 && t.Part != model.Embedding && t.Part != model.HeadPart:
		return 1
	}
	return 2
}

// stepModels are models of every kind of layer that the step time knows.
func stepModels() []*model.Model {
	norm := func(d int64) model.Norm { return model.Norm{Dim: d} }
	table := func(v, d int64) model.Group {
		return model.Group{Name: "embedding", Place: model.Input, Repeat: 1, Blocks: []model.Block{model.Table{Rows: v, Dim: d}}}
	}
	head := func(v, d int64) model.Group {
		return model.Group{Name: "head", Place: model.Output, Repeat: 1, Blocks: []model.Block{norm(d), model.Linear{Name: "head", In: d, Out: v, Head: true}}}
	}
	dense := &model.Model{Name: "dense", Hidden: 4096, Vocab: 128256, Groups: []model.Group{table(128256, 4096),
		{Name: "decoder", Repeat: 32, Blocks: []model.Block{norm(4096), model.Attention{Hidden: 4096, Heads: 32, KVHeads: 8}, norm(4096), model.FFN{Hidden: 4096, Width: 14336, Gated: true}}},
		head(128256, 4096)}}
	odd := &model.Model{Name: "odd heads", Hidden: 3456, Vocab: 50304, Groups: []model.Group{table(50304, 3456),
		{Name: "decoder", Repeat: 30, Blocks: []model.Block{norm(3456), model.Attention{Hidden: 3456, Heads: 32}, norm(3456), model.FFN{Hidden: 3456, Width: 13824, Bias: true}}},
		head(50304, 3456)}}
	moe := &model.Model{Name: "experts", Hidden: 5120, Vocab: 102400, Groups: []model.Group{table(102400, 5120),
		{Name: "dense", Repeat: 1, Blocks: []model.Block{norm(5120), model.MLA{Hidden: 5120, Heads: 128, QRank: 1536, KVRank: 512, RopeDim: 64, NopeDim: 128, ValDim: 128}, norm(5120), model.FFN{Hidden: 5120, Width: 12288, Gated: true}}},
		{Name: "experts", Repeat: 31, Blocks: []model.Block{norm(5120), model.MLA{Hidden: 5120, Heads: 128, QRank: 1536, KVRank: 512, RopeDim: 64, NopeDim: 128, ValDim: 128}, norm(5120), model.MoE{Hidden: 5120, Experts: 64, TopK: 6, Width: 1536, Gated: true, Bias: true, SharedWidth: 3072}}},
		head(102400, 5120)}}
	moe.Further = [][]model.Block{slices.Clone(moe.Groups[2].Blocks)}
	limited := moe.Groups[2].Blocks[3].(model.MoE)
	limited.RouteGroups, limited.RouteLimit = 8, 4 // not of the further token's
	moe.Groups[2].Blocks[3] = limited
	scans := &model.Model{Name: "scans", Hidden: 4096, Vocab: 131072, Groups: []model.Group{table(131072, 4096),
		{Name: "attention", Repeat: 8, Blocks: []model.Block{norm(4096), model.Attention{Hidden: 4096, Heads: 32, KVHeads: 8}, norm(4096), model.FFN{Hidden: 4096, Width: 14336}}},
		{Name: "scan", Repeat: 24, Blocks: []model.Block{norm(4096), model.Mamba2{Hidden: 4096, Inner: 8192, Heads: 128, Groups: 8, State: 128, Conv: 4}}},
		head(131072, 4096)}}
	window := &model.Model{Name: "windows", Hidden: 3072, Vocab: 262144, Groups: []model.Group{table(262144, 3072)}}
	for range 8 {
		window.Groups = append(window.Groups,
			model.Group{Name: "sliding", Repeat: 3, Blocks: []model.Block{norm(3072), model.Attention{Hidden: 3072, Heads: 16, KVHeads: 16, HeadDim: 256, Window: 1024}, norm(3072), model.FFN{Hidden: 3072, Width: 12288, Gated: true}}},
			model.Group{Name: "full", Repeat: 1, Blocks: []model.Block{norm(3072), model.Attention{Hidden: 3072, Heads: 16, KVHeads: 16, HeadDim: 256}, norm(3072), model.FFN{Hidden: 3072, Width: 12288, Gated: true}}})
	}
	window.Groups = append(window.Groups, head(262144, 3072))
	return []*model.Model{dense, odd, moe.Pretrained(), scans, window}
}

// stepPlans are layouts that use every dimension.
func stepPlans() []Plan {
	return []Plan{
		{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 64, MicroBatch: 2, GlobalBatch: 512, Sharding: Zero3, Recompute: FullRecompute},
		{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 64, MicroBatch: 1, GlobalBatch: 512, Sharding: Zero2},
		{TP: 8, PP: 1, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 64, Sharding: Zero1, SequenceParallel: true, Recompute: Selective},
		{TP: 2, PP: 4, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 128, Sharding: Zero1},
		{TP: 2, PP: 4, VP: 2, CP: 1, EP: 1, DP: 8, MicroBatch: 2, GlobalBatch: 128, Sharding: NoSharding, Recompute: FullRecompute},
		{TP: 2, PP: 2, VP: 1, CP: 4, EP: 1, DP: 4, MicroBatch: 1, GlobalBatch: 64, Sharding: Zero1, SequenceParallel: true},
		{TP: 1, PP: 2, VP: 1, CP: 1, EP: 8, DP: 32, MicroBatch: 1, GlobalBatch: 128, Sharding: Zero1},
		{TP: 2, PP: 2, VP: 1, CP: 1, EP: 8, DP: 16, MicroBatch: 1, GlobalBatch: 128, Sharding: Zero1, Recompute: Selective, Modules: model.Modules(0).With(model.MoEModule).With(model.NormModule)},
		{TP: 4, PP: 1, VP: 1, CP: 1, EP: 16, ETP: 1, DP: 16, MicroBatch: 1, GlobalBatch: 64, Sharding: Zero1, SequenceParallel: true},
		{TP: 8, PP: 1, VP: 1, CP: 1, EP: 4, ETP: 4, DP: 8, MicroBatch: 1, GlobalBatch: 64, Sharding: Zero1},
		{TP: 2, PP: 2, VP: 1, CP: 1, EP: 1, DP: 16, MicroBatch: 1, GlobalBatch: 128, Sharding: Zero1, Recompute: Selective, Modules: model.Modules(0).With(model.MLPModule).With(model.CoreAttention).With(model.UpProjection)},
		{TP: 2, PP: 4, VP: 2, CP: 1, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 128, Recompute: FullRecompute, RecomputeMethod: BlockMethod, RecomputeLayers: 3},
		{TP: 1, PP: 4, VP: 2, CP: 1, EP: 1, DP: 16, MicroBatch: 1, GlobalBatch: 128, Sharding: Zero3, Recompute: FullRecompute, RecomputeMethod: EveryNth, RecomputeLayers: 3},
		{TP: 16, PP: 1, VP: 1, CP: 1, EP: 1, DP: 4, MicroBatch: 1, GlobalBatch: 64, Sharding: NoSharding},
		{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 64, MicroBatch: 1, GlobalBatch: 128, Sharding: Zero3, ShardGroup: 16},
		{TP: 1, PP: 1, VP: 1, CP: 1, EP: 64, DP: 64, MicroBatch: 1, GlobalBatch: 64, Sharding: Zero1}, // an expert a rank
		{TP: 2, PP: 2, VP: 2, CP: 1, EP: 8, DP: 16, MicroBatch: 1, GlobalBatch: 128, Sharding: Zero1, FirstLayers: 9, LastLayers: 3},
	}
}

// eachStep prepares every model, stack and device that can run a plan.
func eachStep(t *testing.T, f func(t *testing.T, name string, p *Prepared, plan *Plan)) {
	t.Helper()
	n, packed := 0, DefaultAdapter
	packed.BaseBits = NF4DoubleBits
	for _, m := range stepModels() {
		for _, stack := range []string{"megatron-core", "megatron-deepspeed", "torchtitan", "maxtext"} {
			for _, id := range []string{"a100-sxm4-80gb", "h100-sxm5-80gb", "h100-pcie-80gb", "gb200-nvl72-186gb", "tpu-v5p", "tpu-v6e"} {
				for _, w := range []Workload{{Precision: BF16}, {Precision: FP8}, {Precision: BF16, Optimizer: Muon}, {Precision: BF16, Optimizer: SGD, Method: LoRA, Adapter: DefaultAdapter}, {Precision: BF16, Method: QLoRA, Adapter: packed}} {
					p := prepareStep(t, m, stack, id, w)
					if p == nil {
						continue
					}
					for _, plan := range stepPlans() {
						if p.check(&plan) != nil {
							continue
						}
						n++
						f(t, fmt.Sprintf("%s/%s/%s/%s/%s/%s", m.Name, stack, id, w.Precision, w.Method, plan.String()), p, &plan)
					}
				}
			}
		}
	}
	if n < 300 {
		t.Fatalf("only %d combinations ran", n)
	}
}

// prepareStep returns nil where the device does not compute in the precision.
func prepareStep(t testing.TB, m *model.Model, stack, id string, w Workload) *Prepared {
	t.Helper()
	d, err := hardware.Default().Find(id)
	if err != nil {
		t.Fatal(err)
	}
	s, err := FindStack(stack)
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := hardware.NewCluster(d, 64)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Rate(w.Precision.Compute()); err != nil {
		return nil
	}
	w.Seq, w.Batch, w.PUE = 4096, 512, 1
	p, err := Prepare(m, w, s, cluster)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestStepTimeAgainstReference(t *testing.T) {
	// The reference is readable rather than fast. A stride that divides no
	// dimension of the combinations visits every value of each.
	i, stride := 0, wholetest.Size(7, 1)
	eachStep(t, func(t *testing.T, name string, p *Prepared, plan *Plan) {
		if i++; i%stride != 0 {
			return
		}
		got, err := p.StepTime(plan)
		if err != nil {
			t.Fatal(err)
		}
		want := referenceStep(p, plan)
		if e := math.Abs(float64(got.Sum())/want - 1); !(e < 1e-12) {
			t.Errorf("%s: %v, the reference has %v: %.3g apart", name, float64(got.Sum()), want, e)
		}
	})
}
