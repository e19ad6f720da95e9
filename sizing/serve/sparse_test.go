package serve_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/serve"
)

// Bytes per token of latent caches by runtime, release and device.
// Sources: sgl-project/sglang pull 11309 (DeepSeek-V3.2: 656 + 132 B for each of
// 61 layers; 975,424 tokens in 43.67 GiB on B200); vllm-project/vllm@001cabc
// vllm/v1/kv_cache_interface.py (fp8_ds_mla); ggml-org/llama.cpp (latents alone,
// before 2026-01 with a transposed copy).
func TestLatentCachesByRuntime(t *testing.T) {
	for _, c := range []struct {
		model, runtime, device, kv string
		want                       float64
	}{
		{"deepseek-v3.2", "sglang", "b200", "", 61 * (656 + 132)},
		{"deepseek-v3.2", "sglang", "h200", "", 61 * (576*2 + 132)},
		{"deepseek-v3.2", "vllm", "h200", "fp8", 61 * (656 + 132)},
		{"deepseek-v3.2", "llama.cpp", "h200", "", 61 * 576 * 2},
		{"glm-5", "sglang", "b200", "", 78 * (656 + 132)},
		{"deepseek-v3", "sglang", "b200", "", 61 * 576 * 2},
		{"deepseek-v3", "sglang", "b200", "fp8", 61 * 576},
		{"deepseek-v3", "llama.cpp", "h200", "", 61 * 576 * 2},
		{"deepseek-v3", "llama.cpp@2025.12", "h200", "", 61 * (576 + 512) * 2},
		{"deepseek-v3", "llama.cpp@2026.1", "h200", "", 61 * 576 * 2},
	} {
		r, err := serve.FindRuntime(c.runtime)
		require.NoError(t, err)
		p := mustServe(t, c.model, "fp8", c.device, 8, func(s *serve.Request) {
			s.Runtime = r
			kv := c.kv
			if kv == "" {
				kv = r.CacheFor(s.Model, s.Cluster.Device, "fp8")
			}
			s.KV, err = serve.ParseKVType(kv)
			require.NoError(t, err)
		})
		assert.Equal(t, c.want, float64(p.KVBytesPerToken()), c)
	}
	assert.InEpsilon(t, 43.67, 975424*61*(656+132.0)/(1<<30), 0.001, "the log's figures are those of the formula")
}

// Files of MLX are read by MLX, on any device, and not by llama.cpp.
func TestWeightsOfOneRuntime(t *testing.T) {
	q, err := serve.FindQuant("mlx-4bit")
	require.NoError(t, err)
	p := mustServe(t, "llama-3.1-8b", "mlx-4bit", "m2-ultra", 1, func(*serve.Request) {})
	assert.Equal(t, "mlx", p.Runtime.Name)
	assert.Equal(t, "mlx", serve.DefaultRuntime(p.Cluster.Device, q).Name)
	s := p.Request
	s.Runtime, err = serve.FindRuntime("llama.cpp")
	require.NoError(t, err)
	_, err = s.Prepare()
	assert.ErrorContains(t, err, "weights of other runtime")
}
