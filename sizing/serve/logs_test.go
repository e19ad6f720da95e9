package serve_test

import (
	"cmp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
)

// startup is what a runtime printed when it started.
type startup struct {
	source                 string
	model, weights, device string
	devices                int
	runtime                string // with its release
	context                int64
	kv                     string
	change                 func(*serve.Request)
	// What it printed per device, in GiB, and of the cache, in tokens; 0: not
	// printed.
	loaded, left float64
	tokens       int64
	// within is the bound on weights if that is not 0.02; wide says that the
	// pool is beyond the band of what is left for it.
	within  float64
	wide    bool
	verdict serve.Verdict
}

const recipe = "https://github.com/vllm-project/recipes/blob/015a26c/models/Qwen/Qwen3.8-27B.yaml"

const vllm = "https://github.com/vllm-project/vllm/"

// Logs of start-ups: weights within 2 %, what is left for the cache and its
// tokens within 12 %.
var startups = []startup{
	{source: vllm + "issues/23278", model: "gpt-oss-120b", weights: "mxfp4", device: "h100", devices: 1, runtime: "vllm@0.10.1",
		context: 131072, loaded: 65.9651, verdict: serve.DoesNotFit},
	{source: vllm + "issues/33155", model: "gpt-oss-120b", weights: "mxfp4", device: "h100", devices: 1, runtime: "vllm@0.14.1",
		context: 5120, change: func(s *serve.Request) { s.Utilisation, s.MaxSequences = 0.97, 1 }, loaded: 64.38},
	{source: vllm + "pull/10511", model: "llama-3-8b", weights: "bf16", device: "h100", devices: 1, runtime: "vllm@0.6.5",
		context: 8192, loaded: 14.96, left: 53.29, verdict: serve.FitsSurely},
	{source: vllm + "pull/10511", model: "llama-3-8b", weights: "bf16", device: "h100", devices: 2, runtime: "vllm@0.6.5",
		context: 8192, loaded: 7.48, left: 71.29 - 7.48 - 3.58 - 1.26, verdict: serve.FitsSurely},
	{source: vllm + "issues/13061", model: "qwen2.5-14b", weights: "bf16", device: "rtx-4090", devices: 2, runtime: "vllm@0.7.2",
		context: 8192, loaded: 13.9476},
	{source: vllm + "issues/21348", model: "qwen3-235b-a22b", weights: "fp8", device: "h100", devices: 4, runtime: "vllm@0.9.2",
		context: 40960, left: 8.11, tokens: 178880},
	{source: vllm + "issues/21348", model: "qwen3-235b-a22b", weights: "fp8", device: "h100", devices: 4, runtime: "sglang@0.4",
		context: 40960, change: func(s *serve.Request) { s.Utilisation = 0.93 }, left: 16.46, tokens: 367404},
	// The pool's blocks are those of a 16-bit cache, and a 17th layer of attention
	// drafted tokens in it: see TestPagesOfHybrids.
	{source: recipe, model: "qwen3.8-27b", weights: "fp8", device: "rtx-5090", devices: 2, runtime: "vllm@0.26",
		context: 262144, loaded: 14.28, tokens: 377456, wide: true},
	{source: recipe, model: "qwen3.8-27b", weights: "nvfp4", device: "rtx-5090", devices: 2, runtime: "vllm@0.26",
		context: 262144, loaded: 12.02, tokens: 445875, wide: true},
	{source: vllm + "pull/12126", model: "llama-3.2-11b-vision", weights: "bf16", device: "h100", devices: 1, runtime: "vllm@0.7",
		context: 65536, loaded: 19.86},
	{source: vllm + "issues/6746", model: "llama-3.1-405b", weights: "fp8", device: "h100", devices: 8, runtime: "vllm@0.5",
		context: 8192, loaded: 57.752, within: 0.03},
	{source: vllm + "issues/40821", model: "deepseek-v4-flash", weights: "mxfp4+fp8", device: "rtx-pro-6000", devices: 2, runtime: "vllm@0.22",
		context: 8192, loaded: 74.85, within: 0.03},
	{source: "casys-kaist/LLMServingSim@5daddb2 bench/examples/RTX4090/Llama-3.1-8B/vllm/meta.json", model: "llama-3.1-8b", weights: "bf16",
		device: "rtx-4090", devices: 1, runtime: "vllm@0.19", context: 16384, tokens: 41408},
}

func TestStartups(t *testing.T) {
	for _, log := range startups {
		t.Run(log.runtime+" "+log.model+" "+log.source, func(t *testing.T) {
			p := log.prepare(t)
			m := p.Memory(log.context, 1)
			if log.loaded > 0 {
				assert.InEpsilon(t, log.loaded, gib(m.Weights), cmp.Or(log.within, 0.02), "weights")
			}
			if log.left > 0 {
				assert.InEpsilon(t, log.left, gib(m.Budget-m.Weights-m.Compute-m.Overhead), 0.12, "left for the cache")
			}
			if log.tokens > 0 {
				tokens, low, high := p.CacheTokens()
				assert.InEpsilon(t, log.tokens, tokens, 0.12, "tokens")
				assert.True(t, log.wide || low <= log.tokens && log.tokens <= high, "%d in %d to %d", log.tokens, low, high)
			}
			if log.verdict != "" {
				assert.Equal(t, log.verdict, m.Verdict)
			}
		})
	}
}

// prepare is the log's launch.
func (log *startup) prepare(t *testing.T) *serve.Prepared {
	t.Helper()
	r, err := serve.FindRuntime(log.runtime)
	require.NoError(t, err)
	return mustServe(t, log.model, log.weights, log.device, log.devices, func(s *serve.Request) {
		s.Quant = s.Quant.ReleasedAs(log.model)
		s.Runtime, s.Context = r, log.context
		s.Layout = serve.Layout{TP: log.devices, PP: 1}
		if log.kv != "" {
			s.KV, err = serve.ParseKVType(log.kv)
			require.NoError(t, err)
		}
		if log.change != nil {
			log.change(s)
		}
	})
}

func gib(b quantity.Bytes) float64 { return float64(b) / (1 << 30) }

// Nothing was left for the cache of gpt-oss-120b on one H100, and 2.14 GiB
// less: the memory beside weights and cache is within a tenth.
// Source: https://github.com/vllm-project/vllm/issues/23278 (0.10.1).
func TestStartupWithoutRoom(t *testing.T) {
	m := startups[0].prepare(t)
	memory := m.Memory(131072, 1)
	assert.InEpsilon(t, 79.11*0.9-65.9651+2.14, gib(memory.Compute+memory.Overhead), 0.1)
	tokens, _, _ := m.CacheTokens()
	assert.Zero(t, tokens)
}
