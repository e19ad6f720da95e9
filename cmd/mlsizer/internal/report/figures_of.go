package report

import (
	"slices"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

// bytesSegment is a part of a memory.
func bytesSegment(name text.Text, b quantity.Bytes) segment {
	return segment{name, float64(b), b.String()}
}

// trainingMemory is the memory of a training step as a drawing.
func trainingMemory(m *train.Memory, l text.Lang) string {
	return memoryDrawing([]segment{
		bytesSegment(text.Weights, m.Weights), bytesSegment(text.Gradients, m.Gradients), bytesSegment(text.OptimizerState, m.Optimizer), bytesSegment(text.Activations, m.Activations),
		bytesSegment(text.Logits, m.Logits), bytesSegment(text.Communication, m.Communication), bytesSegment(text.Teacher, m.Teacher), bytesSegment(text.OtherModels, m.Others), bytesSegment(text.Overhead, m.Overhead),
	}, m.Total, m.Low, m.High, m.Device, l)
}

// servingMemory is the memory of serving as a drawing.
func servingMemory(m *serve.Memory, l text.Lang) string {
	return memoryDrawing([]segment{
		bytesSegment(text.Weights, m.Weights), bytesSegment(text.KVCache, m.KVCache+m.KVPadding), bytesSegment(text.State, m.State), bytesSegment(text.ComputeBuffer, m.Compute), bytesSegment(text.Overhead, m.Overhead),
	}, m.Total, m.Low, m.High, m.Device, l)
}

// stepDrawing is a step by its terms.
func stepDrawing(e *train.Estimate, l text.Lang) string {
	var parts []segment
	for _, term := range e.Time.Terms.List() {
		parts = append(parts, segment{text.Of(text.StepTerms, term.Name), float64(term.Time), text.Duration(term.Time, l)})
	}
	return breakdownDrawing(parts, e.Time.Step, text.Step, l)
}

// durationIn says a time.
func durationIn(l text.Lang) func(float64) string {
	return func(v float64) string { return text.Duration(quantity.Seconds(v), l) }
}

// runSpan is the run time of an answer, or the time of its step where there is no
// run, with the runs that were published.
func runSpan(r *ResultJSON, label string) banded {
	if r.Goodput == nil {
		return banded{label: label, low: float64(r.Time.StepLow), mid: float64(r.Time.Step), high: float64(r.Time.StepHigh)}
	}
	s := banded{label: label, low: float64(r.Goodput.RunLow), mid: float64(r.Goodput.Run), high: float64(r.Goodput.RunHigh)}
	for _, p := range r.Published {
		if p.Days > 0 {
			s.dots = append(s.dots, p.Days*24*3600)
		}
	}
	return s
}

// EstimateFigure is the answer of estimate as drawings: memory, run time, step.
func EstimateFigure(r *ResultJSON, l text.Lang) string {
	title := text.RunTime
	if r.Goodput == nil {
		title = text.StepTime
	}
	return trainingMemory(&r.Memory, l) + bandedDrawing([]banded{runSpan(r, "")}, title, durationIn(l), l) + stepDrawing(&r.Estimate, l)
}

// compareFigure is a comparison as drawings: memory and run time of every row that
// has an answer.
func compareFigure(rows []CompareRow, list []compareJSON, l text.Lang) string {
	var bars []bar
	var spans []banded
	run := true
	several := slices.ContainsFunc(list, func(r compareJSON) bool { return r.Model.Input != list[0].Model.Input })
	for i := range list {
		r := &list[i]
		if r.Error != "" {
			continue
		}
		label := rows[i].label()
		if several {
			label = r.Model.Called() + ", " + label
		}
		bars = append(bars, bar{label, r.Memory.Total, r.Memory.Device, r.Memory.High})
		run = run && r.Goodput != nil
		spans = append(spans, runSpan(&ResultJSON{Estimate: *r.Estimate, Goodput: r.Goodput}, label))
	}
	if len(bars) == 0 || len(bars) > mostDrawn {
		return ""
	}
	title := text.RunTime
	if !run {
		title = text.StepTime
	}
	return barsDrawing(bars, l) + bandedDrawing(spans, title, durationIn(l), l)
}

// mostDrawn is how many rows a drawing shows; more are a table alone.
const mostDrawn = 40

// servedFigure is a comparison of serving as drawings: memory and speed of every
// row that has an answer.
func servedFigure(rows []ServedRow, l text.Lang) string {
	var bars []bar
	var spans []banded
	several := slices.ContainsFunc(rows, func(r ServedRow) bool { return r.table() != rows[0].table() })
	for i := range rows {
		r := &rows[i]
		if r.Error != "" {
			continue
		}
		label := SettingsOn(r.Hardware.Input, r.Case.Settings)
		if several {
			label = r.Model.Called() + ", " + label
		}
		bars = append(bars, bar{label, r.Memory.Total, r.Memory.Device, r.Memory.High})
		if r.Memory.Fits && r.Throughput.Decode > 0 {
			spans = append(spans, banded{label: label, low: r.Throughput.Low, mid: r.Throughput.Decode, high: r.Throughput.High})
		}
	}
	if len(bars) == 0 || len(bars) > mostDrawn {
		return ""
	}
	figure := barsDrawing(bars, l)
	if len(spans) > 0 {
		figure += bandedDrawing(spans, text.Speed, PerSecond, l)
	}
	return figure
}

// inferFigure is the answer of infer as drawings: memory and speed.
func inferFigure(r *InferJSON, l text.Lang) string {
	figure := servingMemory(&r.Memory, l)
	if r.Memory.Fits && r.Throughput.Decode > 0 {
		figure += bandedDrawing([]banded{{low: r.Throughput.Low, mid: r.Throughput.Decode, high: r.Throughput.High}}, text.DecodeAll, PerSecond, l)
	}
	return figure
}
