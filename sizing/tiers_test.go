package sizing

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

func TestClassifyAtTheCuts(t *testing.T) {
	// Source: the report, section 1.2: below several million, to several
	// billion, to a hundred billion, to a trillion; read as 1e6, 1e9, 1e11,
	// 1e12, half-open.
	for _, c := range []struct {
		params quantity.Params
		want   Tier
		beyond bool
	}{
		{1, Small, false},
		{999_999, Small, false},
		{1_000_000, Medium, false},
		{999_999_999, Medium, false},
		{1_000_000_000, Large, false},
		{99_999_999_999, Large, false},
		{100_000_000_000, VeryLarge, false},
		{1_000_000_000_000, VeryLarge, false},
		{1_000_000_000_001, VeryLarge, true},
	} {
		tier, beyond := DefaultBounds.Classify(c.params)
		assert.Equal(t, c.want, tier, "%d", c.params)
		assert.Equal(t, c.beyond, beyond, "%d", c.params)
		assert.Equal(t, c.want, Classify(c.params))
	}
}

func TestClassifyAllEqualsClassify(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cut := rapid.Int64Range(1, 1<<40)
		b := Bounds{}
		last := int64(0)
		for i := range b {
			last += cut.Draw(t, "step")
			b[i] = quantity.Params(last)
		}
		params := rapid.SliceOf(rapid.Custom(func(t *rapid.T) quantity.Params {
			if rapid.Bool().Draw(t, "at a cut") {
				at := b[rapid.IntRange(0, 3).Draw(t, "cut")]
				return max(at+quantity.Params(rapid.IntRange(-1, 1).Draw(t, "beside")), 1)
			}
			return quantity.Params(rapid.Int64Range(1, 1<<43).Draw(t, "params"))
		})).Draw(t, "all")
		tiers := make([]Tier, len(params))
		counts := b.ClassifyAll(tiers, params)
		var want Counts
		for i, p := range params {
			tier, beyond := b.Classify(p)
			require.Equal(t, tier, tiers[i])
			want.ByTier[tier]++
			if beyond {
				want.Beyond++
			}
		}
		require.Equal(t, want, counts)
	})
}

func TestClassifyDoesNotAllocate(t *testing.T) {
	tiers, params := make([]Tier, 64), make([]quantity.Params, 64)
	assert.Zero(t, testing.AllocsPerRun(100, func() { Classify(7e9) }))
	assert.Zero(t, testing.AllocsPerRun(100, func() { DefaultBounds.ClassifyAll(tiers, params) }))
}

func TestParseBounds(t *testing.T) {
	b, err := ParseBounds("1M, 1B,100B,1T")
	require.NoError(t, err)
	assert.Equal(t, DefaultBounds, b)
	for _, bad := range []string{"", "1M", "1M,1B,100B", "1M,1B,100B,1T,2T", "1B,1M,100B,1T", "1M,1M,100B,1T", "0,1B,100B,1T", "x,1B,100B,1T"} {
		_, err := ParseBounds(bad)
		assert.Error(t, err, bad)
	}
}

func TestParseTier(t *testing.T) {
	for tier := range NumTiers {
		for _, s := range []string{tier.String(), strings.ToUpper(tier.String()), strings.ReplaceAll(tier.String(), "-", " ")} {
			got, err := ParseTier(s)
			require.NoError(t, err)
			assert.Equal(t, tier, got)
		}
	}
	_, err := ParseTier("huge")
	assert.Equal(t, note.NewError("tier.unknown", "huge"), err)
}

func TestSortBySizeIsStable(t *testing.T) {
	type model struct {
		name   string
		params quantity.Params
	}
	models := []model{{"c", 7e9}, {"a", 1e12}, {"b", 7e9}, {"d", 5e5}, {"e", 7e9}}
	SortBySize(DefaultBounds, models, func(m model) quantity.Params { return m.params })
	var names string
	for _, m := range models {
		names += m.name
	}
	assert.Equal(t, "dcbea", names)
}

func FuzzClassify(f *testing.F) {
	for _, b := range DefaultBounds {
		f.Add(int64(b))
	}
	f.Fuzz(func(t *testing.T, n int64) {
		if n < 1 {
			return
		}
		tier, beyond := DefaultBounds.Classify(quantity.Params(n))
		next, _ := DefaultBounds.Classify(quantity.Params(n + 1))
		assert.LessOrEqual(t, tier, next)
		assert.Equal(t, n > 1e12, beyond)
	})
}

// mixedParams are counts of all tiers in random order, as real files have.
func mixedParams(n int) []quantity.Params {
	r := rand.New(rand.NewPCG(1, 2))
	params := make([]quantity.Params, n)
	for i := range params {
		params[i] = quantity.Params(1 + r.Int64N(1<<(10+r.IntN(32))))
	}
	return params
}

func BenchmarkClassify(b *testing.B) {
	params := mixedParams(1024)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		Classify(params[i&1023])
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "models/s")
}

func BenchmarkClassifyAll(b *testing.B) {
	params := mixedParams(1 << 20)
	tiers := make([]Tier, len(params))
	b.ReportAllocs()
	b.SetBytes(int64(len(params)) * 8)
	for b.Loop() {
		DefaultBounds.ClassifyAll(tiers, params)
	}
	b.ReportMetric(float64(b.N)*float64(len(params))/b.Elapsed().Seconds(), "models/s")
}
