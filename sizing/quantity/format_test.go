package quantity

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestStrings(t *testing.T) {
	below := func(v float64) float64 { return math.Nextafter(v, 0) }
	for _, tt := range []struct {
		v    fmt.Stringer
		want string
	}{
		{Params(8_030_261_248), "8.03B"}, {Params(70_553_706_496), "70.6B"}, {Params(405_853_388_800), "406B"}, {Params(1.8e12), "1.80T"}, {Params(124e6), "124M"}, {Params(350e3), "350K"}, {Params(999), "999"}, {Params(1), "1"}, {Params(0), "0"}, {Params(7e9), "7.00B"}, {Params(-7e9), "-7.00B"},
		{Params(999_499_999_999), "999B"}, {Params(999_500_000_000), "1.00T"}, {Params(999_499), "999K"}, {Params(999_500), "1.00M"}, {Params(1000), "1.00K"}, {Params(9_994_999), "9.99M"}, {Params(9_995_000), "10.0M"}, {Params(99_949_999), "99.9M"}, {Params(99_950_000), "100M"},
		{Params(999_499_999_999_999), "999T"}, {Params(999_500_000_000_000), "1.00e15"}, {Params(math.MaxInt64), "9.22e18"}, {Params(math.MinInt64), "-9.22e18"},
		{Tokens(15e12), "15.0T"}, {Tokens(300e9), "300B"},
		{Bytes(79.65 * (1 << 30)), "79.7 GiB"}, {Bytes(0), "0 B"}, {Bytes(512), "512 B"}, {Bytes(1023), "0.999 KiB"}, {Bytes(1024), "1.00 KiB"}, {Bytes(999 << 30), "999 GiB"}, {Bytes(999.5 * (1 << 30)), "0.976 TiB"}, {Bytes(below(999.5 * (1 << 30))), "999 GiB"}, {Bytes(1 << 40), "1.00 TiB"}, {Bytes(-1 << 30), "-1.00 GiB"}, {Bytes(0.5), "0.500 B"}, {Bytes(1e30), "1.00e30 B"},
		{Bandwidth(3.35e12), "3.35 TB/s"}, {Bandwidth(450e9), "450 GB/s"}, {Bandwidth(999.5e9), "1.00 TB/s"}, {Bandwidth(below(999.5e9)), "999 GB/s"},
		{FLOPs(3.14e23), "3.14e23 FLOP"}, {FLOPs(9.995e23), "9.99e23 FLOP"}, {FLOPs(9.996e23), "1.00e24 FLOP"}, {FLOPs(42), "42 FLOP"}, {FLOPs(0), "0 FLOP"}, {FLOPs(999.9), "1.00e3 FLOP"}, {FLOPs(1000), "1.00e3 FLOP"}, {FLOPs(1.5e-300), "1.50e-300 FLOP"},
		{FLOPRate(989.4e12), "989 TFLOP/s"}, {FLOPRate(1.979e15), "1.98 PFLOP/s"},
		{Seconds(0), "0 s"}, {Seconds(0.85), "850 ms"}, {Seconds(0.0123), "12.3 ms"}, {Seconds(5e-6), "5.00 µs"}, {Seconds(0.9995), "1.00 s"}, {Seconds(below(0.9995)), "999 ms"}, {Seconds(12.3), "12.3 s"}, {Seconds(59.94), "59.9 s"}, {Seconds(59.95), "1.00 min"}, {Seconds(252), "4.20 min"}, {Seconds(59.94 * 60), "59.9 min"}, {Seconds(59.96 * 60), "1.00 h"}, {Seconds(3.1 * 3600), "3.10 h"}, {Seconds(47.94 * 3600), "47.9 h"}, {Seconds(48 * 3600), "2.00 days"}, {Seconds(12.1 * 86400), "12.1 days"}, {Seconds(200.4 * 86400), "200 days"}, {1.4 * Year, "1.40 years"}, {Year, "1.00 years"}, {Seconds(-90), "-1.50 min"}, {1e6 * Year, "1.00e6 years"},
		{USD(1.23e6), "$1.23M"}, {USD(12_300), "$12,300"}, {USD(12_345), "$12,300"}, {USD(0.42), "$0.42"}, {USD(0), "$0"}, {USD(3.99), "$3.99"}, {USD(99.994), "$99.99"}, {USD(99.995), "$100"}, {USD(123.4), "$123"}, {USD(999_499), "$999,000"}, {USD(999_500), "$1.00M"}, {USD(0.0042), "$0.0042"}, {USD(0.009951), "$0.01"}, {USD(0.011), "$0.011"}, {USD(0.0994), "$0.099"}, {USD(0.0996), "$0.10"}, {USD(-5), "-$5.00"}, {USD(4.56e9), "$4.56B"}, {USD(9996), "$10,000"}, {USD(1e-7), "$1.00e-7"},
		{KWh(12.3), "12.3 kWh"}, {KWh(4560), "4.56 MWh"}, {KWh(1.2e6), "1.20 GWh"}, {KWh(0.45), "450 Wh"}, {Watts(700), "700 W"}, {Watts(1.2e6), "1.20 MW"},
		{Bytes(math.NaN()), "NaN"}, {Bytes(math.Inf(1)), "+Inf"}, {Seconds(math.NaN()), "NaN"}, {Seconds(math.Inf(-1)), "-Inf"}, {USD(math.NaN()), "NaN"}, {USD(math.Inf(1)), "+Inf"}, {FLOPs(math.Inf(1)), "+Inf"}, {FLOPRate(math.NaN()), "NaN"}, {KWh(math.Inf(1)), "+Inf"}, {Watts(math.NaN()), "NaN"}, {Bandwidth(math.NaN()), "NaN"},
	} {
		assert.Equal(t, tt.want, tt.v.String(), "%T(%#v)", tt.v, tt.v)
	}
	assert.Equal(t, "14.0 GB", Bytes(14e9).Decimal())
	assert.Equal(t, "1.00 TB", Bytes(999.5e9).Decimal())
	assert.Equal(t, "999 GB", Bytes(below(999.5e9)).Decimal())
	assert.Equal(t, "NaN", Bytes(math.NaN()).Decimal())
}

func TestExactAndChinese(t *testing.T) {
	assert.Equal(t, "7,000,000,000", Params(7e9).Exact())
	assert.Equal(t, "999", Params(999).Exact())
	assert.Equal(t, "-1,000", Params(-1000).Exact())
	assert.Equal(t, "-9,223,372,036,854,775,808", Params(math.MinInt64).Exact())
	assert.Equal(t, "15,000,000,000,000", Tokens(15e12).Exact())
	for p, want := range map[Params]string{
		7e9: "70亿", 175e9: "1750亿", 1.8e12: "1.8万亿", 3.5e6: "350万", 124e6: "1.24亿", 9999: "9999", 10_000: "1万", 99_994_999: "9999万", 99_995_000: "1亿",
		999_949_999_999: "9999亿", 999_950_000_000: "1万亿", 8_030_261_248: "80.3亿", 0: "0", -7e9: "-70亿", math.MaxInt64: "9,223,372,036,854,775,807",
	} {
		assert.Equal(t, want, p.Chinese(), p.Exact())
	}
	assert.NotPanics(t, func() { _ = Params(math.MinInt64).Chinese() })
}

// No value of any type may print a unit's number as 1000 or more.
func TestNeverFourDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := math.Exp(rapid.Float64Range(0, 60).Draw(t, "log"))
		for _, s := range []string{Params(min(v, 9e18)).String(), Bytes(v).String(), Bytes(v).Decimal(), Bandwidth(v).String(), FLOPRate(v).String(), Watts(v).String()} {
			digits := 0
			for digits < len(s) && isDigit(s[digits]) {
				digits++
			}
			assert.LessOrEqual(t, digits, 3, s)
		}
	})
}

// Numbers go into JSON as they are: no scale, no exponent below 1e21, and no
// NaN, which is not JSON.
func TestJSON(t *testing.T) {
	b, err := json.Marshal(map[string]any{"a": Bytes(80530636800), "b": FLOPs(3.14e23), "c": Params(6738415616), "d": Seconds(0.1), "e": USD(12.5)})
	require.NoError(t, err)
	assert.JSONEq(t, `{"a":80530636800,"b":3.14e+23,"c":6738415616,"d":0.1,"e":12.5}`, string(b))
	assert.Contains(t, string(b), `"a":80530636800`)
	var back struct{ A Bytes }
	require.NoError(t, json.Unmarshal(b, &back))
	assert.Equal(t, Bytes(80530636800), back.A)
	for _, v := range []any{Bytes(math.NaN()), FLOPs(math.Inf(1)), Seconds(math.Inf(-1)), USD(math.NaN()), KWh(math.NaN()), Bandwidth(math.NaN()), FLOPRate(math.NaN()), Watts(math.NaN())} {
		_, err := json.Marshal(v)
		assert.Error(t, err)
	}
}

func TestScale(t *testing.T) {
	format := func(s Scale, values ...float64) (cells []string) {
		for _, v := range values {
			cells = append(cells, s.Format(v))
		}
		return append(cells, s.Unit())
	}
	const gib = 1 << 30
	for _, tt := range []struct {
		got, want []string
	}{
		{format(NewByteScale(14*gib, 70.5*gib, 0), 14*gib, 70.5*gib, 0), []string{"14.0", "70.5", "0", "GiB"}},
		{format(NewByteScale(1.5*gib, 2000*gib), 1.5*gib, 2000*gib), []string{"1.50", "2000.00", "GiB"}},
		// The smallest would be 3.00 MiB, but the largest then has seven digits.
		{format(NewByteScale(3<<20, 2<<40), 3<<20, 2<<40), []string{"0.003", "2048.000", "GiB"}},
		{format(NewByteScale(100, 2<<40), 100, 2<<40), []string{"<0.001", "2048.000", "GiB"}},
		{format(NewByteScale(), 12), []string{"12", "B"}},
		{format(NewByteScale(0, Bytes(math.NaN()), Bytes(math.Inf(1))), 0, math.NaN(), math.Inf(1)), []string{"0", "NaN", "+Inf", "B"}},
		{format(NewByteScale(Bytes(math.Inf(1)), gib), gib), []string{"1.00", "GiB"}},
		{format(NewFLOPsScale(3.14e23, 4.2e24), 3.14e23, 4.2e24), []string{"314", "4200", "1e21 FLOP"}},
		{format(NewFLOPRateScale(989e12, 312e12), 989e12, 312e12), []string{"989", "312", "TFLOP/s"}},
		{format(NewSecondsScale(3.1*Hour, 90*Hour), float64(3.1*Hour), float64(90*Hour)), []string{"3.10", "90.00", "h"}},
		{format(NewSecondsScale(0.85, 12), 0.85, 12), []string{"850", "12000", "ms"}},
		{format(NewUSDScale(1.2e6, 4.5e7), 1.2e6, 4.5e7), []string{"1.20", "45.00", "$M"}},
		{format(NewUSDScale(0.42, 12), 0.42, 12), []string{"0.420", "12.000", "$"}},
		{format(NewKWhScale(4560, 12e6), 4560, 12e6), []string{"4.56", "12000.00", "MWh"}},
		{format(NewParamsScale(7e9, 405e9), 7e9, 405e9), []string{"7.00", "405.00", "B"}},
		{format(NewParamsScale(999_600), 999_600), []string{"1.00", "M"}},
		{format(NewTokensScale(15e12, 300e9), 15e12, 300e9), []string{"15000", "300", "B"}},
		{format(Scale{}, 12, 0, -3), []string{"12", "0", "-3", ""}},
	} {
		assert.Equal(t, tt.want, tt.got)
	}
}

func TestScaleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 1e19), 1, 8).Draw(t, "values")
		bytes := make([]Bytes, len(values))
		for i, v := range values {
			bytes[i] = Bytes(v)
		}
		s := NewByteScale(bytes...)
		for _, v := range values {
			cell := s.Format(v)
			if v != 0 {
				require.NotEqual(t, "0", cell)
				require.NotRegexp(t, `^0\.0+$`, cell)
			}
			digits := 0
			for digits < len(cell) && isDigit(cell[digits]) {
				digits++
			}
			require.LessOrEqual(t, digits, 6, cell)
		}
	})
}
