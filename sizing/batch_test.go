package sizing_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing"
	"mlsizer/sizing/train"
)

// A batch is exact, a target, or chosen; one that nobody gave is larger than
// wanted only where all devices have no layout otherwise.
func TestGlobalBatch(t *testing.T) {
	for _, c := range []struct {
		name, model, device string
		count               int
		change              func(*sizing.Request)
		want                int64
		note                string
	}{
		{"published", "gpt-3", "h100", 512, func(*sizing.Request) {}, 1536, "batch.default"},
		{"target", "gpt-3", "h100", 512, func(q *sizing.Request) { q.BatchTokens = 3.2e6 }, 1536, "batch.taken"},
		{"target that is whole", "gpt-3", "h100", 512, func(q *sizing.Request) { q.BatchTokens = 1024 * 2048 }, 1024, ""},
		{"exact", "gpt-3", "h100", 512, func(q *sizing.Request) { q.Workload.Batch = 1664 }, 1664, ""},
		{"exact and indivisible", "gpt-3", "h100", 512, func(q *sizing.Request) { q.Workload.Batch = 1562 }, 1562, "batch-division.step"},
		{"smaller than the devices", "llama-3.1-8b", "h100", 64, func(q *sizing.Request) { q.Workload.Batch = 8 }, 8, ""},
		{"of a fixed layout", "llama-3.1-8b", "h100", 64, func(q *sizing.Request) { q.Plan.DP, q.Plan.MicroBatch = 64, 32 }, 2048, "batch.default"},
		{"larger for images without other axes", "resnet-50", "h100", 2048, func(*sizing.Request) {}, 2048, "batch.samples"},
		{"a given MFU", "llama-3.1-8b", "h100", 64, func(q *sizing.Request) { q.Workload.MFU = 0.4 }, 512, "batch.default"},
		{"tuning", "llama-3.1-8b", "h100", 8, func(q *sizing.Request) { q.Workload.Method = train.LoRA }, 16, "batch.default"},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := request(c.model, c.device, c.count, 0)
			c.change(&q)
			a, err := sizing.Ask(q)
			require.NoError(t, err)
			assert.Equal(t, c.want, a.Estimate.Plan.GlobalBatch)
			var noted string
			for _, n := range a.Notes {
				if n.Code == "batch" || n.Code == "batch-division" {
					noted += n.Key
				}
			}
			assert.Equal(t, c.note, noted)
		})
	}
}
