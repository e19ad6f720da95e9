package train

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

func TestStepTermsAreNotNegative(t *testing.T) {
	eachStep(t, func(t *testing.T, name string, p *Prepared, plan *Plan) {
		s, err := p.StepTime(plan)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range []quantity.Seconds{s.Products, s.Attention, s.MemoryOps, s.Launch, s.TensorComm, s.ExpertComm, s.Context, s.Pipeline, s.Bubble, s.DataComm, s.Optimizer, s.Stragglers, s.Fixed} {
			if !(v >= 0) || math.IsInf(float64(v), 1) {
				t.Errorf("%s: term %d is %v", name, i, float64(v))
			}
		}
		if !(s.Products > 0 && s.Sum() > s.Products) {
			t.Errorf("%s: products %v of %v", name, s.Products, s.Sum())
		}
	})
}

// More of anything that is moved at a bandwidth never takes longer when the
// bandwidth doubles.
func TestMoreBandwidthNeverSlower(t *testing.T) {
	eachStep(t, func(t *testing.T, name string, p *Prepared, plan *Plan) {
		before, _ := p.StepTime(plan)
		for what, change := range map[string]func(*hardware.Device, *hardware.Cluster){
			"memory":    func(d *hardware.Device, _ *hardware.Cluster) { d.MemBandwidth *= 2 },
			"scale-up":  func(d *hardware.Device, _ *hardware.Cluster) { d.ScaleUp.Bandwidth *= 2 },
			"host link": func(d *hardware.Device, _ *hardware.Cluster) { d.HostLink.Bandwidth *= 2 },
			"network":   func(_ *hardware.Device, c *hardware.Cluster) { c.ScaleOut *= 2 },
		} {
			d, c := *p.Cluster.Device, p.Cluster
			c.Device = &d
			change(&d, &c)
			q, err := p.On(c)
			if err != nil {
				t.Fatal(err)
			}
			after, err := q.StepTime(plan)
			if err != nil {
				t.Fatal(err)
			}
			if after.Sum() > before.Sum()*(1+1e-12) {
				t.Errorf("%s: %s doubled takes %v instead of %v", name, what, after.Sum(), before.Sum())
			}
		}
	})
}

func TestMoreBatchNeverFaster(t *testing.T) {
	eachStep(t, func(t *testing.T, name string, p *Prepared, plan *Plan) {
		before, _ := p.StepTime(plan)
		more := *plan
		more.GlobalBatch *= 2
		after, err := p.StepTime(&more)
		if err != nil {
			t.Fatal(err)
		}
		if after.Sum() <= before.Sum() {
			t.Errorf("%s: twice the batch takes %v, not more than %v", name, after.Sum(), before.Sum())
		}
	})
}

func TestMoreRecomputeNeverFaster(t *testing.T) {
	eachStep(t, func(t *testing.T, name string, p *Prepared, plan *Plan) {
		none, full := *plan, *plan
		none.Recompute, full.Recompute = NoRecompute, FullRecompute
		a, _ := p.StepTime(&none)
		b, _ := p.StepTime(&full)
		if b.Sum() <= a.Sum() {
			t.Errorf("%s: with full recompute %v, without %v", name, b.Sum(), a.Sum())
		}
	})
}

func TestConstantsFile(t *testing.T) {
	c := DefaultConstants()
	for i := range c.Entries {
		o := &c.Entries[i]
		if o.Date == "" {
			t.Errorf("%s, %s has no date", &o.When, o.Name)
		}
		if o.When.Stack != "" {
			if _, err := FindStack(o.When.Stack); err != nil {
				t.Errorf("%s: %v", &o.When, err)
			}
		}
		if o.Error != 0 && !o.Fitted {
			t.Errorf("%s: an error of %s, which is not fitted", &o.When, o.Name)
		}
	}
	for _, text := range []string{
		`{}`, `{"constants":[{"match":{"stack":"x"},"name":"products","value":1,"origin":"x"}]}`, `{"constants":[{"match":{},"name":"speed","value":1,"origin":"x"}]}`,
		`{"constants":[{"match":{},"name":"products","value":7,"origin":"x"}]}`, `{"colour":1}`, `[`,
	} {
		if _, err := ReadConstants(strings.NewReader(text)); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}

// A stack with a release and options has the constants of each, later entries
// over earlier ones.
func TestConstantsInOrder(t *testing.T) {
	h100, err := hardware.Default().Find("h100-sxm5-80gb")
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	c := &Constants{Entries: []Entry{
		{Name: "products", Value: 0.5}, {Name: "traffic", Value: 1}, {Name: "tail", Value: 0.1},
		{Name: "products", When: Match{Arch: "Hopper"}, Value: 0.6},
		{Name: "products", When: Match{Arch: "Ampere"}, Value: 0.9},
		{Name: "traffic", When: Match{Stack: "torchtitan"}, Value: 2},
		{Name: "traffic", When: Match{Stack: "torchtitan", Compile: &yes}, Value: 3},
		{Name: "tail", When: Match{Stack: "torchtitan", Release: "2026"}, Value: 0.2},
	}}
	for _, test := range []struct {
		variant         Variant
		traffic, tail   float64
		products, other float64
	}{
		{Variant{}, 2, 0.1, 0.6, 0},
		{Variant{Compile: true}, 3, 0.1, 0.6, 0},
		{Variant{Release: "2026.1"}, 2, 0.2, 0.6, 0},
	} {
		v := test.variant
		e := efficiencyAt(c, &Match{Stack: "torchtitan", Release: v.Release, Compile: &v.Compile, AsyncTP: &v.AsyncTP, Arch: h100.Arch, Device: h100.ID})
		if e.Traffic != test.traffic || e.Tail != test.tail || e.Products != test.products || e.Spill != test.other {
			t.Errorf("%+v: %+v", test.variant, e)
		}
	}
}

// A part with less power for its peak is slower, by no more than its power is
// less; one with more is faster, up to what devices reach of their peaks.
func TestRateFollowsPower(t *testing.T) {
	e := Efficiency{Achievable: 0.8, FullPower: 0.7, PowerLaw: 0.75}
	rate := func(watts, teraflops float64) float64 {
		d := hardware.Device{Power: quantity.Watts(watts)}
		d.Rates[hardware.BF16].Peak = quantity.FLOPRate(teraflops * 1e12)
		return e.rate(&d, hardware.Rate{Peak: 1000})
	}
	for _, test := range []struct{ watts, teraflops, low, high float64 }{
		{700, 1000, 800, 800},
		{0, 1000, 800, 800},
		{700, 0, 800, 800},
		{350, 1000, 400, 500},
		{350, 500, 800, 800}, // as much power a FLOP/s
		{735, 1000, 825, 835},
		{2000, 1000, 870, 870},
	} {
		if got := rate(test.watts, test.teraflops); got < test.low-1e-9 || got > test.high+1e-9 {
			t.Errorf("%v W at %v TFLOP/s: %v, want %v to %v", test.watts, test.teraflops, got, test.low, test.high)
		}
	}
	if got := e.rate(&hardware.Device{Power: 350}, hardware.Rate{Peak: 1000, Achievable: 500}); got != 500 {
		t.Errorf("measured rate of 500 gave %v", got)
	}
}

func TestStepTimeDoesNotAllocate(t *testing.T) {
	p := prepareStep(t, stepModels()[2], "megatron-core", "h100-sxm5-80gb", Workload{Precision: BF16})
	plan := stepPlans()[6]
	if n := testing.AllocsPerRun(100, func() {
		if _, err := p.StepTime(&plan); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkStepTerms(b *testing.B) {
	for _, bench := range []struct {
		name  string
		model int
		plan  int
	}{{"model=dense/plan=fsdp64", 0, 0}, {"model=dense/plan=tp2pp4vp2dp8", 0, 4}, {"model=experts/plan=pp2ep8dp32", 2, 6}} {
		b.Run(bench.name, func(b *testing.B) {
			p := prepareStep(b, stepModels()[bench.model], "megatron-core", "h100-sxm5-80gb", Workload{Precision: BF16})
			plan := stepPlans()[bench.plan]
			if err := p.check(&plan); err != nil {
				b.Fatal(err)
			}
			var l layout
			b.ReportAllocs()
			for b.Loop() {
				l.init(p, &plan)
				s := p.stepTerms(&l)
				if s.Products == 0 {
					b.Fatal("no products")
				}
			}
		})
	}
}

// Bands are wider on a device that no measured step of the stack ran on, and
// wider still for a stack that none did.
func TestBandsWidenAwayFromMeasurements(t *testing.T) {
	width := func(stack, device string) float64 {
		b := prepareStep(t, stepModels()[0], stack, device, Workload{Precision: BF16}).StepBand(&stepPlans()[0])
		return math.Log(b.High / b.Low)
	}
	near, other, far := width("megatron-core", "h100-sxm5-80gb"), width("megatron-core", "h200-sxm"), width("pytorch-ddp", "h200-sxm")
	if !(near < other && other <= far && width("pytorch-ddp", "h100-sxm5-80gb") <= far) {
		t.Errorf("widths of the bands: %.3f where measured, %.3f on another device, %.3f of another stack there", near, other, far)
	}
	if old, next := width("maxtext", "tpu-v6e"), width("maxtext", "tpu-v7x"); !(next > 1.5*old) {
		t.Errorf("widths of the bands: %.3f where measured, %.3f on another generation", old, next)
	}
}

// However tensor and expert parallelism divide a layer of experts, its devices
// together do the FLOPs of a micro-batch, forward and backward.
func TestExpertsAreSharedNotRepeated(t *testing.T) {
	free := DefaultConstants().Clone()
	values := map[string]float64{"tail": 0, "spill": 0, "tile": 0, "cast": 0, "imbalance": 1, "grouped": 1, "software": 1}
	for i := range free.Entries {
		if v, ok := values[free.Entries[i].Name]; ok {
			free.Entries[i].Value = v
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		power := func(name string, most int) int { return 1 << rapid.IntRange(0, most).Draw(t, name) }
		moe := model.MoE{Hidden: 1024, Experts: int64(power("experts", 4)) * 8, TopK: int64(power("top-k", 2)), Width: 512, Gated: rapid.Bool().Draw(t, "gated")}
		if rapid.Bool().Draw(t, "shared") {
			moe.SharedWidth = 512
		}
		m := &model.Model{Name: "experts", Hidden: 1024, Vocab: 1024, Groups: []model.Group{
			{Name: "embedding", Place: model.Input, Repeat: 1, Blocks: []model.Block{model.Table{Rows: 1024, Dim: 1024}}},
			{Name: "experts", Repeat: 1, Blocks: []model.Block{model.Norm{Dim: 1024}, model.Attention{Hidden: 1024, Heads: 16}, model.Norm{Dim: 1024}, moe}},
			{Name: "head", Place: model.Output, Repeat: 1, Blocks: []model.Block{model.Norm{Dim: 1024}, model.Linear{Name: "head", In: 1024, Out: 1024, Head: true}}},
		}}
		tp := power("tp", 3)
		plan := Plan{TP: tp, PP: 1, VP: 1, CP: power("cp", 1), EP: power("ep", 3), ETP: power("etp", 3), DP: 8, MicroBatch: power("micro-batch", 2), SequenceParallel: tp > 1}
		plan.GlobalBatch = int64(plan.DP * plan.MicroBatch)
		p := mustPrepare(m, Workload{Seq: 512, PUE: 1}, "megatron-core", plan.Devices())
		p.SetConstants(free)
		if err := p.check(&plan); err != nil {
			t.Skip(err)
		}
		var l layout
		l.init(p, &plan)
		var forward, backward pass
		k := &p.profile.kinds[1]
		p.layerTime(&l, k, &forward, &backward)
		devices, samples := float64(plan.TP*plan.CP), float64(plan.MicroBatch)
		require.InEpsilon(t, k.flops.products()*samples, forward.products*p.timing.plain*devices, 1e-9, "all products")
		require.InEpsilon(t, 2*forward.products, backward.products, 1e-9, "backward")
	})
}

// Routing that is limited to some nodes sends a token to fewer of them.
// Source: of 8 experts on 8 nodes a token meets 8 (1 - (7/8)^8) = 5.2509 nodes,
// of which 7 in 8 are not its own; on 4 of them 4 (1 - (3/4)^8) = 3.5995.
func TestLimitedRoutingMeetsFewerNodes(t *testing.T) {
	p := prepareStep(t, stepModels()[0], "megatron-core", "h100-sxm5-80gb", Workload{Precision: BF16})
	e := &p.timing.e
	const ranks, topK, bytes = 64, 8, 1 << 30
	for reach, nodes := range map[float64]float64{1: 5.2509, 0.5: 3.5995} {
		want := bytes*nodes*7/8/(p.timing.global*e.AllToAll) + e.Latency + 8*e.HopSeconds
		require.InEpsilon(t, want, p.allToAll(1, ranks, topK, reach, bytes), 1e-4, "%g of the experts", reach)
	}
	deepseek := model.MoE{Hidden: 7168, Experts: 256, TopK: 8, Width: 2048, RouteGroups: 8, RouteLimit: 4}
	require.NoError(t, deepseek.Check())
	require.Equal(t, 0.5, deepseek.NodesReached())
	for _, bad := range []model.MoE{{RouteGroups: 8}, {RouteLimit: 4}, {RouteGroups: 4, RouteLimit: 8}, {RouteGroups: 512, RouteLimit: 4}} {
		bad.Hidden, bad.Experts, bad.TopK, bad.Width = 7168, 256, 8, 2048
		require.Equal(t, note.NewError("block.bad-routing-groups", bad.RouteLimit, bad.RouteGroups, bad.Experts), bad.Check())
	}
}

// A slice whose axes are lines moves data at half the rate of one whose axes
// are rings. Source: jax-ml/scaling-book tpus.md: v5e and v6e wrap around on
// axes of 16 chips.
func TestLinesAreHalfRings(t *testing.T) {
	local := func(count int) float64 {
		d, err := hardware.Default().Find("tpu-v5e")
		require.NoError(t, err)
		c, err := hardware.NewCluster(d, count)
		require.NoError(t, err)
		p, err := Prepare(stepModels()[0], Workload{Seq: 2048, Batch: 256, PUE: 1}, mustStack("maxtext"), c)
		require.NoError(t, err)
		return p.timing.local
	}
	require.InEpsilon(t, 0.5*local(256), local(16), 1e-12, "4x4 beside 16x16")
	require.InEpsilon(t, 0.75*local(256), local(128), 1e-12, "8x16 beside 16x16")
}

// TestOptimizerMovesItsOwnMoments counts what the step of an optimizer moves of
// 312,000 parameters: a bf16 weight and an fp32 gradient are read, an fp32 copy
// and the moments read and written.
func TestOptimizerMovesItsOwnMoments(t *testing.T) {
	const hidden, vocab = 100, 1560
	const outer, matrix = 2 * vocab * hidden, 3 * 20 * hidden * hidden
	decoder := &model.Model{Name: "decoder", Hidden: hidden, Vocab: vocab, Groups: []model.Group{
		{Name: "embedding", Place: model.Input, Repeat: 1, Blocks: []model.Block{model.Table{Rows: vocab, Dim: hidden}}},
		{Name: "ffn", Repeat: 3, Blocks: []model.Block{model.FFN{Hidden: hidden, Width: 10 * hidden}}},
		{Name: "head", Place: model.Output, Repeat: 1, Blocks: []model.Block{model.Linear{Name: "head", In: hidden, Out: vocab, Head: true}}},
	}}
	// Without an embedding, as an image model is.
	bare := &model.Model{Name: "bare", Hidden: hidden, Groups: decoder.Groups[1:2]}
	for _, c := range []struct {
		model     *model.Model
		optimizer Optimizer
		bytes     float64
	}{
		{decoder, AdamW, (2 + 4 + 2*4 + 2*8) * (outer + matrix)},
		{decoder, Muon, (2+4+2*4+2*8)*outer + (2+4+2*4+2*4)*matrix},
		{decoder, Lion, (2 + 4 + 2*4 + 2*4) * (outer + matrix)},
		{decoder, SGD, (2 + 4 + 2*4) * (outer + matrix)},
		{bare, AdamW, (2 + 4 + 2*4 + 2*8) * matrix},
		{bare, SGD, (2 + 4 + 2*4) * matrix},
	} {
		p := mustPrepare(c.model, Workload{Seq: 64, Optimizer: c.optimizer}, "megatron-core", 1)
		terms, err := p.StepTime(&Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 1})
		require.NoError(t, err)
		require.InEpsilon(t, c.bytes/p.timing.memory, float64(terms.Optimizer), 1e-12, "%s of %s", c.optimizer, c.model.Name)
	}
}

// TestRingOfEveryMixer counts what a device passes on in a ring of 4 over 1,024
// tokens in bf16: keys and values of its heads, projected up from latents too,
// and a recurrence's state.
func TestRingOfEveryMixer(t *testing.T) {
	const s, cp, tp = 1024, 4, 2
	for name, c := range map[string]struct {
		block model.Block
		bytes float64
	}{
		"grouped heads": {model.Attention{Hidden: 512, Heads: 8, KVHeads: 2}, 2 * s / cp * 2 * 2 * 64 / tp},
		"one head":      {model.Attention{Hidden: 512, Heads: 8, KVHeads: 1}, 2 * s / cp * 2 * 64},
		"both ways":     {model.Attention{Hidden: 512, Heads: 8, Bidirectional: true}, 2 * s / cp * 2 * 512 / tp},
		"latent":        {model.MLA{Hidden: 512, Heads: 8, QRank: 96, KVRank: 64, RopeDim: 16, NopeDim: 32, ValDim: 32}, 2 * s / cp * 8 * (48 + 32) / tp},
		"scan":          {model.Mamba2{Hidden: 512, Inner: 1024, Heads: 8, Groups: 1, State: 16, Conv: 4}, 2 * (1024*16 + 3*(1024+2*16)) / tp},
		"none":          {model.FFN{Hidden: 512, Width: 2048}, 0},
	} {
		m := &model.Model{Name: name, Hidden: 512, Vocab: 1000, Groups: []model.Group{
			{Name: "embedding", Place: model.Input, Repeat: 1, Blocks: []model.Block{model.Table{Rows: 1000, Dim: 512}}},
			{Name: "layer", Repeat: 1, Blocks: []model.Block{c.block}},
			{Name: "head", Place: model.Output, Repeat: 1, Blocks: []model.Block{model.Linear{Name: "head", In: 512, Out: 1000, Head: true}}},
		}}
		p := mustPrepare(m, Workload{Seq: s}, "megatron-core", cp*tp)
		plan := Plan{TP: tp, PP: 1, VP: 1, CP: cp, EP: 1, DP: 1, MicroBatch: 3, GlobalBatch: 3}
		var l layout
		l.init(p, &plan)
		require.InDelta(t, 3*(cp-1)*c.bytes, l.ring(&p.profile.kinds[1]), 1e-6, name)
	}
}

// TestShardsOfASlice lays a model out on four slices of 16x16: ZeRO-3 shards
// inside a slice, in memory as in time, and adds up gradients between those
// slices that hold the same stage, whatever the pipeline.
func TestShardsOfASlice(t *testing.T) {
	on := func(network quantity.Bandwidth) *Prepared {
		d, err := hardware.Default().Find("tpu-v5e")
		require.NoError(t, err)
		c, err := hardware.NewCluster(d, 1024, hardware.Network{ScaleOut: network}.Set)
		require.NoError(t, err)
		require.Equal(t, 4, c.Slices)
		p, err := Prepare(stepModels()[0], Workload{Seq: 2048, Batch: 1024, PUE: 1}, mustStack("maxtext"), c)
		require.NoError(t, err)
		return p
	}
	fast, slow := on(25e9), on(1e9)
	for _, c := range []struct {
		tp, pp, group int
		ranks, slices float64
	}{
		{1, 1, 0, 256, 4}, {2, 1, 0, 128, 4}, {1, 2, 0, 256, 2}, {1, 4, 0, 256, 1}, {1, 8, 0, 128, 1}, {1, 1, 1024, 1024, 1}, {1, 1, 256, 256, 1},
	} {
		plan := Plan{TP: c.tp, PP: c.pp, VP: 1, CP: 1, EP: 1, DP: 1024 / c.tp / c.pp, MicroBatch: 1, GlobalBatch: 1024, Sharding: Zero3, ShardGroup: c.group}
		var l layout
		l.init(fast, &plan)
		require.Equal(t, c.ranks, l.shard, "%+v", c)
		require.Equal(t, c.slices, l.slices, "%+v", c)
		require.Equal(t, int(c.ranks), fast.ShardRanks(&plan))
		e, err := fast.Evaluate(&plan)
		require.NoError(t, err)
		var h stageMemory
		fast.sumStage(&l, e.Memory.Stage, &h)
		require.InDelta(t, h.stored.dense/c.ranks, float64(e.Memory.Weights), 1, "%+v", c)

		a, err := fast.StepTime(&plan)
		require.NoError(t, err)
		b, err := slow.StepTime(&plan)
		require.NoError(t, err)
		crosses := c.slices > 1 || c.group > 0
		require.Equal(t, crosses, b.DataComm > a.DataComm, "%+v: %v and %v", c, a.DataComm, b.DataComm)

		// 2 (n-1)/n of a rank's gradients cross the network once per step.
		var s pipelineTimes
		fast.pipelineTimes(&l, &s)
		bytes := 2 * s.trained.sum() / c.ranks * fast.gradientWire() * (c.slices - 1) / c.slices
		require.InDelta(t, bytes/fast.timing.global, fast.sliceTime(&l, s.trained), 1e-12, "%+v", c)

		// What is explained is what is priced.
		n := fast.newTermNumbers(&e).data()
		require.InEpsilon(t, float64(e.Time.Terms.DataComm), n.value, 1e-9, "%+v: %v", c, n.inputs)

		floor, err := fast.NewEvaluator().MemoryLowerBound(&plan, Zero3)
		require.NoError(t, err)
		require.LessOrEqual(t, floor, float64(e.Memory.Total), "%+v", c)
	}
}

// A plan that was measured has a band of its own, and no other plan, work or
// device has its key.
func TestMeasuredPlansHaveTheirBand(t *testing.T) {
	prepare := func(stack, device string, w Workload) *Prepared {
		return prepareStep(t, stepModels()[0], stack, device, w)
	}
	on := func(n hardware.Network) *Prepared {
		d, err := hardware.Default().Find("h100-sxm5-80gb")
		require.NoError(t, err)
		cluster, err := hardware.NewCluster(d, 64, n.Set)
		require.NoError(t, err)
		q, err := prepare("megatron-core", d.ID, Workload{Precision: BF16}).On(cluster)
		require.NoError(t, err)
		return &q
	}
	p, plan := prepare("megatron-core", "h100-sxm5-80gb", Workload{Precision: BF16}), stepPlans()[0]
	before := p.StepBand(&plan)
	c := DefaultConstants().Clone()
	own := Band{Low: 0.97, High: 1.02}
	for i := range c.Bands {
		if c.Bands[i].When.Stack == "megatron-core" {
			c.Bands[i].Measured, c.Bands[i].Keys = &own, []uint32{p.Key(&plan)}
		}
	}
	p.SetConstants(c)
	require.Equal(t, own, p.StepBand(&plan))
	for name, change := range map[string]func(*Plan){
		"tp": func(p *Plan) { p.TP *= 2 }, "dp": func(p *Plan) { p.DP++ }, "micro-batch": func(p *Plan) { p.MicroBatch++ },
		"batch": func(p *Plan) { p.GlobalBatch++ }, "sharding": func(p *Plan) { p.Sharding++ }, "recompute": func(p *Plan) { p.Recompute-- },
		"modules": func(p *Plan) { p.Recompute, p.Modules = Selective, p.Modules.With(model.MLPModule) },
		"method":  func(p *Plan) { p.RecomputeMethod, p.RecomputeLayers = BlockMethod, 3 }, "layers": func(p *Plan) { p.RecomputeLayers = 2 },
		"etp": func(p *Plan) { p.ETP = 2 }, "first": func(p *Plan) { p.FirstLayers = 3 }, "last": func(p *Plan) { p.LastLayers = 3 },
		"shard group": func(p *Plan) { p.ShardGroup = 8 }, "sp": func(p *Plan) { p.SequenceParallel = !p.SequenceParallel },
		"optimizer": func(p *Plan) { p.OffloadOptimizer = true }, "params": func(p *Plan) { p.OffloadParams = true },
		"inputs": func(p *Plan) { p.OffloadInputs = true }, "offload": func(p *Plan) { p.Offload = p.Offload.With(model.MLPModule) },
	} {
		other := plan
		change(&other)
		require.Equal(t, before, p.StepBand(&other), name)
	}
	for name, q := range map[string]*Prepared{
		"device": prepare("megatron-core", "b200-sxm-180gb", Workload{Precision: BF16}), "precision": prepare("megatron-core", "h100-sxm5-80gb", Workload{Precision: FP8}),
		"stack": prepare("torchtitan", "h100-sxm5-80gb", Workload{Precision: BF16}), "optimizer": prepare("megatron-core", "h100-sxm5-80gb", Workload{Precision: BF16, Optimizer: SGD}),
		"method":  prepare("megatron-core", "h100-sxm5-80gb", Workload{Precision: BF16, Method: FullTune}),
		"states":  prepare("megatron-core", "h100-sxm5-80gb", Workload{Precision: BF16, States: States{Gradients: BF16State}}),
		"model":   prepareStep(t, stepModels()[1], "megatron-core", "h100-sxm5-80gb", Workload{Precision: BF16}),
		"network": on(hardware.Network{ScaleOut: 1e9}), "node": on(hardware.Network{DevicesPerNode: 4}),
	} {
		q.SetConstants(c)
		require.NotEqual(t, own, q.StepBand(&plan), name)
	}
	routed := func(r Routing) uint32 {
		return prepareStep(t, stepModels()[2], "megatron-core", "h100-sxm5-80gb", Workload{Precision: BF16, Routing: r}).Key(&plan)
	}
	require.NotEqual(t, routed(Routing{}), routed(Routing{Imbalance: 2}))
	p.Teacher = &Teacher{}
	require.Equal(t, before, p.StepBand(&plan), "a teacher takes its part of the step")
}

// A copy of the constants shares nothing with them.
func TestConstantsAreCopied(t *testing.T) {
	c := DefaultConstants().Clone()
	d := c.Clone()
	for i := range c.Bands {
		if b := &c.Bands[i]; b.Measured != nil {
			b.Measured.Low, b.Keys[0], b.LeftOut["shape"], b.Devices[0] = 0, 0, 0, ""
		}
	}
	require.Equal(t, DefaultConstants(), d)
}

// Products hide tensor-parallel traffic over the links of a node. The traffic
// of a larger group is fully exposed, at the rate of all network cards of its
// nodes.
func TestTensorTrafficHidesInsideANode(t *testing.T) {
	p := prepareStep(t, stepModels()[0], "megatron-core", "h100-sxm5-80gb", Workload{Precision: BF16})
	require.Positive(t, p.timing.e.TensorHidden)
	for tp, shown := range map[int]float64{8: 1 - p.timing.e.TensorHidden, 16: 1} {
		rate := map[int]float64{8: p.timing.local, 16: min(p.timing.local, 8*p.timing.global)}[tp]
		plan := Plan{TP: tp, PP: 1, VP: 1, CP: 1, EP: 1, DP: 64 / tp, MicroBatch: 1, GlobalBatch: 64, SequenceParallel: true}
		e, err := p.Evaluate(&plan)
		require.NoError(t, err)
		var l layout
		l.init(p, &plan)
		require.InEpsilon(t, shown, p.timing.tensorShown(l.tp), 1e-12)
		k := &p.profile.kinds[1]
		all := 2 * float64(k.layers) * p.tensorTime(&l, k) * l.microBatches
		for _, i := range p.profile.input { // an embedding that is divided ends in a sum too
			all += 2 * p.tensorTime(&l, &p.profile.kinds[i]) * l.microBatches
		}
		require.InEpsilon(t, all*shown, float64(e.Time.Terms.TensorComm), 1e-9, "tp %d", tp)
		require.Contains(t, p.newTermNumbers(&e).tensor().inputs, note.In("bandwidth", quantity.Bandwidth(rate)))
	}
}

// Experts that tensor parallelism leaves whole may lie on several ranks of one
// group, which add up their gradients though there is no data parallelism.
func TestExpertsOfATensorGroupAreReduced(t *testing.T) {
	p := prepareStep(t, stepModels()[2], "megatron-core", "h100-sxm5-80gb", Workload{Precision: BF16})
	step := func(ep int) StepTerms {
		s, err := p.StepTime(&Plan{TP: 8, PP: 8, VP: 1, CP: 1, EP: ep, ETP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 64, Sharding: Zero1, SequenceParallel: true})
		require.NoError(t, err)
		return s
	}
	require.Zero(t, step(8).DataComm)
	require.Positive(t, step(4).DataComm)
}
