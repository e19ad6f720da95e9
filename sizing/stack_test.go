package sizing

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog/catalogtest"
	"mlsizer/sizing/note"
	"mlsizer/sizing/option"
	"mlsizer/sizing/train"
)

// An answer has a note of a stack that was assumed, or that stands for other
// software, and none of one that was named.
func TestStackIsNoted(t *testing.T) {
	device, err := hardware.Default().Find("h100")
	require.NoError(t, err)
	for typed, want := range map[string][]any{
		"":              {"megatron-core", note.Word("stack-for.pretraining")},
		"nemo":          {"nemo", "megatron-core", note.Word("stack-differs.same")},
		"megatron-core": nil,
	} {
		q := Request{Model: catalogtest.Model(t, "llama-3.1-8b"), Device: device, Count: 8}
		if typed != "" {
			q.Stack, err = train.ParseStack(typed)
			require.NoError(t, err)
		}
		a, err := Ask(q)
		require.NoError(t, err)
		assert.Equal(t, "megatron-core", a.Stack().Name, typed)
		assert.Equal(t, typed == "", a.StackAssumed, typed)
		var got []any
		for _, n := range a.Notes {
			if n.Code == "stack" {
				got = n.Values
				assert.NotEmpty(t, n.Source, typed)
			}
		}
		assert.Equal(t, want, got, typed)
	}
}

// A request that leaves the number of devices open has the stack of the number
// that it is answered with.
func TestStackOfAnOpenNumber(t *testing.T) {
	device, err := hardware.Default().Find("rtx-4090")
	require.NoError(t, err)
	for _, c := range []struct {
		model string
		seq   int64
		stack string
		one   bool
	}{
		{"gpt-2", 1024, "transformers-peft", true},
		{"llama-3.1-8b", 1024, "deepspeed", false},
		{"resnet-50", 0, "pytorch-ddp", true},
	} {
		q := Request{Model: catalogtest.Model(t, c.model), Device: device, Workload: train.Workload{Seq: c.seq}}
		open, err := Ask(q)
		require.NoError(t, err, c.model)
		assert.Equal(t, c.stack, open.Stack().Name, c.model)
		assert.Equal(t, c.one, open.Cluster.Count == 1, c.model)
		q.Count = open.Cluster.Count
		given, err := Ask(q)
		require.NoError(t, err, c.model)
		assert.Equal(t, open.Stack().Name, given.Stack().Name, c.model)
		assert.Equal(t, open.Estimate, given.Estimate, c.model)
	}
}

// One card that offloads has the stack that can.
func TestStackThatOffloads(t *testing.T) {
	device, err := hardware.Default().Find("rtx-4090")
	require.NoError(t, err)
	q := Request{Model: catalogtest.Model(t, "gpt-2"), Device: device, Count: 1}
	q.OffloadOptimizer = option.Set(true)
	a, err := Ask(q)
	require.NoError(t, err)
	assert.Equal(t, "deepspeed", a.Stack().Name)
}
