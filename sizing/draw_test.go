package sizing

import (
	"pgregory.net/rapid"

	"mlsizer/hardware"
)

// testDevice is an accelerator with round figures that every test shares.
func testDevice() *hardware.Device {
	d := &hardware.Device{
		ID: "test", Name: "Test", Arch: "Test", Memory: 80 << 30, MemBandwidth: 2e12, Power: 400, DevicesPerNode: 8, ScaleOut: 25e9,
		ScaleUp:  hardware.Link{Name: "test link", Bandwidth: 300e9, Domain: 8},
		HostLink: hardware.Link{Name: "PCIe", Bandwidth: 31.5e9},
		Price:    &hardware.Price{PerHour: 2, Date: "2026-01-01", Source: "test"},
	}
	for _, t := range []hardware.DType{hardware.BF16, hardware.FP16} {
		d.Rates[t] = hardware.Rate{Peak: 312e12, Achievable: 270e12}
	}
	return d
}

func testCluster(n int) hardware.Cluster {
	c, err := hardware.NewCluster(testDevice(), n)
	if err != nil {
		panic(err)
	}
	return c
}

// testGPT is a decoder in the style of GPT-3: biases everywhere, learned
// positions, tied head, four times as wide inside as outside.
func testGPT(layers int, hidden, heads, vocab, positions int64) *Model {
	norm := Norm{Dim: hidden, Bias: true}
	return &Model{Name: "gpt", Hidden: hidden, Vocab: vocab, Groups: []Group{
		{Name: "embedding", Place: Input, Repeat: 1, Blocks: []Block{Table{Rows: vocab, Dim: hidden}, Table{Name: "positions", Rows: positions, Dim: hidden, Small: true}}},
		{Name: "decoder", Repeat: layers, Blocks: []Block{norm, Attention{Hidden: hidden, Heads: heads}.WithBias(true, true), norm, FFN{Hidden: hidden, Width: 4 * hidden, Bias: true}}},
		{Name: "head", Place: Output, Repeat: 1, Blocks: []Block{norm, Linear{Name: "head", In: hidden, Out: vocab, Head: true, Tied: true}}},
	}}
}

// drawModel draws a small model of mixed layers: dense and sparse, full,
// windowed and latent attention, state-space and linear.
func drawModel(t *rapid.T) *Model {
	heads := int64(8)
	hidden := heads * 64 * rapid.Int64Range(1, 4).Draw(t, "width")
	norm := Norm{Dim: hidden}
	mixers := []Block{
		Attention{Hidden: hidden, Heads: heads, KVHeads: 2},
		Attention{Hidden: hidden, Heads: heads, Window: 128, QKNorm: HeadQKNorm},
		MLA{Hidden: hidden, Heads: heads, QRank: 96, KVRank: 64, RopeDim: 16, NopeDim: 32, ValDim: 32},
		Mamba2{Hidden: hidden, Inner: 2 * hidden, Heads: heads, Groups: 1, State: 16, Conv: 4},
		DeltaNet{Hidden: hidden, KeyHeads: 4, ValHeads: heads, KeyDim: 32, ValDim: 32, Conv: 4},
	}
	feeds := []Block{
		FFN{Hidden: hidden, Width: 4 * hidden},
		FFN{Hidden: hidden, Width: 3 * hidden, Gated: true},
		MoE{Hidden: hidden, Experts: 8, TopK: 2, Width: hidden, Gated: true, SharedWidth: hidden},
	}
	m := &Model{Name: "drawn", Hidden: hidden, Vocab: 1000, Groups: []Group{
		{Name: "embedding", Place: Input, Repeat: 1, Blocks: []Block{Table{Rows: 1000, Dim: hidden}}}}}
	for range rapid.IntRange(1, 4).Draw(t, "groups") {
		m.Groups = append(m.Groups, Group{Name: "layers", Repeat: rapid.IntRange(1, 5).Draw(t, "repeat"),
			Blocks: []Block{norm, rapid.SampledFrom(mixers).Draw(t, "mixer"), norm, rapid.SampledFrom(feeds).Draw(t, "feed")}})
	}
	m.Groups = append(m.Groups, Group{Name: "head", Place: Output, Repeat: 1,
		Blocks: []Block{norm, Linear{Name: "head", In: hidden, Out: 1000, Head: true, Tied: rapid.Bool().Draw(t, "tied")}}})
	return m
}

// drawPlan draws a layout that mostly agrees with the model.
func drawPlan(t *rapid.T, m *Model) Plan {
	pow := func(name string, most int) int { return 1 << rapid.IntRange(0, most).Draw(t, name) }
	p := Plan{TP: pow("tp", 3), PP: pow("pp", 2), VP: 1, CP: pow("cp", 1), EP: 1, DP: pow("dp", 3), MicroBatch: pow("micro-batch", 2)}
	if newCosts(m, Workload{Seq: 1}, Stacks()[0]).experts > 0 {
		p.EP = pow("ep", 2)
	}
	if p.PP > 1 {
		p.VP = rapid.IntRange(1, 2).Draw(t, "vp")
		p.FirstLayers, p.LastLayers = rapid.IntRange(0, 2).Draw(t, "first"), rapid.IntRange(0, 2).Draw(t, "last")
	}
	p.Sharding = Sharding(rapid.IntRange(0, int(Zero3)).Draw(t, "sharding"))
	p.Recompute = Recompute(rapid.IntRange(0, int(FullRecompute)).Draw(t, "recompute"))
	if p.Recompute == FullRecompute {
		p.RecomputeMethod = RecomputeMethod(rapid.IntRange(0, int(EveryNth)).Draw(t, "method"))
	}
	if p.RecomputeMethod != LayerByLayer {
		p.RecomputeLayers = rapid.IntRange(1, 5).Draw(t, "recompute layers")
	}
	p.SequenceParallel = p.TP > 1 && rapid.Bool().Draw(t, "sp")
	p.GlobalBatch = int64(p.DP * p.MicroBatch * p.PP * pow("batches", 2))
	return p
}

// mustPrepare prepares a model on n test devices.
func mustPrepare(m *Model, w Workload, stack string, n int) *Prepared {
	s, err := FindStack(stack)
	if err != nil {
		panic(err)
	}
	p, err := Prepare(m, w, s, testCluster(n))
	if err != nil {
		panic(err)
	}
	return p
}
