package quantity

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var goodCounts = []struct {
	in   string
	want int64
}{
	{"7B", 7e9}, {"7b", 7e9}, {"124M", 124e6}, {"1.1T", 1.1e12}, {"350K", 350e3}, {"350k", 350e3}, {"6.74e9", 6.74e9},
	{"7_000_000_000", 7e9}, {"7,000,000,000", 7e9}, {"70亿", 70e8}, {"1750亿", 1750e8}, {"1.8万亿", 1.8e12},
	{"3.5千万", 35e6}, {"12万", 12e4}, {"３", 3}, {"７Ｂ", 7e9}, {"７．５ｂ", 7.5e9}, {"１，０００", 1000}, {"  7B ", 7e9},
	{"\t7 B\n", 7e9}, {"　７亿　", 7e8}, {"2千", 2000}, {"5十万", 5e5}, {"3百万", 3e6}, {"2十亿", 2e9}, {"2百亿", 2e10}, {"1.5千亿", 1.5e11},
	{"7 billion", 7e9}, {"1.5 Million", 1.5e6}, {"2Trillion", 2e12}, {"3 thousand", 3000}, {"1億", 1e8}, {"1萬", 1e4}, {"7bn", 7e9}, {"1.5 Mrd.", 1.5e9}, {"350 Mio", 350e6}, {"1", 1}, {"999", 999}, {"0001", 1}, {"0.1B", 1e8}, {".5B", 5e8}, {"0.000001M", 1}, {"1e18", 1e18}, {"1E6", 1e6}, {"1e+6", 1e6}, {"15e-1", 1}, {"1.0e0", 1},
	{"4Mi", 4 << 20}, {"4mi", 4 << 20}, {"64Ki", 64 << 10}, {"2 Gi", 2 << 30}, {"1.5Ti", 3 << 39}, {"0.5Ki", 512}, {"1.00000000000000000000Mi", 1 << 20}, {"8388607Ti", 8388607 << 40},
	// Exact, where a float64 product would not be: 0.29·100 is 28.999… in binary.
	{"0.29M", 290_000}, {"1.005B", 1_005_000_000}, {"6738415616", 6738415616}, {"8.030261248B", 8030261248},
	{"9223372036854775807", math.MaxInt64}, {"9,223,372,036,854,775,807", math.MaxInt64}, {"9.223372036854775807e18", math.MaxInt64},
	{"9223372036854775807.999", math.MaxInt64}, {"9223372.036854775807T", math.MaxInt64}, {"1234567890123456789", 1234567890123456789},
	// A fraction of a parameter is cut off, not rounded.
	{"1000.9", 1000}, {"7.0", 7}, {"1234567890.5", 1234567890}, {"1.9e0", 1}, {"1.2345K", 1234}, {"0.9999999999B", 999_999_999}, {"1.0000000009B", 1_000_000_000}, {"999999999999999999999e-5", 9999999999999999},
	{strings.Repeat("0", 100) + "7", 7}, {"1." + strings.Repeat("0", 100), 1}, {"0." + strings.Repeat("0", 99) + "1e100", 1}, {"1" + strings.Repeat("0", 30) + "e-30", 1},
}

func TestParseCount(t *testing.T) {
	for _, tt := range goodCounts {
		t.Run(tt.in, func(t *testing.T) {
			p, err := ParseParams(tt.in)
			require.NoError(t, err)
			assert.Equal(t, Params(tt.want), p)
			pb, err := ParseParamsBytes([]byte(tt.in))
			require.NoError(t, err)
			assert.Equal(t, p, pb)
			tok, err := ParseTokens(tt.in)
			require.NoError(t, err)
			assert.Equal(t, Tokens(tt.want), tok)
			n, err := ParseCount(tt.in)
			require.NoError(t, err)
			assert.Equal(t, tt.want, n)
			n, err = parseCountSlow(&countSpelling, tt.in)
			require.NoError(t, err, "the slow path takes what the fast path takes")
			assert.Equal(t, tt.want, n)
		})
	}
}

var badCounts = []struct{ in, problem string }{
	{"", "empty"}, {"  ", "empty"}, {"　", "empty"},
	{"15X", `unknown-suffix "X"`}, {"7Bi", `unknown-suffix "Bi"`}, {"7i", `unknown-suffix "i"`}, {"8388608Ti", "too-large-to-count"}, {"1e3Mi", "exponent-and-suffix"}, {"0Mi", "zero"}, {"7BB", `unknown-suffix "BB"`}, {"7GB", `unknown-suffix "GB"`}, {"7G", `unknown-suffix "G"`}, {"7B chat", `unknown-suffix "B chat"`},
	{"7 000", `unknown-suffix "000"`}, {"0x10", `unknown-suffix "x10"`}, {"1e", `unknown-suffix "e"`}, {"7e3e3", `unknown-suffix "e3"`}, {"7万千", `unknown-suffix "万千"`},
	{"my-model-13b", "no-digit-at-the-start"}, {"+7B", "no-digit-at-the-start"}, {"(7)", "no-digit-at-the-start"}, {".", "no-digit-after-the-point"}, {"7.", "no-digit-after-the-point"}, {"7.B", "no-digit-after-the-point"},
	{"B", "suffix-without-number"}, {"亿", "suffix-without-number"}, {"万亿", "suffix-without-number"},
	{"0", "zero"}, {"0.0", "zero"}, {"0B", "zero"}, {"0e99", "zero"}, {"０", "zero"}, {"-0", "negative"},
	{"0.5", "below-one"}, {"0.0001K", "below-one"}, {"1e-1", "below-one"}, {"1e-999999999999", "below-one"},
	{"1.9", "not-whole-and-no-unit"}, {"999.999", "not-whole-and-no-unit"}, {"7.5", "not-whole-and-no-unit"}, {"７．５", "not-whole-and-no-unit"}, {"1." + strings.Repeat("0", 60) + "1", "not-whole-and-no-unit"},
	{"-7B", "negative"}, {"−7B", "negative"}, {"-1", "negative"},
	{"NaN", "not-a-number"}, {"nan", "not-a-number"}, {"-nan", "not-a-number"}, {"Inf", "infinite"}, {"-Inf", "infinite"}, {"+infinity", "infinite"}, {"∞", "infinite"},
	{"9223372036854775808", "too-large-to-count"}, {"9.3e18", "too-large-to-count"}, {"10000000T", "too-large-to-count"}, {"1e999999999999999", "too-large-to-count"}, {strings.Repeat("9", 500), "too-large-to-count"},
	{"1,2,3", `misplaced-separator ","`}, {"1__0", `misplaced-separator "_"`}, {"1_0", `misplaced-separator "_"`}, {",1", `misplaced-separator ","`}, {"1,", `misplaced-separator ","`}, {"1,000,", `misplaced-separator ","`}, {"1000,000", `misplaced-separator ","`},
	{"1,000_000", `misplaced-separator "_"`}, {"1,5B", `misplaced-separator ","`}, {"1.234.567", `misplaced-separator "."`}, {"1.5,0", `misplaced-separator ","`}, {"1,00.5", `misplaced-separator ","`},
	{"1e9B", "exponent-and-suffix"}, {"1e3亿", "exponent-and-suffix"},
	{"7\xff", `unknown-suffix "\xff"`}, {"\x00", "no-digit-at-the-start"},
}

func TestParseCountRefuses(t *testing.T) {
	for _, tt := range badCounts {
		t.Run(tt.in, func(t *testing.T) {
			p, err := ParseParams(tt.in)
			var se *SyntaxError
			require.ErrorAs(t, err, &se)
			assert.Zero(t, p)
			assert.Equal(t, tt.problem, problemOf(se))
			assert.Equal(t, "parameter count", se.Kind)
			assert.Equal(t, tt.in, se.Input)
			_, err = ParseTokens(tt.in)
			require.ErrorAs(t, err, &se)
			assert.Equal(t, "token count", se.Kind)
			_, err = ParseCount(tt.in)
			require.ErrorAs(t, err, &se)
			assert.Equal(t, "count", se.Kind)
		})
	}
}

// problemOf is what is wrong, and the part of the input that is.
func problemOf(e *SyntaxError) string {
	if e.Part == "" {
		return string(e.Problem)
	}
	return string(e.Problem) + " " + strconv.Quote(e.Part)
}

// What is counted may follow the count, and only that.
func TestParseCountWithNoun(t *testing.T) {
	for in, want := range map[string]Params{
		"175B parameters": 175e9, "1750亿参数": 175e9, "70亿个参数": 7e9, "7B Params": 7e9, "7Bparam": 7e9, "12 million parameters": 12e6, "650 parameters": 650, "7e9 params": 7e9,
	} {
		p, err := ParseParams(in)
		require.NoError(t, err, in)
		assert.Equal(t, want, p, in)
	}
	tok, err := ParseTokens("15T tokens")
	require.NoError(t, err)
	assert.Equal(t, Tokens(15e12), tok)
	for _, in := range []string{"15T parameters", "15T params"} {
		_, err := ParseTokens(in)
		assert.Error(t, err, in)
	}
	for _, in := range []string{"7B tokens", "parameters", "7X parameters", "7.5 parameters"} {
		_, err := ParseParams(in)
		assert.Error(t, err, in)
	}
}

// An error carries its values: the part of the input stands among them where the
// problem is about one.
func TestSyntaxErrorArgs(t *testing.T) {
	for _, c := range []struct {
		in, code string
		args     []any
	}{
		{"15X", "quantity.unknown-suffix", []any{"15X", "X", Want{Forms: "count-suffix"}}},
		{"1,2,3", "quantity.misplaced-separator", []any{"1,2,3", ",", Want{Forms: "parameter-count"}}},
		{"", "quantity.empty", []any{"", Want{Forms: "parameter-count"}}},
		{strings.Repeat("9", 100), "quantity.too-large-to-count", []any{strings.Repeat("9", 60) + "…", Want{Forms: "parameter-count"}}},
	} {
		_, err := ParseParams(c.in)
		var e *SyntaxError
		require.ErrorAs(t, err, &e, c.in)
		assert.Equal(t, c.code, e.Code(), c.in)
		assert.Equal(t, c.args, e.Args(), c.in)
	}
}

func TestSyntaxErrorText(t *testing.T) {
	_, err := ParseTokens("15X")
	assert.EqualError(t, err, `token count "15X": unknown suffix "X"`)
	assert.Equal(t, &SyntaxError{"token count", "15X", UnknownSuffix, "X", Want{Forms: "count-suffix"}}, err)
	_, err = ParseParams("-7B")
	assert.EqualError(t, err, `parameter count "-7B": negative`)
	assert.Equal(t, &SyntaxError{"parameter count", "-7B", Negative, "", Want{Forms: "parameter-count"}}, err)
	_, err = ParseParams(strings.Repeat("万", 1000))
	assert.Less(t, len(err.Error()), 500, "a long input is cut")
	assert.Contains(t, err.Error(), strings.Repeat("万", 60)+"…")
}

// An error outlives the buffer that was parsed.
func TestParseParamsBytesError(t *testing.T) {
	b := []byte("15X")
	_, err := ParseParamsBytes(b)
	copy(b, "zzz")
	assert.Contains(t, err.Error(), `"15X": unknown suffix "X"`)
	_, err = ParseParamsBytes(nil)
	assert.Error(t, err)
}

// The fast path is held to the slow one on every short text over the letters
// that matter.
func TestFastPathExhaustively(t *testing.T) {
	const alphabet = "0159.,_eE+-KbT x"
	var buf [5]byte
	var walk func(n int)
	walk = func(n int) {
		s := string(buf[:n])
		got, err := parseCount(&countSpelling, s)
		want, wantErr := parseCountSlow(&countSpelling, s)
		if got != want || (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %d, %v; reference %d, %v", s, got, err, want, wantErr)
		}
		if n == len(buf) {
			return
		}
		for i := range len(alphabet) {
			buf[n] = alphabet[i]
			walk(n + 1)
		}
	}
	walk(0)
}

func TestCountRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Params(rapid.Int64Range(1, math.MaxInt64).Draw(t, "n") >> rapid.IntRange(0, 62).Draw(t, "shift"))
		p = max(p, 1)
		checkCountRoundTrip(t, p)
		// The same value, scaled: n thousandths of a B and so on.
		d := rapid.Int64Range(1, 1_000_000).Draw(t, "thousandths")
		got, err := ParseParams(fmt.Sprintf("%d.%03dB", d/1000, d%1000))
		require.NoError(t, err)
		assert.Equal(t, Params(d)*1e6, got)
	})
}

type tester interface {
	require.TestingT
	Helper()
}

func checkCountRoundTrip(t tester, p Params) {
	t.Helper()
	back, err := ParseParams(p.Exact())
	require.NoError(t, err, p.Exact())
	require.Equal(t, p, back, p.Exact())
	back, err = ParseParams(p.String())
	require.NoError(t, err, p.String())
	require.InEpsilon(t, float64(p), float64(back), 0.00501, p.String())
	back, err = ParseParams(p.Chinese())
	require.NoError(t, err, p.Chinese())
	require.InEpsilon(t, float64(p), float64(back), 0.000501, p.Chinese())
}

func FuzzParseParams(f *testing.F) {
	for _, tt := range goodCounts {
		f.Add(tt.in)
	}
	for _, tt := range badCounts {
		f.Add(tt.in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParseParams(s)
		pb, errb := ParseParamsBytes([]byte(s))
		require.Equal(t, p, pb)
		slow, errSlow := parseCountSlow(&paramsSpelling, s)
		require.Equal(t, int64(p), slow)
		if err != nil {
			require.IsType(t, (*SyntaxError)(nil), err)
			require.Equal(t, err, errb)
			require.Equal(t, err, errSlow)
			require.Zero(t, p)
			return
		}
		require.NoError(t, errb)
		require.Positive(t, p)
		checkCountRoundTrip(t, p)
	})
}

func TestParseParamsAllocates(t *testing.T) {
	for _, s := range []string{"7B", "6738415616", "8.03B", "7,000,000,000", "6.74e9", "1.8万亿", " ７０亿 "} {
		b := []byte(s)
		assert.Zero(t, testing.AllocsPerRun(100, func() {
			if _, err := ParseParamsBytes(b); err != nil {
				t.Fatal(err)
			}
			if _, err := ParseParams(s); err != nil {
				t.Fatal(err)
			}
		}), s)
	}
}

func BenchmarkParseParams(b *testing.B) {
	for _, bench := range []struct{ name, in string }{
		{"digits", "6738415616"}, {"suffix", "124M"}, {"decimal", "8.03B"}, {"commas", "7,000,000,000"}, {"exponent", "6.74e9"}, {"chinese", "1.8万亿"},
	} {
		in := []byte(bench.in)
		b.Run("input="+bench.name, func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseParamsBytes(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("input=decimal/reference", func(b *testing.B) {
		b.SetBytes(5)
		for b.Loop() {
			if _, err := parseCountSlow(&paramsSpelling, "8.03B"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
