package export

import (
	"fmt"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/model"
	"mlsizer/sizing/train"
)

// megatron is the arguments of pretrain_gpt.py.
func (w *writer) megatron() Result {
	var o options
	w.megatronLayout(&o)
	w.megatronBatch(&o)
	w.megatronState(&o)
	w.megatronModel(&o)
	if w.Workload.Optimizer != train.AdamW {
		w.leave(text.NotDefaultAdam, w.Workload.Optimizer)
	}
	w.leave(text.MegatronUndecided)
	return Result{Text: shell(w.launch("pretrain_gpt.py"), "--", o), Upstream: "NVIDIA/Megatron-LM@d98e8a64", Comments: true}
}

func (w *writer) megatronLayout(o *options) {
	p := &w.plan
	o.add("tensor-model-parallel-size", p.TP)
	o.add("pipeline-model-parallel-size", p.PP)
	w.megatronStages(o)
	o.add("context-parallel-size", p.CP)
	if p.EP > 1 || w.dims.moe != nil {
		o.add("expert-model-parallel-size", p.EP)
	}
	if p.ETP > 0 && p.ETP != p.TP {
		o.add("expert-tensor-parallel-size", p.ETP)
	}
	if p.SequenceParallel {
		o.add("sequence-parallel", "")
	}
}

// megatronStages sets the layers of each stage, unless they divide evenly.
func (w *writer) megatronStages(o *options) {
	p := &w.plan
	if p.PP == 1 {
		return
	}
	chunks := w.Chunks(p)
	even := true
	for _, n := range chunks {
		even = even && n == chunks[0]
	}
	inner := true // all but the first and the last
	for _, n := range chunks[1 : len(chunks)-1] {
		inner = inner && n == chunks[1]
	}
	switch {
	case even && p.VP > 1:
		o.add("num-layers-per-virtual-pipeline-stage", chunks[0])
	case even:
	case p.VP == 1 && inner && p.PP > 2:
		o.add("decoder-first-pipeline-num-layers", chunks[0])
		o.add("decoder-last-pipeline-num-layers", chunks[len(chunks)-1])
	default:
		o.add("pipeline-model-parallel-layout", layoutOf(chunks))
	}
}

// layoutOf spells chunks as E (embedding), t (layer) and L (loss), with "|"
// between them and equal ones together: Et*7|(t*8|)*14t*7L.
func layoutOf(chunks []int) string {
	var b strings.Builder
	b.WriteString("E")
	last := len(chunks) - 1
	for i := 0; i < len(chunks); {
		n := 1 // equal chunks in a row; the first and the last stand alone
		for i > 0 && i+n < last && chunks[i+n] == chunks[i] {
			n++
		}
		switch {
		case n > 1:
			fmt.Fprintf(&b, "(t*%d|)*%d", chunks[i], n)
		case i < last:
			fmt.Fprintf(&b, "t*%d|", chunks[i])
		default:
			fmt.Fprintf(&b, "t*%dL", chunks[i])
		}
		i += n
	}
	return b.String()
}

func (w *writer) megatronBatch(o *options) {
	o.add("micro-batch-size", w.plan.MicroBatch)
	o.add("global-batch-size", w.plan.GlobalBatch)
	o.add("seq-length", w.Workload.Seq)
	o.add("max-position-embeddings", max(w.Workload.Seq, w.Model().Context))
	if n := w.steps(); n > 0 {
		o.add("train-iters", n)
	}
}

func (w *writer) megatronState(o *options) {
	p := &w.plan
	switch p.Sharding {
	case train.Zero1:
		o.add("use-distributed-optimizer", "")
		o.add("overlap-grad-reduce", "")
		o.add("overlap-param-gather", "")
	case train.Zero2, train.Zero3:
		o.add("use-megatron-fsdp", "")
		o.add("use-distributed-optimizer", "")
		o.add("data-parallel-sharding-strategy", map[train.Sharding]string{train.Zero2: "optim_grads", train.Zero3: "optim_grads_params"}[p.Sharding])
	}
	if p.ShardGroup > 0 {
		w.leave(text.NoShardGroup, p.ShardGroup)
	}
	if p.OffloadOptimizer {
		o.add("optimizer-cpu-offload", "")
		o.add("optimizer-offload-fraction", "1.0")
	}
	w.megatronRecompute(o)
	w.megatronTypes(o)
	w.megatronLossAndRouting(o)
	switch w.Workload.Precision {
	case train.BF16:
		o.add("bf16", "")
	case train.FP16:
		o.add("fp16", "")
	case train.FP8, train.MXFP8:
		o.add("bf16", "")
		o.add("fp8-format", "hybrid")
		if w.Workload.Precision == train.MXFP8 {
			o.add("fp8-recipe", "mxfp8")
		}
	case train.NVFP4:
		o.add("bf16", "")
		w.leave(text.NoNVFP4)
	}
}

// megatronTypes are the formats of states that are not the default. The
// options take fp16 for the master copy, whose int16 half goes with fp32.
func (w *writer) megatronTypes(o *options) {
	t := w.Workload.States
	if t.Weights == train.FP8State {
		o.add("fp8-param-gather", "")
	}
	if t.Gradients == train.DefaultState && t.Master == train.DefaultState && t.Moments == train.DefaultState {
		return
	}
	o.add("use-precision-aware-optimizer", "")
	if t.Master == train.Remainder {
		t.Master = train.FP32State
	}
	for _, d := range []struct {
		name string
		t    train.StateType
	}{{"main-grads-dtype", t.Gradients}, {"main-params-dtype", t.Master}, {"exp-avg-dtype", t.Moments}, {"exp-avg-sq-dtype", t.Moments}} {
		if d.t != train.DefaultState {
			o.add(d.name, d.t)
		}
	}
}

// megatronLossAndRouting sets the loss and the routing of experts.
// Source: NVIDIA/Megatron-LM megatron/training/arguments.py.
func (w *writer) megatronLossAndRouting(o *options) {
	if w.Workload.Loss == train.FusedLoss {
		o.add("cross-entropy-loss-fusion", "")
		o.add("cross-entropy-fusion-impl", "te")
	}
	if c := w.Workload.Routing.Capacity; c > 0 {
		o.add("moe-expert-capacity-factor", c)
		o.add("moe-pad-expert-input-to-capacity", "")
		o.add("moe-token-dispatcher-type", "alltoall")
	}
}

func (w *writer) megatronRecompute(o *options) {
	p := &w.plan
	switch p.Recompute {
	case train.Selective:
		o.add("recompute-granularity", "selective")
		o.add("recompute-modules", strings.Join(modulesOf(p), " "))
	case train.FullRecompute:
		method := train.UniformMethod
		switch p.RecomputeMethod {
		case train.EveryNth:
			w.leave(text.FirstLayersOrAll, p.RecomputeName())
			return
		case train.BlockMethod:
			method = p.RecomputeMethod
		}
		o.add("recompute-granularity", "full")
		o.add("recompute-method", method)
		o.add("recompute-num-layers", max(p.RecomputeLayers, 1))
	}
}

// modulesOf lists what selective recompute drops.
func modulesOf(p *train.Plan) []string {
	var list []string
	for m := model.Module(1); m < model.NumModules; m++ {
		if p.Modules.Has(m) {
			list = append(list, m.String())
		}
	}
	if list == nil {
		return []string{model.CoreAttention.String()}
	}
	return list
}

func (w *writer) megatronModel(o *options) {
	s := &w.dims
	if s.heads == 0 || s.other {
		w.leave(text.NotAPlainDecoder, w.Model().Name)
		return
	}
	o.add("num-layers", s.layers)
	o.add("hidden-size", s.hidden)
	if s.ffn > 0 {
		o.add("ffn-hidden-size", s.ffn)
	}
	o.add("num-attention-heads", s.heads)
	if s.mla != nil {
		o.add("multi-latent-attention", "")
		if s.mla.QRank > 0 {
			o.add("q-lora-rank", s.mla.QRank)
		}
		o.add("kv-lora-rank", s.mla.KVRank)
		o.add("qk-head-dim", s.mla.NopeDim)
		o.add("qk-pos-emb-head-dim", s.mla.RopeDim)
		o.add("v-head-dim", s.mla.ValDim)
	} else {
		if s.kvHeads < s.heads {
			o.add("group-query-attention", "")
			o.add("num-query-groups", s.kvHeads)
		}
		o.add("kv-channels", s.headDim)
	}
	if s.gated {
		o.add("swiglu", "")
	}
	if s.rms {
		o.add("normalization", "RMSNorm")
	}
	if !s.bias {
		o.add("disable-bias-linear", "")
	}
	if !s.tied {
		o.add("untie-embeddings-and-output-weights", "")
	}
	o.add("vocab-size", s.vocab)
	w.megatronExperts(o)
	if s.mixed {
		w.leave(text.LayersDiffer, w.Model().Name)
	}
}

func (w *writer) megatronExperts(o *options) {
	m := w.dims.moe
	if m == nil {
		return
	}
	o.add("num-experts", m.Experts)
	o.add("moe-router-topk", m.TopK)
	o.add("moe-ffn-hidden-size", m.Width)
	if m.SharedWidth > 0 {
		o.add("moe-shared-expert-intermediate-size", m.SharedWidth)
	}
	if dense := w.dims.denseLayers; dense > 0 {
		o.add("moe-layer-freq", fmt.Sprintf("([0]*%d+[1]*%d)", dense, w.dims.layers-dense))
	}
	o.add("moe-grouped-gemm", "")
	o.add("moe-token-dispatcher-type", "alltoall")
}
