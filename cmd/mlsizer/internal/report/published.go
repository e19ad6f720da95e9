package report

import (
	"fmt"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// PublishedNotes are the training runs of the model that are published with
// their time, to set an estimate beside.
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
		// The source reports on a part of the run: its days are no duration.
		took = append(took, text.RunSnapshot.With(full, r.SnapshotDays))
	}
	return text.RunTook.With(length, on, text.List(took, text.Join))
}
