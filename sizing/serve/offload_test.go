package serve_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog/catalogtest"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
)

// TestPromptsCopyHostWeights: passes of 32 tokens or more copy what stands on
// the host over PCIe 4.0 x16 (31.5 GB/s), smaller ones use it where it is.
func TestPromptsCopyHostWeights(t *testing.T) {
	d, err := hardware.Default().Find("rtx-4090")
	require.NoError(t, err)
	q, err := serve.FindQuant("q4_k_m")
	require.NoError(t, err)
	llama, err := serve.FindRuntime("llama.cpp")
	require.NoError(t, err)
	ask := func(memory quantity.Bytes) *serve.Answer {
		c, err := hardware.NewCluster(d, 1)
		require.NoError(t, err)
		a, err := serve.Request{
			Model: catalogtest.Model(t, "llama-3.1-70b"), Quant: q, Runtime: llama, Cluster: c, Context: 4096, Batch: 1,
			Offload: serve.OffloadLayers, DeviceMemory: memory, HostBandwidth: 89.6e9,
		}.Answer(0)
		require.NoError(t, err)
		return a
	}
	whole, split := ask(64<<30), ask(24<<30)
	require.Zero(t, whole.Memory.HostLayers)
	require.Positive(t, split.Memory.HostLayers)
	host := float64(split.Memory.Host)
	// One micro-batch of 512 tokens multiplies everything on the device: its
	// products hide what is read there, and the copy comes on top.
	copied := split.Prefill(512, 0, 1) - whole.Prefill(512, 0, 1)
	assert.InEpsilon(t, host/31.5e9, copied, 0.03)
	// Two of them copy twice.
	assert.InEpsilon(t, 2*copied, split.Prefill(1024, 0, 1)-whole.Prefill(1024, 0, 1), 0.03)
	// A token of one sequence is multiplied by the host's processor.
	alone := split.Decode(1, 4096)
	assert.Greater(t, alone, host/89.6e9)
	assert.Less(t, alone, host/31.5e9)
	// The band says that nothing measured is like it.
	low, high := split.Band("prefill", 1)
	wholeLow, wholeHigh := whole.Band("prefill", 1)
	assert.LessOrEqual(t, low, wholeLow)
	assert.GreaterOrEqual(t, high, wholeHigh)
}

// With memory on the host more sequences fit, but weights that make room for
// their caches are read slowly: the full load is that of the faster choice, and
// what was measured is still said of a server whose weights all fit.
func TestHostMemoryDoesNotSlowTheLoad(t *testing.T) {
	ask := func(change func(*serve.Request)) (*serve.Prepared, serve.Throughput) {
		p := mustServe(t, "llama-3.1-8b", "bf16", "h100", 1, func(s *serve.Request) {
			s.Runtime, s.Offload = mustFind(t, serve.FindRuntime, "vllm"), serve.OffloadLayers
			change(s)
		})
		return p, p.Throughput(0)
	}
	p, without := ask(func(s *serve.Request) {})
	q, with := ask(func(s *serve.Request) { s.HostMemory = 64 << 30 })
	assert.Greater(t, q.MaxBatch(8192), p.MaxBatch(8192))
	assert.Equal(t, without, with)
	low, high := p.Band("decode", 1) // after the load is found
	otherLow, otherHigh := q.Band("decode", 1)
	assert.Equal(t, []float64{low, high}, []float64{otherLow, otherHigh})
}

// What a row prints at its own batch does not depend on what full load puts on
// the host.
func TestLoadLeavesTheBatchAlone(t *testing.T) {
	p := mustServe(t, "llama-3.1-8b", "bf16", "h100", 1, func(s *serve.Request) {
		s.Runtime, s.Offload, s.HostMemory, s.Batch = mustFind(t, serve.FindRuntime, "vllm"), serve.OffloadLayers, 640<<30, 16
	})
	before := p.Decode(16, 7936)
	with := p.Throughput(1)
	assert.Equal(t, before, p.Decode(16, 7936))
	// $1 an hour over the tokens of 16 requests of 7,680 and 512 tokens.
	time := p.Prefill(7680, 0, 16) + 512*p.Decode(16, 7936)
	assert.InEpsilon(t, 1e6/3600*time/(16*512), float64(with.PerMillionBatch), 1e-12)
}

// The options with which a runtime leaves layers on the host.
// Source: ggml-org/llama.cpp common/arg.cpp (--n-gpu-layers counts the output
// head, --n-cpu-moe layers with experts); vllm-project/vllm vllm/engine/arg_utils.py.
func TestHostSettings(t *testing.T) {
	m := serve.Memory{HostLayers: 10, Host: 5 << 29}
	for _, c := range []struct {
		model, runtime string
		offload        serve.Offload
		want           note.Settings
	}{
		{"llama-3.1-8b", "llama.cpp", serve.OffloadLayers, note.Settings{{Field: "gpu-layers", Value: 23}}},
		{"llama-3.1-8b", "llama.cpp", serve.OffloadExperts, note.Settings{{Field: "gpu-layers", Value: 23}}}, // it has none
		{"qwen3-30b-a3b", "llama.cpp", serve.OffloadExperts, note.Settings{{Field: "gpu-layers", Value: 49}, {Field: "cpu-moe-layers", Value: 10}}},
		{"llama-3.1-8b", "vllm", serve.OffloadLayers, note.Settings{{Field: "cpu-offload", Value: 3}}},
		{"llama-3.1-8b", "sglang", serve.OffloadLayers, nil},
	} {
		p := mustServe(t, c.model, "q8_0", "h100", 1, func(s *serve.Request) {
			s.Runtime, s.Offload = mustFind(t, serve.FindRuntime, c.runtime), c.offload
		})
		assert.Equal(t, c.want, p.HostSettings(&m), "%s on %s", c.model, c.runtime)
		assert.Empty(t, p.HostSettings(&serve.Memory{}))
	}
}

// mustFind finds what the test names.
func mustFind[T any](t *testing.T, find func(string) (T, error), name string) T {
	t.Helper()
	v, err := find(name)
	require.NoError(t, err)
	return v
}
