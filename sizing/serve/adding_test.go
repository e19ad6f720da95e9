package serve

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/internal/golden"
)

// The runtime of docs/adding.md is read as those of runtimes.json are, and serves.
func TestAddingRuntime(t *testing.T) {
	block := golden.Examples(t, "docs/adding.md", "A runtime", "json")[0]
	d := json.NewDecoder(strings.NewReader(block))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&Runtime{}), "a field of the page is not one of a runtime")
	runtimes, err := readRuntimes([]byte(`{"runtimes": [` + block + `]}`))
	require.NoError(t, err)
	r := runtimes[0]
	assert.NotEmpty(t, r.Source)
	m, err := catalog.Resolve("llama-3.1-8b")
	require.NoError(t, err)
	q, err := FindQuant("bf16")
	require.NoError(t, err)
	h100, err := hardware.Default().Find("h100")
	require.NoError(t, err)
	c, err := hardware.NewCluster(h100, 1)
	require.NoError(t, err)
	assert.True(t, r.RunsOn(h100))
	p, err := Request{Model: m, Quant: q, Cluster: c, Runtime: r, Context: 8192, Batch: 1}.Prepare()
	require.NoError(t, err)
	assert.Equal(t, r, p.Runtime)
}
