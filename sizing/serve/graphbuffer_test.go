package serve_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/sizing/serve"
)

// Compute buffers as llama.cpp and its fork print them, in MiB.
// Source: ikawrakow/ik_llama.cpp@8337e4cd3 github-data (issues and pull requests);
// the launches are those of sizing/evidence/data/serving_memory.csv.
func TestGraphBuffers(t *testing.T) {
	projected := func(s *serve.Request) { s.Projected = true }
	unfused := func(s *serve.Request) { s.Unfused = true }
	for _, c := range []struct {
		model   string
		context int64
		micro   int64
		devices int
		change  func(*serve.Request)
		want    float64
		within  float64
	}{
		{"qwen3-235b-a22b", 32768, 512, 1, nil, 312.8, 0.001},
		{"qwen3-235b-a22b", 32768, 2048, 1, nil, 1251, 0.001},
		{"qwen3-235b-a22b", 40960, 4096, 1, nil, 2502, 0.001},
		{"qwen3-235b-a22b", 4096, 4096, 2, nil, 4234, 0.01},
		{"qwen3-32b", 8192, 1024, 1, nil, 633.5, 0.001},
		{"qwen3-32b", 40960, 512, 1, unfused, 5252, 0.01},
		{"gemma-3-27b", 131072, 512, 1, unfused, 8743.5, 0.05},
		{"deepseek-v3", 32768, 512, 1, projected, 3393, 0.10},
		{"deepseek-v3", 131072, 1024, 1, projected, 11718.2, 0.10},
		{"deepseek-r1", 153600, 4096, 3, projected, 44571.1, 0.10},
	} {
		p := mustServe(t, c.model, "q8_0", "h200", c.devices, func(s *serve.Request) {
			withRuntime(t, "llama.cpp")(s)
			s.Layout = serve.Layout{TP: 1, PP: c.devices}
			s.Context, s.UBatch = c.context, c.micro
			if c.change != nil {
				c.change(s)
			}
		})
		got := float64(p.GraphBuffers(c.context)) / (1 << 20)
		assert.InEpsilon(t, c.want, got, c.within, "%s, %d cells, micro-batch %d, %d devices", c.model, c.context, c.micro, c.devices)
		assert.Positive(t, float64(p.Memory(c.context, 1).Compute))
	}
	p := mustServe(t, "qwen3-32b", "bf16", "h200", 1, func(*serve.Request) {})
	assert.Zero(t, p.GraphBuffers(8192))
}
