package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// One search serves them all: estimate and compare take the layout that plan
// finds best with nothing kept outside the devices.
func TestEstimateTakesThePlan(t *testing.T) {
	for _, args := range [][]string{
		{"llama-3.1-8b", "--on", "h100x64", "--tokens", "1T"},
		{"llama-3.1-405b", "--on", "h100x16384", "--tokens", "15T", "--seq", "8192", "--batch", "2048"},
		{"gpt-3", "--on", "a100-80gx1024", "--tokens", "300B", "--tp", "8"},
		{"mixtral-8x7b", "--on", "h100x256", "--tokens", "1T", "--seq", "32768", "--batch", "96"},
		{"deepseek-v3", "--on", "h800x2048", "--tokens", "1T"},
		{"70B", "--on", "tpu-v5px512", "--tokens", "1T"},
		{"resnet-50", "--on", "a100x24", "--samples", "115M", "--batch", "1536"},
	} {
		var estimate, compare, plan struct {
			Time struct {
				Step float64 `json:"step_seconds"`
			} `json:"time"`
		}
		var rows struct {
			Rows []json.RawMessage `json:"rows"`
		}
		var best struct {
			Best json.RawMessage `json:"best"`
		}
		read := func(command string, into any) {
			out, stderr, code := runArgs(append(append([]string{command}, args...), "--offload-optimizer=false", "-o", "json")...)
			require.Zero(t, code, "%s %v: %s", command, args, stderr)
			require.NoError(t, json.Unmarshal([]byte(out), into), command)
		}
		read("estimate", &estimate)
		read("compare", &rows)
		require.NoError(t, json.Unmarshal(rows.Rows[0], &compare))
		read("plan", &best)
		require.NoError(t, json.Unmarshal(best.Best, &plan))
		require.InEpsilon(t, plan.Time.Step, estimate.Time.Step, 1e-9, "%v", args)
		require.InEpsilon(t, plan.Time.Step, compare.Time.Step, 1e-9, "%v", args)
	}
}
