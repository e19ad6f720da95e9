package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// latin are the words that Chinese derivations keep: symbols, names and units.
var latin = regexp.MustCompile(`^(FLOPs?|[KMGTPE]?FLOP|[KMGTPEk]?Wh|[KMGTP]i?B|dp|tp|pp|vp|cp|ep|mb|min|sqrt|tokens?|logits|softmax|rank|all|reduce|to|palm|megatron|Megatron|MFU|PUE|MTBF|MoE|NVMe|ZeRO|zero|full|recompute|selective|fp|log|optimizer|offload|params|inputs|group|first|last|etp)$`)

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
		"estimate llama-3.1-70b --on tpu-v5ex1024 --tokens 10B --stack maxtext --tp 1 --pp 2 --dp 512 --sharding zero3 --micro-batch 1 --batch 512",
		"estimate llama-3.2-1b --teacher llama-3.1-8b --on h100x8 --tokens 10B",
		"estimate llama-3.2-1b --teacher llama-3.1-8b --on h100x8 --tokens 10B --mfu 0.4",
		"estimate llama-3.2-1b --teacher llama-3.1-8b --teacher-logits stored --on h100x8 --tokens 10B",
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

// TestNumbersKeepTheirValues: translating changes words and no number.
func TestNumbersKeepTheirValues(t *testing.T) {
	digits := regexp.MustCompile(`\d+`)
	for _, text := range []string{
		"2,821,283,328 x 2 B / 8 ranks (stage 1 of 8, tp 8), kept outside the device",
		"9.17 x 1.13 GiB in 12 layers + 3.00 MiB, recompute full",
		"(gather 3.00 ms beside 141 ms forward, reduce 5.97 ms beside 330 ms backward); 494M parameters (12M trained) over 8 ranks at 291 GB/s; 27 % of a pass hides it, slowed by 32 % of what is hidden; 0.0048 % of the step",
		"3.436e-05 x (2.9 min / 2), a failure in 5.8 years / 8 devices",
	} {
		zh := numbersText(text)
		if got, want := strings.Join(digits.FindAllString(zh.ZH, -1), " "), strings.Join(digits.FindAllString(text, -1), " "); got != want {
			t.Errorf("%q became %q", text, zh.ZH)
		}
		if zh.EN != text {
			t.Errorf("%q became %q in English", text, zh.EN)
		}
	}
	if got := formulaText("6 x active parameters x tokens").ZH; got != "6 x 激活参数 x token 数" {
		t.Error(got)
	}
	if got := formulaText("dp8 mb16"); got.ZH != got.EN {
		t.Error(got)
	}
}
