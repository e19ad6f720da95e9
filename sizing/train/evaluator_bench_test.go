package train_test

import (
	"testing"

	"mlsizer/sizing/catalog/catalogtest"
	"mlsizer/sizing/train"
)

// BenchmarkEvaluator evaluates the layouts of one model in the order of a
// search, innermost dimensions first, by the reference and by the Evaluator.
func BenchmarkEvaluator(b *testing.B) {
	cl := catalogtest.Cluster(b, "a100-80g", 512)
	p, err := train.Prepare(catalogtest.Model(b, "gpt-3"), train.Workload{Seq: 2048, Tokens: 300e9, PUE: 1.1}, train.DefaultStack(cl.Device), cl)
	if err != nil {
		b.Fatal(err)
	}
	var plans []train.Plan
	for _, tp := range []int{1, 2, 4, 8} {
		for _, pp := range []int{1, 2, 4, 8, 16, 32} {
			for _, vp := range []int{1, 2, 3} {
				if pp == 1 && vp > 1 {
					continue
				}
				for _, mode := range []train.Recompute{train.NoRecompute, train.Selective, train.FullRecompute} {
					for _, sharding := range []train.Sharding{train.NoSharding, train.Zero1} {
						for _, offload := range []bool{false, true} {
							if offload && sharding == train.NoSharding {
								continue // which the framework refuses
							}
							plans = append(plans, train.Plan{TP: tp, PP: pp, VP: vp, CP: 1, EP: 1, DP: 512 / tp / pp, MicroBatch: 1, GlobalBatch: 1536,
								Recompute: mode, Sharding: sharding, OffloadOptimizer: offload, SequenceParallel: tp > 1})
						}
					}
				}
			}
		}
	}
	var e train.Estimate
	v := p.NewEvaluator()
	for name, evaluate := range map[string]func(*train.Plan) error{
		"reference": func(plan *train.Plan) (err error) { e, err = p.Evaluate(plan); return err },
		"fast":      func(plan *train.Plan) error { return v.Evaluate(plan, &e) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if err := evaluate(&plans[i]); err != nil {
					b.Fatal(err)
				}
				if i++; i == len(plans) {
					i = 0
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "candidates/s")
		})
	}
}
