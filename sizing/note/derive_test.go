package note

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Inputs are numbers in base units; those of a part stand in its place, and a
// part that is absent leaves nothing.
func TestDerive(t *testing.T) {
	d := Derive("memory.weights", "weights", "source", 1, In("parameters", Count(2821283328)), In("shards", NewPart("memory.shards", In("ranks", 8.0))),
		In("place", Part{}), In("size", Decimal(2e9)))
	assert.Equal(t, "memory", d.Group)
	got, err := json.Marshal(d.Inputs)
	require.NoError(t, err)
	assert.JSONEq(t, `[{"name":"parameters","value":2821283328},{"name":"ranks","value":8},{"name":"size","value":2000000000,"unit":"bytes"}]`, string(got))
	assert.Equal(t, "2,821,283,328", Count(2821283328).String())
}
