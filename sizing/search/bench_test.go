package search

import (
	"fmt"
	"testing"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/train"
)

// prepared prepares a model of the catalogue on a cluster.
func prepared(t testing.TB, model, device string, count int, w train.Workload) *train.Prepared {
	entry, err := catalog.Default().Find(model)
	if err != nil {
		t.Fatal(err)
	}
	m, err := entry.Build()
	if err != nil {
		t.Fatal(err)
	}
	d, err := hardware.Default().Find(device)
	if err != nil {
		t.Fatal(err)
	}
	c, err := hardware.NewCluster(d, count)
	if err != nil {
		t.Fatal(err)
	}
	w.PUE = 1.1
	p, err := train.Prepare(m, w, train.DefaultStack(d), c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// BenchmarkSearch searches all layouts of a model, pruned, on all cores.
func BenchmarkSearch(b *testing.B) {
	for _, c := range []struct {
		model, device string
		counts        []int
		w             train.Workload
	}{
		{"llama-3.1-8b", "h100", []int{8, 64, 512}, train.Workload{Seq: 8192, Batch: 512}},
		{"llama-3.1-405b", "h100", []int{512, 2048, 16384, 65536}, train.Workload{Seq: 8192, Batch: 2048}},
		{"deepseek-v3", "h800", []int{2048}, train.Workload{Seq: 4096, Batch: 15360}},
	} {
		for _, n := range c.counts {
			b.Run(fmt.Sprintf("model=%s/devices=%d", c.model, n), func(b *testing.B) {
				p := prepared(b, c.model, c.device, n, c.w)
				benchmark(b, p, Options{})
			})
		}
	}
}

// BenchmarkExhaustive evaluates every layout on one core.
func BenchmarkExhaustive(b *testing.B) {
	p := prepared(b, "gpt-3", "a100-80g", 512, train.Workload{Seq: 2048, Batch: 1536, Tokens: 300e9})
	b.Run("model=gpt-3/devices=512", func(b *testing.B) { benchmark(b, p, Options{Exhaustive: true, Workers: 1}) })
}

func benchmark(b *testing.B, p *train.Prepared, o Options) {
	b.ReportAllocs()
	var candidates, evaluated, opened int64
	for b.Loop() {
		r, err := Run(p, o)
		if err != nil {
			b.Fatal(err)
		}
		candidates += r.Candidates
		evaluated += r.Evaluated
		opened = int64(len(r.Plans))
	}
	_ = opened
	b.ReportMetric(float64(candidates)/b.Elapsed().Seconds(), "candidates/s")
	b.ReportMetric(float64(evaluated)/b.Elapsed().Seconds(), "evaluations/s")
	b.ReportMetric(float64(candidates)/float64(b.N), "candidates")
	b.ReportMetric(float64(evaluated)/float64(b.N), "evaluated")
}
