package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/sizing/wholetest"
)

// inferAnswer is what infer -o json prints of a model that generates.
type inferAnswer struct {
	Hardware struct {
		Devices float64 `json:"devices"`
		Bytes   float64 `json:"device_bytes"`
	} `json:"hardware"`
	Workload struct {
		Context int64 `json:"context"`
		Batch   int64 `json:"batch"`
		Prompt  int64 `json:"prompt"`
		Answer  int64 `json:"answer"`
		Shared  bool  `json:"shared_context"`
		Layout  struct {
			TP       float64 `json:"tp"`
			PP       float64 `json:"pp"`
			EP       float64 `json:"ep"`
			Replicas float64 `json:"replicas"`
		} `json:"layout"`
	} `json:"workload"`
	Memory struct {
		Weights  float64 `json:"weights_bytes"`
		KV       float64 `json:"kv_cache_bytes"`
		Padding  float64 `json:"kv_padding_bytes"`
		State    float64 `json:"state_bytes"`
		Compute  float64 `json:"compute_bytes"`
		Overhead float64 `json:"overhead_bytes"`
		Total    float64 `json:"total_bytes"`
		Host     float64 `json:"host_bytes"`
		Cache    float64 `json:"host_cache_bytes"`
		Budget   float64 `json:"budget_bytes"`
		Device   float64 `json:"device_bytes"`
		Fits     bool    `json:"fits"`
	} `json:"memory"`
	Weights     float64 `json:"model_weights_bytes"`
	PerSequence float64 `json:"kv_bytes_per_sequence"`
	State       float64 `json:"state_bytes_per_sequence"`
	MaxContext  int64   `json:"max_context"`
	MaxBatch    int64   `json:"max_sequences"`
	Throughput  struct {
		Prefill     float64 `json:"prefill_tokens_per_second"`
		PrefillLow  float64 `json:"prefill_low"`
		PrefillHigh float64 `json:"prefill_high"`
		Decode      float64 `json:"decode_tokens_per_second"`
		Low         float64 `json:"low"`
		High        float64 `json:"high"`
		PerUser     float64 `json:"decode_tokens_per_second_per_user"`
		First       float64 `json:"ttft_seconds"`
		FirstLow    float64 `json:"ttft_low_seconds"`
		FirstHigh   float64 `json:"ttft_high_seconds"`
		LoadBatch   int64   `json:"max_load_sequences"`
		Load        float64 `json:"max_load_tokens_per_second"`
		LoadLow     float64 `json:"max_load_low"`
		LoadHigh    float64 `json:"max_load_high"`
		USD         float64 `json:"usd_per_million_tokens"`
		BatchUSD    float64 `json:"usd_per_million_tokens_at_batch"`
		KWh         float64 `json:"kwh_per_million_tokens"`
		BatchKWh    float64 `json:"kwh_per_million_tokens_at_batch"`
	} `json:"throughput"`
	Notes []struct {
		Code string `json:"code"`
	} `json:"notes"`
	Explain []struct {
		Group string `json:"group"`
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"explain"`
}

// askInfer asks, and fails where there is no answer.
func askInfer(t *testing.T, args ...string) *inferAnswer {
	t.Helper()
	out, errOut, code := runArgs(append(append([]string{"infer"}, args...), "-o", "json", "--explain")...)
	a := &inferAnswer{}
	require.NoError(t, json.Unmarshal([]byte(out), a), "%v: %s", args, errOut)
	assert.NotRegexp(t, `bytes(_per_token|_per_sequence)?": \d*[.e]`, out, "bytes are whole")
	want := cli.ExitOK
	if !a.Memory.Fits {
		want = cli.ExitNoFit
	}
	assert.Equal(t, want, code, args)
	return a
}

// derived is the value of a line of the derivation, in seconds, dollars or
// tokens per second.
func (a *inferAnswer) derived(t *testing.T, group, name string) float64 {
	t.Helper()
	for _, d := range a.Explain {
		if d.Group == group && d.Name == name {
			number, unit, _ := strings.Cut(strings.TrimPrefix(d.Value, "$"), " ")
			v, err := strconv.ParseFloat(strings.ReplaceAll(number, ",", ""), 64)
			require.NoError(t, err, d.Value)
			scale, ok := map[string]float64{"": 1, "µs": 1e-6, "ms": 1e-3, "s": 1}[unit]
			require.True(t, ok, d.Value)
			return v * scale
		}
	}
	t.Errorf("no derivation of %s, %s", group, name)
	return 0
}

// inferQuestions are models of every kind, on one device and on layouts of
// several, on runtimes and devices of every kind.
var inferQuestions = []string{
	"llama-3.1-8b --on h100 --batch 16 --price 2",
	"llama-3.1-70b --on h100x8 --tp 4 --pp 2 --batch 9 --context 32k --weights fp8 --kv fp8 --price 2",
	"llama-3.1-8b --on l4x6 --pp 3 --tp 1 --batch 7 --price 2", // replicas that share a batch unevenly
	"llama-3.1-8b --on rtx-4090 --weights q4_k_m --kv q8_0 --batch 4 --shared-context --context 32k --price 2",
	"llama-3.1-70b --on rtx-4090 --weights q4_k_m --offload layers --context 4k --price 2",
	"mixtral-8x7b --on a100-80gx4 --runtime trt-llm --tp 2 --ep 2 --batch 12 --price 2",
	"deepseek-v3 --on h200x16 --tp 2 --ep 8 --batch 40 --runtime sglang --price 2",
	"qwen3-30b-a3b --on rtx-3060 --weights q4_k_m --offload experts --price 2",
	"gpt-oss-20b --on rtx-5090 --batch 3 --context 64k --price 2",
	"gemma-3-27b --on m2-ultra --weights q8_0 --kv q4_0 --batch 2 --context 128k --price 2",
	"gemma-2-9b --on m3-max --runtime mlx --weights mlx-4bit --prompt 3000 --price 2",
	"mistral-7b --on rtx-4090 --runtime exllamav2 --weights exl2-4.0bpw --answer 2000 --price 2",
	"qwen3-next-80b-a3b --on h100x4 --tp 2 --batch 5 --context 64k --price 2",
	"mamba2-2.7b --on orin --batch 3 --runtime transformers --price 2",
	"phi-4 --on cpu-epyc-9654 --weights q4_k_m --price 2",
	"smollm2-135m --on phone-8gb --kv f32 --price 2",
	"qwen2.5-vl-7b --on l4 --images 2 --batch 2 --price 2",
	"7B --on tpu-v5ex4 --batch 8 --price 2",
}

// TestInferAddsUp: the numbers of an answer are the sums and the quotients of
// each other that they are said to be, and those of the derivation.
func TestInferAddsUp(t *testing.T) {
	for _, q := range inferQuestions {
		t.Run(q, func(t *testing.T) {
			a := askInfer(t, strings.Fields(q)...)
			a.memoryAddsUp(t)
			a.ratesAddUp(t)
		})
	}
}

func (a *inferAnswer) memoryAddsUp(t *testing.T) {
	m, l := &a.Memory, &a.Workload.Layout
	assert.Equal(t, m.Weights+m.KV+m.Padding+m.State+m.Compute+m.Overhead, m.Total)
	assert.Equal(t, m.Total <= m.Budget, m.Fits)
	assert.LessOrEqual(t, m.Budget, m.Device)
	assert.Equal(t, a.Hardware.Bytes, m.Device)
	assert.Equal(t, a.Hardware.Devices, l.TP*l.PP*l.EP*l.Replicas)
	// The devices of a replica hold each weight once or more.
	replica := a.Hardware.Devices / l.Replicas
	assert.GreaterOrEqual(t, (m.Weights+m.Host)*replica, a.Weights*0.999999)
	if l.TP*l.PP > 1 || m.Cache > 0 {
		return
	}
	// Caches are exact: of all sequences, or of the context that they share.
	sequences := math.Ceil(float64(a.Workload.Batch) / (l.Replicas * l.EP))
	assert.InDelta(t, sequences*a.State, m.State, 1e-9*m.State)
	if a.Workload.Shared {
		sequences = 1
	}
	assert.InDelta(t, sequences*a.PerSequence, m.KV, 1e-9*m.KV)
}

func (a *inferAnswer) ratesAddUp(t *testing.T) {
	x, w := &a.Throughput, &a.Workload
	near := func(want float64, group, name string) {
		t.Helper()
		assert.InEpsilon(t, want, a.derived(t, group, name), 0.006, name) // three digits
	}
	assert.InEpsilon(t, float64(w.Batch)*x.PerUser, x.Decode, 1e-12)
	for _, band := range [][3]float64{{x.Low, x.Decode, x.High}, {x.PrefillLow, x.Prefill, x.PrefillHigh}, {x.FirstLow, x.First, x.FirstHigh}, {x.LoadLow, x.Load, x.LoadHigh}} {
		assert.LessOrEqual(t, band[0], band[1])
		assert.LessOrEqual(t, band[1], band[2])
	}
	near(x.First, "prompt", "first token")
	near(1/x.PerUser, "time", "a token of each sequence")
	near(x.Prefill, "rates", "prefill")
	near(x.PerUser, "rates", "decode, a user")
	near(x.Decode, "rates", "decode, in all")
	near(x.BatchUSD, "rates", "cost a million")
	assert.LessOrEqual(t, w.Prompt+w.Answer, w.Context)
	// A million tokens cost what the devices cost while they write them.
	hour := 2 * a.Hardware.Devices
	if x.Load > 0 {
		near(x.Load, "rates", "full load")
		near(x.USD, "rates", "cost a million, full load")
		assert.InEpsilon(t, hour/3600/x.Load*1e6, x.USD, 1e-12)
		if x.KWh > 0 {
			assert.InEpsilon(t, x.KWh/x.USD, x.BatchKWh/x.BatchUSD, 1e-12) // of the same hours
		}
	}
	answered := a.derived(t, "rates", "requests answered")
	assert.InEpsilon(t, hour/3600/answered*1e6, x.BatchUSD, 0.001)
	assert.LessOrEqual(t, answered, x.Decode)
}

// TestInferLimitsHold asks for what an answer says is the most, and for one
// more: the first fits, and the second does not or is beyond the model.
func TestInferLimitsHold(t *testing.T) {
	for _, q := range wholetest.Sample(inferQuestions, 2) {
		t.Run(q, func(t *testing.T) {
			args := strings.Fields(q)
			a := askInfer(t, args...)
			fits := func(flag string, n int64) *inferAnswer {
				return askInfer(t, append(append([]string{}, args...), flag, fmt.Sprint(n))...)
			}
			offloads := strings.Contains(q, "--offload") // more layers then go to the host
			if n := a.MaxBatch; n > 0 {
				assert.LessOrEqual(t, a.Throughput.LoadBatch, n)
				assert.True(t, fits("--batch", n).Memory.Fits, "%d sequences", n)
				assert.True(t, offloads || a.Workload.Shared || !fits("--batch", n+1).Memory.Fits, "%d sequences", n+1)
			}
			if n := a.MaxContext; n > 1 && !strings.Contains(q, "--prompt") && !strings.Contains(q, "--answer") {
				assert.True(t, fits("--context", n).Memory.Fits, "%d tokens", n)
				over := fits("--context", n+1)
				beyond := false
				for _, note := range over.Notes {
					beyond = beyond || note.Code == "context" // it was made for fewer
				}
				assert.True(t, offloads || beyond || !over.Memory.Fits, "%d tokens", n+1)
			}
			if a.Memory.Fits {
				assert.GreaterOrEqual(t, a.MaxBatch, a.Workload.Batch)
				assert.GreaterOrEqual(t, a.MaxContext, a.Workload.Context)
			}
		})
	}
}

// TestInferMemoryGrows: a longer context and a larger batch never take less of
// a device, nor less time.
func TestInferMemoryGrows(t *testing.T) {
	for _, q := range wholetest.Sample(inferQuestions, 2) {
		if strings.Contains(q, "--offload") { // the host takes what is too much
			continue
		}
		t.Run(q, func(t *testing.T) {
			args := strings.Fields(q)
			a := askInfer(t, args...)
			with := func(flag string, n int64) *inferAnswer {
				return askInfer(t, append(append([]string{}, args...), flag, fmt.Sprint(n))...)
			}
			b := with("--batch", 3*a.Workload.Batch)
			assert.GreaterOrEqual(t, b.Memory.Total, a.Memory.Total)
			if !a.Workload.Shared {
				assert.LessOrEqual(t, b.Throughput.PerUser, a.Throughput.PerUser*(1+1e-12))
			}
			b = with("--context", 3*a.Workload.Context)
			assert.GreaterOrEqual(t, b.Memory.Total, a.Memory.Total)
			if b.Workload.Prompt > a.Workload.Prompt {
				assert.Greater(t, b.Throughput.First, a.Throughput.First)
			}
		})
	}
}
