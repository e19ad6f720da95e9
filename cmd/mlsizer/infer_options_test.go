package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestOptionsDoFit types what an answer that does not fit proposes: every
// proposal fits, in the memory and at the speed that it was said to.
func TestOptionsDoFit(t *testing.T) {
	type answer struct {
		Memory struct {
			Total float64 `json:"total_bytes"`
			Fits  bool    `json:"fits"`
		} `json:"memory"`
		Throughput struct {
			Decode float64 `json:"decode_tokens_per_second"`
		} `json:"throughput"`
		Options []struct {
			Code   string  `json:"code"`
			Flag   string  `json:"flag"`
			Memory float64 `json:"memory_bytes"`
			Host   float64 `json:"host_bytes"`
			Decode float64 `json:"decode_tokens_per_second"`
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
	} {
		args := strings.Fields(tt.args)
		a, code := ask(args...)
		if code != exitNoFit || a.Memory.Fits {
			t.Errorf("%s: exit %d, want %d", tt.args, code, exitNoFit)
		}
		kinds := map[string]bool{}
		for _, o := range a.Options {
			kinds[o.Code] = true
			got, code := ask(append(append([]string{}, args...), strings.Fields(o.Flag)...)...)
			if code != exitOK || !got.Memory.Fits {
				t.Errorf("%s %s: exit %d, does not fit", tt.args, o.Flag, code)
			}
			if got.Memory.Total != o.Memory || got.Throughput.Decode != o.Decode {
				t.Errorf("%s %s: %v bytes and %v tokens/s, proposed %v and %v", tt.args, o.Flag, got.Memory.Total, got.Throughput.Decode, o.Memory, o.Decode)
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
