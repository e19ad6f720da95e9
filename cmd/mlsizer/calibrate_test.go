package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/evidence"
)

// A fit that changes nothing says so, beside where it was written to; one that
// changes a constant does not.
func TestCalibrationThatChangesNothing(t *testing.T) {
	o := &calibrateOptions{file: "c.json"}
	c := &evidence.Calibration{Fitted: []evidence.Fitted{{Constant: "software", Before: 1, After: 1}}}
	d := o.document(c)
	require.Len(t, d.Notes, 2)
	require.Equal(t, text.NothingGained, d.Notes[0].Text)
	require.Equal(t, []int{1, 2}, d.Tables[0].TitleNotes)
	require.Contains(t, d.Title.In(text.Chinese), "内置的实测")
	c.Fitted[0].After = 0.9
	require.Len(t, o.document(c).Notes, 1)
}
