package fits

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/hardware"
)

// TestRowsKeepToWhatIsAsked: every row fits, is as fast as asked and has the
// context; a looser question has more rows.
func TestRowsKeepToWhatIsAsked(t *testing.T) {
	d, err := hardware.Default().Find("rtx-4090")
	require.NoError(t, err)
	c, err := hardware.NewCluster(d, 1)
	require.NoError(t, err)
	rows := func(speed int64) []row {
		list, models := (&options{App: &cli.App{}, context: 32768, speed: speed}).rows(c)
		assert.Greater(t, models, len(list))
		return list
	}
	fast, all := rows(40), rows(0)
	require.NotEmpty(t, fast)
	assert.Greater(t, len(all), len(fast))
	for _, r := range fast {
		assert.GreaterOrEqual(t, r.Speed, 40.0, r.Model)
		assert.LessOrEqual(t, r.Memory, d.Memory, r.Model)
		assert.Positive(t, r.Context, r.Model)
		assert.Less(t, r.Low, r.Speed, r.Model)
		assert.Less(t, r.Speed, r.High, r.Model)
	}
}

func TestOrders(t *testing.T) {
	a, b := &row{Params: 2, Active: 1, Speed: 5}, &row{Params: 1, Active: 3, Speed: 4}
	for name, want := range map[string]int{"params": -1, "active": 1, "speed": -1} {
		assert.Equal(t, want, orders[name](a, b), name)
	}
	for _, s := range []string{"speed", "-speed"} {
		name, err := parseOrder(s)
		assert.NoError(t, err)
		assert.Equal(t, "speed", name)
	}
	_, err := parseOrder("best")
	assert.Error(t, err)
}
