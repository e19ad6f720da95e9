package modelfile_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlsizer/sizing/modelfile"
	"mlsizer/sizing/modelfile/internal/filetest"
	"mlsizer/sizing/modelfile/internal/opentest"
)

func TestIsReference(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]bool{
		"hf:gpt2": true, "hf:org/name": true, "a/b": true, "./x": true, "model.gguf": true, "m.safetensors": true, "config.json": true,
		"M.GGUF": true, "folder": true, ".": true,
		"": false, "7B": false, "llama-3.1-70b": false, "1750亿": false, "6.7B": false, "gpt-3": false,
	} {
		if got := modelfile.IsReference(arg); got != want {
			t.Errorf("%q: %v, want %v", arg, got, want)
		}
	}
}

func TestOpenConfig(t *testing.T) {
	gpt2, params := filetest.GPT2(t)
	dir := filepath.Join(t.TempDir(), "gpt2-small")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filetest.Put(t, dir, "config.json", gpt2)
	for _, arg := range []string{path, dir, filetest.Put(t, t.TempDir(), "openai-community__gpt2.json", gpt2)} {
		f := opentest.Open(t, arg)
		if f.Format != modelfile.FormatConfig || f.Params != params || f.ArchitectureParams != f.Params || f.Bytes != 0 || f.Tensors != 0 || f.Model == nil || f.Path != arg {
			t.Errorf("%+v", f)
		}
		if want := map[bool]string{true: "openai-community__gpt2", false: "gpt2-small"}[strings.Contains(arg, "__")]; f.Model.Name != want {
			t.Errorf("%s: the model is called %q, want %q", arg, f.Model.Name, want)
		}
	}
}

// gpt2Tensors are those of the published file, masks included.
// Source: openai-community/gpt2 model.safetensors.
func gpt2Tensors(head bool) []filetest.Tensor {
	list := []filetest.Tensor{filetest.T("wte.weight", "F32", 50257, 768), filetest.T("wpe.weight", "F32", 1024, 768), filetest.T("ln_f.weight", "F32", 768), filetest.T("ln_f.bias", "F32", 768)}
	for i := range 12 {
		h := "h." + string(rune('a'+i)) + "."
		list = append(list, filetest.T(h+"ln_1.weight", "F32", 768), filetest.T(h+"ln_1.bias", "F32", 768), filetest.T(h+"ln_2.weight", "F32", 768), filetest.T(h+"ln_2.bias", "F32", 768),
			filetest.T(h+"attn.bias", "F32", 1, 1, 1024, 1024), filetest.T(h+"attn.c_attn.weight", "F32", 768, 2304), filetest.T(h+"attn.c_attn.bias", "F32", 2304),
			filetest.T(h+"attn.c_proj.weight", "F32", 768, 768), filetest.T(h+"attn.c_proj.bias", "F32", 768), filetest.T(h+"mlp.c_fc.weight", "F32", 768, 3072),
			filetest.T(h+"mlp.c_fc.bias", "F32", 3072), filetest.T(h+"mlp.c_proj.weight", "F32", 3072, 768), filetest.T(h+"mlp.c_proj.bias", "F32", 768))
	}
	if head {
		list = append(list, filetest.T("lm_head.weight", "F32", 50257, 768))
	}
	return list
}

// TestOpenFolder: the tensors are counted, the config gives the architecture,
// and where they differ it is said.
func TestOpenFolder(t *testing.T) {
	gpt2, params := filetest.GPT2(t)
	dir := t.TempDir()
	filetest.Put(t, dir, "config.json", gpt2)
	filetest.WriteTensors(t, dir, "model.safetensors", gpt2Tensors(false)...)
	f := opentest.Open(t, dir)
	if f.Format != modelfile.FormatSafetensors || f.Params != params || f.ArchitectureParams != params || f.Model == nil || f.Config == nil {
		t.Errorf("%+v", f)
	}
	// The published file has 137,022,720 elements: 12 masks of 1024² more.
	if w := fmt.Sprint(f.Warnings); !strings.Contains(w, "file.buffers [12 ") || !strings.Contains(w, " 12582912]") {
		t.Errorf("warnings %q", w)
	}
	if f.Components != f.Model.ByComponent() {
		t.Errorf("components %v by tensor, %v by architecture", f.Components, f.Model.ByComponent())
	}
	filetest.WriteTensors(t, dir, "model.safetensors", gpt2Tensors(true)...)
	f = opentest.Open(t, dir)
	if f.Params != params+50257*768 || !strings.Contains(fmt.Sprint(f.Warnings), "file.head-stored-twice") {
		t.Errorf("%+v", f)
	}
	filetest.Put(t, dir, "config.json", strings.Replace(gpt2, `"n_layer":12`, `"n_layer":11`, 1))
	if f = opentest.Open(t, dir); !strings.Contains(fmt.Sprint(f.Warnings), "file.other-than-architecture") {
		t.Errorf("warnings %q", f.Warnings)
	}
	filetest.Put(t, dir, "config.json", `{"model_type":"none of ours"}`)
	if f = opentest.Open(t, dir); f.Model != nil || f.ArchitectureParams != 0 || !strings.Contains(fmt.Sprint(f.Warnings), "file.no-architecture [") {
		t.Errorf("%+v", f)
	}
	filetest.Put(t, dir, "config.json", `{"model_type":`)
	if _, err := modelfile.Open(context.Background(), dir, modelfile.Options{}); err == nil || !strings.Contains(err.Error(), "config.json") {
		t.Errorf("error %v", err)
	}
}

func TestOpenChoosesInAFolder(t *testing.T) {
	dir := t.TempDir()
	refused := func(want string) {
		t.Helper()
		_, err := modelfile.Open(context.Background(), dir, modelfile.Options{})
		var fe *modelfile.FormatError
		if !errors.As(err, &fe) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), dir) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	filetest.Put(t, dir, "README.md", "")
	refused("folder: no model")
	filetest.NewGGUF().Tensor("a", 0, 5).Write(t, dir, "a.gguf")
	if f := opentest.Open(t, dir); f.Params != 5 {
		t.Errorf("%+v", f)
	}
	filetest.NewGGUF().Tensor("a", 0, 6).Write(t, dir, "b.gguf")
	refused("folder: several models: [a.gguf b.gguf]")
	filetest.WriteTensors(t, dir, "x.safetensors", filetest.T("a", "F16", 7))
	if f := opentest.Open(t, dir); f.Params != 7 {
		t.Errorf("%+v", f)
	}
	filetest.WriteTensors(t, dir, "y.safetensors", filetest.T("a", "F16", 8))
	refused("folder: several models: [x.safetensors y.safetensors]")
	filetest.WriteTensors(t, dir, "model.safetensors", filetest.T("a", "F16", 9))
	if f := opentest.Open(t, dir); f.Params != 9 {
		t.Errorf("%+v", f)
	}
}

func TestOpenRefused(t *testing.T) {
	dir := t.TempDir()
	for _, sub := range []string{"d.gguf", "d.safetensors", "d.json"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	loop := filepath.Join(dir, "loop.gguf")
	if err := os.Symlink(loop, loop); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct{ path, want string }{
		{filepath.Join(dir, "gone.gguf"), "no such file"},
		{filepath.Join(dir, "d.gguf"), "folder: no model"},
		{loop, "too many levels of symbolic links"},
		{filetest.Put(t, dir, "pytorch_model.bin", "x"), "path: pickle"},
		{filetest.Put(t, dir, "model.onnx", "x"), "path: other format"},
		{filetest.Put(t, dir, "noextension", "x"), "path: no model file"},
		{filetest.Put(t, dir, "m-00003-of-00002.gguf", "x"), "parts: bad number: 3, 2"},
		{filetest.Put(t, dir, "m-00000-of-00002.safetensors", "x"), "parts: bad number: 0, 2"},
		{filetest.Put(t, dir, "empty.json", ""), "empty.json"},
		{filepath.Join(dir, "a\x00.gguf"), "invalid argument"},
	} {
		_, err := modelfile.Open(context.Background(), c.path, modelfile.Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), filepath.Base(c.path)) {
			t.Errorf("%s: error %v, want %q", c.path, err, c.want)
		}
	}
	if _, err := modelfile.Open(context.Background(), filepath.Join(dir, "gone.gguf"), modelfile.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
	// A config.json that is a folder must not pass for none.
	sub := t.TempDir()
	filetest.WriteTensors(t, sub, "model.safetensors", filetest.T("a", "F16", 9))
	if err := os.Mkdir(filepath.Join(sub, "config.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := modelfile.Open(context.Background(), sub, modelfile.Options{}); err == nil || !strings.Contains(err.Error(), "path: no regular file: path.folder") {
		t.Errorf("error %v", err)
	}
}

func TestOpenPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	path := filetest.Put(t, t.TempDir(), "m.gguf", "x")
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := modelfile.Open(context.Background(), path, modelfile.Options{}); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}

func TestOpenLongConfig(t *testing.T) {
	path := filetest.Put(t, t.TempDir(), "config.json", "")
	if err := os.Truncate(path, 10<<30); err != nil {
		t.Skip(err)
	}
	var err error
	used := filetest.AllocatedBy(func() { _, err = modelfile.Open(context.Background(), path, modelfile.Options{}) })
	if err == nil || !strings.Contains(err.Error(), "config: goes on: 16777216") {
		t.Errorf("error %v", err)
	}
	if used > 1<<20 {
		t.Errorf("%d bytes allocated", used)
	}
}

func TestOpenCancelled(t *testing.T) {
	dir := filetest.ShardedFolder(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := modelfile.Open(ctx, dir, modelfile.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
