package main

import (
	"encoding/json"
	"strings"
	"testing"

	"mlsizer/cmd/mlsizer/internal/cli"
)

// TestAdviceAsTyped types every change that an answer which does not fit
// proposes after its command: each gives the memory that it names.
func TestAdviceAsTyped(t *testing.T) {
	type answer struct {
		Memory struct {
			Total float64 `json:"total_bytes"`
			Fits  bool    `json:"fits"`
		} `json:"memory"`
		Advice []struct {
			Change string  `json:"change"`
			Total  float64 `json:"total_bytes"`
			Fits   bool    `json:"fits"`
		} `json:"advice"`
	}
	ask := func(args []string) (a answer) {
		out, errOut, code := runArgs(args...)
		if code != cli.ExitOK && code != cli.ExitNoFit {
			t.Fatalf("%s: exit %d\n%s", strings.Join(args, " "), code, errOut)
		}
		if err := json.Unmarshal([]byte(out), &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	kinds := map[string]bool{}
	for _, command := range []string{
		"gpt-3 --on h100x8",
		"llama-3.1-70b --on h100x8",
		"llama-3.1-70b --on h100x8 --stack deepspeed --recompute none",
		"llama-3.1-70b --on h100x8 --stack torchtitan --dp 8 --micro-batch 2 --recompute none",
		"llama-3.1-8b --on a100-80gx2 --dp 2 --tp 1 --pp 1 --micro-batch 8",
		"llama-3.1-8b --on h100x8 --tp 8 --micro-batch 32 --recompute full:block:2 --seq 8192",
		"mixtral-8x7b --on h100x16 --tp 1 --pp 1 --ep 1 --batch 64",
		"llama-3.1-8b --on a100-80gx4 --dp 4 --tp 1 --moments-dtype bf16",
		"7B --on h100x2 --dp 2 --method full --stack transformers-peft --micro-batch 8",
	} {
		args := append([]string{"estimate"}, append(strings.Fields(command), "-o", "json")...)
		a := ask(args)
		for _, c := range a.Advice {
			b := ask(append(args, strings.Fields(c.Change)...))
			if b.Memory.Total != c.Total || b.Memory.Fits != c.Fits {
				t.Errorf("%s %s: %.0f bytes (fits: %v), the advice says %.0f (%v)", command, c.Change, b.Memory.Total, b.Memory.Fits, c.Total, c.Fits)
			}
			for _, word := range strings.Fields(c.Change) {
				kinds[word] = true
			}
		}
		if len(a.Advice) == 0 && !a.Memory.Fits {
			t.Errorf("%s: no advice", command)
		}
	}
	for _, flag := range []string{"--micro-batch", "--recompute", "--tp", "--offload-optimizer"} {
		if !kinds[flag] {
			t.Errorf("no advice of %s: the test compares too little (of %v)", flag, kinds)
		}
	}
}
