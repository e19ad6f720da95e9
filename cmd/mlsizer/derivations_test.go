package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// latin are the words that Chinese derivations keep: symbols, names and units.
var latin = regexp.MustCompile(`^(FLOPs?|[KMGTPE]?FLOP|[KMGTPEk]?Wh|[kKMGTP]i?B|dp|tp|pp|vp|cp|ep|mb|min|sqrt|tokens?|logits|softmax|rank|all|reduce|to|palm|megatron|Megatron|MFU|PUE|MTBF|MoE|NVMe|ZeRO|zero|full|recompute|selective|fp|log|optimizer|offload|CO|kg|kt|params|inputs|group|first|last|etp)$`)

var word = regexp.MustCompile(`[A-Za-z]{2,}`)

// keyed are the keys of constants: "(runtime=vllm,class=plain)", "(~peak)".
var keyed = regexp.MustCompile(`\([a-z~][^()]*\)`)

// TestDerivationsAreTranslated asks for derivations in Chinese: no word of
// their formulas and numbers stays English.
func TestDerivationsAreTranslated(t *testing.T) {
	seen := map[string]bool{}
	for _, line := range []string{
		"estimate gpt-3 --on a100-80gx1024 --tokens 300B --tp 8 --pp 8 --micro-batch 1 --batch 1536 --seq 2048",
		"estimate llama-3.1-405b --on h100x1024 --tokens 15T --tp 8 --pp 8 --cp 2 --eval-every 1000 --eval-batches 10 --rampup-batch-size 512,512,10M --batch 2048",
		"estimate deepseek-v3 --on h800x2048 --tokens 14T --ep 64 --tp 1 --pp 16 --async-checkpoint",
		"estimate llama-3.1-8b --on h100x8 --tokens 1B --stack torchtitan",
		"estimate llama-3.1-8b --on h100x8 --tokens 1B --stack deepspeed --sharding zero2",
		"estimate llama-3.1-8b --on h100x8 --tokens 1B --stack deepspeed --sharding zero3 --offload-optimizer --offload-params --nvme-bandwidth 3GB/s",
		"estimate llama-3.1-8b --on h100x8 --tokens 1B --stack deepspeed --recompute full --offload-inputs",
		"estimate llama-3.1-8b --on h100x8 --tokens 1B --recompute selective",
		"estimate llama-3.1-8b --on h100x8 --tokens 1B --mfu 0.4",
		"estimate llama-3.1-8b --on h100x8 --tokens 1B --method qlora",
		"estimate resnet-50 --on v100x8 --samples 10M",
		"estimate llama-3.1-8b --on tpu-v5px64 --tokens 10B",
		"estimate llama-3.1-70b --on tpu-v5ex1024 --tokens 10B --stack maxtext --tp 1 --pp 2 --dp 512 --sharding zero3 --micro-batch 1 --batch 1024",
		"estimate llama-3.2-1b --teacher llama-3.1-8b --on h100x8 --tokens 10B",
		"estimate llama-3.2-1b --teacher llama-3.1-8b --on h100x8 --tokens 10B --mfu 0.4",
		"estimate llama-3.2-1b --teacher llama-3.1-8b --teacher-logits stored --on h100x8 --tokens 10B",
		"estimate dqn --on v100 --samples 50M",
		"estimate a3c --on v100 --samples 50M --env-fps 50K",
		"infer llama-3.1-70b --on h100x8 --tp 2 --pp 2 --weights fp8 --batch 16",
		"infer llama-3.1-405b --on h100x16 --tp 16 --batch 16",
		"infer gemma-3-27b --on h100",
		"infer qwen3.5-27b --on h200x2 --batch 4",
		"infer llama-3.1-70b --on rtx-4090 --weights q4_k_m --offload layers",
		"infer whisper-large-v3 --on l4",
		"infer bert-large --on l4",
	} {
		out, errOut, _ := runArgs(append(strings.Fields(line), "--explain", "--lang", "zh", "-o", "json")...)
		var a struct {
			Explain []struct{ Name, Formula, Numbers, Value string }
		}
		if err := json.Unmarshal([]byte(out), &a); err != nil || len(a.Explain) == 0 {
			t.Errorf("%s: %v\n%s", line, err, errOut)
			continue
		}
		for _, d := range a.Explain {
			seen[d.Name] = true
			for _, text := range []string{d.Formula, d.Numbers, d.Value} {
				for _, w := range word.FindAllString(keyed.ReplaceAllString(text, ""), -1) {
					if !latin.MatchString(w) {
						t.Errorf("%s: %s: %q is not Chinese in %q", line, d.Name, w, text)
					}
				}
			}
		}
	}
	if len(seen) < 60 {
		t.Errorf("only %d terms derived", len(seen))
	}
}
