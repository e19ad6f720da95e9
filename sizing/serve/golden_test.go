package serve_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/sizing/serve"
)

func prepareServing(t *testing.T, model, weights string, context, batch int64) *serve.Prepared {
	t.Helper()
	p, err := servingOn(t, model, weights, "h200", 8, func(s *serve.Request) {
		s.Context, s.Batch, s.Layout = context, batch, serve.Layout{TP: 1, PP: 1}
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The caches that the architectures need, in f16.
func TestKVBytesPerToken(t *testing.T) {
	for _, c := range []struct {
		model string
		want  float64
		// Source of each: 2 x layers x KV heads x head_dim x 2 B by the
		// published config.json; DeepSeek-V3: 61 x (512 + 64) x 2 B.
	}{
		{"llama-3.1-8b", 131072},
		{"llama-3.1-70b", 327680},
		{"deepseek-v3", 70272},
	} {
		p := prepareServing(t, c.model, "bf16", 8192, 1)
		if got := float64(p.KVBytesPerToken()); got != c.want {
			t.Errorf("%s: %v B a token, want %v", c.model, got, c.want)
		}
	}
}

// Whole caches at a context. Sources: hand sums over the published configs,
// and a llama.cpp log for Qwen3.5-27B (16384.00 MiB KV, 598.50 MiB recurrent).
func TestKVBytes(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		model   string
		context int64
		mib     float64
		digits  float64 // how exactly the published figure is printed, in MiB
	}{
		{"deepseek-v3", 163840, 10.72 * 1024, 5.2},
		{"gemma-3-27b", 131072, 10.41 * 1024, 5.2},
		{"gpt-oss-120b", 131072, 4.50 * 1024, 5.2},
		{"gemma-2-9b", 8192, 2016, 0},
		{"qwen3.5-27b", 262144, 16384, 0},
	} {
		p := prepareServing(t, c.model, "bf16", c.context, 1)
		if got := float64(p.KVBytes(c.context)) / mib; math.Abs(got-c.mib) > c.digits {
			t.Errorf("%s at %d: %.2f MiB, want %.2f", c.model, c.context, got, c.mib)
		}
	}
	p := prepareServing(t, "qwen3.5-27b", "bf16", 262144, 4)
	if got := 4 * float64(p.StateBytes()) / mib; got != 598.5 {
		t.Errorf("qwen3.5-27b, state of 4 sequences: %v MiB, want 598.5", got)
	}
}

// Source: ggml-org/llama.cpp examples/quantize/README.md: 4.58 GiB.
func TestWeightsQ4KM(t *testing.T) {
	p := prepareServing(t, "llama-3.1-8b", "q4_k_m", 8192, 1)
	if got := float64(p.WeightBytes()) / (1 << 30); math.Round(got*100) != 458 {
		t.Errorf("%.4f GiB, want 4.58", got)
	}
}

// Latents stored by head, or with a transposed copy, are counted alike in the
// cache, in what a token adds and in what a token reads.
// Source: DeepSeek-V3 config.json: 61 layers, latents of 512 and rotary keys of
// 64; by head 128 x (128 + 64) keys and 128 x 128 values; in f16.
func TestLatentsStoredOtherwise(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*serve.Request)
		want   float64
	}{
		{"latents", func(*serve.Request) {}, 61 * 576 * 2},
		{"a copy", func(s *serve.Request) { s.Copied = true }, 61 * (576 + 512) * 2},
		{"by head", func(s *serve.Request) { s.Expanded = true }, 61 * 128 * (192 + 128) * 2},
	} {
		p := mustServe(t, "deepseek-v3", "fp8", "h200", 8, func(s *serve.Request) {
			s.Layout = serve.Layout{TP: 1, PP: 8}
			c.change(s)
		})
		assert.Equal(t, c.want, float64(p.KVBytesPerToken()), c.name)
		assert.Equal(t, 1000*c.want, float64(p.KVBytes(1000)), c.name)
		// The cache alone, without what does not depend on its length or is
		// not read: from 32k to 64k tokens.
		var e serve.Efficiency
		for i, f := range serve.ConstantFields() {
			switch e[i] = 1; {
			case f.Name == "attend":
				e[i] = 1e9
			case f.Unit == "s":
				e[i] = 0
			}
		}
		p.SetEfficiency(e)
		read := p.Decode(1, 65536) - p.Decode(1, 32768)
		assert.InEpsilon(t, 32768*c.want/float64(p.Cluster.Device.MemBandwidth), read, 1e-9, c.name)
	}
}
