package export

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/train"
)

// example is a plan of a catalogued model.
func example(t *testing.T, model, device, stack string, plan train.Plan) Plan {
	t.Helper()
	entry, err := catalog.Default().Find(model)
	require.NoError(t, err)
	m, err := entry.Build()
	require.NoError(t, err)
	d, err := hardware.Default().Find(device)
	require.NoError(t, err)
	c, err := hardware.NewCluster(d, plan.Devices())
	require.NoError(t, err)
	s, err := train.FindStack(stack)
	require.NoError(t, err)
	p, err := train.Prepare(m, train.Workload{Seq: 8192, Batch: plan.GlobalBatch, Tokens: 1e12, PUE: 1.1}, s, c)
	require.NoError(t, err)
	e, err := p.Evaluate(&plan)
	require.NoError(t, err)
	return Plan{Prepared: p, Estimate: &e}
}

// written is an export that is not refused.
func written(t *testing.T, f Format, p Plan) Result {
	t.Helper()
	r, err := Write(f, p)
	require.NoError(t, err)
	return r
}

// flags reads "--name value" words back, lines joined and comments dropped.
func flags(t *testing.T, text string) map[string]string {
	t.Helper()
	var words []string
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(line, "#") {
			words = append(words, strings.Fields(strings.TrimSuffix(strings.TrimSpace(line), "\\"))...)
		}
	}
	found := map[string]string{}
	name := ""
	for _, w := range words {
		if n, ok := strings.CutPrefix(w, "--"); ok {
			require.NotContains(t, found, n, "twice")
			name, found[n] = n, ""
			continue
		}
		if name != "" {
			found[name] = strings.TrimSpace(found[name] + " " + strings.Trim(w, "'"))
		}
	}
	return found
}

// only holds that every name is one of the documented ones.
func only(t *testing.T, names map[string]bool, documented string) {
	t.Helper()
	known := map[string]bool{}
	for _, n := range strings.Fields(documented) {
		known[n] = true
	}
	for n := range names {
		require.True(t, known[n], "%q is not an option of the framework", n)
	}
}

func keys[V any](m map[string]V) map[string]bool {
	set := map[string]bool{}
	for k := range m {
		set[k] = true
	}
	return set
}

// The names of NVIDIA/Megatron-LM@d98e8a64 megatron/training/arguments.py and
// of torchrun.
const megatronNames = `nproc-per-node nnodes node-rank master-addr
	tensor-model-parallel-size pipeline-model-parallel-size num-layers-per-virtual-pipeline-stage pipeline-model-parallel-layout
	decoder-first-pipeline-num-layers decoder-last-pipeline-num-layers context-parallel-size expert-model-parallel-size expert-tensor-parallel-size
	sequence-parallel micro-batch-size global-batch-size seq-length max-position-embeddings train-iters
	use-distributed-optimizer overlap-grad-reduce overlap-param-gather use-megatron-fsdp data-parallel-sharding-strategy
	optimizer-cpu-offload optimizer-offload-fraction recompute-granularity recompute-method recompute-num-layers recompute-modules
	bf16 fp16 fp8-format fp8-recipe num-layers hidden-size ffn-hidden-size num-attention-heads group-query-attention num-query-groups kv-channels
	swiglu normalization untie-embeddings-and-output-weights disable-bias-linear vocab-size multi-latent-attention q-lora-rank kv-lora-rank
	qk-head-dim qk-pos-emb-head-dim v-head-dim num-experts moe-router-topk moe-ffn-hidden-size moe-shared-expert-intermediate-size moe-layer-freq
	moe-grouped-gemm moe-token-dispatcher-type
	microbatch-group-size-per-virtual-pipeline-stage eval-iters position-embedding-type rotary-base use-rope-scaling rope-scaling-factor rope-type
	rotary-scaling-factor qk-layernorm add-qkv-bias attention-dropout hidden-dropout moe-router-score-function moe-router-enable-expert-bias
	moe-router-num-groups moe-router-group-topk moe-router-topk-scaling-factor use-precision-aware-optimizer`

func TestMegatron(t *testing.T) {
	p := example(t, "llama-3.1-405b", "h100", "megatron-core", train.Plan{TP: 8, PP: 16, VP: 1, CP: 1, EP: 1, DP: 128, MicroBatch: 1, GlobalBatch: 2048,
		Sharding: train.Zero1, SequenceParallel: true, Recompute: train.Selective, OffloadOptimizer: true})
	r := written(t, Megatron, p)
	require.Contains(t, r.Text, "; option names of NVIDIA/Megatron-LM@d98e8a64\n")
	got := flags(t, r.Text)
	only(t, keys(got), megatronNames)
	for name, want := range map[string]string{
		"tensor-model-parallel-size": "8", "pipeline-model-parallel-size": "16", "context-parallel-size": "1", "sequence-parallel": "",
		"decoder-first-pipeline-num-layers": "7", "decoder-last-pipeline-num-layers": "7",
		"micro-batch-size": "1", "global-batch-size": "2048", "seq-length": "8192", "train-iters": "59605",
		"use-distributed-optimizer": "", "optimizer-cpu-offload": "", "optimizer-offload-fraction": "1.0",
		"recompute-granularity": "selective", "recompute-modules": "core_attn", "bf16": "",
		"num-layers": "126", "hidden-size": "16384", "ffn-hidden-size": "53248", "num-attention-heads": "128", "group-query-attention": "",
		"num-query-groups": "8", "kv-channels": "128", "swiglu": "", "normalization": "RMSNorm", "disable-bias-linear": "",
		"untie-embeddings-and-output-weights": "", "vocab-size": "128256", "nnodes": "2048",
	} {
		require.Contains(t, got, name)
		require.Equal(t, want, got[name], name)
	}
	require.NotContains(t, got, "num-experts")
}

func TestMegatronVirtualAndExperts(t *testing.T) {
	p := example(t, "llama-3.1-405b", "h100", "megatron-core", train.Plan{TP: 8, PP: 2, VP: 9, CP: 2, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 64, Recompute: train.FullRecompute})
	got := flags(t, written(t, Megatron, p).Text)
	require.Equal(t, "7", got["num-layers-per-virtual-pipeline-stage"])
	require.Equal(t, "full", got["recompute-granularity"])
	require.NotContains(t, got, "use-distributed-optimizer")

	p = example(t, "llama-3.1-405b", "h100", "megatron-core", train.Plan{TP: 8, PP: 4, VP: 8, CP: 1, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 64})
	layout := flags(t, written(t, Megatron, p).Text)["pipeline-model-parallel-layout"]
	require.Equal(t, "Et*3|(t*4|)*30t*3L", layout)

	p = example(t, "deepseek-v3", "h800", "megatron-core", train.Plan{TP: 2, PP: 16, VP: 1, CP: 1, EP: 64, ETP: 1, DP: 64, MicroBatch: 1, GlobalBatch: 15360, Sharding: train.Zero1})
	r := written(t, Megatron, p)
	got = flags(t, r.Text)
	only(t, keys(got), megatronNames)
	for name, want := range map[string]string{
		"expert-model-parallel-size": "64", "expert-tensor-parallel-size": "1", "num-experts": "256", "moe-router-topk": "8", "moe-ffn-hidden-size": "2048",
		"multi-latent-attention": "", "q-lora-rank": "1536", "kv-lora-rank": "512", "qk-head-dim": "128", "qk-pos-emb-head-dim": "64", "v-head-dim": "128",
		"moe-layer-freq": "([0]*3+[1]*58)", "ffn-hidden-size": "18432", "moe-shared-expert-intermediate-size": "2048",
	} {
		require.Equal(t, want, got[name], name)
	}
}

// The names of pytorch/torchtitan@b5bcd76.
const torchtitanNames = `training.num_tokens_per_microbatch_per_dp_rank training.num_tokens_per_train_step training.max_context_length training.steps
	training.dtype training.mixed_precision_param training.mixed_precision_reduce
	parallelism.data_parallel_replicate_degree parallelism.data_parallel_shard_degree parallelism.fsdp_reshard_after_forward
	parallelism.tensor_parallel_degree parallelism.enable_sequence_parallel parallelism.pipeline_parallel_degree parallelism.pipeline_parallel_schedule
	parallelism.pipeline_parallel_layers_per_stage parallelism.pipeline_parallel_first_stage_less_layers parallelism.pipeline_parallel_last_stage_less_layers
	parallelism.num_pp_microbatches parallelism.context_parallel_degree parallelism.expert_parallel_degree training.disable_cuda_graphs
	nproc_per_node nnodes rdzv_backend rdzv_id rdzv_endpoint module config`

func TestTorchtitan(t *testing.T) {
	p := example(t, "llama-3.1-405b", "h100", "torchtitan", train.Plan{TP: 8, PP: 4, VP: 2, CP: 2, EP: 1, DP: 16, MicroBatch: 1, GlobalBatch: 128,
		Sharding: train.Zero3, ShardGroup: 8, SequenceParallel: true})
	r := written(t, Torchtitan, p)
	got := flags(t, r.Text)
	only(t, keys(got), torchtitanNames)
	for name, want := range map[string]string{
		"training.num_tokens_per_microbatch_per_dp_rank": "8192", "training.num_tokens_per_train_step": "1048576",
		"parallelism.data_parallel_replicate_degree": "4", "parallelism.data_parallel_shard_degree": "4", "parallelism.fsdp_reshard_after_forward": "always",
		"parallelism.tensor_parallel_degree": "8", "parallelism.pipeline_parallel_degree": "4",
		"parallelism.pipeline_parallel_schedule": "Interleaved1F1B", "parallelism.num_pp_microbatches": "8", "parallelism.context_parallel_degree": "2",
	} {
		require.Equal(t, want, got[name], name)
	}
	// The product of the degrees must equal the world size.
	world := 1
	for _, name := range []string{"data_parallel_replicate", "data_parallel_shard", "tensor_parallel", "pipeline_parallel", "context_parallel"} {
		n, err := strconv.Atoi(got["parallelism."+name+"_degree"])
		require.NoError(t, err)
		world *= n
	}
	require.Equal(t, 1024, world)
	require.Contains(t, r.Text, "torchrun --nproc_per_node 8 --nnodes 128 --rdzv_backend c10d")
	require.Equal(t, "llama3_405b", got["config"])
	require.NotContains(t, got, "parallelism.no-enable_sequence_parallel")
}

func TestDeepSpeed(t *testing.T) {
	p := example(t, "llama-3.1-8b", "a100-80g", "deepspeed", train.Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 16, MicroBatch: 2, GlobalBatch: 256,
		Sharding: train.Zero3, OffloadOptimizer: true, Recompute: train.FullRecompute})
	r := written(t, DeepSpeed, p)
	var got struct {
		TrainBatch   int `json:"train_batch_size"`
		MicroBatch   int `json:"train_micro_batch_size_per_gpu"`
		Accumulation int `json:"gradient_accumulation_steps"`
		BF16         struct{ Enabled bool }
		Zero         struct {
			Stage        int
			OverlapComm  bool `json:"overlap_comm"`
			Contiguous   bool `json:"contiguous_gradients"`
			GatherOnSave bool `json:"stage3_gather_16bit_weights_on_model_save"`
			Offload      struct {
				Device    string
				PinMemory bool `json:"pin_memory"`
			} `json:"offload_optimizer"`
		} `json:"zero_optimization"`
	}
	d := json.NewDecoder(strings.NewReader(r.Text))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&got))
	require.Equal(t, got.TrainBatch, got.MicroBatch*got.Accumulation*16)
	require.Equal(t, 256, got.TrainBatch)
	require.Equal(t, 3, got.Zero.Stage)
	require.True(t, got.BF16.Enabled && got.Zero.OverlapComm && got.Zero.GatherOnSave && got.Zero.Offload.PinMemory)
	require.Equal(t, "cpu", got.Zero.Offload.Device)
	require.NotEmpty(t, r.Left)
	require.False(t, r.Comments)
}

func TestAccelerate(t *testing.T) {
	p := example(t, "llama-3.1-8b", "h100", "transformers-peft", train.Plan{TP: 1, PP: 1, VP: 1, CP: 2, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 64,
		Sharding: train.Zero3, ShardGroup: 8, Recompute: train.FullRecompute})
	r := written(t, Accelerate, p)
	var got struct {
		Environment string `yaml:"compute_environment"`
		Type        string `yaml:"distributed_type"`
		Machines    int    `yaml:"num_machines"`
		Processes   int    `yaml:"num_processes"`
		Precision   string `yaml:"mixed_precision"`
		Rank        int    `yaml:"machine_rank"`
		Address     string `yaml:"main_process_ip"`
		Port        int    `yaml:"main_process_port"`
		Same        bool   `yaml:"same_network"`
		FSDP        struct {
			Version    int    `yaml:"fsdp_version"`
			Strategy   string `yaml:"fsdp_sharding_strategy"`
			Wrap       string `yaml:"fsdp_auto_wrap_policy"`
			State      string `yaml:"fsdp_state_dict_type"`
			Offload    bool   `yaml:"fsdp_offload_params"`
			Checkpoint bool   `yaml:"fsdp_activation_checkpointing"`
		} `yaml:"fsdp_config"`
		Mesh struct {
			Replicate int `yaml:"parallelism_config_dp_replicate_size"`
			Shard     int `yaml:"parallelism_config_dp_shard_size"`
			TP        int `yaml:"parallelism_config_tp_size"`
			CP        int `yaml:"parallelism_config_cp_size"`
		} `yaml:"parallelism_config"`
	}
	d := yaml.NewDecoder(strings.NewReader(r.Text))
	d.KnownFields(true)
	require.NoError(t, d.Decode(&got))
	require.Equal(t, "FSDP", got.Type)
	require.Equal(t, 16, got.Processes)
	require.Equal(t, 2, got.Machines)
	require.Equal(t, "bf16", got.Precision)
	require.Equal(t, "MASTER_ADDR", got.Address)
	require.Equal(t, 29500, got.Port)
	require.True(t, got.Same)
	require.Zero(t, got.Rank)
	require.Equal(t, "HYBRID_SHARD", got.FSDP.Strategy)
	require.True(t, got.FSDP.Checkpoint)
	require.Equal(t, got.Processes, got.Mesh.Replicate*got.Mesh.Shard*got.Mesh.TP*got.Mesh.CP)
	require.Equal(t, 4, got.Mesh.Shard)
}

// The keys of AI-Hypercomputer/maxtext@e591f30 base.yml.
const maxtextNames = `base_emb_dim base_num_query_heads base_num_kv_heads base_mlp_dim base_num_decoder_layers head_dim vocab_size mlp_activations
	num_experts num_experts_per_tok base_moe_mlp_dim attention_type per_device_batch_size max_target_length gradient_accumulation_steps steps
	dtype weight_dtype quantization opt_type remat_policy decoder_layer_input optimizer_memory_host_offload num_slices
	hardware decoder_block rope_max_timescale rope_type use_qk_norm attention_bias logits_via_embedding enable_dropout
	num_layers_per_pipeline_stage num_pipeline_repeats num_pipeline_microbatches
	ici_data_parallelism ici_fsdp_parallelism ici_tensor_parallelism ici_context_parallelism ici_expert_parallelism ici_pipeline_parallelism
	dcn_data_parallelism dcn_fsdp_parallelism dcn_tensor_parallelism dcn_context_parallelism dcn_expert_parallelism dcn_pipeline_parallelism`

func TestMaxText(t *testing.T) {
	p := example(t, "llama-3.1-70b", "tpu-v5p", "maxtext", train.Plan{TP: 2, PP: 1, VP: 1, CP: 1, EP: 1, DP: 64, MicroBatch: 2, GlobalBatch: 512,
		Sharding: train.Zero3, Recompute: train.FullRecompute})
	r := written(t, MaxText, p)
	var got map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(r.Text), &got))
	only(t, keys(got), maxtextNames)
	product := 1
	for name, v := range got {
		if strings.HasSuffix(name, "_parallelism") {
			product *= v.(int)
		}
	}
	require.Equal(t, 128, product, "the axes make up the devices")
	for name, want := range map[string]any{
		"base_emb_dim": 8192, "base_num_query_heads": 64, "base_num_kv_heads": 8, "base_mlp_dim": 28672, "base_num_decoder_layers": 80, "head_dim": 128,
		"per_device_batch_size": 1, "gradient_accumulation_steps": 4, "max_target_length": 8192, "remat_policy": "full", "dtype": "bfloat16",
		"ici_tensor_parallelism": 2, "ici_fsdp_parallelism": 64, "optimizer_memory_host_offload": false, "opt_type": "adamw",
	} {
		require.Equal(t, want, got[name], name)
	}
}

// On several slices the weights are sharded in each, unless a group of all ranks
// says otherwise.
func TestMaxTextOnSlices(t *testing.T) {
	for group, want := range map[int][4]int{0: {256, 1, 1, 4}, 1024: {256, 4, 1, 1}, 256: {256, 1, 1, 4}} {
		p := example(t, "llama-3.1-8b", "tpu-v5e", "maxtext", train.Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1024, MicroBatch: 1, GlobalBatch: 1024,
			Sharding: train.Zero3, ShardGroup: group, Recompute: train.FullRecompute})
		var got map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(written(t, MaxText, p).Text), &got))
		require.Equal(t, 4, got["num_slices"])
		for i, name := range []string{"ici_fsdp_parallelism", "dcn_fsdp_parallelism", "ici_data_parallelism", "dcn_data_parallelism"} {
			require.Equal(t, want[i], got[name], "group %d: %s", group, name)
		}
	}
}

// What a framework cannot express is said.
func TestLeft(t *testing.T) {
	p := example(t, "llama-3.1-405b", "h100", "megatron-core", train.Plan{TP: 8, PP: 4, VP: 2, CP: 2, EP: 1, DP: 16, MicroBatch: 1, GlobalBatch: 128, Sharding: train.Zero1})
	for want, plan := range map[string]train.Plan{"tp 8": {TP: 8, PP: 1, VP: 1, CP: 1}, "pp 4": {TP: 1, PP: 4, VP: 1, CP: 1}, "vp 2": {TP: 1, PP: 1, VP: 2, CP: 1}, "cp 2": {TP: 1, PP: 1, VP: 1, CP: 2}} {
		for _, f := range []Format{DeepSpeed, Accelerate} {
			of := *p.Estimate
			of.Plan.TP, of.Plan.PP, of.Plan.VP, of.Plan.CP = plan.TP, plan.PP, plan.VP, plan.CP
			_, err := Write(f, Plan{Prepared: p.Prepared, Estimate: &of})
			require.ErrorContains(t, err, want, f)
		}
	}
	require.Contains(t, written(t, Torchtitan, p).Text, "# not included: zero1:")
	flat := *p.Estimate
	flat.Plan.TP, flat.Plan.PP, flat.Plan.VP, flat.Plan.CP = 1, 1, 1, 1
	require.Contains(t, written(t, Accelerate, Plan{Prepared: p.Prepared, Estimate: &flat}).Text, "# not included: zero1:")
}

func TestParseFormat(t *testing.T) {
	for _, f := range formats {
		got, err := ParseFormat(string(f))
		require.NoError(t, err)
		require.Equal(t, f, got)
		_, err = train.FindStack(f.Stack())
		require.NoError(t, err)
	}
	_, err := ParseFormat("nemo")
	require.ErrorContains(t, err, `"nemo": unknown framework (want megatron, torchtitan, deepspeed, accelerate, maxtext)`)
}
