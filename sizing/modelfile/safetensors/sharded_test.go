package safetensors_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlsizer/sizing/modelfile"
	"mlsizer/sizing/modelfile/internal/filetest"
	"mlsizer/sizing/modelfile/internal/opentest"
)

func TestSharded(t *testing.T) {
	dir := filetest.ShardedFolder(t)
	for _, arg := range []string{dir, filepath.Join(dir, filetest.IndexName), filepath.Join(dir, "model-00002-of-00002.safetensors")} {
		f := opentest.Open(t, arg)
		if f.Params != 6+256*512 || f.Tensors != 4 || f.Files != 2 || len(f.Warnings) != 0 || f.Path != arg {
			t.Errorf("%s: %+v", arg, f)
		}
	}
	os.Remove(filepath.Join(dir, filetest.IndexName))
	if f := opentest.Open(t, dir); f.Params != 6+256*512 || f.Files != 2 {
		t.Errorf("without an index: %+v", f)
	}
	os.Remove(filepath.Join(dir, "model-00001-of-00002.safetensors"))
	_, err := modelfile.Open(context.Background(), dir, modelfile.Options{})
	if err == nil || !strings.Contains(err.Error(), "parts: missing: 1, 2, [model-00001-of-00002.safetensors") {
		t.Errorf("error %v", err)
	}
}

func TestIndexRefused(t *testing.T) {
	const one, two = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
	full := func(last string) string {
		return `{"weight_map":{"a.weight":"` + one + `","l.qweight":"` + one + `","l.qzeros":"` + two + `"` + last + `}}`
	}
	bad := func(shard string) string { return `{"weight_map":{"a":"` + shard + `"}}` }
	for _, c := range []struct{ name, index, want string }{
		{"dots", bad("../x.safetensors"), "byte 15: index: bad shard: ../x.safetensors, shard.dots"},
		{"dots inside", bad("a/../../x.safetensors"), "byte 15: index: bad shard: a/../../x.safetensors, shard.dots"},
		{"slash", bad("/etc/x.safetensors"), "byte 15: index: bad shard: /etc/x.safetensors, shard.slash"},
		{"address", bad("https://x/y.safetensors"), "byte 15: index: bad shard: https://x/y.safetensors, shard.address"},
		{"backslash", bad(`a\\x.safetensors`), `byte 15: index: bad shard: a\x.safetensors, shard.odd-character`},
		{"query", bad("a.safetensors?x"), "byte 15: index: bad shard: a.safetensors?x, shard.odd-character"},
		{"escape", bad(`a\u0000.safetensors`), "byte 15: index: bad shard: a\u0000.safetensors, shard.odd-character"},
		{"empty", bad(""), "byte 15: index: bad shard: , shard.empty"},
		{"long", bad(strings.Repeat("a", 300) + ".safetensors"), "byte 19: header: long string: 255"},
		{"other format", bad("pytorch_model-00001-of-00002.bin"), "byte 15: index: bad shard: pytorch_model-00001-of-00002.bin, shard.no-safetensors"},
		{"number", `{"weight_map":{"a":1}}`, "byte 19: header: odd character: 49, index.shard-name"},
		{"no map", `{"metadata":{}}`, "index: no map"},
		{"empty map", `{"weight_map":{}}`, "index: no tensor"},
		{"map twice", `{"weight_map":{},"weight_map":{}}`, "byte 17: header: key occurs twice: weight_map"},
		{"tensor twice", `{"weight_map":{"a":"` + one + `","a":"` + two + `"}}`, "byte 54: tensor: occurs twice: a"},
		{"cut off", `{"weight_map":{"a":"` + one, "byte 52: header: open string: 19"},
		{"array", `[]`, "byte 0: header: odd character: 91, index.open"},
		{"missing shard", full(`,"l.scales":"` + two + `","z":"gone.safetensors"`), "parts: missing: 1, 3, [gone.safetensors]"},
		{"missing tensor", full(`,"l.scales":"` + two + `","z":"` + two + `"`), `index: tensors missing: 1, z, ` + two},
		{"wrong shard", full(`,"l.scales":"` + one + `"`), `tensor: in another shard: l.scales, ` + one},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filetest.ShardedFolder(t)
			filetest.Index(t, dir, c.index)
			_, err := modelfile.Open(context.Background(), filepath.Join(dir, filetest.IndexName), modelfile.Options{})
			var fe *modelfile.FormatError
			if !errors.As(err, &fe) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	t.Run("stray tensor", func(t *testing.T) {
		dir := filetest.ShardedFolder(t)
		filetest.Index(t, dir, full(""))
		f := opentest.Open(t, dir)
		if f.Tensors != 4 || !strings.Contains(fmt.Sprint(f.Warnings), "file.not-in-index [1 l.scales]") {
			t.Errorf("%+v", f)
		}
	})
}
