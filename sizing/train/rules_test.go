package train

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/model/modeltest"
	"mlsizer/sizing/note"
)

// Each rule is broken by a plan that is otherwise sound, and kept by one that
// differs from it in a single field.
func TestEveryRuleRefusesAndAllows(t *testing.T) {
	base := Plan{TP: 1, PP: 4, VP: 1, CP: 1, EP: 1, DP: 2, MicroBatch: 1, GlobalBatch: 16, Sharding: Zero1}
	grouped := base
	grouped.TP, grouped.PP, grouped.DP = 4, 1, 2
	with := func(p Plan, change func(*Plan)) Plan { change(&p); return p }
	micros := func(n int64) func(*Plan) {
		return func(p *Plan) { p.VP, p.GlobalBatch = 2, n*int64(p.DP) }
	}
	fp8 := Workload{Precision: MXFP8, States: States{Weights: FP8State}}
	for _, c := range []struct {
		rule            string
		work            Workload
		layers, kvHeads int64
		broken, kept    Plan
	}{
		{"megatron-interleaved-micro-batches", Workload{}, 8, 8, with(base, micros(3)), with(base, micros(4))},
		{"megatron-kv-heads", Workload{}, 8, 3, grouped, with(grouped, func(p *Plan) { p.TP, p.DP = 1, 8 })},
		{"megatron-optimizer-offload", Workload{}, 8, 8, with(base, func(p *Plan) { p.OffloadOptimizer, p.Sharding = true, NoSharding }), with(base, func(p *Plan) { p.OffloadOptimizer = true })},
		{"megatron-optimizer-states", Workload{States: States{Moments: BF16State}}, 8, 8, with(base, func(p *Plan) { p.Sharding = NoSharding }), base},
		{"megatron-offload-mxfp8-weights", fp8, 8, 8, with(base, func(p *Plan) { p.OffloadOptimizer = true }), base},
		{"deepspeed-optimizer-offload", Workload{}, 8, 8, with(base, func(p *Plan) { p.PP, p.DP, p.OffloadOptimizer, p.Sharding = 1, 8, true, NoSharding }),
			with(base, func(p *Plan) { p.PP, p.DP, p.OffloadOptimizer = 1, 8, true })},
		{"torchtitan-kv-heads", Workload{}, 8, 2, grouped, with(grouped, func(p *Plan) { p.TP, p.DP = 2, 4 })},
		{"torchtitan-counted-stages", Workload{}, 10, 8, with(base, micros(8)), base},
		{"torchtitan-rounds", Workload{}, 8, 8, with(base, micros(9)), with(base, micros(10))},
		{"maxtext-even-stages", Workload{}, 6, 8, base, with(base, func(p *Plan) { p.PP, p.DP = 2, 4 })},
		{"maxtext-first-stage", Workload{}, 8, 8, with(base, func(p *Plan) { p.FirstLayers = 2 }), base},
		{"maxtext-last-stage", Workload{}, 8, 8, with(base, func(p *Plan) { p.LastLayers = 2 }), base},
		{"maxtext-micro-batches", Workload{}, 8, 8, with(base, func(p *Plan) { p.GlobalBatch = 20 }), base},
	} {
		t.Run(c.rule, func(t *testing.T) {
			r := ruleOf(t, c.rule)
			c.work.Seq, c.work.Tokens = 64, 1<<30
			p := prepareOnFP8(t, grouped24(int(c.layers), c.kvHeads), c.work, r.Stack)
			err := p.Check(&c.broken)
			require.True(t, note.Is(err, "rule."+c.rule), "%v", err)
			assert.True(t, BreaksRule(err))
			assert.Equal(t, r.Field, note.FieldOf(err))
			assert.Contains(t, err.Error(), r.Source())
			assert.Equal(t, err, p.NewEvaluator().Evaluate(&c.broken, &Estimate{}), "the fast path says the same")
			assert.False(t, p.AllowsLayout(&c.broken) && p.AllowsState(&c.broken))
			assert.NoError(t, p.Check(&c.kept))
			assert.NoError(t, p.NewEvaluator().Evaluate(&c.kept, &Estimate{}))
		})
	}
}

// grouped24 is a decoder of 24 heads that share KV heads.
func grouped24(layers int, kvHeads int64) *model.Model {
	m := modeltest.GPT(layers, 24*64, 24, 50257, 1024)
	for i := range m.Groups {
		for j, b := range m.Groups[i].Blocks {
			if a, ok := b.(model.Attention); ok {
				a.KVHeads = kvHeads
				m.Groups[i].Blocks[j] = a
			}
		}
	}
	return m
}

// ruleOf is the rule of a name.
func ruleOf(t *testing.T, id string) *Rule {
	for i := range Rules() {
		if Rules()[i].ID == id {
			return &Rules()[i]
		}
	}
	t.Fatalf("no rule %s", id)
	return nil
}

// The group of micro-batches that an interleaved pipeline takes is one that
// Megatron takes too.
func TestMicroBatchGroupKeepsToMegatron(t *testing.T) {
	for pp := int64(2); pp <= 16; pp++ {
		for m := pp; m < 200; m++ {
			group := groupSize(m, int(pp))
			require.GreaterOrEqual(t, group, pp)
			require.LessOrEqual(t, group, m)
			rest := m % group
			require.True(t, rest == 0 || rest >= pp, "%d micro-batches on %d stages: group %d", m, pp, group)
		}
	}
}

// The table is sound: names are one each and begin with their framework, stacks
// and terms exist, and every place is a commit with a file.
func TestRulesTable(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		assert.False(t, seen[r.ID], "%s twice", r.ID)
		seen[r.ID] = true
		s, err := FindStack(r.Stack)
		require.NoError(t, err, r.ID)
		framework, _, _ := strings.Cut(r.ID, "-")
		assert.True(t, strings.HasPrefix(s.Name, framework), r.ID)
		assert.Regexp(t, `^[\w.-]+/[\w.-]+@[0-9a-f]{7,}$`, r.Upstream, r.ID)
		assert.Regexp(t, `\.py[: ]`, r.Place, r.ID)
	}
}

// A rule that does not read is refused.
func TestRulesThatDoNotRead(t *testing.T) {
	const head = "id,stack,field,when,want,upstream,place\n"
	for line, want := range map[string]string{
		"a,b,c,vp > 1,colour >= pp,u,p":     `a: unknown term "colour"`,
		"a,b,c,vp > 1,vp near pp,u,p":       `a: "vp near pp": unknown comparison "near"`,
		"a,b,c,vp,vp >= pp,u,p":             `a: "vp": expected TERM COMPARISON TERM`,
		"a,b,c,vp > 1 and x > 1,vp >= 1,u,": `a: unknown term "x"`,
	} {
		_, err := readRules(head + line + "\n")
		assert.EqualError(t, err, want)
	}
}

// prepareOnFP8 prepares a model on eight test devices that compute in fp8 too.
func prepareOnFP8(t *testing.T, m *model.Model, w Workload, stack string) *Prepared {
	d := testDevice()
	d.Rates[hardware.FP8] = hardware.Rate{Peak: 2 * d.Rates[hardware.BF16].Peak}
	c, err := hardware.NewCluster(d, 8)
	require.NoError(t, err)
	s, err := FindStack(stack)
	require.NoError(t, err)
	p, err := Prepare(m, w, s, c)
	require.NoError(t, err)
	return p
}
