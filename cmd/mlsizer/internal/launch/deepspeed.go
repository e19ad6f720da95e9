package launch

// deepSpeedFormat is the configuration of DeepSpeed.
// Source: deepspeedai/DeepSpeed@edaa722 deepspeed/runtime/config.py.
var deepSpeedFormat = &format{
	is: func(b *builder) bool {
		return b.has("zero_optimization.stage", "train_micro_batch_size_per_gpu", "train_batch_size")
	},
	harmless: []string{"optimizer.params.*", "scheduler.*", "gradient_clipping", "steps_per_print", "wall_clock_breakdown", "zero_optimization.overlap_comm", "zero_optimization.contiguous_gradients", "zero_optimization.reduce_scatter", "zero_optimization.*_bucket_size", "*_bucket_size", "zero_optimization.stage3_*", "zero_optimization.sub_group_size", "zero_optimization.round_robin_gradients", "zero_optimization.allgather_partitions", "*.pin_memory", "fp16.*", "bf16.*", "zero_allow_untested_optimizer", "*.buffer_count", "*.fast_init", "dump_state", "tensorboard.*", "wandb.*"},
	read:     (*builder).deepSpeed,
}

func (b *builder) deepSpeed() {
	b.set("stack", "deepspeed", nil)
	b.undivided("tp", "pp", "cp", "ep")
	b.batch, _ = b.count("train_batch_size")
	b.micro = b.takes("micro-batch", "train_micro_batch_size_per_gpu", "")
	b.accumulation, _ = b.count("gradient_accumulation_steps")
	stage, e := b.count("zero_optimization.stage")
	switch {
	case e == nil || stage == 0:
		b.set("sharding", "none", e)
	case stage <= 3:
		b.set("sharding", "zero"+itoa(stage), e)
	default:
		b.unknown(e)
	}
	if b.batch > 0 && b.micro > 0 && b.accumulation > 0 && b.batch%(b.micro*b.accumulation) == 0 {
		b.Devices = clampDevices(b.batch / (b.micro * b.accumulation))
	}
	for _, o := range []struct{ key, flag string }{{"zero_optimization.offload_optimizer.device", "offload-optimizer"}, {"zero_optimization.offload_param.device", "offload-params"}} {
		switch device, e, ok := b.word(o.key); {
		case !ok || device == "none":
			b.set(o.flag, "false", e)
		case device == "cpu":
			b.set(o.flag, "true", e)
		default: // nvme, whose bandwidth no file says
			b.unknown(e)
		}
	}
	switch {
	case b.is("bf16.enabled"):
		b.set("precision", "bf16", b.find("bf16.enabled"))
	case b.is("fp16.enabled"):
		b.set("precision", "fp16", b.find("fp16.enabled"))
	}
	b.choose("optimizer", "optimizer.type", map[string]string{"adam": "adamw", "adamw": "adamw", "lion": "lion", "muon": "muon", "sgd": "sgd"})
	if b.is("activation_checkpointing.cpu_checkpointing") {
		b.set("offload-inputs", "true", b.find("activation_checkpointing.cpu_checkpointing"))
	}
}
