package export

import (
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/train"
)

// torchtitan is the flags of run_train.sh. MODULE and CONFIG, which name the
// model, come from the environment.
func (w *writer) torchtitan() Result {
	p := &w.plan
	var o options
	o.add("training.num_tokens_per_microbatch_per_dp_rank", int64(p.MicroBatch)*w.Workload.Seq)
	o.add("training.num_tokens_per_train_step", p.GlobalBatch*w.Workload.Seq)
	o.add("training.max_context_length", w.Workload.Seq)
	if n := w.steps(); n > 0 {
		o.add("training.steps", n)
	}
	if w.Workload.States.Weights == train.BF16State {
		o.add("training.dtype", "bfloat16")
	} else {
		o.add("training.dtype", "float32")
	}
	o.add("training.mixed_precision_param", w.dtype())
	o.add("training.mixed_precision_reduce", "float32")
	shard, replicate, reshard := 1, p.DP, ""
	switch p.Sharding {
	case train.Zero1:
		w.leave(text.Zero1ShardsGradients)
		fallthrough
	case train.Zero2:
		shard, replicate, reshard = p.DP, 1, "never"
	case train.Zero3:
		shard, replicate, reshard = p.DP, 1, "always"
	}
	if g := p.ShardGroup; g > 0 && g%p.CP == 0 {
		shard, replicate = g/p.CP, p.DP*p.CP/g
	} else if g > 0 {
		w.leave(text.ShardGroupOfContext, g, p.CP)
	}
	o.add("parallelism.data_parallel_replicate_degree", replicate)
	o.add("parallelism.data_parallel_shard_degree", shard)
	if reshard != "" {
		o.add("parallelism.fsdp_reshard_after_forward", reshard)
	}
	o.add("parallelism.tensor_parallel_degree", p.TP)
	if p.TP > 1 {
		o.add("parallelism.enable_sequence_parallel", p.SequenceParallel)
	}
	o.add("parallelism.pipeline_parallel_degree", p.PP)
	if p.PP > 1 {
		w.torchtitanPipeline(&o)
	}
	o.add("parallelism.context_parallel_degree", p.CP)
	o.add("parallelism.expert_parallel_degree", p.EP)
	if p.OffloadParams {
		o.add("training.enable_cpu_offload", true)
	} else if p.OffloadOptimizer {
		w.leave(text.CPUOffloadMovesAll)
	}
	w.leave(text.NoRecomputeOptions, p.RecomputeName())
	w.parallelDimensions("tp", "pp", "vp", "cp", "ep")
	w.leave(text.ModuleAndConfig)
	if per := min(w.Cluster.DevicesPerNode, w.Cluster.Count); per > 0 {
		return Result{Text: shell("NGPU="+itoa(per)+" MODULE=\"$MODULE\" CONFIG=\"$CONFIG\" ./run_train.sh", "--", o), Upstream: "pytorch/torchtitan@b5bcd76", Comments: true}
	}
	return Result{}
}

func (w *writer) torchtitanPipeline(o *options) {
	p := &w.plan
	chunks := w.Chunks(p)
	each := chunks[0]
	for _, n := range chunks {
		each = max(each, n)
	}
	schedule := "1F1B"
	if p.VP > 1 {
		schedule = "Interleaved1F1B"
	}
	o.add("parallelism.pipeline_parallel_schedule", schedule)
	o.add("parallelism.pipeline_parallel_layers_per_stage", each)
	o.add("parallelism.pipeline_parallel_first_stage_less_layers", each-chunks[0])
	o.add("parallelism.pipeline_parallel_last_stage_less_layers", each-chunks[len(chunks)-1])
	o.add("parallelism.num_pp_microbatches", p.MicroBatches())
	for _, n := range chunks[1 : len(chunks)-1] {
		if n != each {
			w.leave(text.InnerStages, chunks)
			break
		}
	}
}
