package train

import (
	"pgregory.net/rapid"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
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

// drawPlan draws a layout that mostly agrees with the model.
func drawPlan(t *rapid.T, m *model.Model) Plan {
	pow := func(name string, most int) int { return 1 << rapid.IntRange(0, most).Draw(t, name) }
	p := Plan{TP: pow("tp", 3), PP: pow("pp", 2), VP: 1, CP: pow("cp", 1), EP: 1, DP: pow("dp", 3), MicroBatch: pow("micro-batch", 2)}
	if newProfile(m, Workload{Seq: 1}, Stacks()[0]).experts > 0 {
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
func mustPrepare(m *model.Model, w Workload, stack string, n int) *Prepared {
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
