package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// What is kept is beaten by nothing, and what is not is beaten by something
// that is kept.
func TestUndominated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var points []report.ParetoPoint
		for range rapid.IntRange(0, 12).Draw(t, "points") {
			n := func(name string) int { return rapid.IntRange(1, 4).Draw(t, name) }
			points = append(points, report.ParetoPoint{Devices: n("devices"), Memory: quantity.Bytes(n("memory")), Expected: report.ParetoRun{Run: quantity.Seconds(n("run")), Hours: float64(n("hours"))}})
		}
		kept := undominated(points)
		for i := range kept {
			for j := range points {
				require.False(t, points[j].Beats(&kept[i]))
			}
		}
		for i := range points {
			ok := false
			for j := range kept {
				ok = ok || kept[j] == points[i] || kept[j].Beats(&points[i])
			}
			require.True(t, ok)
		}
	})
}

// Where the second plan loses, what it saves elsewhere is said too: the terms
// add up to what it loses.
func TestLargestTerms(t *testing.T) {
	terms := []train.StepTerm{{Name: "bubble", Time: -0.055}, {Name: "nothing"}, {Name: "transfers", Time: 0.079}, {Name: "stragglers", Time: 0.001}}
	got := largest(terms, 10)
	require.Equal(t, []report.BoundJSON{{Term: "transfers", Seconds: 0.079, Share: 0.0079}, {Term: "bubble", Seconds: -0.055, Share: -0.0055}, {Term: "stragglers", Seconds: 0.001, Share: 0.0001}}, got)
}

// What plan promises it keeps with start-up, evaluation and interruptions, and
// estimate and compare say the same of that plan.
func TestGoalsAreKeptWithInterruptions(t *testing.T) {
	type run struct {
		Goodput struct {
			Run   float64 `json:"run_seconds"`
			Hours float64 `json:"device_hours"`
			Cost  struct{ USD float64 }
		}
		Hardware struct{ Devices int }
		Time     struct {
			Run float64 `json:"run_seconds"`
		}
		Cost struct{ USD float64 }
	}
	answer := func(line string, into any) {
		out, errOut, code := runArgs(append(strings.Fields(line), "-o", "json")...)
		require.Zero(t, code, "%s: %s", line, errOut)
		require.NoError(t, json.Unmarshal([]byte(out), into))
	}
	const model = "70B --tokens 2T --mtbf 5000h --eval-every 500 --eval-batches 50"
	for _, c := range []struct {
		goal string
		kept func(r *run) bool
	}{
		{"--on h100 --days 30", func(r *run) bool { return r.Goodput.Run <= 30*86400 }},
		{"--on h100x1024 --budget 4M", func(r *run) bool { return r.Goodput.Cost.USD <= 4e6 }},
		{"--on h100 --budget 4M", func(r *run) bool { return r.Goodput.Cost.USD <= 4e6 }},
		{"--on h100x1024 --device-hours 1M --days 40", func(r *run) bool { return r.Goodput.Hours <= 1e6 && r.Goodput.Run <= 40*86400 }},
	} {
		var p struct {
			Best run
			Top  []run
		}
		answer("plan "+model+" "+c.goal, &p)
		for _, r := range append(p.Top, p.Best) {
			require.True(t, c.kept(&r), "%s: %+v", c.goal, r)
			require.Greater(t, r.Goodput.Run, r.Time.Run, c.goal)
			require.InEpsilon(t, r.Goodput.Run/r.Time.Run, r.Goodput.Cost.USD/r.Cost.USD, 1e-9, c.goal)
		}
		on := fmt.Sprintf(" --on h100x%d", p.Best.Hardware.Devices)
		var one run
		answer("estimate "+model+on, &one)
		var rows struct{ Rows []run }
		answer("compare "+model+on, &rows)
		require.Equal(t, one.Goodput, rows.Rows[0].Goodput)
		require.Equal(t, one.Hardware.Devices, p.Best.Hardware.Devices)
	}
	// 30 days of steps are not enough for 30 days of a run.
	var p struct{ Best run }
	answer("plan "+model+" --on h100 --days 30", &p)
	out, _, code := runArgs(append(strings.Fields("plan "+model), "--on", fmt.Sprintf("h100x%d", p.Best.Hardware.Devices), "--days", fmt.Sprint(p.Best.Time.Run/86400))...)
	require.Equal(t, cli.ExitNoFit, code, out)
}

// A run that fails faster than it starts again has no end, and no cost.
func TestRunsThatNeverEnd(t *testing.T) {
	const line = " 7B --on h100x16384 --tokens 100B --mtbf 100h"
	for command, want := range map[string]string{"estimate": "100B tokens never complete", "plan": "100B tokens never complete", "compare": "never"} {
		out, errOut, code := runArgs(strings.Fields(command + line)...)
		require.Zero(t, code, errOut)
		require.Contains(t, out, want, command)
	}
}
