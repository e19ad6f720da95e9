package report

import (
	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/text"
)

// diffScenario is a scenario with its answer.
type diffScenario struct {
	Name   string            `json:"name"`
	File   string            `json:"file"`
	Models []string          `json:"models"`
	Asked  map[string]string `json:"asked"`
	Answer any               `json:"answer"`
}

// diffFigure is a figure of every scenario: its size, or its text where it has
// none, and the size over that of the first.
type diffFigure struct {
	Name   string     `json:"name"`
	Values []any      `json:"values"`
	Ratios []*float64 `json:"ratios,omitempty"`
}

// scenarios are the scenarios for JSON.
func (d *Diff) scenarios() []diffScenario {
	list := make([]diffScenario, len(d.Parts))
	for i, p := range d.Parts {
		list[i] = diffScenario{p.Scenario, p.File, p.Models, cli.AskedOf(p.Cmd), d.Answers[i]}
	}
	return list
}

// jsonFigures are the figures for JSON.
func (d *Diff) jsonFigures() []diffFigure {
	list := make([]diffFigure, 0, len(d.figures))
	for _, f := range d.figures {
		out := diffFigure{Name: f.Name}
		for i := range d.Parts {
			v := d.values[i][f.Name]
			if f.Size > 0 {
				out.Ratios = append(out.Ratios, d.ratio(f.Name, i))
			}
			out.Values = append(out.Values, v.machine())
		}
		list = append(list, out)
	}
	return list
}

// machine is a figure for programs: its size, else its text in English; nil where
// there is none.
func (f *Figure) machine() any {
	switch v := f.Value.(type) {
	case text.Text:
		if f.Size == 0 {
			return v.EN
		}
	}
	if f.Size > 0 {
		return f.Size
	}
	return f.Value
}
