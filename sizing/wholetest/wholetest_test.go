package wholetest

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSample(t *testing.T) {
	list := []int{0, 1, 2, 3, 4, 5, 6}
	for _, tt := range []struct {
		asked string
		n     int
		want  []int
		size  int
	}{
		{"", 1, list, 3},
		{"", 3, []int{0, 3, 6}, 3},
		{"", 9, []int{0}, 3},
		{"0", 4, []int{0, 4}, 3},
		{"1", 3, list, 8},
	} {
		t.Setenv(variable, tt.asked)
		require.Equal(t, tt.want, Sample(list, tt.n), tt)
		require.Equal(t, tt.size, Size(3, 8), tt)
	}
}

// A property draws the cases of the sample, those of the flag in a whole run,
// and those of the flag again after the test.
func TestChecks(t *testing.T) {
	before := flag.Lookup(checksFlag).Value.String()
	cases := func(asked string) (n int) {
		t.Run(asked, func(t *testing.T) {
			t.Setenv(variable, asked)
			Checks(t, "7")
			rapid.Check(t, func(*rapid.T) { n++ })
		})
		return n
	}
	require.Equal(t, 7, cases(""))
	require.Greater(t, cases("1"), 7)
	require.Equal(t, before, flag.Lookup(checksFlag).Value.String())
}
