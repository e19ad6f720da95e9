package launch

// accelerateFormat is the configuration of accelerate launch.
// Source: huggingface/accelerate@16cb6eb8 src/accelerate/commands/config/config_args.py.
var accelerateFormat = &format{
	is:       func(b *builder) bool { return b.has("distributed_type", "compute_environment") },
	harmless: []string{"compute_environment", "machine_rank", "main_process_*", "same_network", "rdzv_backend", "num_machines", "main_training_function", "use_cpu", "debug", "downcast_bf16", "enable_cpu_affinity", "tpu_*", "fsdp_config.fsdp_auto_wrap_policy", "fsdp_config.fsdp_state_dict_type", "fsdp_config.fsdp_backward_prefetch*", "fsdp_config.fsdp_cpu_ram_efficient_loading", "fsdp_config.fsdp_sync_module_states", "fsdp_config.fsdp_use_orig_params", "fsdp_config.fsdp_forward_prefetch", "fsdp_config.fsdp_version", "fsdp_config.fsdp_transformer_layer_cls_to_wrap", "deepspeed_config.zero3_*", "deepspeed_config.gradient_clipping", "deepspeed_config.deepspeed_multinode_launcher"},
	read:     (*builder).accelerate,
}

func (b *builder) accelerate() {
	n, _ := b.count("num_processes")
	b.Devices = clampDevices(n)
	b.choose("precision", "mixed_precision", map[string]string{"bf16": "bf16", "fp16": "fp16", "fp8": "fp8", "no": "fp32"})
	kind, e, _ := b.word("distributed_type")
	b.undivided("pp", "ep")
	if kind != "FSDP" {
		b.undivided("tp", "cp")
	}
	switch kind {
	case "DEEPSPEED":
		b.set("stack", "deepspeed", e)
		b.zero()
	case "FSDP":
		b.set("stack", "transformers-peft", e)
		b.accelerateFSDP()
	case "MULTI_GPU", "NO", "no":
		b.set("stack", "transformers-peft", e)
		b.set("sharding", "none", e)
	default:
		if e != nil {
			b.unknown(e)
		}
	}
}

// zero is DeepSpeed inside accelerate.
func (b *builder) zero() {
	if stage, e := b.count("deepspeed_config.zero_stage"); e != nil && stage <= 3 {
		b.set("sharding", []string{"none", "zero1", "zero2", "zero3"}[stage], e)
	}
	b.accumulation, _ = b.count("deepspeed_config.gradient_accumulation_steps")
	places := map[string]string{"cpu": "true", "none": "false"}
	b.choose("offload-optimizer", "deepspeed_config.offload_optimizer_device", places)
	b.choose("offload-params", "deepspeed_config.offload_param_device", places)
}

func (b *builder) accelerateFSDP() {
	strategy, e, ok := b.word("fsdp_config.fsdp_sharding_strategy")
	switch {
	case !ok && b.find("fsdp_config.fsdp_reshard_after_forward") != nil:
		b.set("sharding", map[bool]string{true: "zero3", false: "zero2"}[b.is("fsdp_config.fsdp_reshard_after_forward")], b.find("fsdp_config.fsdp_reshard_after_forward"))
	case !ok || strategy == "FULL_SHARD" || strategy == "1" || strategy == "HYBRID_SHARD":
		b.set("sharding", "zero3", e)
	case strategy == "SHARD_GRAD_OP" || strategy == "2" || strategy == "HYBRID_SHARD_ZERO2":
		b.set("sharding", "zero2", e)
	default:
		b.unknown(e)
	}
	mesh := "parallelism_config.parallelism_config_"
	tp, cp := b.takes("tp", mesh+"tp_size", "1"), b.takes("cp", mesh+"cp_size", "1")
	replicate, _ := b.count(mesh + "dp_replicate_size")
	shard, shardEntry := b.count(mesh + "dp_shard_size")
	b.divided = max(times(max(tp, 1), max(cp, 1)), 1)
	switch {
	case replicate > 1 && shard > 1:
		b.set("shard-group", itoa(shard*max(cp, 1)), shardEntry)
	case e != nil && (strategy == "HYBRID_SHARD" || strategy == "HYBRID_SHARD_ZERO2") && shard == 0:
		b.set("shard-group", "8", e) // the devices of a node
	}
	if b.is("fsdp_config.fsdp_offload_params") {
		b.set("offload-params", "true", b.find("fsdp_config.fsdp_offload_params"))
	}
	if b.is("fsdp_config.fsdp_activation_checkpointing") {
		b.set("recompute", "full", b.find("fsdp_config.fsdp_activation_checkpointing"))
	} else {
		b.set("recompute", "none", nil)
	}
}
