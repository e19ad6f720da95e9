package evidence

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Equal weights give the quantiles of the values, and a value with its weight
// split in two gives those of one value.
func TestWeightedQuantile(t *testing.T) {
	values := []float64{5, 1, 4, 2, 3}
	for _, q := range []float64{0, 0.1, 0.5, 0.9, 1} {
		assert.InDelta(t, quantile([]float64{1, 2, 3, 4, 5}, q), weightedQuantile(values, []float64{1, 1, 1, 1, 1}, q), 1e-12, q)
	}
	assert.Equal(t, 3.0, weightedQuantile([]float64{1, 3, 3, 5}, []float64{1, 0.5, 0.5, 1}, 0.5))
	assert.Equal(t, 7.0, weightedQuantile([]float64{7}, []float64{0.2}, 0.9))
	assert.InDelta(t, 9, weightedQuantile([]float64{0, 10}, []float64{1, 1}, 0.9), 1e-9)
}

// spread are samples of groups whose residuals lie between -1 and 1 times their
// width.
func spread(groups, each int, width float64) []sample {
	var list []sample
	for g := range groups {
		for i := range each {
			x := 2*float64((i*groups+g)%(groups*each))/float64(groups*each-1) - 1
			list = append(list, sample{residual: width * x, weight: 1, group: fmt.Sprint(g)})
		}
	}
	return list
}

// The band of samples holds 80 % of those of other groups. Groups that have an
// error in common need a wider one than their rows would.
func TestBandOf(t *testing.T) {
	b, covered := bandOf(spread(20, 10, 0.1))
	assert.InDelta(t, 0.8, covered, 0.02)
	assert.InEpsilon(t, math.Exp(0.08), b.High, 0.01)
	assert.InEpsilon(t, math.Exp(-0.08), b.Low, 0.01)

	var shared []sample
	for g, off := range []float64{-0.2, -0.12, 0, 0.1, 0.25} {
		for range 40 {
			shared = append(shared, sample{residual: off, weight: 1, group: fmt.Sprint(g)})
		}
	}
	_, covered = bandOf(shared)
	assert.InDelta(t, 0.8, covered, 1e-9, "four of five groups")

	alone, none := bandOf(spread(1, 40, 0.1))
	assert.Zero(t, none)
	assert.InEpsilon(t, math.Exp(0.2), alone.High, 1e-9, "one group says little of another: twice all of it")
	empty, none := bandOf(nil)
	assert.Zero(t, none)
	assert.Equal(t, 1.0, empty.High)
}
