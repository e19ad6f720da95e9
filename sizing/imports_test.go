package sizing_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// layers are the packages in the order of their imports: one imports only
// packages of the lines above it, and none of its own line. A subpackage has the
// place of its parent and may import that.
var layers = [][]string{
	{"sizing/wholetest"},
	{"sizing/quantity", "sizing/option"},
	{"sizing/limit", "sizing/note", "sizing/internal/golden", "sizing/internal/mutate"},
	{"hardware"},
	{"sizing/model"},
	{"sizing/modelfile/source"},
	{"sizing/modelfile/tensor"},
	{"sizing/modelfile/config", "sizing/modelfile/gguf/ggml"},
	{"sizing/modelfile/safetensors", "sizing/modelfile/gguf"},
	{"sizing/modelfile/hub"},
	{"sizing/efficiency", "sizing/catalog", "sizing/modelfile"},
	{"sizing/train", "sizing/serve"},
	{"sizing/run", "sizing/posttrain"},
	{"sizing/search"},
	{"sizing"},
	{"sizing/evidence"},
	{"cmd"},
}

// place is the layer of a package and its line's name for it; -1 if it has none.
func place(path string) (layer int, name string) {
	layer = -1
	for i, line := range layers {
		for _, p := range line {
			if (path == p || strings.HasPrefix(path, p+"/") && p != "sizing") && len(p) > len(name) {
				layer, name = i, p
			}
		}
	}
	return layer, name
}

// Imports run one way: training and serving know nothing of each other, and
// nothing below knows what stands above it.
func TestImportsRunOneWay(t *testing.T) {
	const module = "mlsizer/"
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, module+"...").Output()
	require.NoError(t, err)
	seen := 0
	for line := range strings.Lines(string(out)) {
		list := strings.Fields(line)
		from := strings.TrimPrefix(list[0], module)
		at, name := place(from)
		require.GreaterOrEqual(t, at, 0, "%s has no layer", from)
		for _, path := range list[1:] {
			to, ours := strings.CutPrefix(path, module)
			if !ours {
				continue
			}
			seen++
			below, other := place(to)
			assert.True(t, below < at || name == other, "%s imports %s", from, to)
		}
	}
	require.Greater(t, seen, 50)
}
