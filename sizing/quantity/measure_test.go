package quantity

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type measureCase struct {
	in   string
	want float64
}

// parsers is every floating-point parser with what it takes and rejects.
var parsers = []struct {
	name  string
	parse func(string) (float64, error)
	print func(float64) string
	tol   float64 // of a round trip through print
	good  []measureCase
	bad   []struct{ in, problem string }
}{
	{
		"bytes", func(s string) (float64, error) { v, err := ParseBytes(s); return float64(v), err },
		func(v float64) string { return Bytes(v).String() }, 0.00501,
		[]measureCase{
			{"80GB", 80e9}, {"80G", 80e9}, {"80gb", 80e9}, {"80GiB", 80 << 30}, {"80 gib", 80 << 30}, {"80Gi", 80 << 30}, {"1.5TiB", 1.5 * (1 << 40)},
			{"85899345920", 85899345920}, {"85,899,345,920 B", 85899345920}, {"512 bytes", 512}, {"16kB", 16e3}, {"16 KiB", 16384}, {"2PB", 2e15}, {"1EiB", 1 << 60}, {"0.3TB", 3e11}, {"８０ＧＢ", 80e9}, {"2e9", 2e9}, {"1.2EB", 1.2e18},
		},
		[]struct{ in, problem string }{
			{"", "empty"}, {"-1", "negative"}, {"-80GB", "negative"}, {"0", "zero"}, {"0GB", "zero"}, {"NaN", "not-a-number"}, {"inf", "infinite"}, {"1e400", "too-large"}, {"1e-400", "too-small"},
			{"80GBs", `unknown-suffix "GBs"`}, {"80XB", `unknown-suffix "XB"`}, {"80iB", `unknown-suffix "iB"`}, {"80GB GB", `unknown-suffix "GB GB"`}, {"80Gbit", `unknown-suffix "Gbit"`}, {"GB", "no-digit-at-the-start"}, {"1,00GB", `misplaced-separator ","`},
		},
	},
	{
		"bandwidth", func(s string) (float64, error) { v, err := ParseBandwidth(s); return float64(v), err },
		func(v float64) string { return Bandwidth(v).String() }, 0.00501,
		[]measureCase{
			{"900GB/s", 900e9}, {"3.35TB/s", 3.35e12}, {"400Gb/s", 50e9}, {"400Gbit/s", 50e9}, {"400 Gbps", 50e9}, {"100 Gbits/s", 12.5e9}, {"50GiB/s", 50 << 30}, {"50GBps", 50e9}, {"1000 B/s", 1000}, {"8 bit/s", 1}, {"900 gbyte/s", 900e9}, {"10kb/s", 1250},
		},
		[]struct{ in, problem string }{
			{"900", "no-unit"}, {"900GB", `unknown-suffix "GB"`}, {"900gb/s", `unknown-suffix "gb/s"`}, {"900G/s", `unknown-suffix "G/s"`}, {"900GB/h", `unknown-suffix "GB/h"`}, {"-1GB/s", "negative"}, {"0GB/s", "zero"}, {"900iB/s", `unknown-suffix "iB/s"`}, {"/s", "no-digit-at-the-start"},
		},
	},
	{
		"flops", func(s string) (float64, error) { v, err := ParseFLOPs(s); return float64(v), err },
		func(v float64) string { return FLOPs(v).String() }, 0.00501,
		[]measureCase{{"3.1e23", 3.1e23}, {"3.14e23 FLOP", 3.14e23}, {"312T", 312e12}, {"1.2EFLOP", 1.2e18}, {"1.2E", 1.2e18}, {"3ZFLOPs", 3e21}, {"3 zflops", 3e21}, {"5Y", 5e24}, {"1", 1}, {"3e2P", 3e17}},
		[]struct{ in, problem string }{{"989TFLOP/s", `unknown-suffix "TFLOP/s"`}, {"3B", `unknown-suffix "B"`}, {"", "empty"}, {"0", "zero"}, {"1e309", "too-large"}, {"-3e23", "negative"}},
	},
	{
		"flop rate", func(s string) (float64, error) { v, err := ParseFLOPRate(s); return float64(v), err },
		func(v float64) string { return FLOPRate(v).String() }, 0.00501,
		[]measureCase{{"989TFLOP/s", 989e12}, {"1.9PFLOPS", 1.9e15}, {"1.9 pflops", 1.9e15}, {"989 TFLOPs/s", 989e12}, {"1979TOPS", 1979e12}, {"1979 TOP/s", 1979e12}, {"312T", 312e12}, {"312e12", 312e12}, {"5 FLOP/s", 5}, {"5 FLOPS", 5}, {"2EFLOPS", 2e18}},
		[]struct{ in, problem string }{{"989TB/s", `unknown-suffix "TB/s"`}, {"989T/s", `unknown-suffix "T/s"`}, {"0", "zero"}, {"x", "no-digit-at-the-start"}},
	},
	{
		"duration", func(s string) (float64, error) { v, err := ParseDuration(s); return float64(v), err },
		func(v float64) string { return Seconds(v).String() }, 0.0501,
		[]measureCase{
			{"30d", 30 * 86400}, {"12h", 12 * 3600}, {"2h30m", 9000}, {"2h 30min", 9000}, {"90s", 90}, {"1.5y", 1.5 * 31557600}, {"850 ms", 0.85}, {"5µs", 5e-6}, {"12.1 days", 12.1 * 86400}, {"1.4 years", 1.4 * 31557600}, {"2W", 14 * 86400}, {"3天", 3 * 86400}, {"3小时30分钟", 12600}, {"1,000h", 3.6e6}, {"1e3s", 1000},
		},
		[]struct{ in, problem string }{
			{"30", "no-unit"}, {"2h30", "no-unit"}, {"", "empty"}, {"0d", "zero"}, {"-1d", "negative"}, {"30x", `unknown-suffix "x"`}, {"3mo", `unknown-suffix "mo"`}, {"30m2h", "units-not-from-long-to-short"}, {"1h1h", "units-not-from-long-to-short"}, {"d", "no-digit-at-the-start"}, {"1d-1h", `unknown-suffix "d-"`}, {"1e400d", "too-large"}, {"nan", "not-a-number"},
		},
	},
	{
		"usd", func(s string) (float64, error) { v, err := ParseUSD(s); return float64(v), err },
		func(v float64) string { return USD(v).String() }, 0.0501,
		[]measureCase{{"2M", 2e6}, {"$1,000", 1000}, {"1.5K", 1500}, {"3.99", 3.99}, {".011", 0.011}, {"$0", 0}, {"0", 0}, {"US$ 5", 5}, {"100万", 1e6}, {"1.2B", 1.2e9}, {"5 USD", 5}, {"$2M USD", 2e6}, {"＄１", 1}},
		[]struct{ in, problem string }{{"", "empty"}, {"$", "empty"}, {"-5", "negative"}, {"$-5", "negative"}, {"5€", `unknown-suffix "€"`}, {"$$5", "no-digit-at-the-start"}, {"$inf", "infinite"}},
	},
}

func TestParseMeasures(t *testing.T) {
	for _, p := range parsers {
		t.Run(p.name, func(t *testing.T) {
			for _, tt := range p.good {
				v, err := p.parse(tt.in)
				require.NoError(t, err, tt.in)
				assert.Equal(t, tt.want, v, tt.in)
			}
			for _, tt := range p.bad {
				v, err := p.parse(tt.in)
				var se *SyntaxError
				require.ErrorAs(t, err, &se, tt.in)
				assert.Equal(t, tt.problem, problemOf(se), tt.in)
				assert.Equal(t, tt.in, se.Input, tt.in)
				assert.NotEmpty(t, se.Want, tt.in)
				assert.Zero(t, v, tt.in)
			}
		})
	}
}

// fuzzMeasure holds a parser to: no panic, errors of the package's type,
// finite values of at least zero, and a printed form that parses again.
func fuzzMeasure(f *testing.F, name string) {
	for _, p := range parsers {
		if p.name != name {
			continue
		}
		for _, tt := range p.good {
			f.Add(tt.in)
		}
		for _, tt := range p.bad {
			f.Add(tt.in)
		}
		f.Fuzz(func(t *testing.T, s string) {
			v, err := p.parse(s)
			if err != nil {
				require.IsType(t, (*SyntaxError)(nil), err)
				require.Zero(t, v)
				return
			}
			require.False(t, math.IsNaN(v) || math.IsInf(v, 0) || v < 0, "%v", v)
			text := p.print(v)
			if v < 1e-300 || v > 1e300 { // about to under- or overflow by rounding
				return
			}
			back, err := p.parse(text)
			require.NoError(t, err, text)
			require.InDelta(t, v, back, v*p.tol, text)
		})
		return
	}
	f.Fatal("no parser " + name)
}

func FuzzParseBytes(f *testing.F)     { fuzzMeasure(f, "bytes") }
func FuzzParseBandwidth(f *testing.F) { fuzzMeasure(f, "bandwidth") }
func FuzzParseFLOPs(f *testing.F)     { fuzzMeasure(f, "flops") }
func FuzzParseFLOPRate(f *testing.F)  { fuzzMeasure(f, "flop rate") }
func FuzzParseDuration(f *testing.F)  { fuzzMeasure(f, "duration") }
func FuzzParseUSD(f *testing.F)       { fuzzMeasure(f, "usd") }
