package safetensors_test

import (
	"context"
	"errors"
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
	if err == nil || !strings.Contains(err.Error(), "1 of 2 files are missing: model-00001-of-00002.safetensors") {
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
		{"dots", bad("../x.safetensors"), `has ".." in it`},
		{"dots inside", bad("a/../../x.safetensors"), `has ".." in it`},
		{"slash", bad("/etc/x.safetensors"), "begins with a slash"},
		{"address", bad("https://x/y.safetensors"), "is an address"},
		{"backslash", bad(`a\\x.safetensors`), "control character or"},
		{"query", bad("a.safetensors?x"), "control character or"},
		{"escape", bad(`a\u0000.safetensors`), "control character or"},
		{"empty", bad(""), "is empty"},
		{"long", bad(strings.Repeat("a", 300) + ".safetensors"), "more than 255 bytes"},
		{"other format", bad("pytorch_model-00001-of-00002.bin"), "not that of a safetensors file"},
		{"number", `{"weight_map":{"a":1}}`, "want the name of a shard"},
		{"no map", `{"metadata":{}}`, "no weight_map"},
		{"empty map", `{"weight_map":{}}`, "names no tensor"},
		{"map twice", `{"weight_map":{},"weight_map":{}}`, "weight_map occurs twice"},
		{"tensor twice", `{"weight_map":{"a":"` + one + `","a":"` + two + `"}}`, `tensor "a" occurs twice`},
		{"cut off", `{"weight_map":{"a":"` + one, "the text ends inside the string"},
		{"array", `[]`, "want '{'"},
		{"missing shard", full(`,"l.scales":"` + two + `","z":"gone.safetensors"`), "1 of 3 files are missing: gone.safetensors"},
		{"missing tensor", full(`,"l.scales":"` + two + `","z":"` + two + `"`), `1 tensors of the index are not in their shards, such as "z" in ` + two},
		{"wrong shard", full(`,"l.scales":"` + one + `"`), `tensor "l.scales" is here, but the index puts it into ` + one},
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
		if f.Tensors != 4 || !strings.Contains(strings.Join(f.Warnings, ""), `1 tensors (such as "l.scales") are in the shards and not in the index`) {
			t.Errorf("%+v", f)
		}
	})
}
