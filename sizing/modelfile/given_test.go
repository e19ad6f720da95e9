package modelfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/modelfile"
	"mlsizer/sizing/modelfile/internal/filetest"
	"mlsizer/sizing/modelfile/source"
)

// TestOpenGiven: a header that was sent says what the file says, and one that was
// not sent whole is an error.
func TestOpenGiven(t *testing.T) {
	gpt2, params := filetest.GPT2(t)
	f, err := modelfile.OpenGiven(t.Context(), &source.Memory{Name: "gpt2.json", Header: []byte(gpt2), Size: int64(len(gpt2))})
	require.NoError(t, err)
	assert.Equal(t, params, f.Params)
	assert.Equal(t, "gpt2", f.Model.Name)

	path := filetest.WriteTensors(t, t.TempDir(), "model.safetensors", gpt2Tensors(false)...)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	header := whole[:8+int(whole[0])|int(whole[1])<<8|int(whole[2])<<16]
	opened, err := modelfile.Open(t.Context(), path, modelfile.Options{})
	require.NoError(t, err)
	given, err := modelfile.OpenGiven(t.Context(), &source.Memory{Name: filepath.Base(path), Header: header, Size: info.Size()})
	require.NoError(t, err)
	assert.Equal(t, opened.Params, given.Params)
	assert.Equal(t, opened.Bytes, given.Bytes)

	for name, m := range map[string]*source.Memory{
		"half a header": {Name: "model.safetensors", Header: header[:len(header)/2], Size: info.Size()},
		"of no format":  {Name: "model.bin", Header: header, Size: info.Size()},
		"nothing":       {Name: "model.gguf", Size: 100},
		"another size":  {Name: "model.safetensors", Header: header, Size: int64(len(header))},
	} {
		_, err := modelfile.OpenGiven(t.Context(), m)
		assert.Error(t, err, name)
	}
}
