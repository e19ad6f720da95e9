package launch

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/export"
	"mlsizer/hardware"
	"mlsizer/sizing/catalog/catalogtest"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
	"mlsizer/sizing/wholetest"
)

// An export that is read back asks for the same: model, devices, batch, length and
// every dimension of the plan that the framework's options say.
func TestExportsReadBack(t *testing.T) {
	type question struct {
		model   string
		devices int
		batch   int64
	}
	var all []question
	for _, m := range []string{"llama-3.1-8b", "llama-3.1-70b", "gpt-3", "mixtral-8x22b", "qwen3-32b", "qwen3-30b-a3b"} {
		for _, n := range []int{8, 64, 256, 384, 1024, 2048, 3000} {
			for _, b := range []int64{128, 256, 512, 1024, 1536, 3000} {
				all = append(all, question{m, n, b})
			}
		}
	}
	read := map[export.Format]int{}
	for _, q := range wholetest.Sample(all, 11) {
		for _, f := range []export.Format{export.Megatron, export.Torchtitan, export.DeepSpeed, export.Accelerate} {
			p, ok := planned(t, f, q.model, q.devices, q.batch)
			if !ok {
				continue
			}
			r, err := export.Write(f, p)
			if err != nil {
				continue // refused, with its reason
			}
			read[f]++
			l, err := Read(strings.NewReader(r.Text), "export")
			require.NoError(t, err, r.Text)
			if !strings.Contains(r.Text, "$MODULE") { // which names the model, and with it the layers
				assert.Empty(t, l.Notes, r.Text)
			}
			sameRequest(t, f, p, l, r.Text)
		}
	}
	for _, f := range []export.Format{export.Megatron, export.Torchtitan, export.DeepSpeed, export.Accelerate} {
		assert.Positive(t, read[f], f)
	}
}

// planned is the best plan of a question for a framework.
func planned(t *testing.T, f export.Format, model string, devices int, batch int64) (export.Plan, bool) {
	d, err := hardware.Default().Find("h100")
	require.NoError(t, err)
	cluster, err := hardware.NewCluster(d, devices)
	require.NoError(t, err)
	s, err := train.FindStack(f.Stack())
	require.NoError(t, err)
	on, err := train.Prepare(catalogtest.Model(t, model), train.Workload{Seq: 2048, Batch: batch, Tokens: 300e9, PUE: 1.1}, f.StackOf(s), cluster)
	require.NoError(t, err)
	var fixed search.Fixed
	f.Within(&fixed.Plan)
	e, _, ok := search.Best(on, fixed, d.Memory)
	return export.Plan{Prepared: on, Estimate: &e}, ok
}

// sameRequest holds a launch to the plan that it was written from. What stands in
// other files of a framework is not in it.
func sameRequest(t *testing.T, f export.Format, p export.Plan, l *Launch, said string) {
	plan := &p.Estimate.Plan
	got := map[string]string{}
	for _, s := range l.Settings(p.Cluster.Count) {
		got[s.Key] = s.Values[0]
	}
	want := map[string]string{"tp": strconv.Itoa(plan.TP), "pp": strconv.Itoa(plan.PP), "cp": strconv.Itoa(plan.CP), "ep": strconv.Itoa(plan.EP)}
	sharding := plan.Sharding
	if f == export.Torchtitan && sharding == train.Zero1 {
		sharding = train.Zero2 // as the export says
	}
	whole := f == export.Megatron || f == export.Torchtitan && l.Model != ""
	if plan.DP*plan.CP > 1 && !(f == export.Accelerate && sharding == train.Zero1) {
		want["sharding"] = sharding.String()
	}
	if f == export.Megatron {
		want["vp"], want["recompute"] = strconv.Itoa(plan.VP), plan.RecomputeName()
		want["offload-optimizer"] = strconv.FormatBool(plan.OffloadOptimizer)
		if plan.Recompute == train.Selective {
			want["recompute"] = "selective"
		}
	}
	if whole {
		want["model"] = p.Model().Name
		want["tokens"] = strconv.FormatInt(int64(p.Estimate.Time.Steps)*plan.GlobalBatch*2048, 10)
	}
	if f != export.Accelerate { // whose script sets it
		want["micro-batch"], want["batch"] = strconv.Itoa(plan.MicroBatch), strconv.FormatInt(plan.GlobalBatch, 10)
	}
	for key, value := range want {
		assert.Equal(t, value, got[key], "%s of %s: %s", key, plan, said)
	}
	assert.Equal(t, p.Cluster.Count, l.Devices, said)
}
