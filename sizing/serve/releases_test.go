package serve_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/catalog"
	"mlsizer/sizing/serve"
)

// Every release is of a model of the catalogue, its tensors are less than its
// file, and what the file has beside them is less than a tenth.
func TestReleasesAreOfTheCatalogue(t *testing.T) {
	for _, r := range serve.Releases() {
		m, err := catalog.Resolve(r.Model)
		require.NoError(t, err, r.Repository)
		q, err := serve.FindQuant(r.Weights)
		require.NoError(t, err, r.Repository)
		released := q.ReleasedAs(r.Model)
		assert.Equal(t, r.Repository, released.Repository)
		assert.NotEmpty(t, r.Source)
		got := serve.WeightBytes(m, released)
		if r.FileBytes == 0 {
			continue
		}
		assert.Equal(t, r.FileBytes-r.FurtherBytes, got, r.Repository)
		released.FileBytes = 0
		alone := serve.WeightBytes(m, released)
		assert.LessOrEqual(t, alone, got, r.Repository)
		assert.Greater(t, alone, 0.9*got, r.Repository)
	}
}

// A preset without a release of the model is the preset.
func TestNoRelease(t *testing.T) {
	q, err := serve.FindQuant("fp8")
	require.NoError(t, err)
	assert.Same(t, q, q.ReleasedAs("llama-3.1-8b"))
}

// Experts in MXFP4, the rest in FP8, embedding and head in 16 bits; experts in
// INT4 with a 16-bit scale per 32, the rest in 16 bits.
// Source: moonshotai/Kimi-K2-Thinking on Hugging Face, 594 GB.
func TestExpertsInTheirOwnFormat(t *testing.T) {
	m, err := catalog.Resolve("kimi-k2-thinking")
	require.NoError(t, err)
	q, err := serve.FindQuant("int4+bf16")
	require.NoError(t, err)
	assert.InEpsilon(t, 594e9, float64(serve.WeightBytes(m, q)), 0.001)
}
