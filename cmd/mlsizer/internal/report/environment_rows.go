package report

import (
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
)

// environmentRows are the parts of the time of a run of reinforcement learning;
// nil of any other.
func environmentRows(r *ResultJSON, f *Footnotes) [][]render.Cell {
	c := r.Environment
	if c == nil {
		return nil
	}
	learning := any(c.Learning)
	if c.Overlaps {
		learning = text.AtOnce.With(c.Learning)
	}
	return [][]render.Cell{
		Fact(text.EnvironmentPart, r.Time.Environment),
		Fact(text.ActingPart, r.Time.Acting),
		Fact(text.LearningPart, learning, f.At("replay")...),
	}
}
