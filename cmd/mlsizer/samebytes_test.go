package main

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/sizing/wholetest"
)

// Every command prints the same bytes each time, on one core and on two: nothing
// of an answer depends on the order of a map or of goroutines.
func TestSameBytes(t *testing.T) {
	inRoot(t)
	runs := 2
	if wholetest.Asked() {
		runs = 20
	}
	rows := "name,params,field\n" + strings.Repeat("a,7B,nlp\nb,13B,cv\nc,bad,nlp\n", 3000)
	for _, c := range wholetest.Sample([]string{
		"classify gpt-3 7B mixtral-8x7b -o json",
		"classify --from - -o csv", "classify --from - -o json", "classify --from - --sort=-size --by field",
		"estimate llama-3.1-70b --on h100x512 --tokens 15T", "estimate mixtral-8x7b --on h100x64 --tokens 1T -o json --explain",
		"compare 7B 70B --on a100-80g,h100 --tokens 1T", "compare llama-3.1-8b --on h100x64 --stack megatron-core,torchtitan --tokens 1T -o csv",
		"plan llama-3.1-8b --on h100x64 --tokens 1T", "plan qwen3-30b-a3b --on h100x32 --tokens 1T --pareto -o json", "plan --budget 10K --on h100",
		"infer llama-3.1-70b --on h100x2 --weights fp8 -o json --explain",
		"inspect testdata/configs/deepseek-ai__DeepSeek-V3.json -o json",
		"models -o json", "hardware -o csv", "validate --runs -o json", "validate --serving -o html",
		"plan llama-3.1-8b --on h100x64 --tokens 1T --export megatron", "estimate --help", "completion bash",
	}, 5) {
		t.Run(c, func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			var first string
			for i := range runs {
				runtime.GOMAXPROCS(1 + i%2)
				var out bytes.Buffer
				execute(strings.Fields(c), strings.NewReader(rows), &out, io.Discard)
				got := out.String()
				if i == 0 {
					require.NotEmpty(t, got)
					first = got
				}
				require.Equal(t, first, got, "run %d", i)
			}
		})
	}
}
