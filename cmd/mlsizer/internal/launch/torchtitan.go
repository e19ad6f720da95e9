package launch

import (
	"slices"
	"strings"

	"mlsizer/cmd/mlsizer/internal/export"
	"mlsizer/sizing/train"
)

// torchtitanFormat is the flags of torchtitan's trainer.
// Source: pytorch/torchtitan@b5bcd76 torchtitan/config/configs.py.
var torchtitanFormat = &format{
	is: func(b *builder) bool {
		return b.has("parallelism.tensor_parallel_degree", "parallelism.data_parallel_shard_degree", "training.max_context_length", "training.seq_len")
	},
	harmless: []string{"job.*", "metrics.*", "checkpoint.*", "profiling.*", "comm.*", "lr_scheduler.*", "optimizer.lr", "optimizer.eps", "training.dataset*", "training.max_norm", "parallelism.num_pp_microbatches", "training.disable_cuda_graphs", "validation.*", "compile.*", "m", "training.mixed_precision_reduce"},
	read:     (*builder).torchtitan,
}

func (b *builder) torchtitan() {
	b.set("stack", "torchtitan", nil)
	module, _, _ := b.word("module")
	config, _, _ := b.word("config")
	b.Model = export.TorchtitanModel(strings.ToLower(module + " " + config))
	tp := b.takes("tp", "parallelism.tensor_parallel_degree", "1")
	pp := b.takes("pp", "parallelism.pipeline_parallel_degree", "1")
	cp := b.takes("cp", "parallelism.context_parallel_degree", "1")
	b.takes("ep", "parallelism.expert_parallel_degree", "1")
	b.torchtitanStages(max(pp, 1))
	b.divided = max(times(max(tp, 1), times(max(pp, 1), max(cp, 1))), 1)
	if tp > 1 {
		b.set("sp", map[bool]string{true: "false", false: "true"}[b.is("parallelism.no-enable_sequence_parallel")], nil)
	}
	b.seq = b.takes("seq", "training.max_context_length", "")
	if b.seq == 0 {
		b.seq = b.takes("seq", "training.seq_len", "")
	}
	b.torchtitanBatch()
	b.torchtitanSharding(max(cp, 1))
	if b.is("training.enable_cpu_offload") {
		b.set("offload-params", "true", b.find("training.enable_cpu_offload"))
	}
	dtypes := map[string]string{"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}
	b.choose("precision", "training.mixed_precision_param", dtypes)
	b.choose("weights-dtype", "training.dtype", dtypes)
	b.steps, _ = b.count("training.steps")
}

// torchtitanBatch is the batch, in tokens or, in older releases, in sequences.
func (b *builder) torchtitanBatch() {
	if n, e := b.count("training.num_tokens_per_microbatch_per_dp_rank"); n > 0 && b.seq > 0 {
		b.micro = max(n/b.seq, 1)
		b.set("micro-batch", itoa(b.micro), e)
	} else {
		b.micro = b.takes("micro-batch", "training.local_batch_size", "")
	}
	if n, _ := b.count("training.num_tokens_per_train_step"); n > 0 && b.seq > 0 {
		b.batch = n / b.seq
	} else {
		b.batch, _ = b.count("training.global_batch_size")
	}
}

func (b *builder) torchtitanSharding(cp int64) {
	replicate, _ := b.count("parallelism.data_parallel_replicate_degree")
	s, e, _ := b.word("parallelism.data_parallel_shard_degree")
	reshard, r, _ := b.word("parallelism.fsdp_reshard_after_forward")
	switch {
	case reshard == "never":
		b.set("sharding", "zero2", r)
	case reshard == "" && s == "1":
		b.set("sharding", "none", e)
	default:
		b.set("sharding", "zero3", e)
	}
	if replicate > 1 && s != "1" && s != "-1" && s != "" {
		shard, e := b.count("parallelism.data_parallel_shard_degree")
		b.set("shard-group", itoa(shard*cp), e)
	}
}

// torchtitanStages is how many virtual stages the layers of each make. Without the
// model the layers are not known, and a schedule of one stage per device says it.
// Source: pytorch/torchtitan@b5bcd76 torchtitan/distributed/pipeline_parallel.py:220-256.
func (b *builder) torchtitanStages(pp int64) {
	schedule, _, _ := b.word("parallelism.pipeline_parallel_schedule")
	if pp == 1 || schedule == "1F1B" {
		b.set("vp", "1", nil)
	}
	keys := []string{"parallelism.pipeline_parallel_layers_per_stage", "parallelism.pipeline_parallel_first_stage_less_layers", "parallelism.pipeline_parallel_last_stage_less_layers"}
	each, e := b.count(keys[0])
	if each == 0 || pp == 1 {
		return
	}
	first, f := b.count(keys[1])
	last, l := b.count(keys[2])
	layers := int64(export.LayersOf(b.Model))
	if layers == 0 {
		b.unknown(e)
		return
	}
	chunks := (layers + first + last + each - 1) / each
	if chunks%pp != 0 || first >= each || last >= each {
		b.unknown(e)
		return
	}
	if schedule != "1F1B" {
		b.set("vp", itoa(chunks/pp), e)
	}
	if first == 0 && last == 0 {
		return
	}
	if !slices.Equal(train.SpreadLayers(int(layers), int(chunks), 0, 0), train.SpreadLayers(int(layers), int(chunks), int(each-first), int(each-last))) {
		if first > 0 {
			b.set("first-stage-layers", itoa(each-first), f)
		}
		if last > 0 {
			b.set("last-stage-layers", itoa(each-last), l)
		}
	}
}
