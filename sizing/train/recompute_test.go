package train

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/model"
	"mlsizer/sizing/model/modeltest"
	"mlsizer/sizing/note"
)

// What WithRecompute reads, RecomputeName prints.
func TestRecomputeNames(t *testing.T) {
	for _, name := range []string{"none", "selective", "full", "full:uniform:4", "full:block:8", "every:2"} {
		plan, err := (&Plan{TP: 2, Recompute: FullRecompute, RecomputeMethod: BlockMethod, RecomputeLayers: 7}).WithRecompute(" " + name)
		require.NoError(t, err, name)
		assert.Equal(t, name, plan.RecomputeName())
		assert.Equal(t, 2, plan.TP)
	}
	for _, name := range []string{"", "some", "full:", "full:uniform", "uniform:2", "full:every:2", "every", "every:0", "full:block:-1", "full:block:x", "full:block:2:3", "every:99999999999"} {
		_, err := (&Plan{}).WithRecompute(name)
		var unread *note.Error
		require.ErrorAs(t, err, &unread, name)
		assert.Contains(t, []string{"recompute.unknown-mode", "recompute.not-a-number-of-layers"}, unread.Code(), name)
		assert.Equal(t, name, unread.Values[0])
		assert.Contains(t, unread.Values, recomputeForms, name)
	}
}

// TestRecomputeOfSomeLayers checks the activations of 12 equal layers, of
// which a micro-batch of one keeps 34sbh each without recompute (dropout and
// attention scores in memory: + 5as²b).
// Source: arXiv:2205.05198 equation 1 and section 5; RecomputeGradients of
// megatron-2022 is half of the layer that is recomputed.
func TestRecomputeOfSomeLayers(t *testing.T) {
	const s, h, a, v = 1024, 512, 8, 1000
	layer := float64(s*h*34 + 5*a*s*s)
	input := float64(2 * s * h)
	p := mustPrepare(modeltest.GPT(12, h, a, v, s), Workload{Seq: s}, "megatron-2022", 1)
	base := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 1}
	// The embedding's dropout mask and the inputs of the head's norm and product
	// come on top.
	outer := activationsOf(t, p, base, "none") - 12*layer
	require.InDelta(t, 5*s*h, outer, 1)
	for name, want := range map[string]float64{
		"full":            12*input + 1.5*layer,
		"full:uniform:1":  12*input + 1.5*layer,
		"full:uniform:4":  3*input + 4.5*layer,
		"full:uniform:5":  3*input + 5.5*layer,
		"full:uniform:12": input + 12.5*layer,
		"full:block:12":   12*input + 1.5*layer,
		"full:block:3":    3*input + 9*layer + 1.5*layer,
		"full:block:99":   12*input + 1.5*layer,
	} {
		assert.InDelta(t, want+outer, activationsOf(t, p, base, name), 2, name)
	}
}

func activationsOf(t *testing.T, p *Prepared, plan Plan, recompute string) float64 {
	t.Helper()
	plan, err := plan.WithRecompute(recompute)
	require.NoError(t, err)
	m := p.StageMemory(&plan, 0)
	require.NoError(t, p.Check(&plan))
	return float64(m.Activations)
}

// TestEveryNthLayer checks torchtitan's count of layers over the chunks of a
// stage: with 12 layers in 2 stages of 2 chunks every second of a stage's six
// is recomputed, whichever chunk it is in.
func TestEveryNthLayer(t *testing.T) {
	p := mustPrepare(modeltest.GPT(12, 512, 8, 1000, 1024), Workload{Seq: 1024}, "torchtitan", 2)
	plan := Plan{TP: 1, PP: 2, VP: 2, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 8, Sharding: Zero3, Recompute: FullRecompute, RecomputeMethod: EveryNth, RecomputeLayers: 2}
	require.NoError(t, p.Check(&plan))
	var l layout
	l.init(p, &plan)
	for s := range plan.PP {
		l.stage(s, func(_ *layerKind, n, full float64) {
			assert.EqualValues(t, 6, n)
			assert.EqualValues(t, 3, full)
		})
	}
}

// Recomputing some layers takes a part of the time of recomputing all.
func TestRecomputeTimeOfSomeLayers(t *testing.T) {
	p := mustPrepare(modeltest.GPT(12, 2048, 16, 1000, 1024), Workload{Seq: 1024}, "megatron-core", 1)
	base := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 1}
	step := func(name string) (seconds, flops float64) {
		plan, err := base.WithRecompute(name)
		require.NoError(t, err)
		e, err := p.Evaluate(&plan)
		require.NoError(t, err)
		return float64(e.Time.Step), float64(e.Compute.Hardware)
	}
	none, noneFLOPs := step("none")
	full, fullFLOPs := step("full")
	uniform, _ := step("full:uniform:3")
	third, thirdFLOPs := step("full:block:4")
	all, allFLOPs := step("full:block:12")
	assert.InEpsilon(t, full, uniform, 1e-12, "uniform recompute repeats every layer")
	assert.InEpsilon(t, full, all, 1e-12)
	assert.InEpsilon(t, fullFLOPs, allFLOPs, 1e-12)
	assert.InEpsilon(t, (full-none)/3, third-none, 1e-9)
	assert.InEpsilon(t, (allFLOPs-noneFLOPs)/3, thirdFLOPs-noneFLOPs, 1e-9)
}

// More layers recomputed never take more memory, as long as one is: the layer
// that is recomputed comes on top of what the others keep.
func TestMoreLayersRecomputedNeverMoreMemory(t *testing.T) {
	p := mustPrepare(modeltest.GPT(24, 512, 8, 1000, 1024), Workload{Seq: 1024}, "megatron-core", 8)
	for _, vp := range []int{1, 3} {
		plan := Plan{TP: 1, PP: 4, VP: vp, CP: 1, EP: 1, DP: 2, MicroBatch: 1, GlobalBatch: 16, Recompute: FullRecompute, RecomputeMethod: BlockMethod}
		var last Estimate
		for n := 1; n <= 7; n++ {
			plan.RecomputeLayers = n
			e, err := p.Evaluate(&plan)
			require.NoError(t, err)
			if n > 1 {
				assert.LessOrEqual(t, e.Memory.Total, last.Memory.Total)
				assert.GreaterOrEqual(t, e.Time.Step, last.Time.Step)
			}
			last = e
		}
	}
}

func TestRecomputeThatAStackHasNot(t *testing.T) {
	m := modeltest.GPT(4, 512, 8, 1000, 128)
	good := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 8}
	for stack, c := range map[string]struct {
		recompute string
		method    RecomputeMethod
		want      []string
	}{
		"torchtitan":    {"full:uniform:2", UniformMethod, []string{"none", "selective", "full", "every:N"}},
		"megatron-core": {"every:2", EveryNth, []string{"none", "selective", "full", "full:uniform:N", "full:block:N"}},
		"litgpt":        {"full:block:2", BlockMethod, []string{"none", "selective", "full"}},
	} {
		plan, err := good.WithRecompute(c.recompute)
		require.NoError(t, err)
		_, err = mustPrepare(m, Workload{Seq: 128}, stack, 8).Evaluate(&plan)
		assert.Equal(t, note.FieldError("recompute", "recompute.not-in-stack", stack, c.method, c.want), err)
	}
	for _, bad := range []Plan{{Recompute: FullRecompute, RecomputeLayers: 2}, {RecomputeMethod: BlockMethod, RecomputeLayers: 2}, {Recompute: FullRecompute, RecomputeMethod: BlockMethod}} {
		plan := good
		plan.Recompute, plan.RecomputeMethod, plan.RecomputeLayers = bad.Recompute, bad.RecomputeMethod, bad.RecomputeLayers
		_, err := mustPrepare(m, Workload{Seq: 128}, "megatron-core", 8).Evaluate(&plan)
		assert.Equal(t, note.FieldError("recompute", "recompute.inconsistent", bad.RecomputeLayers, bad.RecomputeMethod, bad.Recompute, recomputeForms), err)
	}
}

// TestRecomputedFLOPs counts what selective recompute repeats of a layer with
// s = 1024, h = 512 of 8 heads, and of one with latent attention and 8 experts
// of width 256, 2 a token, beside shared ones of width 128:
//
//	core of attention, causal   2 s^2 h
//	mlp, 4h wide                16 s h^2
//	latents to queries, keys and values   2 s (96·8·48 + 64·8·64)
//	experts                     2 · 4 s h 256, their router 2 · 8 s h, shared ones 4 s h 128
//
// torchtitan repeats every other product, and no attention.
func TestRecomputedFLOPs(t *testing.T) {
	const s, h = 1024, 512
	latent := &model.Model{Name: "latent", Hidden: h, Vocab: 1000, Groups: []model.Group{
		{Name: "embedding", Place: model.Input, Repeat: 1, Blocks: []model.Block{model.Table{Rows: 1000, Dim: h}}},
		{Name: "experts", Repeat: 3, Blocks: []model.Block{
			model.MLA{Hidden: h, Heads: 8, QRank: 96, KVRank: 64, RopeDim: 16, NopeDim: 32, ValDim: 32},
			model.MoE{Hidden: h, Experts: 8, TopK: 2, Width: 256, SharedWidth: 128}}},
		{Name: "head", Place: model.Output, Repeat: 1, Blocks: []model.Block{model.Linear{Name: "head", In: h, Out: 1000, Head: true}}},
	}}
	gpt := modeltest.GPT(3, h, 8, 1000, s)
	core, mlp := 2.0*s*s*h, 16.0*s*h*h
	experts, shared, up := 2*4.0*s*h*256+2*8*s*h, 4.0*s*h*128, 2.0*s*(96*8*48+64*8*64)
	set := func(list ...model.Module) (m model.Modules) {
		for _, one := range list {
			m = m.With(one)
		}
		return m
	}
	for name, c := range map[string]struct {
		model   *model.Model
		stack   string
		modules model.Modules
		layer   float64
	}{
		"core":        {gpt, "megatron-core", 0, core},
		"mlp":         {gpt, "megatron-core", set(model.MLPModule), mlp},
		"core, mlp":   {gpt, "megatron-core", set(model.CoreAttention, model.MLPModule), core + mlp},
		"norms":       {gpt, "megatron-core", set(model.NormModule), 0},
		"experts":     {latent, "megatron-core", set(model.MoEModule), experts + shared},
		"shared":      {latent, "megatron-core", set(model.SharedModule), shared},
		"activation":  {latent, "megatron-core", set(model.MoEActModule), 0},
		"projections": {latent, "megatron-core", set(model.UpProjection), up},
		"operators":   {gpt, "torchtitan", 0, (8.0*s*h*h + mlp) / 2},
	} {
		p := mustPrepare(c.model, Workload{Seq: s}, c.stack, 1)
		plan := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 2, Recompute: NoRecompute}
		none, err := p.Evaluate(&plan)
		require.NoError(t, err)
		plan.Recompute, plan.Modules = Selective, c.modules
		e, err := p.Evaluate(&plan)
		require.NoError(t, err)
		assert.InDelta(t, 2*3*c.layer, float64(e.Compute.Hardware-none.Compute.Hardware), 1e-9*float64(none.Compute.Hardware), name)
	}
}

// What is written of modules is what the flag takes, and reads back.
func TestModulesText(t *testing.T) {
	set := model.Modules(0).With(model.MLPModule).With(model.CoreAttention)
	text, err := json.Marshal(Plan{Recompute: Selective, Modules: set})
	require.NoError(t, err)
	require.Contains(t, string(text), `"recompute_modules":"core_attn,mlp"`)
	require.NotContains(t, string(text), "offload_modules")
	var read struct {
		Modules model.Modules `json:"recompute_modules"`
	}
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, set, read.Modules)
	require.True(t, note.Is(read.Modules.UnmarshalText([]byte("flash")), "recompute.unknown-module"))
}
