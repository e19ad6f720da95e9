package main

import (
	"fmt"
	"strings"

	"mlsizer/sizing"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/quantity"
)

// publishedNotes are the training runs of the model that are published with
// their time, to set an estimate beside.
func publishedNotes(m *modelArg) []sizing.Note {
	if m.Entry == nil {
		return nil
	}
	var notes []sizing.Note
	for _, r := range m.Entry.Runs {
		if r.Days == 0 && r.DeviceHours == 0 {
			continue
		}
		en, zh := publishedTime(r, m.Model.Unit)
		notes = append(notes, sizing.Note{Code: "published", Text: "published training run: " + en, Chinese: "已公布的训练：" + zh, Source: r.Source})
	}
	return notes
}

// publishedTime spells a run: "15.6T tokens on 16384 x h100-sxm5-80gb took 54
// days, 30.8M device-hours".
func publishedTime(r catalog.Run, unit string) (en, zh string) {
	if unit == "" {
		unit = sizing.TokenUnit
	}
	var what, where []string
	if r.Tokens > 0 {
		what = append(what, r.Tokens.String()+" "+unit+"s")
	}
	if r.Devices != "" {
		on := r.Devices
		if r.Count > 0 {
			on = fmt.Sprintf("%d x %s", r.Count, on)
		}
		what = append(what, "on "+on)
		where = append(where, on)
	}
	var took, tookZH []string
	if r.Days > 0 {
		took = append(took, fmt.Sprintf("%.4g days", r.Days))
		tookZH = append(tookZH, fmt.Sprintf("%.4g 天", r.Days))
	}
	if r.DeviceHours > 0 {
		hours := quantity.Params(r.DeviceHours).String()
		took = append(took, hours+" device-hours")
		tookZH = append(tookZH, hours+" 设备小时")
	}
	if full := r.DeviceHours / 24 / float64(max(r.Count, 1)); r.SnapshotDays > 0 && r.Count > 0 && full > 0 {
		// The source reports on a part of the run: its days are no duration.
		took = append(took, fmt.Sprintf("%.3g days of all of them; the %.4g days that are often quoted are a snapshot of it", full, r.SnapshotDays))
		tookZH = append(tookZH, fmt.Sprintf("合全部设备 %.3g 天；常被引用的 %.4g 天只是其中一段", full, r.SnapshotDays))
	}
	zh = strings.Join(tookZH, "，")
	if r.Tokens > 0 {
		zh = r.Tokens.String() + " " + unit + "，" + zh
	}
	if len(where) > 0 {
		zh = where[0] + "，" + zh
	}
	return strings.TrimSpace(strings.Join(what, " ") + " took " + strings.Join(took, ", ")), zh
}
