package evidence

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/train"
)

var update = flag.Bool("update", false, "write the measured plans of ../train/constants.json and their keys, ../train/plan_keys.csv, anew")

// measuredPlans is a calibration that knows the plans of the shipped rows, as a
// refit does.
func measuredPlans(t *testing.T) *Calibration {
	t.Helper()
	rows, err := Default()
	require.NoError(t, err)
	c := &Calibration{}
	for _, p := range testPredictor().points(rows, CalibrateOptions{}, c) {
		c.Residuals = append(c.Residuals, Residual{Row: p.row, Key: p.setup.Prepared.Key(&p.setup.Plan)})
	}
	return c
}

// The bands of the embedded constants name the plans of the embedded rows, and
// plan_keys.csv lists their keys. If a key covers more, or rows have changed,
// -update rewrites both.
func TestPlanKeys(t *testing.T) {
	rows := measuredPlans(t)
	by := rows.stacks()
	names, keys := rows.plans()
	require.Len(t, keys, len(names), "every row has a name of its own")
	c := train.DefaultConstants().Clone()
	known, all := map[string]uint32{}, bytes.NewBufferString("id,key\n")
	for i := range c.Bands {
		b := &c.Bands[i]
		if b.When.Everywhere() {
			continue
		}
		_, plans, sorted := rows.measured(by[b.When.Stack])
		if !*update {
			assert.Equal(t, plans, b.Plans, b.When.Stack)
			assert.Equal(t, sorted, b.Keys, b.When.Stack)
		}
		b.Plans = plans
		for _, name := range plans {
			known[name] = keys[name]
			fmt.Fprintf(all, "%s,%08x\n", name, keys[name])
		}
	}
	if *update {
		var file bytes.Buffer
		require.NoError(t, train.WriteConstants(c, &file))
		require.NoError(t, os.WriteFile("../train/constants.json", file.Bytes(), 0o644))
		require.NoError(t, os.WriteFile("../train/plan_keys.csv", all.Bytes(), 0o644))
		return
	}
	assert.Equal(t, known, train.PlanKeys(), "run go test ./sizing/evidence -run PlanKeys -update")
	file, err := os.ReadFile("../train/plan_keys.csv")
	require.NoError(t, err)
	assert.Equal(t, all.String(), string(file), "run go test ./sizing/evidence -run PlanKeys -update")
}

// Plans of one id but of two sources are told apart by the source, and a refit
// keeps the keys of what its bands name, with those that it had.
func TestPlanNames(t *testing.T) {
	c := &Calibration{Constants: &train.Constants{PlanKeys: map[string]uint32{"old": 3, "gone": 4},
		Bands: []train.BandFor{{Plans: []string{"a", "y/a", "old"}}}}}
	c.Residuals = []Residual{{Row: &Row{Source: "x", ID: "a"}, Key: 1}, {Row: &Row{Source: "y", ID: "a"}, Key: 2}, {Row: &Row{Source: "z", ID: "a"}, Key: 1}}
	names, keys := c.plans()
	assert.Equal(t, []string{"a", "y/a", "a"}, names)
	assert.Equal(t, map[string]uint32{"a": 1, "y/a": 2}, keys)
	c.recordKeys()
	assert.Equal(t, map[string]uint32{"a": 1, "y/a": 2, "old": 3}, c.Constants.PlanKeys)
}
