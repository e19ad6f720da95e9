package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/version"
)

// Every JSON answer says what it is and which version of the program gave it.
func TestJSONHeads(t *testing.T) {
	for _, line := range []string{
		"classify gpt-3 7B",
		"estimate 7B --on h100x8",
		"compare 7B --on h100x8,a100x8",
		"compare 7B --on h100,l4 --weights bf16",
		"plan 7B --on h100x8",
		"infer llama-3.1-8b --on h100",
		"infer bert-large --on l4",
		"models",
		"models show gpt-3",
		"hardware",
		"hardware show h100",
		"validate --runs",
	} {
		t.Run(line, func(t *testing.T) {
			args := strings.Fields(line)
			out, errOut, code := runArgs(append(args, "-o", "json")...)
			require.Zero(t, code, errOut)
			var head report.Head
			require.NoError(t, json.Unmarshal([]byte(out), &head))
			require.Equal(t, report.Head{Schema: "mlsizer/v1", Command: args[0], Version: version.Number}, head)
		})
	}
}
