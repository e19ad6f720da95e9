package export

import (
	"slices"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/train"
)

// refuse returns the reason why a framework has no launch of the plan, nil if it
// has one.
func (w *writer) refuse(f Format) error {
	switch k := &w.Workload; {
	case w.Cluster.Device.Kind == hardware.TPU && f != MaxText:
		return text.NoTPU.Error(f)
	case w.Others != nil:
		return text.NoPostTraining.Error(f)
	case k.FreezesWeights():
		return text.NoAdapters.Error(k.Method, f)
	case f == Accelerate && w.plan.ShardGroup%w.plan.CP != 0:
		return text.ShardGroupOfContext.Error(w.plan.ShardGroup, w.plan.CP)
	case w.plan.ShardGroup > 0 && (f == Megatron || f == DeepSpeed):
		return text.NoGroups.Error(f, w.plan.ShardGroup)
	}
	if err := w.refuseDimensions(f); err != nil {
		return err
	}
	if err := w.refuseWork(f); err != nil {
		return err
	}
	switch f {
	case Megatron:
		return w.refuseMegatron()
	case MaxText:
		return w.refuseMaxText()
	case Torchtitan:
		return w.refuseTorchtitan()
	}
	return nil
}

// dimensions are the parallel dimensions that a framework's options have.
func (w *writer) dimensions(f Format) []string {
	switch {
	case f == Megatron:
		return []string{"tp", "pp", "vp", "cp", "ep", "etp"}
	case f == Torchtitan || f == MaxText:
		return []string{"tp", "pp", "vp", "cp", "ep"}
	case f == Accelerate && w.plan.Sharding >= train.Zero2: // the mesh is FSDP's
		return []string{"tp", "cp"}
	}
	return nil
}

// refuseDimensions is a dimension of the plan that the options do not have.
func (w *writer) refuseDimensions(f Format) error {
	p, has := &w.plan, w.dimensions(f)
	for _, d := range []struct {
		name string
		n    int
	}{{"tp", p.TP}, {"pp", p.PP}, {"vp", p.VP}, {"cp", p.CP}, {"ep", p.EP}} {
		if d.n > 1 && !slices.Contains(has, d.name) {
			return text.NoDimension.Error(d.name, d.n)
		}
	}
	if p.ETP > 0 && p.ETP != p.TP && !slices.Contains(has, "etp") {
		return text.NoExpertTP.Error(p.ETP)
	}
	return nil
}

// products are the formats of products that a framework's options name.
var products = map[Format][]train.Precision{
	Megatron:   {train.BF16, train.FP16, train.FP32, train.TF32, train.FP8, train.MXFP8, train.NVFP4},
	Torchtitan: {train.BF16, train.FP32, train.TF32},
	DeepSpeed:  {train.BF16, train.FP16, train.FP32, train.TF32},
	Accelerate: {train.BF16, train.FP16, train.FP32, train.TF32, train.FP8},
	MaxText:    {train.BF16, train.FP16, train.FP32, train.TF32, train.FP8},
}

// optimizers are those that a framework's options name.
var optimizers = map[Format][]train.Optimizer{
	Megatron:   {train.AdamW, train.Lion, train.Muon, train.SGDMomentum, train.SGD},
	Torchtitan: {train.AdamW},
	DeepSpeed:  {train.AdamW},
	Accelerate: {train.AdamW},
	MaxText:    {train.AdamW, train.SGD, train.Muon},
}

// refuseWork is what of the workload a framework's options do not name.
func (w *writer) refuseWork(f Format) error {
	k, t := &w.Workload, w.Workload.States
	changed := t.Gradients != train.DefaultState || t.Master != train.DefaultState || t.Moments != train.DefaultState
	switch {
	case !slices.Contains(products[f], k.Precision):
		return text.NoPrecision.Error(f, k.Precision)
	case !slices.Contains(optimizers[f], k.Optimizer):
		return text.NoOptimizer.Error(f, k.Optimizer)
	case changed && f != Megatron, t.Weights != train.DefaultState && (f == DeepSpeed || f == Accelerate):
		return text.NoStateTypes.Error(f)
	case w.Schedule.RampUp.Samples > 0 && f != Megatron:
		return text.NoRampUp.Error(f)
	case w.Schedule.Evaluation.Every > 0 && f != Megatron && f != MaxText:
		return text.NoEvaluation.Error(f)
	}
	return nil
}

// refuseMegatron is what pretrain_gpt.py does not build or run.
func (w *writer) refuseMegatron() error {
	_, offloads := w.offloadWords()
	switch {
	case !offloads:
		return text.NoSuchOffload.Error(Megatron, w.plan.Offload)
	case !w.described():
		return text.NotBuilt.Error(w.Model().Name, Megatron)
	case w.plan.RecomputeMethod == train.EveryNth:
		return text.FirstLayersOrAll.Error(w.plan.RecomputeName())
	case w.Workload.Loss == train.FusedLoss:
		return text.FusedLossDisabled.Error()
	}
	return nil
}

// refuseMaxText is what its keys do not say: experts are divided inside a
// data-parallel group, and a pipeline holds layers of one kind.
func (w *writer) refuseMaxText() error {
	p := &w.plan
	within := max(w.ShardRanks(p), 1)
	switch {
	case !w.described() || w.arch.maxText == "":
		return text.NotBuilt.Error(w.Model().Name, MaxText)
	case p.PP > 1 && w.shape.denseLayers > 0:
		return text.StagesOfKinds.Error(MaxText, w.shape.denseLayers)
	case p.DP%p.EP != 0, p.Sharding == train.Zero3 && within%(p.CP*p.EP) != 0:
		return text.ExpertsDivideData.Error(p.EP, p.DP)
	case p.RecomputeLayers > 0:
		return text.PolicyOfEveryLayer.Error(p.RecomputeName())
	case p.OffloadParams:
		return text.NoWeightOffload.Error()
	case p.Offload != 0:
		return text.NoModuleOffload.Error(MaxText)
	}
	return nil
}

// refuseTorchtitan is what its flags do not say.
func (w *writer) refuseTorchtitan() error {
	p := &w.plan
	switch {
	case p.RecomputeMethod == train.EveryNth:
		return text.NoEveryNth.Error(p.RecomputeName())
	case p.ShardGroup%p.CP != 0:
		return text.ShardGroupOfContext.Error(p.ShardGroup, p.CP)
	case p.OffloadOptimizer && !p.OffloadParams:
		return text.CPUOffloadMovesAll.Error()
	}
	return nil
}

// described reports whether dimensions and what is known of the architecture say
// which model is trained.
func (w *writer) described() bool {
	s := &w.shape
	return s.heads > 0 && !s.other && !s.mixed && w.arch != nil
}
