package search

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Chinchilla's own budget, 5.76e23 FLOPs: the corrected fit gives about 20
// tokens per parameter and so its 70B on 1.4T, the published fit about 70 tokens.
// Source: arXiv:2203.15556 section 4 (5.76e23 FLOPs), arXiv:2404.10102 figure 5.
func TestOptimumOfChinchilla(t *testing.T) {
	const c = 5.76e23
	o := mustOptimum(t, &Besiroglu, c)
	require.InEpsilon(t, 70e9, float64(o.Params), 0.1)
	require.InDelta(t, 20, float64(o.Tokens)/float64(o.Params), 3)
	plain := mustOptimum(t, &Twenty, c)
	require.InEpsilon(t, 69.3e9, float64(plain.Params), 0.01)
	require.Greater(t, float64(mustOptimum(t, &Hoffmann, c).Tokens), 1.5*float64(o.Tokens))
}

// No other split of the arithmetic has a lower loss.
func TestOptimumHasTheLeastLoss(t *testing.T) {
	for _, law := range []ScalingLaw{Besiroglu, Hoffmann} {
		for _, c := range []float64{1e18, 1e21, 1e24, 1e27} {
			o := mustOptimum(t, &law, c)
			n := float64(o.Params)
			for _, f := range []float64{0.5, 0.9, 0.99, 1.01, 1.1, 2} {
				require.Greater(t, law.Loss(n*f, c/6/(n*f)), law.Loss(n, c/6/n)-1e-12)
			}
			require.InEpsilon(t, c, 6*float64(o.Params)*float64(o.Tokens), 1e-6)
			require.False(t, math.IsNaN(o.Loss))
		}
	}
}

func mustOptimum(t *testing.T, law *ScalingLaw, flops float64) Optimum {
	t.Helper()
	o, err := law.For(quantity.FLOPs(flops))
	require.NoError(t, err)
	return o
}

// More arithmetic than counts of parameters and tokens can tell is rejected, and
// does not come back as a negative count.
func TestOptimumBeyondCounting(t *testing.T) {
	for _, law := range []*ScalingLaw{&Besiroglu, &Hoffmann, &Twenty} {
		for _, c := range []float64{1e42, 1e300, math.Inf(1)} {
			_, err := law.For(quantity.FLOPs(c))
			var coded *note.Error
			require.ErrorAs(t, err, &coded, "%s of %g", law.Name, c)
			require.Equal(t, "optimum.more-than-can-be-counted", coded.Code())
			require.Equal(t, quantity.FLOPs(c), coded.Args()[0])
		}
	}
}
