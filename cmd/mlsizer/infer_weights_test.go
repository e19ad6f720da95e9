package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// safetensorsOf writes a file of one tensor of so many 16-bit values.
func safetensorsOf(t *testing.T, values int64) string {
	t.Helper()
	header := fmt.Sprintf(`{"model.embed_tokens.weight":{"dtype":"BF16","shape":[%d,1],"data_offsets":[0,%d]}}`, values, 2*values)
	name := filepath.Join(t.TempDir(), "model.safetensors")
	data := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	require.NoError(t, os.WriteFile(name, data, 0o600))
	require.NoError(t, os.Truncate(name, int64(len(data))+2*values)) // a hole
	return name
}

// Weights in a file are as large as the file says; those of another model are
// refused, in a server too, which reads no files.
func TestInferWeightsOfAFile(t *testing.T) {
	const params = 134515008 // SmolLM2-135M
	file := safetensorsOf(t, params)
	a := askInfer(t, "smollm2-135m", "--on", "h100", "--weights", file, "--price", "2")
	assert.Equal(t, 2.0*params, a.Weights)
	_, errOut, code := runArgs("infer", "llama-3.1-8b", "--on", "h100", "--weights", file)
	assert.Equal(t, 2, code)
	assert.Contains(t, errOut, "they are not those of llama-3.1-8b")
	_, errOut, code = runArgs("compare", "smollm2-135m", "--on", "h100", "--weights", file)
	assert.Equal(t, 2, code)
	assert.Contains(t, errOut, "is not a known storage of weights")
}
