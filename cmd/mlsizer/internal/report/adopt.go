package report

import (
	"maps"
	"slices"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
)

// place is where notes stand that no cell has taken: behind the label of a row,
// or behind the head of a column. The first that a document has is taken.
type place struct {
	labels  []text.Text
	columns []string
}

// What notes are about.
var (
	aboutHardware = place{[]text.Text{text.Hardware}, []string{"hardware", "model"}}
	aboutWork     = place{[]text.Text{text.Workload}, []string{"layout"}}
	aboutLayout   = place{[]text.Text{text.Layout, text.Nearest, text.Fastest}, []string{"layout"}}
	aboutTypes    = place{[]text.Text{text.Types}, []string{"weights"}}
	aboutMemory   = place{[]text.Text{text.Overhead, text.MemoryDevice, text.Total}, []string{"memory_bytes", "total_bytes", "bytes"}}
	aboutFit      = place{[]text.Text{text.Total, text.MemoryDevice}, []string{"fits"}}
	aboutTime     = place{[]text.Text{text.Step, text.TTFT, text.DecodeAll, text.Run}, []string{"step_seconds", "seconds", "decode", "tokens_per_second", "sequences_per_second"}}
	aboutRun      = place{[]text.Text{text.Expected, text.Run, text.DeviceHours}, []string{"run_seconds", "seconds", "step_seconds"}}
	aboutCost     = place{[]text.Text{text.Cost, text.PerMillion}, []string{"usd", "usd_per_million"}}
	aboutEnergy   = place{[]text.Text{text.Energy, text.EnergyMillion}, []string{"kwh", "kwh_per_million"}}
	aboutAll      = place{nil, []string{"hardware", "model", "layout", "change", "term"}}
)

// places are where the notes of each code stand.
var places = map[string]place{
	"link": aboutHardware, "network": aboutHardware, "devices": aboutHardware, "instance": aboutHardware, "unified": aboutHardware, "scope": aboutAll, "images": aboutAll,
	"optimizer": aboutWork, "tokens": aboutWork, "seq": aboutWork, "batch": aboutWork, "batch-division": aboutWork, "precision": aboutWork, "context": aboutWork, "epochs": aboutWork,
	"packing": aboutWork, "adapter": aboutWork, "method": aboutWork, "data": aboutWork, "loss": aboutWork, "states": aboutWork, "routing": aboutWork,
	"layout": aboutLayout, "stack": aboutLayout,
	"weights": aboutTypes, "kv": aboutTypes, "runtime": aboutTypes,
	"memory": aboutMemory, "memory-band": aboutMemory, "storage": aboutMemory, "dataset": aboutMemory, "offload": aboutMemory,
	"may-not-fit": aboutFit, "does-not-fit": aboutFit, "advice": aboutFit, "more-devices": aboutFit,
	"flops": aboutTime, "rate": aboutTime, "efficiency": aboutTime, "unmeasured": aboutTime, "unmeasured-network": aboutTime, "measured": aboutTime, "speed": aboutTime, "mfu": aboutTime,
	"run": aboutRun, "expected": aboutRun, "evaluation": aboutRun, "interruptions": aboutRun, "published": aboutRun, "sweep": aboutRun,
	"price": aboutCost, "energy": aboutEnergy, "carbon": aboutEnergy,
}

// adopt gives notes that nothing refers to a mark: a note without one is read by
// nobody.
func (f *Footnotes) adopt(d *render.Document) {
	taken := referred(d)
	for _, code := range slices.Sorted(maps.Keys(f.byCode)) { // the same numbers each time
		for _, n := range f.byCode[code] {
			if taken[n] {
				continue
			}
			taken[n] = true
			if at, ok := places[code]; !ok || !at.take(d, n) {
				aboutAll.take(d, n)
			}
		}
	}
}

// referred are the numbers that cells, titles and heads refer to.
func referred(d *render.Document) map[int]bool {
	taken := map[int]bool{}
	note := func(numbers []int) {
		for _, n := range numbers {
			taken[n] = true
		}
	}
	for _, t := range d.Tables {
		note(t.TitleNotes)
		for _, c := range t.Columns {
			note(c.Notes)
		}
		for _, row := range t.Rows {
			for _, c := range row {
				note(c.Notes)
			}
		}
	}
	return taken
}

// take puts a note at the place; ok is false where the document has no such.
func (p place) take(d *render.Document, n int) (ok bool) {
	for _, label := range p.labels {
		if c := labelled(d, label); c != nil {
			c.Notes = append(slices.Clone(c.Notes), n)
			return true
		}
	}
	for _, name := range p.columns {
		for i := range d.Tables {
			for j := range d.Tables[i].Columns {
				if c := &d.Tables[i].Columns[j]; c.Name == name && c.Head != (text.Text{}) {
					c.Notes = append(slices.Clone(c.Notes), n)
					ok = true // and in every table of the kind
				}
			}
		}
		if ok {
			return true
		}
	}
	return false
}

// labelled is the cell that the notes of a row stand at: the value of a fact, the
// label of another row.
func labelled(d *render.Document, label text.Text) *render.Cell {
	for i := range d.Tables {
		t := &d.Tables[i]
		for _, row := range t.Rows {
			if len(row) > 1 && row[0].Value == label {
				if t.Columns[0].Head == (text.Text{}) {
					return &row[1]
				}
				return &row[0]
			}
		}
	}
	return nil
}
