package export

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// A plan that a framework's options cannot say is refused with the reason, and
// never exported as something else.
func TestRefusals(t *testing.T) {
	plan := train.Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 64, Sharding: train.Zero1}
	lora := train.Workload{Method: train.LoRA, Adapter: train.Adapter{Rank: 16, Targets: []string{"q_proj"}}}
	all := []Format{Megatron, Torchtitan, DeepSpeed, Accelerate, MaxText}
	for name, c := range map[string]struct {
		model, device string // of the catalogues
		work          train.Workload
		change        func(*train.Plan)
		schedule      run.Schedule
		by            []Format
		reason        string
	}{
		"adapters":     {model: "llama-3.1-8b", work: lora, by: all, reason: "adapters"},
		"tpu":          {model: "llama-3.1-8b", device: "tpu-v5p", by: all[:4], reason: "TPU"},
		"ramp-up":      {model: "llama-3.1-8b", schedule: run.Schedule{RampUp: run.RampUp{Start: 8, Increment: 8, Samples: 1000}}, by: all[1:], reason: "ramp-up"},
		"evaluation":   {model: "llama-3.1-8b", schedule: run.Schedule{Evaluation: run.Evaluation{Every: 100, Batches: 2}}, by: []Format{Torchtitan, DeepSpeed, Accelerate}, reason: "evaluation"},
		"optimizer":    {model: "llama-3.1-8b", work: train.Workload{Optimizer: train.Adafactor}, by: all, reason: "adafactor"},
		"precision":    {model: "llama-3.1-8b", work: train.Workload{Precision: train.MXFP8}, by: all[1:], reason: "mxfp8"},
		"fused loss":   {model: "llama-3.1-8b", work: train.Workload{Loss: train.FusedLoss}, by: all[:1], reason: "fused"},
		"state-space":  {model: "mamba2-2.7b", by: []Format{Megatron, MaxText}, reason: "mamba2-2.7b"},
		"encoder":      {model: "bert-large", by: []Format{Megatron, MaxText}, reason: "bert-large"},
		"sinks":        {model: "gpt-oss-20b", by: []Format{Megatron, MaxText}, reason: "gpt-oss-20b"},
		"other norms":  {model: "gemma-2-9b", by: []Format{Megatron, MaxText}, reason: "gemma-2-9b"},
		"positions":    {model: "bloom-7b1", by: []Format{Megatron, MaxText}, reason: "bloom-7b1"},
		"offload":      {model: "llama-3.1-8b", change: func(p *train.Plan) { p.Offload = p.Offload.With(model.MLPModule) }, by: all[:1], reason: "mlp"},
		"shard groups": {model: "llama-3.1-8b", change: func(p *train.Plan) { p.ShardGroup = 4 }, by: []Format{Megatron, DeepSpeed}, reason: "groups of 4"},
	} {
		t.Run(name, func(t *testing.T) {
			plan := plan
			if c.change != nil {
				c.change(&plan)
			}
			for _, f := range c.by {
				p := asked(t, c.model, c.device, "megatron-core", c.work, plan)
				p.Schedule = c.schedule
				_, err := Write(f, p)
				require.ErrorContains(t, err, c.reason, f)
			}
		})
	}
}

// asked is a plan of a catalogued model and a workload on eight devices.
func asked(t *testing.T, model, device, stack string, work train.Workload, plan train.Plan) Plan {
	t.Helper()
	entry, err := catalog.Default().Find(model)
	require.NoError(t, err)
	m, err := entry.Build()
	require.NoError(t, err)
	if device == "" {
		device = "b200"
	}
	d, err := hardware.Default().Find(device)
	require.NoError(t, err)
	c, err := hardware.NewCluster(d, plan.Devices())
	require.NoError(t, err)
	s, err := train.FindStack(stack)
	require.NoError(t, err)
	work.Seq, work.Batch, work.Tokens, work.PUE = min(4096, m.Context), plan.GlobalBatch, 1e10, 1.1
	p, err := train.Prepare(m, work, s, c)
	require.NoError(t, err)
	e, err := p.Evaluate(&plan)
	require.NoError(t, err)
	return Plan{Prepared: p, Estimate: &e}
}

// What a model needs beside its dimensions is written, each option of it.
func TestSameModel(t *testing.T) {
	plan := train.Plan{TP: 2, PP: 1, VP: 1, CP: 1, EP: 1, DP: 4, MicroBatch: 1, GlobalBatch: 64, Sharding: train.Zero1, SequenceParallel: true}
	for name, want := range map[string]map[string]string{
		"gpt-3-13b":     {"position-embedding-type": "learned_absolute", "attention-dropout": "0.0", "hidden-dropout": "0.0"},
		"llama-3.1-8b":  {"position-embedding-type": "rope", "rotary-base": "500000", "use-rope-scaling": "", "rope-scaling-factor": "8"},
		"qwen3-32b":     {"rotary-base": "1000000", "qk-layernorm": ""},
		"qwen2.5-7b":    {"rotary-base": "1000000", "add-qkv-bias": "", "disable-bias-linear": ""},
		"mixtral-8x7b":  {"rotary-base": "1000000", "moe-router-score-function": "softmax", "num-experts": "8", "moe-router-topk": "2"},
		"qwen3-30b-a3b": {"qk-layernorm": "", "moe-ffn-hidden-size": "768", "ffn-hidden-size": "768", "num-query-groups": "4"},
		"deepseek-v3": {"multi-latent-attention": "", "moe-router-score-function": "sigmoid", "moe-router-enable-expert-bias": "", "moe-router-num-groups": "8",
			"moe-router-group-topk": "4", "moe-router-topk-scaling-factor": "2.5", "moe-layer-freq": "([0]*3+[1]*58)", "moe-shared-expert-intermediate-size": "2048",
			"rope-type": "yarn", "rotary-scaling-factor": "40"},
	} {
		t.Run(name, func(t *testing.T) {
			r := written(t, Megatron, asked(t, name, "h100", "megatron-core", train.Workload{}, plan))
			require.Contains(t, r.Text, "CUDA_DEVICE_MAX_CONNECTIONS=1 torchrun")
			got := flags(t, r.Text)
			for option, value := range want {
				require.Contains(t, got, option)
				require.Equal(t, value, got[option], option)
			}
		})
	}
}

// Nothing of the workload is dropped on the way to Megatron.
func TestMegatronWorkload(t *testing.T) {
	plan := train.Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 64, Sharding: train.Zero1}
	for name, c := range map[string]struct {
		work     train.Workload
		change   func(*train.Plan)
		schedule run.Schedule
		want     map[string]string
	}{
		"fp4":        {work: train.Workload{Precision: train.NVFP4}, want: map[string]string{"fp4-format": "e2m1", "bf16": ""}},
		"lion":       {work: train.Workload{Optimizer: train.Lion}, want: map[string]string{"optimizer": "lion"}},
		"sgd":        {work: train.Workload{Optimizer: train.SGD}, want: map[string]string{"optimizer": "sgd", "sgd-momentum": "0.0"}},
		"ramp-up":    {schedule: run.Schedule{RampUp: run.RampUp{Start: 8, Increment: 8, Samples: 1000}}, want: map[string]string{"rampup-batch-size": "8 8 1000", "train-samples": "2441408"}},
		"evaluation": {schedule: run.Schedule{Evaluation: run.Evaluation{Every: 100, Batches: 2}}, want: map[string]string{"eval-interval": "100", "eval-iters": "2"}},
		"offload":    {change: func(p *train.Plan) { p.OffloadOptimizer = true }, want: map[string]string{"optimizer-cpu-offload": "", "use-precision-aware-optimizer": ""}},
		"fsdp":       {change: func(p *train.Plan) { p.Sharding = train.Zero3 }, want: map[string]string{"ckpt-format": "fsdp_dtensor", "use-megatron-fsdp": ""}},
		"modules": {change: func(p *train.Plan) {
			p.Recompute = train.Selective
			p.Modules = p.Modules.With(model.CoreAttention).With(model.NormModule)
		}, want: map[string]string{"recompute-modules": "core_attn layernorm"}},
	} {
		t.Run(name, func(t *testing.T) {
			plan := plan
			if c.change != nil {
				c.change(&plan)
			}
			p := asked(t, "llama-3.1-8b", "", "megatron-core", c.work, plan)
			p.Schedule = c.schedule
			r := written(t, Megatron, p)
			require.NotContains(t, r.Text, "'core_attn")
			got := flags(t, r.Text)
			for name, value := range c.want {
				require.Contains(t, got, name)
				require.Equal(t, value, got[name], name)
			}
		})
	}
}

// The table is sound: every model of it is in the catalogue, and every line has
// what its positions need and a source with a commit or a paper.
func TestArchitecturesTable(t *testing.T) {
	for name, a := range architectures() {
		_, err := catalog.Default().Find(name)
		require.NoError(t, err, name)
		require.Regexp(t, `@[0-9a-f]{7}|arXiv:`, a.source, name)
		switch a.positions {
		case "learned":
			require.Empty(t, a.base, name)
		case "rope", "yarn":
			require.Regexp(t, `^\d+$`, a.base, name)
		default:
			t.Errorf("%s: positions %q", name, a.positions)
		}
	}
}
