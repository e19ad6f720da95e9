package report

import (
	"maps"
	"slices"
	"strings"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/note"
)

// compareNotes are the footnotes of a comparison. A row has a dozen
// assumptions; the footnotes are those that apply to a model (at its name),
// those that apply to all rows, and one line per kind of warning with its
// devices. The others are counted.
func compareNotes(rows []CompareRow) *Footnotes {
	f := NewFootnotes(nil)
	f.modelNotes = map[string][]int{}
	count, answered := map[string]int{}, 0
	for i := range rows {
		if rows[i].Answer != nil {
			answered++
			for _, n := range rows[i].Answer.Notes {
				count[text.OfNote(n).EN]++
			}
		}
	}
	stacks := differingStacks(rows)
	grouped := map[string]*deviceList{}
	left := map[string]bool{}
	for i := range rows {
		a := rows[i].Answer
		if a == nil {
			continue
		}
		for _, n := range a.Notes {
			said := render.Note{Text: text.OfNote(n), Source: n.Source}
			if group := groupOf(n.Code, a); group != "" {
				if grouped[group] == nil {
					grouped[group] = &deviceList{}
				}
				grouped[group].add(&rows[i])
				continue
			}
			switch {
			case n.Code == "instance" || n.Code == "import":
				f.Add(n.Code, said)
			case n.Code == "stack" && stacks != nil: // said below
			case n.Code == "inferred-shape" || n.Code == "scope" || n.Code == "seq" || n.Code == "tokens" || n.Code == "file":
				input := rows[i].Model.Input
				f.modelNotes[input] = slices.Compact(slices.Sorted(slices.Values(append(f.modelNotes[input], f.Add(n.Code, said)))))
			case count[said.Text.EN] == answered && !ofDetail(n.Code), ofMethod(n.Code):
				f.Add(n.Code, said)
			default:
				left[said.Text.EN] = true
			}
		}
	}
	for _, note := range stacks {
		f.Add("stack", note)
	}
	var unmeasured []text.Text // by stack
	for _, group := range slices.Sorted(maps.Keys(grouped)) {
		list := grouped[group]
		switch label, of, _ := strings.Cut(group, " "); label {
		case "precision":
			f.Add("precision", render.Note{Text: text.PrecisionChosen.With(of, list.names)})
		case "devices":
			f.Add("devices", render.Note{Text: text.Fewest})
		case "devices-of-layout":
			f.Add("devices", render.Note{Text: text.FewestOfLayout})
		case "may-not-fit":
			f.Add("may-not-fit", render.Note{Text: text.MayNotNote})
		case "unmeasured":
			unmeasured = append(unmeasured, text.StackOn.With(of, list.names))
		case "no-price":
			f.Add("price", render.Note{Text: text.NoPrice.With(list.names)})
		case "no-energy":
			f.Add("energy", render.Note{Text: text.NoEnergy.With(list.names)})
		case "price":
			f.Add("price", render.Note{Text: text.Prices.With(text.List(list.prices, text.Semicolon), strings.Join(list.dates(), " – "), list.age())})
		}
	}
	if unmeasured != nil {
		f.Add("unmeasured", render.Note{Text: text.Unmeasured.With(text.List(unmeasured, text.Semicolon))})
	}
	if len(left) > 0 {
		f.Add("others", render.Note{Text: text.MoreNotes.With(len(left))})
	}
	return f
}

// groupOf is the kind of warning that a note is gathered under, "" for none.
func groupOf(code string, a *sizing.Answer) string {
	switch {
	case code == "precision":
		return "precision " + a.Workload.Precision.String()
	case code == "unmeasured":
		return code + " " + a.Stack().Name
	case code == "devices" && a.Cluster.Count&(a.Cluster.Count-1) != 0: // no power of two
		return "devices-of-layout"
	case code == "devices" || code == "may-not-fit":
		return code
	case code == "price" && a.Estimate.Cost.PerHour == 0:
		return "no-price"
	case code == "price" && a.Workload.PricePerHour == 0:
		return "price"
	case code == "energy" && a.Cluster.Device.Power == 0:
		return "no-energy"
	}
	return ""
}

// ofMethod says which notes tell the methods of fine-tuning apart.
func ofMethod(code string) bool {
	return code == "adapter" || code == "method" || code == "packing" || code == "data"
}

// ofDetail says which notes are about figures that a comparison does not show,
// or about how they come about.
func ofDetail(code string) bool {
	switch code {
	case "rate", "memory", "memory-band", "energy", "carbon", "dataset", "storage", "network":
		return true
	}
	return false
}

// deviceList gathers the devices that a footnote is about.
type deviceList struct {
	seen     map[string]bool
	names    string
	prices   []text.Text
	from, to string // dates of the prices
	oldest   *hardware.Price
}

func (l *deviceList) add(row *CompareRow) {
	d := row.Answer.Cluster.Device
	name := row.Target.Name()
	if l.seen[name] {
		return
	}
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	l.seen[name] = true
	if l.names != "" {
		l.names += ", "
	}
	l.names += name
	if p := d.Price; p != nil {
		price := text.Same(name + " " + p.PerHour.String())
		if p.Provider != "" {
			price = text.PriceOf.With(name, p.PerHour, note.Word(p.Kind.String()), p.Provider)
		}
		l.prices = append(l.prices, price)
		if l.oldest == nil || p.Date < l.oldest.Date {
			l.oldest = p
		}
		if l.from == "" || p.Date < l.from {
			l.from = p.Date
		}
		l.to = max(l.to, p.Date)
	}
}

// age is how old the oldest price is.
func (l *deviceList) age() any {
	return l.oldest.Age()
}

func (l *deviceList) dates() []string { return slices.Compact([]string{l.from, l.to}) }
