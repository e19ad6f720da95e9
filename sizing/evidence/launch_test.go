package evidence

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/train"
	"mlsizer/sizing/wholetest"
)

// launchRow is a row of a small model that Megatron-LM trained on 8 devices, with
// launch options as key=value.
func launchRow(options string) *Row {
	r := &Row{
		ID: "a", Source: "s", Family: "gpt", Layers: 12, Hidden: 512, FFN: 2048, Heads: 8, Vocab: 50304, SeqLen: 1024, MicroBatch: 4, GlobalBatch: 32,
		Stack: "megatron-core", Precision: "bf16", Attention: "flash", Sharding: "zero1", TP: 1, PP: 4, DP: 2, Devices: 8, PeakMemGiB: 2,
	}
	if options != "" {
		r.Options = keyValues(options)
	}
	return r
}

func TestLaunchOptions(t *testing.T) {
	for note, check := range map[string]func(*Setup) bool{
		"attention-softmax-in-fp32=true no-gradient-accumulation-fusion=true": func(s *Setup) bool { return s.Prepared.Stack().FusedAttention && s.Prepared.Stack().Dropout },
		"no-gradient-accumulation-fusion=true":                                func(s *Setup) bool { return !s.Prepared.Stack().FusedAttention },
		"transformer-impl=local attention-softmax-in-fp32=true":               func(s *Setup) bool { return !s.Prepared.Stack().FusedAttention },
		"attention-backend=unfused no-gradient-accumulation-fusion=true": func(s *Setup) bool {
			return !s.Prepared.Stack().FusedAttention && !s.Prepared.Stack().ScoreBuffer
		},
		"attention-backend=local": func(s *Setup) bool {
			return !s.Prepared.Stack().FusedAttention && s.Prepared.Stack().ScoreBuffer
		},
		"attention-dropout=0.0": func(s *Setup) bool {
			return !s.Prepared.Stack().Dropout && !s.Prepared.Stack().AttentionDropout
		},
		"attention-dropout=0.0 hidden-dropout=0.1":                                  func(s *Setup) bool { return s.Prepared.Stack().Dropout },
		"grad-reduce-in-bf16=true":                                                  func(s *Setup) bool { return s.Prepared.Stack().GradientBytes == 2 },
		"cross-entropy-loss-fusion=true":                                            func(s *Setup) bool { return s.Prepared.Stack().Loss == train.JITLoss },
		"cross-entropy-loss-fusion=true cross-entropy-fusion-impl=te":               func(s *Setup) bool { return s.Prepared.Stack().Loss == train.FusedLoss },
		"use-megatron-fsdp=true data-parallel-sharding-strategy=optim_grads_params": func(s *Setup) bool { return s.Plan.Sharding == train.Zero3 },
		"use-megatron-fsdp=true data-parallel-sharding-strategy=optim":              func(s *Setup) bool { return s.Plan.Sharding == train.Zero1 },
		"data-parallel-sharding-strategy=optim_grads_params":                        func(s *Setup) bool { return s.Plan.Sharding == train.Zero1 },
		"use-megatron-fsdp=true":                                                    func(s *Setup) bool { return s.Plan.Sharding == train.NoSharding },
		"use-torch-fsdp2=true":                                                      func(s *Setup) bool { return s.Plan.Sharding == train.Zero3 },
		"use-precision-aware-optimizer=true main-grads-dtype=bf16 exp-avg-dtype=fp8": func(s *Setup) bool {
			return s.Prepared.Workload.States == train.States{Gradients: train.BF16State, Moments: train.FP8State}
		},
		"optimizer-cpu-offload=true":                                               func(s *Setup) bool { return s.Plan.OffloadOptimizer },
		"num-virtual-stages-per-pipeline-rank=3":                                   func(s *Setup) bool { return s.Plan.VP == 3 },
		"decoder-first-pipeline-num-layers=2 decoder-last-pipeline-num-layers=2":   func(s *Setup) bool { return s.Plan.FirstLayers == 2 && s.Plan.LastLayers == 2 },
		"recompute-granularity=full recompute-method=block recompute-num-layers=1": func(s *Setup) bool { return s.Plan.RecomputeName() == "full:block:1" },
		"recompute-granularity=selective recompute-modules=[mlp layernorm]": func(s *Setup) bool {
			return s.Plan.Recompute == train.Selective && s.Plan.Modules.String() == "layernorm,mlp"
		},
		"fine-grained-activation-offloading=true offload-modules=[core_attn]": func(s *Setup) bool { return s.Plan.Offload.Has(model.CoreAttention) },
	} {
		s, err := testPredictor().Setup(launchRow(note))
		if assert.NoError(t, err, note) {
			assert.True(t, check(s), note)
		}
	}
}

// Recipes of Megatron-Bridge leave experts whole, whatever divides the rest.
func TestExpertsOfRecipes(t *testing.T) {
	r := launchRow("")
	r.Family, r.Experts, r.TopK, r.ExpertFFN, r.TP, r.PP, r.EP = "moe-llm", 8, 2, 512, 2, 1, 4
	r.DP, r.Device = 4, "h100"
	for release, etp := range map[string]int{"Megatron-Core 0.8": 0, "Megatron-Bridge NeMo 26.04": 1} {
		r.Release = release
		s, err := testPredictor().Setup(r)
		if assert.NoError(t, err, release) {
			assert.Equal(t, etp, s.Plan.ETP, release)
		}
	}
}

func TestLaunchOptionsThatAreWrong(t *testing.T) {
	_, mode := (&train.Plan{}).WithRecompute("some")
	for options, want := range map[string]error{
		"use-megatron-fsdp=true data-parallel-sharding-strategy=all":                note.NewError("option.unknown-sharding", "all"),
		"expert-tensor-parallel-size=two":                                           note.NewError("option.not-a-count", "expert-tensor-parallel-size", "two"),
		"recompute-granularity=some":                                                mode,
		"hybrid-layer-pattern=MX":                                                   note.NewError("option.unknown-letter", "MX", 'X'),
		"hybrid-attention-ratio=2":                                                  note.NewError("option.not-a-share", "hybrid-attention-ratio", "2"),
		"mtp-num-layers=1000":                                                       note.NewError("option.too-many-mtp-layers", int64(1000)),
		"num-virtual-stages-per-pipeline-rank=3 decoder-last-pipeline-num-layers=3": note.NewError("option.uneven-chunks", int64(0), int64(3)),
	} {
		_, err := testPredictor().Setup(launchRow(options))
		assert.Equal(t, want, err, options)
	}
}

// What a plan cannot say is skipped, with the option's name.
func TestUnmodelledOptionsSkipMemory(t *testing.T) {
	_, module := model.ParseModules("[qkv_linear]")
	notModelled := func(option string) error {
		return note.NewError("option.not-modelled", option, note.Word("option."+option))
	}
	for options, want := range map[string]error{
		"overlap-moe-expert-parallel-comm=true":                                notModelled("overlap-moe-expert-parallel-comm"),
		"fine-grained-activation-offloading=true offload-modules=[qkv_linear]": note.NewError("option.bad-value", "offload-modules", module),
		"cpu-offloading=true":                                                  notModelled("cpu-offloading"),
	} {
		r := launchRow(options)
		r.StepSeconds, r.Device = 1, "h100"
		rep := testPredictor().Validate([]Row{*r})
		require.Len(t, rep.Skipped, 1, options)
		assert.Equal(t, PeakMemory, rep.Skipped[0].Quantity)
		assert.Equal(t, want, rep.Skipped[0].Err)
		assert.Len(t, rep.Rows, 1, "the step time is still predicted")
	}
}

// A recompute with an offload that the row does not describe has a time, as that
// of the recompute, and no memory; one that nobody knows has neither.
func TestRecomputeWithOffload(t *testing.T) {
	r := launchRow("")
	r.StepSeconds, r.Device, r.Recompute = 1, "h100", "selective"
	plain := testPredictor().Validate([]Row{*r})
	require.Len(t, plain.Rows, 2)
	r.Recompute = "selective-offload"
	rep := testPredictor().Validate([]Row{*r})
	require.Len(t, rep.Rows, 1)
	require.Len(t, rep.Skipped, 1)
	assert.Equal(t, PeakMemory, rep.Skipped[0].Quantity)
	assert.Equal(t, note.NewError("option.offloaded-unsaid", "selective-offload"), rep.Skipped[0].Err)
	for _, p := range plain.Rows {
		if p.Quantity == StepSeconds {
			assert.Equal(t, p.Predicted, rep.Rows[0].Predicted)
		}
	}
	r.Recompute = "selective-sometimes"
	assert.Empty(t, testPredictor().Validate([]Row{*r}).Rows)
}

// A gated FFN of unstated width is what Megatron-LM makes it: 4 x 512 x 2/3,
// rounded down to 64, is 1,344. Source: megatron/training/arguments.py.
func TestGatedWidth(t *testing.T) {
	r, yes := launchRow("attention-softmax-in-fp32=true"), true
	plain, err := r.model(testPredictor().Resolve)
	require.NoError(t, err)
	r.Gated = &yes
	gated, err := r.model(testPredictor().Resolve)
	require.NoError(t, err)
	// 12 layers of 3 x 512 x 1344 against 2 x 512 x 2048, and biases of 2 x 1344 against 2048.
	assert.Equal(t, int64(12*(3*512*1344-2*512*2048+2*1344-2048)), int64(gated.Params()-plain.Params()))
}

// A hybrid model by its pattern and by its ratios: 8 layers with an eighth of
// attention and half dense. Source: the algorithm of
// mamba_hybrid_layer_allocation.py by hand: sections of 7/2 state-space layers,
// so that the fifth layer is attention; then 3 of them to 4 dense ones.
func TestHybridLayers(t *testing.T) {
	b := builder{Row: launchRow(""), opt: Options{"hybrid-attention-ratio": "0.125", "hybrid-mlp-ratio": "0.5"}}
	p, err := b.ratios(8)
	require.NoError(t, err)
	assert.Equal(t, "M-M-*-M-", p)
	r := launchRow("hybrid-layer-pattern=M-*E/*E/*E mtp-num-layers=2 mamba-num-heads=16 mamba-head-dim=64")
	r.Experts, r.TopK, r.ExpertFFN = 8, 2, 512
	m, err := r.model(testPredictor().Resolve)
	require.NoError(t, err)
	assert.Equal(t, 4, m.Layers())
	last := m.Groups[len(m.Groups)-2:]
	for _, g := range last {
		assert.Equal(t, "multi-token prediction", g.Name)
		assert.Len(t, g.Blocks, 3+4+2)
	}
}

// A repeated layer of multi-token prediction is stored once and runs twice; each
// further token has a loss of its own.
func TestRepeatedPredictionLayer(t *testing.T) {
	load := func(note string) (*model.Model, train.Memory) {
		r := launchRow("hybrid-layer-pattern=**/*/* position-embedding-type=none disable-bias-linear=true normalization=RMSNorm " + note)
		r.PP, r.TP, r.DP = 1, 1, 8
		s, err := testPredictor().Setup(r)
		require.NoError(t, err)
		e, err := s.Predict()
		require.NoError(t, err)
		return s.Prepared.Model(), e.Memory
	}
	twice, memory := load("")
	once, shared := load("mtp-use-repeated-layer=true")
	// Attention of 4 x 512² with a norm before it, the 1024 x 512 projection,
	// two norms before that and one after; every norm has 512 weights.
	layer := int64(4*512*512 + 1024*512 + 4*512)
	assert.Equal(t, layer, int64(twice.Params()-once.Params()))
	assert.Equal(t, 2*layer, int64(memory.Weights-shared.Weights))
	assert.Equal(t, memory.Activations, shared.Activations)
	assert.Equal(t, memory.Logits, shared.Logits)
}

// The compiled loss holds a copy of the logits less with every generation of
// the compiler: 4 x 1024 x 50304 x 4 bytes on the last stage.
func TestCompiledLossByGeneration(t *testing.T) {
	logits := func(release, device string) float64 {
		r := launchRow("cross-entropy-loss-fusion=true")
		r.Release, r.Device = release, device
		s, err := testPredictor().Setup(r)
		require.NoError(t, err)
		e, err := s.Predict()
		require.NoError(t, err)
		return float64(e.Memory.Logits)
	}
	const copied = 4 * 1024 * 50304 * 4
	assert.Equal(t, 14./4*copied, logits("dev", "h100"))
	assert.Equal(t, 18./4*copied, logits("lts", "h100"))
	assert.Equal(t, 10./4*copied, logits("dev", "gb200-nvl72-186gb"))
}

// Nothing of a prediction hangs on what a row or its source is called.
func TestPredictionsIgnoreNames(t *testing.T) {
	rows, err := Default()
	require.NoError(t, err)
	rows = wholetest.Sample(rows, 5)
	named := testPredictor().Validate(rows)
	for i := range rows {
		rows[i].ID, rows[i].Source, rows[i].Ref = fmt.Sprint(i), "", ""
	}
	anonymous := testPredictor().Validate(rows)
	require.Equal(t, len(named.Rows), len(anonymous.Rows))
	for i := range named.Rows {
		a, b := &named.Rows[i], &anonymous.Rows[i]
		if a.Predicted != b.Predicted || a.Low != b.Low || a.High != b.High {
			t.Errorf("%s: %v by its name, %v without", a.ID, a.Predicted, b.Predicted)
		}
	}
}

// A model that the catalogue does not have is taken by its count, if the row
// or the name gives one.
func TestModelByItsCount(t *testing.T) {
	for _, c := range []struct {
		row           Row
		total, active float64
	}{
		{Row{Model: "nobody-3b", Params: 3.5e9}, 3.5e9, 3.5e9},
		{Row{Model: "nobody-3b"}, 3e9, 3e9},
		{Row{Model: "nobody_1.8B-base"}, 1.8e9, 1.8e9},
		{Row{Model: "nobody-350m"}, 3.5e8, 3.5e8},
		{Row{Model: "nobody-30b-a3b"}, 3e10, 3e9},
		{Row{Model: "nobody-480b-a35b", Params: 4.9e11}, 4.9e11, 3.5e10},
	} {
		m, err := c.row.model(catalog.Resolve)
		require.NoError(t, err, c.row.Model)
		assert.InEpsilon(t, c.total, float64(m.Params()), 0.1, c.row.Model)
		assert.InEpsilon(t, c.active, float64(m.ActiveParams()), 0.2, c.row.Model)
	}
	_, err := (&Row{Model: "nobody-v3"}).model(catalog.Resolve)
	require.Equal(t, note.NewError("row.no-shape", "nobody-v3"), err)
}
