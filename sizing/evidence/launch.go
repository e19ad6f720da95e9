package evidence

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// launched reports whether the row states the launch options of Megatron-LM,
// even if there were none: options that it does not list have their defaults.
func (r *Row) launched() bool {
	return r.Stack == "megatron-core" && r.Options != nil
}

// launch applies Megatron-LM's launch options for attention, dropout and
// gradients. Source of the defaults: NVIDIA/Megatron-LM
// megatron/training/arguments.py (dropout of 0.1).
func (r *Row) launch(opt Options, s *train.Stack) {
	switch backend := opt["attention-backend"]; {
	case r.ownLayers(opt):
		// Source: NVIDIA/Megatron-LM megatron/core/transformer/dot_product_attention.py
		// (get_global_memory_buffer).
		s.FusedAttention, s.ScoreBuffer, s.StreamWorkspace = false, true, train.StreamWorkspace{}
	case backend != "":
		s.FusedAttention = backend != "unfused"
	}
	s.AttentionDropout = !opt.zero("attention-dropout")
	s.Dropout = !opt.zero("hidden-dropout")
	if _, stated := opt["hidden-dropout"]; !stated {
		s.Dropout = s.AttentionDropout // scripts turn both off together
	}
	if opt.on("grad-reduce-in-bf16") {
		s.GradientBytes, s.StepGradientBytes = 2, 4
	}
}

// compiledLoss is the loss of Megatron-LM's own fusion. It stores one fp32 copy
// of the logits less with each generation of the compiler: that of the
// long-term support container, that of 2024, and that of the first container
// for Blackwell.
func (r *Row) compiledLoss(d *hardware.Device) train.Loss {
	switch {
	case r.Release == "lts":
		return train.EarlyJITLoss
	case strings.HasPrefix(d.Arch, "Blackwell"):
		return train.LateJITLoss
	}
	return train.JITLoss
}

// ownLayers reports whether Megatron-LM ran its own layers, whose attention
// writes its scores to memory, and not Transformer Engine's. If a launch does
// not state it (transformer-impl), the options imply it: of the published test
// runs without fused gradient accumulation, those of Transformer Engine request
// the softmax in fp32, which its kernels compute in any case, and those of
// Megatron's own layers do not.
func (r *Row) ownLayers(opt Options) bool {
	impl, stated := opt["transformer-impl"]
	backend, chosen := opt["attention-backend"]
	if stated || chosen {
		return impl == "local" || backend == "local"
	}
	newer := opt.on("attention-softmax-in-fp32") || opt.on("multi-latent-attention") || opt.on("qk-layernorm") || opt["normalization"] == "RMSNorm"
	newer = newer || r.Experts > 0 || r.CP > 1 || r.KVHeads > 0 && r.KVHeads < r.Heads || r.Precision != "bf16" && r.Precision != "fp16"
	return opt.on("no-gradient-accumulation-fusion") && !newer
}

// recomputeOffload is the suffix of a recompute mode that offloads some of the
// saved activations to the host, without saying which. The compiler starts the
// transfers early, so they take no exposed time, but the memory on the device
// is unknown (see gap).
const recomputeOffload = "-offload"

// recompute reads the row's recompute and offload.
func (r *Row) recompute(opt Options, p train.Plan) (train.Plan, error) {
	mode := strings.TrimSuffix(cmp.Or(r.Recompute, opt["recompute-granularity"], "none"), recomputeOffload)
	layers, err := opt.count("recompute-num-layers", 1)
	if err != nil {
		return p, err
	}
	if method := opt["recompute-method"]; method != "" && mode == "full" {
		mode = fmt.Sprintf("full:%s:%d", method, layers)
	}
	if p, err = p.WithRecompute(mode); err != nil {
		return p, err
	}
	list := opt["recompute-modules"]
	if opt.on("moe-layer-recompute") && p.Recompute == train.NoRecompute {
		p.Recompute, list = train.Selective, model.MoEModule.String()
	}
	if p.Recompute == train.Selective {
		if p.Modules, err = model.ParseModules(list); err != nil {
			return p, err
		}
	}
	if opt.on(fineOffload) {
		p.Offload, _ = model.ParseModules(opt["offload-modules"]) // gap reports the unknown part
	}
	return p, nil
}

// launchPlan reads the parts of a layout that only launch options state.
func (r *Row) launchPlan(opt Options, p *train.Plan) error {
	if err := r.launchSharding(opt, p); err != nil {
		return err
	}
	var vp, etp, first, last int64
	if err := opt.counts([]counted{
		{"num-virtual-stages-per-pipeline-rank", &vp}, {"expert-tensor-parallel-size", &etp},
		{"decoder-first-pipeline-num-layers", &first}, {"decoder-last-pipeline-num-layers", &last},
	}); err != nil {
		return err
	}
	if vp > 0 {
		p.VP = int(vp)
	}
	if p.VP > 1 && first+last > 0 {
		// Source: NVIDIA/Megatron-LM megatron/core/transformer/transformer_block.py
		// (get_num_layers_to_build).
		return note.NewError("option.uneven-chunks", first, last)
	}
	p.FirstLayers, p.LastLayers = int(first), int(last)
	if p.PP > 1 && r.Layers > 0 {
		r.accountFor(opt, p)
	}
	if layout := opt["pipeline-model-parallel-layout"]; layout != "" {
		if err := pipelineLayout(layout, p); err != nil {
			return note.NewError("option.bad-pipeline-layout", layout, err)
		}
	}
	switch {
	case etp > 0:
		p.ETP = int(etp)
	case p.EP > 1 && p.DP*p.CP%p.EP != 0 && p.DP*p.CP*p.TP%p.EP == 0:
		p.ETP = 1 // only experts without tensor parallelism fit
	case p.EP > 1 && r.bridge():
		// Its recipes do not divide experts.
		// Source: NVIDIA-NeMo/Megatron-Bridge scripts/performance/configs
		// (expert_tensor_parallel_size of 1).
		p.ETP = 1
	}
	return nil
}

// launchWorkload reads the formats of states and the experts' capacity.
func (r *Row) launchWorkload(opt Options, w *train.Workload) (err error) {
	if opt.on("fp8-param-gather") && (w.Precision == train.FP8 || w.Precision == train.MXFP8) {
		w.States.Weights = train.FP8State
	}
	if opt.on("use-precision-aware-optimizer") {
		for name, at := range map[string]*train.StateType{"main-grads-dtype": &w.States.Gradients, "main-params-dtype": &w.States.Master, "exp-avg-dtype": &w.States.Moments} {
			if s, ok := opt[name]; ok {
				if *at, err = train.ParseStateType(s); err != nil {
					return note.NewError("option.bad-value", name, err)
				}
			}
		}
	}
	if s, ok := opt["moe-expert-capacity-factor"]; ok && opt.on("moe-pad-expert-input-to-capacity") {
		if w.Routing.Capacity, err = strconv.ParseFloat(s, 64); err != nil {
			return note.NewError("option.not-a-factor", s)
		}
	}
	return nil
}

// accountFor removes a layer from the first chunk for the embedding and one
// from the last for the loss, if the launch options say so.
func (r *Row) accountFor(opt Options, p *train.Plan) {
	embedding, loss := opt.on("account-for-embedding-in-pipeline-split"), opt.on("account-for-loss-in-pipeline-split")
	slots, chunks := int(r.Layers), p.PP*p.VP
	for _, set := range []bool{embedding, loss} {
		if set {
			slots++
		}
	}
	if slots%chunks != 0 || slots/chunks < 2 {
		return
	}
	if embedding {
		p.FirstLayers = slots/chunks - 1
	}
	if loss {
		p.LastLayers = slots/chunks - 1
	}
}

// balance sets the layers of the first and the last model chunk that make the
// slowest stage fastest, if layers that do not divide evenly share the last
// stage with multi-token prediction layers. Recipes lay such models out by
// hand, with few layers in the last chunk.
// Source: NVIDIA-NeMo/Megatron-Bridge src/megatron/bridge/recipes/deepseek
// (set_deepseek_v3_pipeline_model_parallel_layout).
func balance(p *train.Prepared, plan *train.Plan) {
	layers, chunks := p.Model().Layers(), plan.PP*plan.VP
	if plan.PP == 1 || layers%chunks == 0 || plan.FirstLayers > 0 || plan.LastLayers > 0 {
		return
	}
	try, best := *plan, quantity.Seconds(math.Inf(1))
	for last := 1; last <= layers/chunks+1; last++ {
		for first := 1; first <= layers/chunks+1; first++ {
			try.FirstLayers, try.LastLayers = first, last
			if t, err := p.StepTime(&try); err == nil && t.Sum() < best {
				*plan, best = try, t.Sum()
			}
		}
	}
}

// fsdpSharding are the values of Megatron-FSDP's
// data-parallel-sharding-strategy.
var fsdpSharding = map[string]train.Sharding{
	"": train.NoSharding, "no_shard": train.NoSharding, "optim": train.Zero1, "optim_grads": train.Zero2, "optim_grads_params": train.Zero3,
}

// launchSharding reads the options of sharding and of optimizer offload.
func (r *Row) launchSharding(opt Options, p *train.Plan) error {
	switch strategy := opt["data-parallel-sharding-strategy"]; {
	case opt.on("use-torch-fsdp2"):
		p.Sharding = train.Zero3
	case opt.on("use-megatron-fsdp") || opt.on("use-custom-fsdp"):
		sharding, ok := fsdpSharding[strategy]
		if !ok {
			return note.NewError("option.unknown-sharding", strategy)
		}
		p.Sharding = sharding
	}
	instances, err := opt.count("num-distributed-optimizer-instances", 1)
	if err != nil {
		return err
	}
	if ranks := p.DP * p.CP; instances > 1 && p.Sharding != train.NoSharding && int64(ranks)%instances == 0 && int64(ranks) > instances {
		p.ShardGroup = ranks / int(instances)
	}
	p.OffloadOptimizer = p.OffloadOptimizer || opt.on("optimizer-cpu-offload")
	return nil
}
