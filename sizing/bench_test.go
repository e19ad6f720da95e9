package sizing_test

import (
	"testing"

	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/catalog/catalogtest"
	"mlsizer/sizing/option"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// BenchmarkEstimate evaluates one plan of a prepared model: the inner loop of
// every command.
func BenchmarkEstimate(b *testing.B) {
	for _, c := range []struct {
		model, hw string
		devices   int
		plan      train.Plan
	}{
		{"gpt-3", "a100-80g", 1024, train.Plan{TP: 8, PP: 8, VP: 1, CP: 1, EP: 1, DP: 16, MicroBatch: 1, GlobalBatch: 1536, Sharding: train.Zero1, SequenceParallel: true}},
		{"llama-3.1-405b", "h100", 16384, train.Plan{TP: 8, PP: 16, VP: 1, CP: 1, EP: 1, DP: 128, MicroBatch: 1, GlobalBatch: 2048, Sharding: train.Zero1, SequenceParallel: true}},
		{"deepseek-v3", "h800", 2048, train.Plan{TP: 1, PP: 16, VP: 1, CP: 1, EP: 64, DP: 128, MicroBatch: 1, GlobalBatch: 15360, Sharding: train.Zero1}},
		{"gemma-3-27b", "tpu-v5p", 256, train.Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 256, MicroBatch: 1, GlobalBatch: 1024, Sharding: train.Zero3}},
	} {
		b.Run("model="+c.model+"/hw="+c.hw, func(b *testing.B) {
			cl := catalogtest.Cluster(b, c.hw, c.devices)
			p, err := train.Prepare(catalogtest.Model(b, c.model), train.Workload{Seq: 4096, Tokens: 1e12, PUE: 1.1}, train.DefaultStack(cl.Device), cl)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := p.Evaluate(&c.plan); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				_, _ = p.Evaluate(&c.plan)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "estimates/s")
		})
	}
}

// BenchmarkPrepare reduces a model to what plans are evaluated on.
func BenchmarkPrepare(b *testing.B) {
	for _, name := range []string{"llama-3.1-8b", "deepseek-v3", "gemma-3-27b"} {
		b.Run("model="+name, func(b *testing.B) {
			m, cl := catalogtest.Model(b, name), catalogtest.Cluster(b, "h100", 8)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := train.Prepare(m, train.Workload{Seq: 4096}, train.DefaultStack(cl.Device), cl); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCompareGrid estimates 100 prepared models on 40 devices each: a
// table of 4,000 cells.
func BenchmarkCompareGrid(b *testing.B) {
	plan := train.Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 64, Sharding: train.Zero1}
	var prepared []*train.Prepared
	home := catalogtest.Cluster(b, "h100", 8)
	for _, e := range catalog.Default().All() {
		if len(prepared) == 100 {
			break
		}
		m, err := e.Build()
		if err != nil || !m.PerToken() {
			continue
		}
		p, err := train.Prepare(m, train.Workload{Seq: 2048, Tokens: 1e12, PUE: 1.1}, train.DefaultStack(home.Device), home)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.Evaluate(&plan); err == nil {
			prepared = append(prepared, p)
		}
	}
	var clusters []hardware.Cluster
	for _, d := range hardware.Default().All() {
		if len(clusters) == 40 {
			break
		}
		c, err := hardware.NewCluster(d, 8)
		if err != nil {
			continue
		}
		if _, err := prepared[0].On(c); err == nil {
			clusters = append(clusters, c)
		}
	}
	if len(prepared) != 100 || len(clusters) != 40 {
		b.Fatalf("%d models and %d devices", len(prepared), len(clusters))
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, m := range prepared {
			for _, c := range clusters {
				p, err := m.On(c)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := p.Evaluate(&plan); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.ReportMetric(float64(b.N)*4000/b.Elapsed().Seconds(), "estimates/s")
}

// TestFineTuningReferencePoints holds the estimates to what is known to fit.
func TestFineTuningReferencePoints(t *testing.T) {
	find := func(name string) *hardware.Device {
		d, err := hardware.Default().Find(name)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	stack := func(name string) *train.Stack {
		s, err := train.FindStack(name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	// Source: arXiv:2305.14314 abstract: a 65B model is fine-tuned on a single
	// 48 GB GPU.
	qlora := train.DefaultAdapter
	qlora.Targets, qlora.BaseBits = []string{"all-linear"}, train.NF4DoubleBits
	a, err := sizing.Ask(sizing.Request{Model: catalogtest.Model(t, "llama-65b"), Device: find("a40-48gb"), Count: 1, Stack: stack("transformers-peft"),
		Workload: train.Workload{Seq: 512, Batch: 16, Method: train.QLoRA, Adapter: qlora},
		Fixed:    search.Fixed{Plan: train.Plan{MicroBatch: 1}, Sharding: option.Set(train.NoSharding), Recompute: option.Set(train.FullRecompute)}})
	if err != nil {
		t.Fatal(err)
	}
	if !a.Estimate.Memory.Fits {
		t.Errorf("65B QLoRA on 48 GB: %v", a.Estimate.Memory.Total)
	}
	// Full fine-tuning of 7B in bf16 with an fp32 copy and Adam is 16 bytes a
	// parameter: 112 GB of state (arXiv:1910.02054 section 3.1).
	a, err = sizing.Ask(sizing.Request{Model: catalogtest.Model(t, "llama-2-7b"), Device: find("a100-80g"), Count: 1, Stack: stack("deepspeed"),
		Workload: train.Workload{Seq: 2048, Batch: 16, Method: train.FullTune}})
	if err != nil {
		t.Fatal(err)
	}
	if a.Estimate.Memory.Fits {
		t.Errorf("7B full AdamW on 80 GB: %v", a.Estimate.Memory.Total)
	}
}
