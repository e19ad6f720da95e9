package train

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/internal/golden"
	"mlsizer/sizing/model/modeltest"
)

// The stack of docs/adding.md is read as those of stacks.json are, and trains.
func TestAddingStack(t *testing.T) {
	block := golden.Examples(t, "docs/adding.md", "A stack", "json")[0]
	d := json.NewDecoder(strings.NewReader(block))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&Stack{}), "a field of the page is not one of a stack")
	stacks, err := readStacks([]byte("[" + block + "]"))
	require.NoError(t, err)
	s := stacks[0]
	assert.NotEmpty(t, s.Source)
	assert.Equal(t, Zero3, s.Sharding)
	p, err := Prepare(modeltest.GPT(4, 1024, 8, 32000, 2048), Workload{Seq: 2048}, s, testCluster(2))
	require.NoError(t, err)
	e, err := p.Evaluate(&Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 2, MicroBatch: 1, GlobalBatch: 2, Sharding: Zero3})
	require.NoError(t, err)
	assert.Greater(t, e.Memory.Total, e.Memory.Weights)
	assert.Positive(t, e.Time.Step)
}
