package quantity

import (
	"math"
	"strconv"
)

// Scale is one unit and one number of decimals for a whole column of values,
// so that its numbers compare by eye. The zero Scale prints plain numbers.
//
// The unit is the one that suits the smallest value other than zero, which
// then shows three significant digits. Where that would give the largest
// value seven digits or more in front of the point, the next larger unit is
// taken until it does not; decimals stop at three, and a value too small for
// them prints as <0.001, never as 0. NaN and the infinities do not take part.
type Scale struct {
	unit     string
	size     float64 // of the unit, in the base unit
	decimals int
}

// unitStep is a unit of a scale, from small to large.
type unitStep struct {
	name string
	size float64
}

// largestCell is what the largest value of a column may reach in its unit.
const largestCell = 999_999.5

func newScale(units []unitStep, values func(yield func(float64) bool)) Scale {
	least, most := math.Inf(1), 0.0
	values(func(v float64) bool {
		if v = math.Abs(v); v > 0 && !math.IsInf(v, 1) {
			least, most = min(least, v), max(most, v)
		}
		return true
	})
	if most == 0 {
		return Scale{unit: units[0].name, size: units[0].size}
	}
	i := 0
	for i+1 < len(units) && least/units[i].size >= units[i+1].size/units[i].size*0.9995 {
		i++
	}
	for i+1 < len(units) && most/units[i].size >= largestCell {
		i++
	}
	u := units[i]
	decimals := 2 - int(math.Floor(math.Log10(least/u.size*1.0005)))
	return Scale{unit: u.name, size: u.size, decimals: min(max(decimals, 0), 3)}
}

// Unit is the name of the unit, for the head of the column.
func (s Scale) Unit() string { return s.unit }

// Format prints v, in the base unit of its quantity (bytes, seconds, …), in
// the unit of the scale and without its name.
func (s Scale) Format(v float64) string {
	if t, ok := notFinite(v); ok {
		return t
	}
	if v == 0 {
		return "0"
	}
	n := v
	if s.size != 0 {
		n /= s.size
	}
	text := strconv.FormatFloat(n, 'f', s.decimals, 64)
	if least := math.Pow(10, -float64(s.decimals)); math.Abs(n) < least/2 {
		text = "<" + strconv.FormatFloat(least, 'f', s.decimals, 64)
	}
	return text
}

func each[T ~float64 | ~int64](values []T) func(func(float64) bool) {
	return func(yield func(float64) bool) {
		for _, v := range values {
			if !yield(float64(v)) {
				return
			}
		}
	}
}

var (
	byteUnits = []unitStep{{"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"PiB", 1 << 50}, {"EiB", 1 << 60}}
	timeUnits = []unitStep{{"µs", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"min", float64(Minute)}, {"h", float64(Hour)}, {"days", float64(Day)}, {"years", float64(Year)}}
	usdUnits  = []unitStep{{"$", 1}, {"$K", 1e3}, {"$M", 1e6}, {"$B", 1e9}, {"$T", 1e12}}
	cntUnits  = []unitStep{{"", 1}, {"K", 1e3}, {"M", 1e6}, {"B", 1e9}, {"T", 1e12}}
	rateUnits = []unitStep{{"FLOP/s", 1}, {"kFLOP/s", 1e3}, {"MFLOP/s", 1e6}, {"GFLOP/s", 1e9}, {"TFLOP/s", 1e12}, {"PFLOP/s", 1e15}, {"EFLOP/s", 1e18}}
	kwhUnits  = []unitStep{{"Wh", 1e-3}, {"kWh", 1}, {"MWh", 1e3}, {"GWh", 1e6}, {"TWh", 1e9}}
	flopUnits = []unitStep{
		{"FLOP", 1}, {"1e3 FLOP", 1e3}, {"1e6 FLOP", 1e6}, {"1e9 FLOP", 1e9}, {"1e12 FLOP", 1e12}, {"1e15 FLOP", 1e15},
		{"1e18 FLOP", 1e18}, {"1e21 FLOP", 1e21}, {"1e24 FLOP", 1e24}, {"1e27 FLOP", 1e27}, {"1e30 FLOP", 1e30},
	}
)

// NewByteScale is a scale of binary units, from B to EiB.
func NewByteScale(values ...Bytes) Scale { return newScale(byteUnits, each(values)) }

// NewFLOPsScale is a scale of powers of a thousand: "1e21 FLOP".
func NewFLOPsScale(values ...FLOPs) Scale { return newScale(flopUnits, each(values)) }

// NewFLOPRateScale is a scale from FLOP/s to EFLOP/s.
func NewFLOPRateScale(values ...FLOPRate) Scale { return newScale(rateUnits, each(values)) }

// NewSecondsScale is a scale from µs to years.
func NewSecondsScale(values ...Seconds) Scale { return newScale(timeUnits, each(values)) }

// NewUSDScale is a scale from $ to $T.
func NewUSDScale(values ...USD) Scale { return newScale(usdUnits, each(values)) }

// NewKWhScale is a scale from Wh to TWh.
func NewKWhScale(values ...KWh) Scale { return newScale(kwhUnits, each(values)) }

// NewParamsScale is a scale of counts, from ones to T (10^12).
func NewParamsScale(values ...Params) Scale { return newScale(cntUnits, each(values)) }

// NewTokensScale is a scale of counts, from ones to T (10^12).
func NewTokensScale(values ...Tokens) Scale { return newScale(cntUnits, each(values)) }
