package quantity

import (
	"math"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
)

// A quantity prints with three significant digits and the unit that keeps
// the number below 1000. The unit is chosen after rounding, so that 999.96 GB
// is 1.00 TB and never 1000 GB.

// sig3 prints 0 < v < 999.5 with three significant digits, and without an
// exponent down to 0.001.
func sig3(v float64) string {
	switch {
	case v >= 99.95:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 9.995:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case v >= 0.9995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v >= 0.09995:
		return strconv.FormatFloat(v, 'f', 3, 64)
	case v >= 0.0009995:
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	return scientific(v)
}

// scientific prints v as 3.14e23: three significant digits, and an exponent
// without plus sign or padding.
func scientific(v float64) string {
	b := strconv.AppendFloat(nil, v, 'e', 2, 64)
	i := strings.IndexByte(string(b), 'e')
	exp, err := strconv.Atoi(string(b[i+1:]))
	if err != nil {
		return string(b) // NaN or Inf: notFinite has answered already
	}
	return string(b[:i]) + "e" + strconv.Itoa(exp)
}

// notFinite is the text of NaN and the infinities, which take no unit, so
// that none can be read as a figure.
func notFinite(v float64) (string, bool) {
	switch {
	case math.IsNaN(v):
		return "NaN", true
	case math.IsInf(v, 1):
		return "+Inf", true
	case math.IsInf(v, -1):
		return "-Inf", true
	}
	return "", false
}

// scaled prints v in the first unit that keeps it below 999.5, sep between
// number and unit. Each unit is base times the one before. A value past the
// last unit prints in scientific notation, in the first unit.
func scaled(v, base float64, sep string, units ...string) string {
	if s, ok := notFinite(v); ok {
		return s
	}
	if v < 0 {
		return "-" + scaled(-v, base, sep, units...)
	}
	if v == 0 {
		return "0" + sep + units[0]
	}
	n := v
	for _, u := range units {
		if n < 999.5 {
			if n == math.Trunc(n) && u == units[0] {
				return strconv.FormatFloat(n, 'f', 0, 64) + sep + u
			}
			return sig3(n) + sep + u
		}
		n /= base
	}
	return scientific(v) + sep + units[0]
}

// String prints three significant digits with K, M, B (10^9) or T: 999, 350K,
// 124M, 7.00B, 1.80T; from 10^15, 9.22e18. The text parses back to within
// 0.5 %; [Params.Exact] prints every digit.
func (p Params) String() string { return countString(int64(p)) }

// String prints three significant digits, as [Params.String] does.
func (t Tokens) String() string { return countString(int64(t)) }

func countString(n int64) string {
	return scaled(float64(n), 1000, "", "", "K", "M", "B", "T")
}

// Exact prints every digit, in groups of three: 7,000,000,000. A positive
// count parses back to the same value.
func (p Params) Exact() string { return humanize.Comma(int64(p)) }

// Exact prints every digit, in groups of three.
func (t Tokens) Exact() string { return humanize.Comma(int64(t)) }

// Chinese prints up to four significant digits with 万, 亿 or 万亿, the way a
// Chinese text writes a count: 70亿, 1750亿, 1.8万亿, 350万; below 10,000 the
// number itself, and past 9999万亿 every digit. The text parses back to within
// 0.05 %.
func (p Params) Chinese() string {
	n, sign := float64(p), ""
	if n < 0 {
		n, sign = -n, "-"
	}
	// Each unit serves until its number would round to 10,000.
	for _, u := range []struct {
		size float64
		name string
	}{{1, ""}, {1e4, "万"}, {1e8, "亿"}, {1e12, "万亿"}} {
		if v := n / u.size; v < 9999.5 {
			return sign + strconv.FormatFloat(v, 'g', 4, 64) + u.name
		}
	}
	return p.Exact()
}

// String prints binary units: 79.6 GiB. Below 1 KiB it prints whole bytes.
func (b Bytes) String() string {
	return scaled(float64(b), 1024, " ", "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")
}

// Decimal prints decimal units, as files and disks are sold: 14.0 GB.
func (b Bytes) Decimal() string {
	return scaled(float64(b), 1000, " ", "B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
}

// String prints decimal units: 450 GB/s, 3.35 TB/s.
func (b Bandwidth) String() string {
	return scaled(float64(b), 1000, " ", "B/s", "kB/s", "MB/s", "GB/s", "TB/s", "PB/s", "EB/s")
}

// String prints scientific notation, the habit of the field for training
// totals: 3.14e23 FLOP.
func (f FLOPs) String() string {
	v := float64(f)
	s, ok := notFinite(v)
	switch {
	case ok:
		return s
	case math.Abs(v) < 999.5:
		return scaled(v, 1000, " ", "FLOP")
	}
	return scientific(v) + " FLOP"
}

// String prints decimal prefixes: 989 TFLOP/s.
func (r FLOPRate) String() string {
	return scaled(float64(r), 1000, " ", "FLOP/s", "kFLOP/s", "MFLOP/s", "GFLOP/s", "TFLOP/s", "PFLOP/s", "EFLOP/s", "ZFLOP/s")
}

// String prints decimal prefixes: 700 W, 1.20 MW.
func (w Watts) String() string { return scaled(float64(w), 1000, " ", "W", "kW", "MW", "GW", "TW") }

// String prints 450 Wh, 12.3 kWh, 4.56 MWh, 1.20 GWh.
func (k KWh) String() string {
	return scaled(float64(k)*1000, 1000, " ", "Wh", "kWh", "MWh", "GWh", "TWh", "PWh")
}

// String prints 450 g, 12.3 kg, 4.56 t, 1.20 kt.
func (m Kilograms) String() string {
	return scaled(float64(m)*1000, 1000, " ", "g", "kg", "t", "kt", "Mt")
}

// String prints three significant digits with the unit that people would use:
// 850 ms, 12.3 s, 4.20 min, 3.10 h, 12.1 days, 1.40 years (of 365.25 days).
func (s Seconds) String() string {
	v := float64(s)
	if t, ok := notFinite(v); ok {
		return t
	}
	if v < 0 {
		return "-" + Seconds(-v).String()
	}
	switch {
	case v == 0:
		return "0 s"
	case v < 0.9995:
		for _, u := range []struct {
			per  float64
			name string
		}{{1e3, " ms"}, {1e6, " µs"}, {1e9, " ns"}} {
			if n := v * u.per; n >= 0.9995 {
				return sig3(min(n, 999.4)) + u.name // the product may have rounded up to 999.5
			}
		}
		return scientific(v) + " s"
	case v < 59.95:
		return sig3(v) + " s"
	}
	for _, u := range []struct {
		size  Seconds
		limit float64
		name  string
	}{{Minute, 59.95, " min"}, {Hour, 47.95, " h"}, {Day, 365.25, " days"}, {Year, 9999.5, " years"}} {
		if n := v / float64(u.size); n < u.limit {
			return sig3(max(n, 1)) + u.name // 59.95 s are a minute already
		}
	}
	return scientific(v/float64(Year)) + " years"
}

// String prints cents below $100, three significant digits above: $0.42,
// $12.30, $12,300, $1.23M, $4.56B. An amount below a cent keeps two
// significant digits, so that it does not print as nothing.
func (u USD) String() string {
	v := float64(u)
	if t, ok := notFinite(v); ok {
		return t
	}
	switch {
	case v < 0:
		return "-" + USD(-v).String()
	case v == 0:
		return "$0"
	case v < 0.0001:
		return "$" + scientific(v)
	case v < 0.0995:
		return "$" + strconv.FormatFloat(v, 'g', 2, 64)
	case v < 99.995:
		return "$" + strconv.FormatFloat(v, 'f', 2, 64)
	case v < 999_500:
		unit := math.Pow(10, math.Floor(math.Log10(v))-2)
		return "$" + humanize.Commaf(math.Round(v/unit)*unit)
	}
	return "$" + scaled(v, 1000, "", "", "K", "M", "B", "T")
}
