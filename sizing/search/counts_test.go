package search

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/hardware"
	"mlsizer/sizing/quantity"
)

// No smaller number of devices, in the steps that were looked at, has a plan.
func TestFewest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		g := Goal{Most: 64, Options: Options{Workers: 2}, Cluster: func(n int) (hardware.Cluster, error) { return hardware.NewCluster(p.Cluster.Device, n) }}
		alone, err := Run(p, Options{})
		require.NoError(t, err)
		if len(alone.Plans) > 0 && rapid.Bool().Draw(t, "in time") {
			g.Within = alone.Plans[0].Time.Run * quantity.Seconds(rapid.Float64Range(0.5, 2).Draw(t, "time"))
		}
		best, grain, ok := Fewest(p, g)
		if !ok {
			for _, n := range Doublings(g.Most) {
				_, found := g.At(p, n)
				require.False(t, found, "%d devices will do", n)
			}
			return
		}
		if g.Within > 0 {
			require.LessOrEqual(t, best.Plans[0].Time.Run, g.Within)
		}
		n := best.Cluster.Count
		require.Equal(t, n, best.Plans[0].Plan.Devices())
		for less := grain; less < n; less += grain {
			if 2*less >= n { // below stand the numbers that doubling passed
				_, found := g.At(p, less)
				require.False(t, found, "%d devices will do, not only %d", less, n)
			}
		}
	})
}

func TestDoublings(t *testing.T) {
	require.Equal(t, []int{1}, Doublings(1))
	require.Equal(t, []int{1, 2, 4, 8}, Doublings(8))
	require.Equal(t, []int{1, 2, 4, 8, 12}, Doublings(12))
}

func TestDivisors(t *testing.T) {
	require.Equal(t, []int{1, 2, 3, 4, 6, 12}, divisors(12))
	require.Equal(t, []int{1, 3, 9}, divisors(9))
	require.Equal(t, []int{1}, divisors(0))
	require.Equal(t, []int{1, 2}, divisors(2))
}
