package sizing_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/evidence"
	"mlsizer/sizing/internal/golden"
	"mlsizer/sizing/train"
)

const adding = "docs/adding.md"

// The device of the page is read as those of the catalogue are, and answers.
func TestAddingDevice(t *testing.T) {
	rows := golden.Examples(t, adding, "A device", "csv")
	c, err := hardware.Default().Extend(strings.NewReader(rows[0]), adding)
	require.NoError(t, err)
	d, err := c.Find("my-gpu")
	require.NoError(t, err)
	assert.Equal(t, "my-gpu-48gb", d.ID)
	assert.NotEmpty(t, d.Sources)
	q := request("llama-3.1-8b", "h100", 8, 1e12)
	q.Device = d
	a, err := sizing.Ask(q)
	require.NoError(t, err)
	assert.Equal(t, d.Memory, a.Estimate.Memory.Device)
	assert.Positive(t, a.Goodput.Run)
}

// predictor predicts measurements with the program's own data.
func predictor() *evidence.Predictor {
	return &evidence.Predictor{Resolve: catalog.Resolve, Hardware: hardware.Default(), Constants: train.DefaultConstants()}
}

// The measurements of the page are predicted, and have the source that a row of
// the shipped files must have.
func TestAddingMeasurement(t *testing.T) {
	blocks := golden.Examples(t, adding, "A measurement", "csv")
	require.Len(t, blocks, 2)
	rows, err := evidence.ReadCSV(strings.NewReader(blocks[0]), adding)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	assert.NotEmpty(t, rows[0].Ref)
	report := predictor().Validate(rows)
	assert.Empty(t, report.Skipped)
	require.Len(t, report.Rows, 1)
	assert.Positive(t, report.Rows[0].Predicted)

	head, _, _ := strings.Cut(blocks[1], "\n")
	assert.True(t, evidence.IsServing(strings.Split(head, ",")))
	served, err := evidence.ReadServingCSV(strings.NewReader(blocks[1]), adding)
	require.NoError(t, err)
	serving := (&evidence.ServingPredictor{Resolve: catalog.Resolve, Hardware: hardware.Default()}).Validate(served)
	assert.Empty(t, serving.Skipped)
	require.Len(t, serving.Rows, 1)
	assert.Positive(t, serving.Rows[0].Predicted)
}

// A refit of the page's runs is written, read again and predicts them better.
func TestAddingRefit(t *testing.T) {
	f, err := os.Open("../docs/examples/runs.csv")
	require.NoError(t, err)
	defer f.Close()
	rows, err := evidence.ReadCSV(f, "runs.csv")
	require.NoError(t, err)
	p := predictor()
	before := p.Validate(rows).By(func(*evidence.Result) string { return "" })[0]
	fit, err := p.Refit(rows, p.Constants, evidence.CalibrateOptions{})
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, train.WriteConstants(fit.Constants, &file))
	p.Constants, err = train.ReadConstants(&file)
	require.NoError(t, err)
	after := p.Validate(rows).By(func(*evidence.Result) string { return "" })[0]
	assert.Less(t, after.MAPE, before.MAPE)
}
