package evidence

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mlsizer/sizing/train"
)

// longest is how long the prediction of one row may take.
const longest = 2 * time.Second

// FuzzPredictRow predicts whatever row can be read: nothing panics, takes long
// or ends in a number that is none.
func FuzzPredictRow(f *testing.F) {
	for _, name := range publishedFiles {
		data, err := published.ReadFile(name)
		require.NoError(f, err)
		lines := strings.SplitAfter(string(data), "\n")
		for i := 1; i < len(lines)-1; i += len(lines) / 20 {
			f.Add(lines[0] + lines[i])
		}
	}
	p := runPredictor()
	p.Constants = train.DefaultConstants()
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := ReadCSV(strings.NewReader(text), "fuzz")
		if err != nil || len(rows) == 0 {
			return
		}
		start := time.Now()
		rep := p.Validate(rows[:1])
		require.Less(t, time.Since(start), longest, "%+v", rows[0])
		require.NotEmpty(t, append(rep.Rows, make([]Result, len(rep.Skipped))...), "neither predicted nor skipped")
		for _, r := range rep.Rows {
			for _, v := range []float64{r.Predicted, r.Low, r.High} {
				require.False(t, math.IsNaN(v) || math.IsInf(v, 0) || v < 0, "%+v", r)
			}
		}
	})
}
