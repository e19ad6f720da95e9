package export

import (
	"fmt"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/train"
)

// torchtitan is the flags of its trainer. A model that its registry has is named
// by module and configuration; others come from the environment.
func (w *writer) torchtitan() Result {
	p := &w.plan
	var o options
	w.torchtitanTraining(&o)
	w.torchtitanSharding(&o)
	o.add("parallelism.tensor_parallel_degree", p.TP)
	if p.TP > 1 && !p.SequenceParallel { // its default is with it
		o.add("parallelism.no-enable_sequence_parallel", "")
	}
	o.add("parallelism.pipeline_parallel_degree", p.PP)
	if p.PP > 1 {
		w.torchtitanPipeline(&o)
	}
	o.add("parallelism.context_parallel_degree", p.CP)
	o.add("parallelism.expert_parallel_degree", p.EP)
	if p.OffloadParams {
		o.add("training.enable_cpu_offload", "")
	}
	w.leave(text.CheckpointingInConfig, p.RecomputeName(), checkpointing(p))
	return Result{Text: asLines(w.torchtitanLaunch(), "--", o), Upstream: "pytorch/torchtitan@b5bcd76", Comments: true}
}

// checkpointing is the policy of a configuration that recomputes as the plan.
// Source: pytorch/torchtitan torchtitan/distributed/activation_checkpoint.py.
func checkpointing(p *train.Plan) string {
	return map[train.Recompute]string{train.NoRecompute: "None", train.Selective: "SelectiveAC.Config()", train.FullRecompute: "FullAC.Config()"}[p.Recompute]
}

// torchtitanLaunch starts the trainer: run_train.sh on one node, torchrun with a
// rendezvous on several.
func (w *writer) torchtitanLaunch() string {
	module, config := `"$MODULE"`, `"$CONFIG"`
	if w.arch != nil && w.arch.torchtitan != "" {
		module, config, _ = strings.Cut(w.arch.torchtitan, " ")
	} else {
		w.leave(text.ModuleAndConfig)
	}
	per := min(w.Cluster.DevicesPerNode, w.Cluster.Count)
	if w.Cluster.Nodes() == 1 {
		return fmt.Sprintf("NGPU=%d MODULE=%s CONFIG=%s ./run_train.sh", per, module, config)
	}
	return fmt.Sprintf(`torchrun --nproc_per_node %d --nnodes %d --rdzv_backend c10d --rdzv_id "$JOB_ID" --rdzv_endpoint "$MASTER_ADDR:29500" -m torchtitan.train --module %s --config %s`,
		per, w.Cluster.Nodes(), module, config)
}

func (w *writer) torchtitanTraining(o *options) {
	p := &w.plan
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
}

func (w *writer) torchtitanSharding(o *options) {
	p := &w.plan
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
	if g := p.ShardGroup; g > 0 {
		shard, replicate = g/p.CP, p.DP*p.CP/g
	}
	o.add("parallelism.data_parallel_replicate_degree", replicate)
	o.add("parallelism.data_parallel_shard_degree", shard)
	if reshard != "" {
		o.add("parallelism.fsdp_reshard_after_forward", reshard)
	}
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
	o.add("training.disable_cuda_graphs", "") // pytorch/torchtitan torchtitan/trainer.py:168-176
	for _, n := range chunks[1 : len(chunks)-1] {
		if n != each {
			w.leave(text.InnerStages, chunks)
			break
		}
	}
}
