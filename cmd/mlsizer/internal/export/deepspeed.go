package export

import (
	"encoding/json"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/train"
)

// deepSpeed is a ds_config.json.
func (w *writer) deepSpeed() Result {
	p := &w.plan
	type enabled struct {
		Enabled bool `json:"enabled"`
	}
	type device struct {
		Device    string `json:"device"`
		PinMemory bool   `json:"pin_memory"`
	}
	type zero struct {
		Stage        int     `json:"stage"`
		OverlapComm  bool    `json:"overlap_comm"`
		Contiguous   bool    `json:"contiguous_gradients"`
		Offload      *device `json:"offload_optimizer,omitempty"`
		Params       *device `json:"offload_param,omitempty"`
		GatherOnSave bool    `json:"stage3_gather_16bit_weights_on_model_save,omitempty"`
	}
	type checkpointing struct {
		CPU bool `json:"cpu_checkpointing"`
	}
	config := struct {
		TrainBatch   int64          `json:"train_batch_size"`
		MicroBatch   int            `json:"train_micro_batch_size_per_gpu"`
		Accumulation int64          `json:"gradient_accumulation_steps"`
		BF16         *enabled       `json:"bf16,omitempty"`
		FP16         *enabled       `json:"fp16,omitempty"`
		Zero         zero           `json:"zero_optimization"`
		Inputs       *checkpointing `json:"activation_checkpointing,omitempty"`
	}{TrainBatch: p.GlobalBatch, MicroBatch: p.MicroBatch, Accumulation: p.MicroBatches()}
	switch w.Workload.Precision {
	case train.BF16:
		config.BF16 = &enabled{true}
	case train.FP16:
		config.FP16 = &enabled{true}
	}
	config.Zero = zero{Stage: int(p.Sharding), OverlapComm: true, Contiguous: true, GatherOnSave: p.Sharding == train.Zero3}
	at := "cpu"
	if w.Workload.NVMe > 0 {
		at = "nvme"
		w.leave(text.NVMePath)
	}
	if p.OffloadOptimizer {
		config.Zero.Offload = &device{at, true}
	}
	if p.OffloadParams {
		config.Zero.Params = &device{at, true}
	}
	if p.OffloadInputs {
		config.Inputs = &checkpointing{true}
	}
	if p.Recompute != train.NoRecompute {
		w.leave(text.RecomputeInCode, p.RecomputeName())
	}
	w.leave(text.DeepSpeedUndecided)
	text, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		panic(err) // numbers, strings and bools always encode
	}
	return Result{Text: string(text) + "\n", Upstream: "deepspeedai/DeepSpeed@edaa722"}
}
