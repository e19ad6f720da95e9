package report

import (
	"cmp"
	"fmt"
	"math"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// PublishedNotes are the published training runs of the model with their time,
// for comparison with an estimate.
func PublishedNotes(m *cli.ModelArg) []note.Note {
	if m.Entry == nil {
		return nil
	}
	var notes []note.Note
	for _, r := range m.Entry.Runs {
		if r.Days == 0 && r.DeviceHours == 0 {
			continue
		}
		notes = append(notes, note.New("published", r.Source, PublishedTime(r, m.Model.Unit)))
	}
	return notes
}

// publishedRun is a published run of the same request: of the same model on the
// same devices with as many tokens.
type publishedRun struct {
	DeviceHours float64 `json:"device_hours"`
	// Days is its run time on the requested devices.
	Days float64 `json:"days"`
	// Ratio is its device-hours over the expected ones.
	Ratio  float64 `json:"ratio"`
	Source string  `json:"source"`
}

// sameLength is by what share the lengths of two runs may differ that count as
// one: sources round.
const sameLength = 0.05

// publishedRuns are the catalogue's runs that match r.
func publishedRuns(m *cli.ModelArg, r *ResultJSON) []publishedRun {
	if m.Entry == nil || r.Goodput == nil || r.Workload.Method != train.Pretrain {
		return nil
	}
	var list []publishedRun
	for _, p := range m.Entry.Runs {
		hours := cmp.Or(p.DeviceHours, p.Days*24*float64(p.Count))
		if hours == 0 || p.Devices != r.Hardware.Device || math.Abs(float64(p.Tokens)/float64(r.Workload.Tokens)-1) > sameLength {
			continue
		}
		list = append(list, publishedRun{hours, hours / 24 / float64(r.Hardware.Devices), hours / r.Goodput.DeviceHours, p.Source})
	}
	return list
}

// PublishedLead compares the first published run with the estimate.
func PublishedLead(r *ResultJSON) text.Text {
	if len(r.Published) == 0 {
		return text.Text{}
	}
	p := &r.Published[0]
	return text.PublishedLead.With(quantity.Seconds(p.Days)*quantity.Day, render.Count(p.DeviceHours), p.Ratio)
}

// PublishedTime spells a run: "15.6T tokens on 16384 x h100-sxm5-80gb took 54
// days, 30.8M device-hours".
func PublishedTime(r catalog.Run, unit string) text.Text {
	if unit == "" {
		unit = model.TokenUnit
	}
	var length, on text.Text
	if r.Tokens > 0 {
		length = text.RunTokens.With(r.Tokens, unit)
	}
	if r.Devices != "" {
		on = text.RunOn.With(r.Devices)
		if r.Count > 0 {
			on = text.RunOn.With(fmt.Sprintf("%d x %s", r.Count, r.Devices))
		}
	}
	var took []text.Text
	if r.Days > 0 {
		took = append(took, text.RunDays.With(r.Days))
	}
	if r.DeviceHours > 0 {
		took = append(took, text.RunHours.With(quantity.Params(r.DeviceHours)))
	}
	if full := r.DeviceHours / 24 / float64(max(r.Count, 1)); r.SnapshotDays > 0 && r.Count > 0 && full > 0 {
		// The source reports on a part of the run: its days are not the
		// duration.
		took = append(took, text.RunSnapshot.With(full, r.SnapshotDays))
	}
	return text.RunTook.With(length, on, text.List(took, text.Join))
}
