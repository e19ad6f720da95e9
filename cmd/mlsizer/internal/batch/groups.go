package batch

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
)

// maxGroups is how many values of Options.By a worker tells apart; the others
// are counted together.
const maxGroups = 10_000

// Group is how many models fell in each tier of those with one value of
// Options.By.
type Group struct {
	Key    string
	Counts sizing.Counts
	// Rest tells that the models are those of all further values.
	Rest bool
}

// groups counts models by a value.
type groups struct {
	counts map[string]*sizing.Counts
	rest   sizing.Counts
}

// add counts a model. The key is only kept as a copy.
func (g *groups) add(key string, t sizing.Tier, beyond bool) {
	c := g.of(key)
	c.ByTier[t]++
	if beyond {
		c.Beyond++
	}
}

// of are the counts of a value.
func (g *groups) of(key string) *sizing.Counts {
	if c, ok := g.counts[key]; ok {
		return c
	}
	if len(g.counts) >= maxGroups {
		return &g.rest
	}
	if g.counts == nil {
		g.counts = map[string]*sizing.Counts{}
	}
	c := new(sizing.Counts)
	g.counts[strings.Clone(key)] = c
	return c
}

// merge adds the counts of another worker.
func (g *groups) merge(other *groups) {
	for key, c := range other.counts {
		addCounts(g.of(key), c)
	}
	addCounts(&g.rest, &other.rest)
}

func addCounts(to, from *sizing.Counts) {
	for i, n := range from.ByTier {
		to.ByTier[i] += n
	}
	to.Beyond += from.Beyond
}

// list is the groups in order: years by time, other values by their models.
func (g *groups) list(by string) []Group {
	var list []Group
	for _, key := range slices.Sorted(maps.Keys(g.counts)) {
		list = append(list, Group{Key: key, Counts: *g.counts[key]})
	}
	if by != text.GroupYear {
		slices.SortStableFunc(list, func(a, b Group) int { return cmp.Compare(b.Counts.Total(), a.Counts.Total()) })
	}
	if g.rest.Total() > 0 {
		list = append(list, Group{Counts: g.rest, Rest: true})
	}
	return list
}

// yearOf is the year in a cell: 2023, 2023-05-12, 12.5.2023, and of a sheet the
// day that its number stands for. It is the cell where there is none.
func yearOf(cell string, lettered bool) string {
	digits := 0
	for i := 0; i <= len(cell); i++ {
		if i < len(cell) && cell[i]-'0' <= 9 {
			digits++
			continue
		}
		if y := cell[i-digits : i]; digits == 4 && (y[:2] == "19" || y[:2] == "20") {
			return y
		}
		digits = 0
	}
	if day, err := strconv.ParseFloat(cell, 64); lettered && err == nil && day > firstDay && day < lastDay {
		return strconv.Itoa(sheetEpoch.AddDate(0, 0, int(day)).Year())
	}
	return cell
}

// Days of a sheet are counted from sheetEpoch; firstDay and lastDay are in 1954
// and in 2064. Source: ECMA-376 part 1, section 18.17.4.1.
const firstDay, lastDay = 20_000, 60_000

var sheetEpoch = time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)

// Add adds the models of another group.
func (g *Group) Add(other *Group) { addCounts(&g.Counts, &other.Counts) }

// groupFor is the row's value of Options.By: that of its column, or the
// catalogue's for its name.
func (w *worker) groupFor(r *Row) string {
	group := w.group
	switch {
	case w.layout.asked && !r.Inferred:
	case w.layout.asked:
		group = ""
		if l := w.lookup(r.Name, nil); l.problem == "" && !l.empty {
			group = GroupOf(&l.model, w.opt.By)
		}
	case w.opt.By == text.GroupYear:
		group = yearOf(group, w.layout.lettered)
	}
	return group
}

// GroupOf is what the catalogue says of a model.
func GroupOf(m *Model, by string) string {
	switch {
	case by == text.GroupYear && m.Year > 0:
		return strconv.Itoa(m.Year)
	case by == text.GroupField:
		return string(m.Field)
	}
	return ""
}
