package quantity

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var goodSizes = []struct {
	in   string
	want Size
}{
	{"7B", Size{Params: 7e9}}, {"175B parameters", Size{Params: 175e9}},
	{"~7B", Size{Params: 7e9, Approximate: true}}, {"≈ 7 billion", Size{Params: 7e9, Approximate: true}}, {"约70亿", Size{Params: 7e9, Approximate: true}},
	{"About 7B parameters", Size{Params: 7e9, Approximate: true}}, {"ca. 1.5B", Size{Params: 1.5e9, Approximate: true}},
	{"7-13B", Size{Params: 13e9, Low: 7e9}}, {"7B–13B", Size{Params: 13e9, Low: 7e9}}, {"7B to 13B", Size{Params: 13e9, Low: 7e9}}, {"70亿至130亿", Size{Params: 13e9, Low: 7e9}},
	{"70～130亿", Size{Params: 13e9, Low: 7e9}}, {"900M-1.5B", Size{Params: 15e8, Low: 9e8}}, {"~7-13B", Size{Params: 13e9, Low: 7e9, Approximate: true}}, {"7,000,000-13,000,000", Size{Params: 13e6, Low: 7e6}},
	{"8x7B", Size{Params: 56e9, Experts: 8}}, {"8×22B", Size{Params: 176e9, Experts: 8}}, {"16 X 17B", Size{Params: 272e9, Experts: 16}},
	{"235B-A22B", Size{Params: 235e9, Active: 22e9}}, {"30B A3B", Size{Params: 30e9, Active: 3e9}}, {"671B (A37B)", Size{Params: 671e9, Active: 37e9}},
	{"671B (37B active)", Size{Params: 671e9, Active: 37e9}}, {"671B total, 37B active", Size{Params: 671e9, Active: 37e9}}, {"37B active / 671B total", Size{Params: 671e9, Active: 37e9}},
	{"6710亿（激活370亿）", Size{Params: 671e9, Active: 37e9}}, {"~1T (32B activated)", Size{Params: 1e12, Active: 32e9, Approximate: true}},
}

func TestParseSize(t *testing.T) {
	for _, tt := range goodSizes {
		t.Run(tt.in, func(t *testing.T) {
			got, err := ParseSize(tt.in)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
			assert.Equal(t, got.Low == 0 && got.Active == 0 && got.Experts == 0 && !got.Approximate, got.Exact())
		})
	}
}

var badSizes = []string{
	"", "~", "about", "7-", "-7B", "13-7B", "7B-7B", "2019-2024", "2024-01-31", "7-13", "8x", "x7B", "1x7B", "8x7", "8x7X", "99999x7B", "8x9e18B",
	"22B-A235B", "235B-A", "A22B", "671B (37B)", "37B active", "671B active, 37B active", ">7B", "7B+", "my-model-13b", "13b-chat", "7B chat", "GPT-3 (175B)",
}

func TestParseSizeRefuses(t *testing.T) {
	for _, in := range badSizes {
		t.Run(in, func(t *testing.T) {
			got, err := ParseSize(in)
			assert.Zero(t, got)
			var se *SyntaxError
			require.ErrorAs(t, err, &se)
			_, want := ParseParams(in)
			assert.Equal(t, want, err)
		})
	}
}

func FuzzParseSize(f *testing.F) {
	for _, tt := range goodSizes {
		f.Add(tt.in)
	}
	for _, in := range badSizes {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		size, err := ParseSize(s)
		n, countErr := ParseParams(s)
		if countErr == nil {
			require.NoError(t, err)
			require.Equal(t, Size{Params: n}, size)
		}
		if err != nil {
			require.Equal(t, countErr, err)
			require.Zero(t, size)
			return
		}
		require.Positive(t, size.Params)
		require.True(t, size.Low >= 0 && size.Low < size.Params, size)
		require.True(t, size.Active >= 0 && size.Active <= size.Params, size)
		require.True(t, size.Experts == 0 || size.Experts > 1, size)
	})
}

func TestDecimalComma(t *testing.T) {
	comma, point := CommaStyle{Comma: true}, CommaStyle{Point: true}
	for _, tt := range []struct {
		in            string
		style         CommaStyle
		plain, groups string
	}{
		{"1,5B", comma, "1.5B", "1.5B"}, {"1.234,5", comma, "1234.5", "1234.5"}, {"1.234.567", comma, "1234567", "1234567"},
		{"1.5B", point, "1.5B", "1.5B"}, {"1,234.5", point, "1,234.5", "1,234.5"}, {"7,000,000", point, "7,000,000", "7,000,000"},
		{"1,500", CommaStyle{}, "1.500", "1.500"}, {"1.500", CommaStyle{}, "1.500", "1500"}, {"1500", CommaStyle{}, "1500", "1500"}, {"", CommaStyle{}, "", ""},
		{"1,5-2,5B", comma, "1.5-2.5B", "1.5-2.5B"}, {"1,5 Mrd.", comma, "1.5 Mrd.", "1.5 Mrd."}, {"gpt-3.5, neu", point, "gpt-3.5, neu", "gpt-3.5, neu"}, {",5", CommaStyle{}, ",5", ",5"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			assert.Equal(t, tt.style, StyleOf([]byte(tt.in)))
			assert.Equal(t, tt.plain, string(AppendDecimalPoint(nil, []byte(tt.in), false)))
			assert.Equal(t, tt.groups, string(AppendDecimalPoint(nil, []byte(tt.in), true)))
		})
	}
}

func FuzzDecimalPoint(f *testing.F) {
	for _, s := range []string{"1,5B", "1.234,5", "1.234.567", "7,000,000", ",.,", "1,", "９,５"} {
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, b []byte, grouped bool) {
		before := string(b)
		once := AppendDecimalPoint(nil, b, grouped)
		require.Equal(t, before, string(b))
		require.LessOrEqual(t, len(once), len(b))
		StyleOf(b)
	})
}
