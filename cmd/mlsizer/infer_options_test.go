package main

import (
	"encoding/json"
	"strings"
	"testing"

	"mlsizer/cmd/mlsizer/internal/cli"
)

// TestOptionsDoFit types what an answer that does not fit proposes after the
// question as it was: every proposal fits, in the memory, at the speed and at
// the cost that it was said to, whatever of the question it takes back.
func TestOptionsDoFit(t *testing.T) {
	type answer struct {
		Memory struct {
			Total float64 `json:"total_bytes"`
			Fits  bool    `json:"fits"`
		} `json:"memory"`
		Throughput struct {
			Decode float64 `json:"decode_tokens_per_second"`
			Low    float64 `json:"low"`
			High   float64 `json:"high"`
			USD    float64 `json:"usd_per_million_tokens"`
		} `json:"throughput"`
		Options []struct {
			Code   string  `json:"code"`
			Flag   string  `json:"flag"`
			Memory float64 `json:"memory_bytes"`
			Host   float64 `json:"host_bytes"`
			Decode float64 `json:"decode_tokens_per_second"`
			Low    float64 `json:"low"`
			High   float64 `json:"high"`
			USD    float64 `json:"usd_per_million_tokens"`
		} `json:"options"`
	}
	ask := func(args ...string) (a answer, code int) {
		out, errOut, code := runArgs(append(append([]string{"infer"}, args...), "-o", "json")...)
		if err := json.Unmarshal([]byte(out), &a); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, errOut)
		}
		return a, code
	}
	for _, tt := range []struct {
		args string
		want []string // kinds of proposal that there must be
	}{
		{"llama-3.1-70b --on rtx-4090", []string{"runtime", "offload", "devices and weights", "devices", "other device"}},
		{"llama-3.1-70b --on h100x2 --context 32k --batch 16 --weights fp8", []string{"context", "batch", "weights and kv", "devices", "other device"}},
		{"gpt-oss-120b --on rtx-5090", []string{"runtime", "offload", "devices"}},
		{"deepseek-v3 --on h100x8 --context 32k", []string{"weights", "devices"}},
		{"llama-3.1-8b --on m1-16gb", []string{"weights", "runtime"}},
		{"llama-3.1-8b --on phone-8gb", []string{"weights"}},
		{"qwen3-30b-a3b --on rtx-3060 --weights q4_k_m", []string{"weights", "offload"}},
		{"llama-3.1-70b --on l4x2 --tp 2 --pp 1 --price 1", []string{"runtime", "devices", "other device"}},
		{"mixtral-8x7b --on l4x6 --tp 2 --ep 3 --runtime sglang --weights int8 --context 64k --batch 17", []string{"batch", "weights and kv", "devices", "other device"}},
		{"deepseek-v3 --on h200x8 --pp 2 --context 32k --batch 64", []string{"expert groups", "devices"}},
		{"llama-3.1-8b --on m3-max --memory 6GiB --offload none", []string{"weights", "runtime", "other device"}},
		{"llama-3.1-70b --on h100x2 --weights fp8 --batch 16 --context 32k --prompt 30000 --answer 2000", []string{"context", "batch"}},
		{"llama-3.1-70b --on h100 --runtime trt-llm", []string{"weights", "devices"}},
		{"qwen2.5-vl-7b --on l4 --context 64k --batch 4", []string{"context", "weights and kv"}},
		{"llama-3.1-8b --on h100 --context 1M --batch 8 --shared-context", []string{"context", "weights and kv"}},
	} {
		args := strings.Fields(tt.args)
		a, code := ask(args...)
		if code != cli.ExitNoFit || a.Memory.Fits {
			t.Errorf("%s: exit %d, want %d", tt.args, code, cli.ExitNoFit)
		}
		kinds := map[string]bool{}
		for _, o := range a.Options {
			kinds[o.Code] = true
			got, code := ask(append(append([]string{}, args...), strings.Fields(o.Flag)...)...)
			if code != cli.ExitOK || !got.Memory.Fits {
				t.Errorf("%s %s: exit %d, does not fit", tt.args, o.Flag, code)
			}
			x := got.Throughput
			if got.Memory.Total != o.Memory || x.Decode != o.Decode || x.Low != o.Low || x.High != o.High {
				t.Errorf("%s %s: %v bytes, %v (%v to %v) tokens/s, proposed %v and %v (%v to %v)", tt.args, o.Flag, got.Memory.Total, x.Decode, x.Low, x.High, o.Memory, o.Decode, o.Low, o.High)
			}
			if o.USD > 0 && x.USD != o.USD { // a price of the question stays where none is known of another device
				t.Errorf("%s %s: $%v a million tokens, proposed %v", tt.args, o.Flag, x.USD, o.USD)
			}
			if (o.Host > 0) != strings.Contains(o.Flag, "--offload") {
				t.Errorf("%s %s: %v bytes on the host", tt.args, o.Flag, o.Host)
			}
		}
		for _, w := range tt.want {
			if !kinds[w] {
				t.Errorf("%s: nothing proposed of the kind %q, only %v", tt.args, w, kinds)
			}
		}
	}
}
