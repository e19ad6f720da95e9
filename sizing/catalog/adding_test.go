package catalog

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/internal/golden"
)

const adding = "docs/adding.md"

// The model of the page is read as those of the data files are, and has the
// published total.
func TestAddingModel(t *testing.T) {
	elements, err := splitArray([]byte("[" + golden.Examples(t, adding, "A model", "json")[0] + "]"))
	require.NoError(t, err)
	require.Len(t, elements, 1)
	s, err := newSlot(elements[0])
	require.NoError(t, err)
	assert.Equal(t, "my-llama-1b", s.name)
	assert.Equal(t, []string{"my-llama"}, s.aliases)
	e := s.entry()
	m, err := e.Build()
	require.NoError(t, err)
	assert.Equal(t, e.Published, m.Params())
	assert.NotEmpty(t, e.PublishedSource)
	require.Len(t, e.Runs, 1)
	assert.NotEmpty(t, e.Runs[0].Source)
	d := json.NewDecoder(strings.NewReader(string(elements[0])))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&entryJSON{}), "a field of the page is not one of the schema")
}

// The family of the page builds the model of the page. Its total is, by hand:
//
//	embedding  50000 x 1024 (the head is tied to it)           = 51,200,000
//	attention  1024 x 128 x (8 + 2 + 2 + 8) + 2 x 128 (norms)  =  2,621,696
//	FFN        3 x 1024 x 4096                                 = 12,582,912
//	norms      2 x 1024 a layer, and one before the head
//	total      51,200,000 + 12 x (2,621,696 + 12,582,912 + 2,048) + 1024
func TestAddingFamily(t *testing.T) {
	blocks := golden.Examples(t, adding, "A family", "json")
	require.Len(t, blocks, 2)
	var families map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(blocks[0]), &families))
	require.Contains(t, families, "my-family")
	a, err := newArch(families["my-family"], json.RawMessage(blocks[1]))
	require.NoError(t, err)
	m, err := a.model("my-model")
	require.NoError(t, err)
	require.NoError(t, m.Check())
	assert.EqualValues(t, 51_200_000+12*(2_621_696+12_582_912+2_048)+1024, m.Params())
}
