package search

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/option"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
	"mlsizer/sizing/wholetest"
)

// drawModel draws a small decoder, dense or sparse, of one kind of layer or
// two.
func drawModel(t *rapid.T) *model.Model {
	heads := rapid.SampledFrom([]int64{4, 6, 8}).Draw(t, "heads")
	hidden := heads * 128
	norm := model.Norm{Dim: hidden}
	m := &model.Model{Name: "drawn", Hidden: hidden, Vocab: 32000, Groups: []model.Group{
		{Name: "embedding", Place: model.Input, Repeat: 1, Blocks: []model.Block{model.Table{Rows: 32000, Dim: hidden}}}}}
	for range rapid.IntRange(1, 2).Draw(t, "groups") {
		feed := rapid.SampledFrom([]model.Block{
			model.FFN{Hidden: hidden, Width: 4 * hidden},
			model.MoE{Hidden: hidden, Experts: 8, TopK: 2, Width: hidden, Gated: true},
		}).Draw(t, "feed")
		m.Groups = append(m.Groups, model.Group{Name: "layers", Repeat: rapid.IntRange(1, 6).Draw(t, "repeat"),
			Blocks: []model.Block{norm, model.Attention{Hidden: hidden, Heads: heads, KVHeads: 2}, norm, feed}})
	}
	m.Groups = append(m.Groups, model.Group{Name: "head", Place: model.Output, Repeat: 1,
		Blocks: []model.Block{norm, model.Linear{Name: "head", In: hidden, Out: 32000, Head: true}}})
	return m
}

// drawProblem draws a model on a cluster with more or less room.
func drawProblem(t *rapid.T) *train.Prepared {
	d := &hardware.Device{
		ID: "test", Name: "Test", Arch: "Test", Memory: quantity.Bytes(rapid.IntRange(2, 12).Draw(t, "gib") << 30), MemBandwidth: 2e12, Power: 400, DevicesPerNode: 8, ScaleOut: 25e9,
		ScaleUp:  hardware.Link{Name: "test link", Bandwidth: 300e9, Domain: 8},
		HostLink: hardware.Link{Name: "PCIe", Bandwidth: 31.5e9},
	}
	d.Rates[hardware.BF16] = hardware.Rate{Peak: 312e12, Achievable: 270e12}
	c, err := hardware.NewCluster(d, rapid.SampledFrom([]int{1, 4, 6, 16, 24, 32}).Draw(t, "devices"))
	require.NoError(t, err)
	stack, err := train.FindStack(rapid.SampledFrom([]string{"megatron-core", "torchtitan", "deepspeed", "maxtext"}).Draw(t, "stack"))
	require.NoError(t, err)
	p, err := train.Prepare(drawModel(t), train.Workload{Seq: 1024, Batch: rapid.SampledFrom([]int64{16, 48, 64}).Draw(t, "batch"), Tokens: 1e9, PUE: 1.1}, stack, c)
	require.NoError(t, err)
	return p
}

// Pruning changes no answer, whatever the workers do.
func TestPrunedFindsWhatExhaustiveFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		o := Options{
			Objective: rapid.SampledFrom([]Objective{Time, Cost, Memory}).Draw(t, "objective"),
			Top:       rapid.IntRange(1, 5).Draw(t, "top"),
			Kinds:     rapid.Bool().Draw(t, "kinds"),
			Workers:   1, Exhaustive: true,
		}
		if rapid.Bool().Draw(t, "fixed") {
			o.Fixed.Plan.MicroBatch = 1
		}
		all, err := Run(p, o)
		require.NoError(t, err)
		require.Equal(t, all.Candidates, all.Evaluated, "exhaustive means every one")
		if len(all.Plans) > 0 && rapid.Bool().Draw(t, "limit") {
			o.Step = all.Plans[0].Time.Step * 1.01
			all, err = Run(p, o)
			require.NoError(t, err)
		}
		o.Exhaustive = false
		o.Workers = 1
		pruned, err := Run(p, o)
		require.NoError(t, err)
		require.Equal(t, all.Candidates, pruned.Candidates)
		require.LessOrEqual(t, pruned.Evaluated, all.Evaluated)
		require.Equal(t, all.Plans, pruned.Plans)
		for _, o.Workers = range []int{2, 3} {
			shared, err := Run(p, o)
			require.NoError(t, err)
			require.Equal(t, pruned, shared, "counts too")
		}
		if !o.Kinds {
			return
		}
		for i := range pruned.Plans {
			for j := range i {
				require.False(t, sameKind(&pruned.Plans[i].Plan, &pruned.Plans[j].Plan))
			}
		}
	})
}

// The best are those of all layouts in order, each step and memory once.
func TestTopIsTheBestOfAll(t *testing.T) {
	wholetest.Checks(t, "25") // each evaluates all layouts by the reference
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		o := Options{Top: rapid.IntRange(1, 5).Draw(t, "top"), Memory: p.Cluster.Device.Memory}
		s := newSpace(p, Fixed{})
		type answer struct {
			step  quantity.Seconds
			bytes quantity.Bytes
		}
		var all []answer
		plan := train.Plan{}
		try := func() {
			e, err := p.Evaluate(&plan)
			require.NoError(t, err)
			if e.Memory.Total <= o.Memory {
				all = append(all, answer{e.Time.Step, e.Memory.Total})
			}
		}
		for _, pair := range s.pairs() {
			eachNode(s, pair, func(n *node) {
				plan = s.plan(n)
				s.shared(&plan, func() { s.states(&plan, try) })
			})
		}
		slices.SortFunc(all, func(a, b answer) int { return cmp.Or(cmp.Compare(a.step, b.step), cmp.Compare(a.bytes, b.bytes)) })
		all = slices.Compact(all)
		found, err := Run(p, o)
		require.NoError(t, err)
		var got []answer
		for _, e := range found.Plans {
			got = append(got, answer{e.Time.Step, e.Memory.Total})
		}
		require.Equal(t, all[:min(len(all), o.Top)], got)
	})
}

// eachNode calls try with the nodes of one tensor and context parallelism.
func eachNode(s *space, pair [2]int, try func(*node)) {
	s.divisions(pair[0], pair[1], func(at *node) {
		s.depths(at, func(n *node) {
			for _, n.mode = range s.modes {
				try(n)
			}
		})
	})
}

// Every layout that is listed can run, is listed once, and is evaluated as the
// reference does it.
func TestEveryCandidateCanRun(t *testing.T) {
	wholetest.Checks(t, "25")
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		s := newSpace(p, Fixed{})
		v := p.NewEvaluator()
		seen := map[train.Plan]bool{}
		for _, pair := range s.pairs() {
			eachNode(s, pair, func(n *node) {
				plan := s.plan(n)
				try := func() {
					require.NoError(t, p.Check(&plan))
					require.False(t, seen[plan], "%+v twice", plan)
					seen[plan] = true
					if len(seen)%97 == 1 {
						var got train.Estimate
						require.NoError(t, v.Evaluate(&plan, &got))
						want, err := p.Evaluate(&plan)
						require.NoError(t, err)
						require.Equal(t, want, got)
					}
				}
				s.shared(&plan, func() { s.states(&plan, try) })
			})
		}
	})
}

// No layout with even stages that could run is left out.
func TestNothingIsLeftOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		s := newSpace(p, Fixed{})
		listed := map[train.Plan]bool{}
		for _, pair := range s.pairs() {
			eachNode(s, pair, func(n *node) {
				plan := s.plan(n)
				s.shared(&plan, func() { s.states(&plan, func() { listed[plan] = true }) })
			})
		}
		n := p.Cluster.Count
		dim := func(name string) int { return rapid.SampledFrom(divisors(int64(n))).Draw(t, name) }
		for range 50 {
			plan := train.Plan{TP: dim("tp"), PP: dim("pp"), CP: dim("cp"), DP: dim("dp"), VP: rapid.IntRange(1, 3).Draw(t, "vp"),
				EP: rapid.SampledFrom([]int{1, 2, 4, 8}).Draw(t, "ep"), MicroBatch: rapid.SampledFrom([]int{1, 2, 3, 4}).Draw(t, "mb"),
				GlobalBatch: p.Workload.Batch, Sharding: p.Stack().Sharding, Recompute: train.FullRecompute}
			if plan.DP*plan.CP == 1 && s.limits.Experts == 0 {
				plan.Sharding = s.ascending[0] // all shardings are one
			}
			if p.Check(&plan) == nil && (plan.PP == 1 || p.Stack().Pipeline) && (plan.TP == 1 || !p.Stack().NoTensor) {
				require.True(t, listed[plan], "%+v is not listed", plan)
			}
		}
	})
}

func TestObjectiveNames(t *testing.T) {
	for o := range numObjectives {
		got, err := ParseObjective(o.String())
		require.NoError(t, err)
		require.Equal(t, o, got)
	}
	_, err := ParseObjective("speed")
	require.Equal(t, note.NewError("objective.unknown", "speed", note.Choice{"time", "cost", "energy", "devices", "memory"}), err)
}

// The state divided by all devices is below what any plan takes that offloads
// nothing.
func TestStateFloorIsBelowEveryPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		r, err := Run(p, Options{Objective: Memory, Memory: quantity.Bytes(math.Inf(1)), Workers: 2, Fixed: Fixed{OffloadOptimizer: option.Set(false)}})
		require.NoError(t, err)
		for i := range r.Plans { // none where no layout divides the batch
			require.LessOrEqual(t, p.StateLowerBound(), float64(r.Plans[i].Memory.Total))
		}
	})
}

// A search for plans that surely fit finds none but those, and what all layouts
// show to be the best of them.
func TestSureKeepsOnlyPlansThatSurelyFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		sure, err := Run(p, Options{Sure: true, Workers: 2})
		require.NoError(t, err)
		all, err := Run(p, Options{Top: 20, Workers: 2})
		require.NoError(t, err)
		first := slices.IndexFunc(all.Plans, func(e train.Estimate) bool { return e.Memory.Verdict == train.FitsSurely })
		if first >= 0 {
			require.Equal(t, all.Plans[first], sure.Plans[0])
		}
		for i := range sure.Plans {
			require.Equal(t, train.FitsSurely, sure.Plans[i].Memory.Verdict)
		}
	})
}
