package export

import (
	"fmt"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/train"
)

// lines prints YAML: "name: value" lines; a name with a dot stands under the part
// before it.
func lines(list options) string {
	var b strings.Builder
	section := ""
	for _, o := range list {
		name := o.name
		if head, rest, nested := strings.Cut(name, "."); nested {
			if head != section {
				fmt.Fprintf(&b, "%s:\n", head)
			}
			section, name = head, "  "+rest
		} else {
			section = ""
		}
		fmt.Fprintf(&b, "%s: %s\n", name, o.value)
	}
	return b.String()
}

// accelerate is the config file of accelerate launch.
func (w *writer) accelerate() Result {
	p := &w.plan
	var o options
	o.add("compute_environment", "LOCAL_MACHINE")
	sharded := p.Sharding >= train.Zero2
	kind := "MULTI_GPU"
	switch {
	case sharded:
		kind = "FSDP"
	case w.Cluster.Count == 1:
		kind = "'NO'" // the launcher wants two processes or more of the others; without quotes YAML reads it as false
	}
	o.add("distributed_type", kind)
	o.add("num_machines", w.Cluster.Nodes())
	o.add("num_processes", w.Cluster.Count)
	w.accelerateMachines(&o)
	precision := "no"
	switch w.Workload.Precision {
	case train.BF16, train.FP16, train.FP8:
		precision = w.Workload.Precision.String()
	}
	o.add("mixed_precision", precision)
	if p.Sharding == train.Zero1 {
		w.leave(text.Zero1ButDeepSpeed)
	}
	if sharded {
		w.accelerateFSDP(&o)
	}
	if p.OffloadOptimizer && !p.OffloadParams {
		w.leave(text.FSDPOffloadMovesWeights)
	}
	if p.Recompute == train.Selective || p.RecomputeLayers > 0 {
		w.leave(text.FSDPRecomputesAll, p.RecomputeName())
	}
	w.leave(text.BatchInScript, p.MicroBatch, p.MicroBatches())
	return Result{Text: lines(o), Upstream: "huggingface/accelerate@16cb6eb8", Comments: true}
}

// accelerateMachines is how several machines find each other.
// Source: huggingface/accelerate src/accelerate/utils/launch.py:212-225.
func (w *writer) accelerateMachines(o *options) {
	if w.Cluster.Nodes() == 1 {
		return
	}
	o.add("machine_rank", 0)
	o.add("main_process_ip", "MASTER_ADDR")
	o.add("main_process_port", 29500)
	o.add("same_network", true)
	w.leave(text.RankOfMachine)
}

func (w *writer) accelerateFSDP(o *options) {
	p := &w.plan
	mesh := p.TP > 1 || p.CP > 1 || p.ShardGroup > 0 && p.ShardGroup != w.Cluster.DevicesPerNode
	version := 1
	if mesh {
		version = 2
	}
	o.add("fsdp_config.fsdp_version", version)
	strategy := "FULL_SHARD"
	switch hybrid := p.ShardGroup > 0; {
	case p.Sharding == train.Zero3 && hybrid:
		strategy = "HYBRID_SHARD"
	case p.Sharding == train.Zero2 && hybrid:
		strategy = "HYBRID_SHARD_ZERO2"
	case p.Sharding == train.Zero2:
		strategy = "SHARD_GRAD_OP"
	}
	o.add("fsdp_config.fsdp_sharding_strategy", strategy)
	o.add("fsdp_config.fsdp_auto_wrap_policy", "TRANSFORMER_BASED_WRAP")
	o.add("fsdp_config.fsdp_state_dict_type", "SHARDED_STATE_DICT")
	o.add("fsdp_config.fsdp_offload_params", p.OffloadParams)
	o.add("fsdp_config.fsdp_activation_checkpointing", p.Recompute == train.FullRecompute && p.RecomputeLayers == 0)
	if !mesh {
		return
	}
	shard, replicate := p.DP, 1
	if g := p.ShardGroup; g > 0 {
		shard, replicate = g/p.CP, p.DP*p.CP/g
	}
	o.add("parallelism_config.parallelism_config_dp_replicate_size", replicate)
	o.add("parallelism_config.parallelism_config_dp_shard_size", shard)
	o.add("parallelism_config.parallelism_config_tp_size", p.TP)
	o.add("parallelism_config.parallelism_config_cp_size", p.CP)
}
