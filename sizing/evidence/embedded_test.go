package evidence

import (
	"testing"

	"mlsizer/hardware"
)

func TestDefaultRows(t *testing.T) {
	rows, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	steps, memory := 0, 0
	ids := map[string]bool{}
	for i := range rows {
		r := &rows[i]
		if ids[r.ID] {
			t.Errorf("%s: twice", r.ID)
		}
		ids[r.ID] = true
		if r.Source == "" || r.Ref == "" {
			t.Errorf("%s: no source", r.ID)
		}
		if r.StepSeconds > 0 || r.TokensPerSecond > 0 || r.TFLOPs > 0 {
			steps++
		}
		if r.PeakMemGiB > 0 || r.OutOfMemory {
			memory++
		}
		if r.Device != "" {
			if _, err := hardware.Default().Find(r.Device); err != nil {
				t.Errorf("%s: %v", r.ID, err)
			}
		}
	}
	if steps < 1148 || memory < 250 {
		t.Errorf("%d step times and %d memory figures", steps, memory)
	}
}
