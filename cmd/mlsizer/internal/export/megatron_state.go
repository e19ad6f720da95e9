package export

import (
	"fmt"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/model"
	"mlsizer/sizing/train"
)

func (w *writer) megatronBatch(o *options) {
	o.add("micro-batch-size", w.plan.MicroBatch)
	o.add("global-batch-size", w.plan.GlobalBatch)
	o.add("seq-length", w.Workload.Seq)
	o.add("max-position-embeddings", max(w.Workload.Seq, w.Model().Context))
	w.megatronRun(o)
}

// megatronRun is the length of the run, its ramp-up and its evaluation. A
// ramp-up wants a run in samples; evaluation is off unless it is asked for.
// Source: NVIDIA/Megatron-LM megatron/training/arguments.py (validate_args).
func (w *writer) megatronRun(o *options) {
	r, e := w.Schedule.RampUp, w.Schedule.Evaluation
	n := w.steps()
	switch {
	case r.Samples > 0:
		o.addWords("rampup-batch-size", []string{fmt.Sprint(r.Start), fmt.Sprint(r.Increment), fmt.Sprint(r.Samples)})
		if n > 0 {
			o.add("train-samples", n*w.plan.GlobalBatch)
		}
	case n > 0:
		o.add("train-iters", n)
	}
	if e.Every > 0 {
		o.add("eval-interval", e.Every)
	}
	o.add("eval-iters", e.Batches)
}

// megatronState is how states are shared, kept and computed.
func (w *writer) megatronState(o *options) {
	w.megatronSharding(o)
	w.megatronOptimizer(o)
	w.megatronRecompute(o)
	w.megatronTypes(o)
	w.megatronOffload(o)
	w.megatronPrecision(o)
}

func (w *writer) megatronSharding(o *options) {
	switch w.plan.Sharding {
	case train.Zero1:
		o.add("use-distributed-optimizer", "")
		o.add("overlap-grad-reduce", "")
		o.add("overlap-param-gather", "")
	case train.Zero2, train.Zero3:
		o.add("use-megatron-fsdp", "")
		o.add("use-distributed-optimizer", "")
		o.add("ckpt-format", "fsdp_dtensor")
		o.add("data-parallel-sharding-strategy", map[train.Sharding]string{train.Zero2: "optim_grads", train.Zero3: "optim_grads_params"}[w.plan.Sharding])
	}
}

// megatronOptimizer names an optimizer that is not Adam.
func (w *writer) megatronOptimizer(o *options) {
	switch w.Workload.Optimizer {
	case train.Lion, train.Muon:
		o.add("optimizer", w.Workload.Optimizer)
	case train.SGD, train.SGDMomentum:
		o.add("optimizer", "sgd")
		o.add("sgd-momentum", map[train.Optimizer]string{train.SGD: "0.0", train.SGDMomentum: "0.9"}[w.Workload.Optimizer])
	}
	if w.plan.OffloadOptimizer {
		o.add("optimizer-cpu-offload", "")
		o.add("optimizer-offload-fraction", "1.0")
	}
}

// offloadNames are what Megatron calls the modules whose activations it offloads.
// Source: NVIDIA/Megatron-LM megatron/core/transformer/transformer_config.py:2127-2148.
var offloadNames = map[model.Module][]string{
	model.CoreAttention: {"core_attn"},
	model.NormModule:    {"attn_norm", "mlp_norm"},
	model.MoEActModule:  {"moe_act"},
}

// offloadWords lists the modules that the plan offloads; ok is false where
// Megatron offloads one of them only as a part of others.
func (w *writer) offloadWords() (words []string, ok bool) {
	for m := model.NoModule + 1; m < model.NumModules; m++ {
		if !w.plan.Offload.Has(m) {
			continue
		}
		if offloadNames[m] == nil {
			return nil, false
		}
		words = append(words, offloadNames[m]...)
	}
	return words, true
}

// megatronOffload moves activations of modules to the host.
func (w *writer) megatronOffload(o *options) {
	if words, _ := w.offloadWords(); words != nil {
		o.add("fine-grained-activation-offloading", "")
		o.addWords("offload-modules", words)
	}
}

func (w *writer) megatronPrecision(o *options) {
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
		o.add("fp4-format", "e2m1")
	}
}

// megatronTypes are the formats of states that are not the default. The
// options take fp16 for the master copy, whose int16 half goes with fp32.
func (w *writer) megatronTypes(o *options) {
	t := w.Workload.States
	if t.Weights == train.FP8State {
		o.add("fp8-param-gather", "")
	}
	changed := t.Gradients != train.DefaultState || t.Master != train.DefaultState || t.Moments != train.DefaultState
	if !changed && !w.plan.OffloadOptimizer {
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

func (w *writer) megatronRecompute(o *options) {
	p := &w.plan
	switch p.Recompute {
	case train.Selective:
		o.add("recompute-granularity", "selective")
		o.addWords("recompute-modules", modulesOf(p))
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
