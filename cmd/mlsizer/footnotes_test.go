package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// footnote is a line that begins a note, and its number.
var footnote = regexp.MustCompile(`^([¹²³⁴⁵⁶⁷⁸⁹⁰]+) `)

// markAt are the marks of a line of the body.
var markAt = regexp.MustCompile(`(?m)(?:^| )([¹²³⁴⁵⁶⁷⁸⁹⁰]+)`)

// A note that nothing refers to does not exist: every number at the foot stands
// in the body.
func TestEveryNoteIsReferredTo(t *testing.T) {
	for _, line := range []string{
		"estimate llama-3.1-70b --on h100x512 --tokens 15T",
		"estimate llama-3.1-70b --on h100x512 --tokens 15T --explain",
		"estimate 7B --on a100",
		"estimate llama-3.1-70b --on h100x8",
		"estimate deepseek-v3 --on h800x2048 --tokens 14.8T",
		"estimate gpt-3 --on tpu-v5px1024 --tokens 300B",
		"estimate resnet-50 --on p5.48xlarge --samples 115M",
		"estimate llama-3.1-8b --on 4090 --method qlora --examples 50K --example-tokens 512",
		"estimate llama-3.2-1b --on h100x8 --tokens 1T --teacher llama-3.1-70b",
		"estimate llama-3.1-8b --on h100x8 --tokens 100B --trials 20",
		"estimate llama-3.1-8b --on h100x8 --tokens 100B --batch 500 --async-checkpoint",
		"plan llama-3.1-8b --on h100x64 --tokens 1T",
		"plan llama-3.1-70b --on h100x8",
		"plan --on h100x64 --budget 100K",
		"compare 7B llama-3.1-8b --on h100x8,4090,mi300x --tokens 100B",
		"compare llama-3.1-8b --on h100x8 --examples 50K --example-tokens 512",
		"compare llama-3.1-8b --on h100,4090 --weights bf16,q4_k_m",
		"infer llama-3.1-70b --on h100x2",
		"infer llama-3.1-70b --on 4090",
		"infer 7B --on m4-max",
		"infer bert-large --on l4",
		"models show deepseek-v3",
		"classify gpt-2 7B 8x7B 1.1T deepseek-v3 ~3B 7-13B",
		"classify --brief 8x7B 1.1T",
		"classify --from ../../docs/examples/models.csv",
		"hardware show h100", "models list", "hardware list", "diff ../../docs/examples/plans.yaml ../../docs/examples/plans.yaml",
	} {
		t.Run(line, func(t *testing.T) {
			out, errOut, _ := runArgs(strings.Fields(line)...)
			require.NotEmpty(t, out, errOut)
			foot := strings.LastIndex(out, "\n\n") + 1
			body, notes := out[:foot], out[foot:]
			marks := map[string]bool{}
			for _, m := range markAt.FindAllStringSubmatch(body, -1) {
				marks[m[1]] = true
			}
			for _, line := range strings.Split(notes, "\n") {
				if number := footnote.FindStringSubmatch(line); number != nil {
					assert.True(t, marks[number[1]], "no mark of the note: %s", line)
				}
			}
		})
	}
}
