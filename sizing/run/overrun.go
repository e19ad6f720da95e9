package run

import (
	"bytes"
	_ "embed"
	"io"
	"math"
	"sync"

	"mlsizer/hardware"
	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Overrun is the factor by which whole runs exceed their plan: the ratio of
// published device-hours to those of start-up, the steps of the fastest layout,
// checkpoints and expected failures. It covers what no plan includes: failed
// starts, manual restarts, later phases, data loading, and less tuned software
// than the measured one.
type Overrun struct {
	// Median is that of comparable runs; Low and High are the ends of the 80 %
	// band of the same ratio.
	Median float64 `json:"median"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}

// At returns the factor that a run does not exceed with a probability between 0
// and 1: the median at one half, High at 0.9, Low at 0.1, and other values from
// two halves of lognormal distributions.
func (o Overrun) At(chance float64) float64 {
	z := math.Sqrt2 * math.Erfinv(2*chance-1)
	end := o.High
	if z < 0 {
		end, z = o.Low, -z
	}
	return o.Median * math.Pow(end/o.Median, z/normal90)
}

// normal90 is the 90th percentile of the standard normal distribution.
const normal90 = 1.2815515655446004

// The constants of overruns.
const (
	OverrunName = "overrun"
	lengthName  = "overrun_length"
	StepWidth   = "step_width"
)

// overrunConstants describes them.
var overrunConstants = []efficiency.Constant{
	{Name: OverrunName, Unit: "x", Doc: "device-hours of a run of 20 planned days over the planned ones", Low: 0.25, High: 8, Base: 1, Spread: 0.3},
	{Name: lengthName, Unit: "power", Doc: "power of the planned length by which shorter runs take more", Low: 0, High: 0.5, Spread: 0.1},
	{Name: StepWidth, Unit: "ln", Doc: "typical half-width of the step's band in the runs that the band was made of, as a logarithm", Low: 0, High: 1, Spread: 0.1},
}

// OverrunConstant returns the constant of a name, or nil.
func OverrunConstant(name string) *efficiency.Constant {
	if i := efficiency.Find(overrunConstants, name); i >= 0 {
		return &overrunConstants[i]
	}
	return nil
}

//go:embed overrun.json
var overrunJSON []byte

// DefaultOverruns returns the embedded constants. They must not be modified.
var DefaultOverruns = sync.OnceValue(func() *efficiency.File {
	f, err := ReadOverruns(bytes.NewReader(overrunJSON))
	if err != nil {
		panic(err) // the embedded file is tested
	}
	return f
})

// ReadOverruns reads a file of the constants of overruns and of their bands.
func ReadOverruns(r io.Reader) (*efficiency.File, error) {
	f, err := efficiency.Read(r, overrunConstants)
	if err != nil {
		return nil, note.NewError("constants.of-training", err)
	}
	return f, nil
}

// WriteOverruns writes the file that [ReadOverruns] reads.
func WriteOverruns(f *efficiency.File, w io.Writer) error { return f.Write(w, overrunConstants) }

// The kinds of models with separate overruns.
const (
	Dense   = "dense"   // decoders
	Mixture = "mixture" // decoders with routed experts
	Encoder = "encoder" // all others: encoders, images, other fields
)

// Kind returns the kind of a model.
func Kind(m *model.Model) string {
	switch {
	case !m.PerToken() || bidirectional(m):
		return Encoder
	case m.ActiveParams() < m.Params():
		return Mixture
	}
	return Dense
}

// bidirectional reports whether some positions of the model attend to later
// ones.
func bidirectional(m *model.Model) bool {
	for i := range m.Groups {
		for _, b := range m.Groups[i].Blocks {
			if b.Core().Bidirectional {
				return true
			}
		}
	}
	return false
}

// Given says which of layout and software a request sets.
func Given(layout, software bool) string {
	switch {
	case layout && software:
		return "both"
	case software:
		return "software"
	case layout:
		return "layout"
	}
	return "nothing"
}

// lastOfEra is the last year of slower software: before fused attention, FSDP
// and distributed optimizers were common.
const lastOfEra = 2022

// Situation is the key of an overrun: the kind of model, the vendor and
// architecture of the device, which of layout and software is set, and the year
// of the run: the later of those of the model (0: unknown, today) and of the
// device.
func Situation(m *model.Model, d *hardware.Device, year int, given string) efficiency.Match {
	q := efficiency.Match{Model: Kind(m), Vendor: d.Vendor, Arch: d.Arch, Device: d.ID, Given: given}
	if year > 0 && max(year, d.Year) <= lastOfEra {
		q.Era = "before-2023"
	}
	return q
}

// The factor depends on the length of a run between these lengths; outside them
// that of the nearer one applies. Nearly all published runs lie between.
const (
	shortestLength = 3 * quantity.Day
	longestLength  = 100 * quantity.Day
	typicalLength  = 20 * quantity.Day
)

// overrunAt returns the median overrun of a run of a planned length, and the
// typical half-width of a step's band.
func overrunAt(f *efficiency.File, q *efficiency.Match, planned quantity.Seconds) (median, width float64) {
	factor, power := 1.0, 0.0
	for i := range f.Entries {
		e := &f.Entries[i]
		if !e.When.Covers(q) {
			continue
		}
		switch e.Name {
		case OverrunName:
			factor *= e.Value
		case lengthName:
			power = e.Value
		case StepWidth:
			width = e.Value
		}
	}
	return factor * math.Pow(LengthRatio(planned), -power), width
}

// OverrunMedian returns the median overrun of a run of a planned length.
func OverrunMedian(f *efficiency.File, q *efficiency.Match, planned quantity.Seconds) float64 {
	median, _ := overrunAt(f, q, planned)
	return median
}

// OverrunOf returns the overrun of a run of a planned length on a device. below
// and above are the half-widths of the step's band as logarithms. What exceeds
// the typical half-width widens the band in quadrature, as independent errors
// do.
func OverrunOf(f *efficiency.File, q *efficiency.Match, d *hardware.Device, planned quantity.Seconds, below, above float64) Overrun {
	band := efficiency.Band{Low: 1, High: 1}
	for i := range f.Bands {
		if b := &f.Bands[i]; b.When.Covers(q) {
			band, _ = b.Of(d)
		}
	}
	median, width := overrunAt(f, q, planned)
	return Overrun{
		Median: median,
		Low:    median / math.Exp(math.Hypot(math.Log(band.Low), excess(below, width))),
		High:   median * math.Exp(math.Hypot(math.Log(band.High), excess(above, width))),
	}
}

// LengthRatio is a planned length over the typical one, limited to the range
// above.
func LengthRatio(planned quantity.Seconds) float64 {
	return float64(min(max(planned, shortestLength), longestLength) / typicalLength)
}

// excess is the part of a half-width beyond the typical one, in quadrature.
func excess(half, width float64) float64 {
	if half <= width {
		return 0
	}
	return math.Sqrt(half*half - width*width)
}
