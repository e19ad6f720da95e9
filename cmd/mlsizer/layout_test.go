package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/sizing/wholetest"
)

// One search serves them all: estimate and compare take the layout that plan
// finds best with nothing kept outside the devices.
func TestEstimateTakesThePlan(t *testing.T) {
	for _, args := range wholetest.Sample([][]string{
		{"llama-3.1-8b", "--on", "h100x64", "--tokens", "1T"},
		{"llama-3.1-405b", "--on", "h100x16384", "--tokens", "15T", "--seq", "8192", "--batch", "2048"},
		{"gpt-3", "--on", "a100-80gx1024", "--tokens", "300B", "--tp", "8"},
		{"mixtral-8x7b", "--on", "h100x256", "--tokens", "1T", "--seq", "32768", "--batch", "96"},
		{"deepseek-v3", "--on", "h800x2048", "--tokens", "1T"},
		{"70B", "--on", "tpu-v5px512", "--tokens", "1T"},
		{"resnet-50", "--on", "a100x24", "--samples", "115M", "--batch", "1536"},
	}, 3) {
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

// estimate and compare find the same layout, also where they find the number of
// devices; the note of that number says which ones were looked at.
func TestOpenCountsAgree(t *testing.T) {
	for _, q := range []string{"70B --on h100 --tokens 1T", "llama-3.1-8b --on a100-80g --tokens 1T", "7B --on h100 --pp 3 --tokens 1B"} {
		var one struct {
			Plan  map[string]any
			Cost  struct{ USD float64 }
			Notes []struct{ Code, Text string }
		}
		var rows struct {
			Rows []struct {
				Plan map[string]any
				Cost struct{ USD float64 }
			}
		}
		for command, into := range map[string]any{"estimate ": &one, "compare ": &rows} {
			out, errOut, code := runArgs(strings.Fields(command + q + " -o json")...)
			require.Zero(t, code, errOut)
			require.NoError(t, json.Unmarshal([]byte(out), into))
		}
		require.Equal(t, one.Plan, rows.Rows[0].Plan, q)
		require.Equal(t, one.Cost.USD, rows.Rows[0].Cost.USD, q)
		table, _, _ := runArgs(strings.Fields("compare " + q)...)
		require.Equal(t, !strings.Contains(q, "--pp 3"), strings.Contains(table, "in powers of two"), table)
		for _, n := range one.Notes {
			if n.Code == "devices" {
				require.Equal(t, strings.Contains(q, "--pp 3"), strings.Contains(n.Text, "3 is the fewest (doubling from the 3 of the layout)"), n.Text)
				require.Equal(t, !strings.Contains(q, "--pp 3"), strings.Contains(n.Text, "in powers of two"), n.Text)
			}
		}
	}
}
