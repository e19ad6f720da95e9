package deploy

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/serve"
)

// Launches as people write them.
func TestParse(t *testing.T) {
	for _, c := range []struct {
		launch string
		want   Read
	}{
		{"vllm serve Qwen/Qwen3-32B --tensor-parallel-size 2 --max-model-len 32k --gpu-memory-utilization=0.85 --kv-cache-dtype fp8 --port 8000",
			Read{VLLM, "Qwen/Qwen3-32B", []Flag{{"tp", "2"}, {"context", "32k"}, {"gpu-memory-utilization", "0.85"}, {"kv", "fp8"}}, []string{"--port"}}},
		{"CUDA_VISIBLE_DEVICES=0,1 vllm serve \\\n  'openai/gpt-oss-120b' -tp 2 --max_num_seqs 100 --kv-cache-dtype auto --async-scheduling # comment\n",
			Read{VLLM, "openai/gpt-oss-120b", []Flag{{"tp", "2"}, {"max-num-seqs", "100"}}, []string{"--async-scheduling"}}},
		{"vllm serve m -dp 8 --enable-expert-parallel --quantization awq_marlin", Read{VLLM, "m", []Flag{{"weights", "awq"}, {"ep", "8"}}, nil}},
		{"vllm serve m --data-parallel-size 2 -q experts_int8", Read{VLLM, "m", nil, []string{"--quantization experts_int8", "--data-parallel-size"}}},
		{"python3 -m vllm.entrypoints.openai.api_server --model m -pp 2", Read{VLLM, "m", []Flag{{"pp", "2"}}, nil}},
		{"python -m sglang.launch_server --model-path m --tp 4 --trust-remote-code --host 0.0.0.0 --mem-fraction-static 0.93",
			Read{SGLang, "m", []Flag{{"tp", "4"}, {"gpu-memory-utilization", "0.93"}}, []string{"--host"}}},
		{"./llama-server -m a.gguf -c 32768 -np 4 -ctk q8_0 -ub 1024 -fa off -ngl 99 --swa-full",
			Read{LlamaCPP, "a.gguf", []Flag{{"context", "32768"}, {"ubatch", "1024"}, {"no-flash-attention", "true"}, {"swa-full", "true"},
				{"batch", "4"}, {"shared-context", "true"}, {"kv", "q8_0/f16"}}, []string{"-ngl"}}},
		{"llama-server -hf ggml-org/gemma:Q4 -ctk q8_0 -ctv q8_0", Read{LlamaCPP, "ggml-org/gemma", []Flag{{"kv", "q8_0"}}, nil}},
	} {
		got, err := Parse(c.launch)
		require.NoError(t, err, c.launch)
		assert.Equal(t, &c.want, got, c.launch)
	}
}

func TestParseRejects(t *testing.T) {
	for launch, want := range map[string]string{
		"":                                "is not a launch that is read",
		"vllm bench serve":                "is not a launch that is read",
		"vllm serve":                      "names no model",
		"vllm serve $MODEL":               "which only a shell can evaluate",
		"vllm serve m; rm -r /":           "which only a shell can evaluate",
		"vllm serve m --max-model-len":    "has no value",
		"vllm serve m n":                  "is no option",
		"vllm serve 'm":                   "open '",
		"llama-server -c 32768":           "names no model",
		"llama-server -m a -c --swa-full": "has no value",
		strings.Repeat("x", mostBytes+1):  "want at most 65536",
	} {
		_, err := Parse(launch)
		assert.ErrorContains(t, err, want, launch)
	}
}

// What is written is read back as the request that it was written of.
func TestWrittenIsRead(t *testing.T) {
	for _, c := range []struct {
		program Program
		device  string
		count   int
		weights string
		change  func(*serve.Request)
		want    []Flag
	}{
		{VLLM, "h100", 2, "bf16", func(s *serve.Request) { s.Layout.TP = 2 },
			[]Flag{{"tp", "2"}, {"context", "32768"}, {"gpu-memory-utilization", "0.92"}, {"max-num-seqs", "1024"}, {"max-num-batched-tokens", "8192"}}},
		{SGLang, "h200", 2, "fp8", func(s *serve.Request) { s.Layout.TP, s.MaxSequences, s.Utilisation = 2, 64, 0.8 },
			[]Flag{{"tp", "2"}, {"context", "32768"}, {"gpu-memory-utilization", "0.8"}, {"max-num-seqs", "64"}, {"max-num-batched-tokens", "8192"}, {"weights", "fp8"}}},
		{LlamaCPP, "h100", 1, "q4_k_m", func(s *serve.Request) { s.Batch, s.FullWindows, s.Unfused = 2, true, true },
			[]Flag{{"context", "65536"}, {"ubatch", "512"}, {"no-flash-attention", "true"}, {"swa-full", "true"}, {"batch", "2"}, {"shared-context", "true"}, {"kv", "f16"}}},
	} {
		read, err := Parse(strings.ReplaceAll(Write(c.program, launchOf(t, c.program, c.device, c.count, c.weights, c.change)), `"$MODEL"`, "qwen3-32b"))
		require.NoError(t, err)
		assert.Equal(t, c.want, read.Flags, c.program)
		assert.Equal(t, "qwen3-32b", read.Model)
	}
}

// launchOf is an answer for Qwen3-32B with a context of 32k.
func launchOf(t *testing.T, program Program, device string, count int, weights string, change func(*serve.Request)) Launch {
	t.Helper()
	var s serve.Request
	var err error
	s.Model, err = catalog.Resolve("qwen3-32b")
	require.NoError(t, err)
	s.Quant, err = serve.FindQuant(weights)
	require.NoError(t, err)
	s.Runtime, err = serve.FindRuntime(string(program))
	require.NoError(t, err)
	d, err := hardware.Default().Find(device)
	require.NoError(t, err)
	s.Cluster, err = hardware.NewCluster(d, count)
	require.NoError(t, err)
	s.Context, s.Batch = 32768, 1
	change(&s)
	a, err := s.Answer(0)
	require.NoError(t, err)
	return Launch{Answer: a, Model: "qwen3-32b"}
}

// A layer on the host leaves its experts, or itself, there.
func TestWriteOffload(t *testing.T) {
	small := func(how serve.Offload) func(*serve.Request) {
		return func(s *serve.Request) {
			s.Offload = how
			var err error
			s.Model, err = catalog.Resolve("qwen3-30b-a3b")
			require.NoError(t, err)
		}
	}
	experts := Write(LlamaCPP, launchOf(t, LlamaCPP, "rtx-3060", 1, "q4_k_m", small(serve.OffloadExperts)))
	assert.Contains(t, experts, "-ngl 49")
	assert.Regexp(t, `-ot 'blk\\\.\(0\|1\|.*\)\\\.ffn_\.\*_exps\\\.=CPU'`, experts)
	layers := Write(LlamaCPP, launchOf(t, LlamaCPP, "rtx-3060", 1, "q4_k_m", small(serve.OffloadLayers)))
	assert.NotContains(t, layers, "-ot")
	assert.NotContains(t, layers, "-ngl 49")
	moved := Write(VLLM, launchOf(t, VLLM, "rtx-3090", 1, "fp8", small(serve.OffloadLayers)))
	assert.Contains(t, moved, "--cpu-offload-gb")
}

func TestParseProgram(t *testing.T) {
	for _, name := range Names() {
		p, err := ParseProgram(strings.ToUpper(name))
		require.NoError(t, err)
		assert.NotEmpty(t, upstreams[p])
	}
	_, err := ParseProgram("ollama")
	assert.ErrorContains(t, err, "want vllm, sglang, llama.cpp")
}

// A launch is read or refused, and never anything else; what is read names a
// model and flags without blanks.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"vllm serve m -tp 2", "llama-server -m 'a b' -c 1", "python -m sglang.launch_server --model-path \"m\"", "A=b vllm serve m \\\n --x=y", "vllm serve 'm"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, launch string) {
		read, err := Parse(launch)
		if err != nil {
			assert.NotEmpty(t, err.Error())
			return
		}
		assert.NotEmpty(t, read.Model)
		for _, flag := range read.Flags {
			assert.NotContains(t, flag.Name, " ")
		}
	})
}
