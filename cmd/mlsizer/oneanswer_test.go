package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/cli"
)

// oneAnswer is what estimate, compare and plan must agree on.
type oneAnswer struct {
	Hardware struct {
		Input   string
		Devices int
	}
	Memory struct {
		Total   float64 `json:"total_bytes"`
		Fits    bool
		Verdict string
	}
	Time struct {
		Step float64 `json:"step_seconds"`
	}
	Plan struct {
		Batch int64 `json:"global_batch"`
	}
}

// plannedAnswer is a target of plan: its best plan, or the nearest.
type plannedAnswer struct {
	Best    *oneAnswer
	Nearest *struct{ Estimate oneAnswer }
}

// of is the answer, whether it fits or not.
func (p *plannedAnswer) of() oneAnswer {
	if p.Best == nil {
		return p.Nearest.Estimate
	}
	return *p.Best
}

// asked runs a command and reads its JSON.
func asked(t *testing.T, into any, line string) {
	t.Helper()
	out, errOut, code := runArgs(append(strings.Fields(line), "-o", "json")...)
	require.Contains(t, []int{cli.ExitOK, cli.ExitNoFit}, code, "%s: %s", line, errOut)
	require.NoError(t, json.Unmarshal([]byte(out), into), line)
}

// The same question has one answer, whichever command it is asked with: also
// where the number of devices is open, and where nothing fits.
func TestCommandsAgree(t *testing.T) {
	models := []string{"llama-3.1-8b", "llama-2-13b", "qwen3-32b", "qwen3-30b-a3b", "mixtral-8x7b", "bert-large", "resnet-50"}
	devices := []string{"h100x8", "a100-80gx8", "rtx-4090x8", "b200x8", "mi300xx8", "tpu-v5px16", "h100x2", "a100-40gx24", "l40sx4", "h100"}
	var compared struct{ Rows []oneAnswer }
	asked(t, &compared, "compare "+strings.Join(models, " ")+" --on "+strings.Join(devices, ","))
	require.Len(t, compared.Rows, len(models)*len(devices))
	verdicts := map[string]int{}
	for i, model := range models {
		var planned struct{ Clusters []plannedAnswer }
		asked(t, &planned, "plan "+model+" --on "+strings.Join(devices, ","))
		require.Len(t, planned.Clusters, len(devices))
		for j, device := range devices {
			t.Run(model+" on "+device, func(t *testing.T) {
				var estimated oneAnswer
				asked(t, &estimated, "estimate "+model+" --on "+device)
				verdicts[estimated.Memory.Verdict]++
				require.Equal(t, estimated.Memory.Verdict != "does-not-fit", estimated.Memory.Fits)
				require.Equal(t, estimated.Memory.Fits, planned.Clusters[j].Best != nil)
				for command, other := range map[string]oneAnswer{"compare": compared.Rows[i*len(devices)+j], "plan": planned.Clusters[j].of()} {
					require.Equal(t, estimated.Memory.Verdict, other.Memory.Verdict, command)
					require.InEpsilon(t, estimated.Time.Step, other.Time.Step, 0.001, command)
					require.InEpsilon(t, estimated.Memory.Total, other.Memory.Total, 0.001, command)
					require.Equal(t, estimated.Plan.Batch, other.Plan.Batch, command)
				}
			})
		}
	}
	require.Len(t, verdicts, 3, "the grid has every verdict: %v", verdicts)
}
