// Package modelfile reads what a machine-learning model is from its files:
// config.json, the headers of safetensors and GGUF files, and repositories of
// the Hugging Face hub. Only headers are read, never the weights. Counts are
// exact or there are none, and every length in a file is held against the
// bytes that are there before it is believed.
package modelfile

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"mlsizer/sizing/modelfile/gguf"
	"mlsizer/sizing/modelfile/hub"
	"mlsizer/sizing/modelfile/safetensors"
	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/note"
)

// Options are the settings of Open. The zero value is ready for use.
type Options struct {
	// Hub answers hf: references; nil means hub.FromEnv.
	Hub *hub.Hub
}

// IsReference reports whether an argument looks like something for Open and
// not like a model's name or a parameter count: it begins with "hf:", has a
// path separator or a known extension, or a file or folder of that name
// exists.
func IsReference(arg string) bool {
	if SpelledAsReference(arg) {
		return true
	}
	_, err := os.Lstat(arg)
	return arg != "" && err == nil
}

// SpelledAsReference is IsReference by the spelling alone, without a look at
// what exists.
func SpelledAsReference(arg string) bool {
	if strings.HasPrefix(arg, hub.Scheme) || strings.ContainsRune(arg, '/') || strings.ContainsRune(arg, os.PathSeparator) {
		return true
	}
	switch strings.ToLower(filepath.Ext(arg)) {
	case ".json", ".safetensors", ".gguf":
		return true
	}
	return false
}

// Open reads the header of a model: of a config.json, a safetensors file or
// its index, a GGUF file, a folder that holds one of them, or a repository of
// the hub (hf:org/name, with @revision after it if wanted). The weights are
// never read. Parts of a split model are all read, whichever is named.
//
// Errors of a file's content are a *FormatError or a *ConfigError; errors of
// the hub a *HubError.
func Open(ctx context.Context, arg string, opts Options) (*File, error) {
	if strings.HasPrefix(arg, hub.Scheme) {
		ref, err := hub.ParseRef(arg)
		if err != nil {
			return nil, err
		}
		h := opts.Hub
		if h == nil {
			if h, err = hub.FromEnv(); err != nil {
				return nil, err
			}
		}
		return openRepository(ctx, h, ref)
	}
	// The kind is looked at before anything is opened: opening a pipe waits
	// for its other end.
	info, err := os.Stat(arg)
	if err != nil {
		return nil, source.PathError(arg, err)
	}
	if info.IsDir() {
		return openFolder(ctx, arg)
	}
	return openInFolder(ctx, source.Folder(filepath.Dir(arg)), filepath.Base(arg), arg)
}

// OpenGiven reads the header of a model file that was sent: of a config.json, a
// safetensors file or a GGUF file, by its name.
func OpenGiven(ctx context.Context, m *source.Memory) (*File, error) {
	f, err := openFile(ctx, m, m.Name, m.Name)
	if err != nil {
		return nil, err
	}
	f.name(strings.TrimSuffix(m.Name, filepath.Ext(m.Name)))
	return f, nil
}

// openAny reads a file or a folder by its path.
func openAny(ctx context.Context, path string) (*File, error) { return Open(ctx, path, Options{}) }

// openWeights reads a file of weights, all parts of a split one, by the ending
// of its name.
func openWeights(ctx context.Context, st source.Store, name string, beside besideConfig) (*File, error) {
	lower := strings.ToLower(name)
	switch {
	case strings.HasSuffix(lower, ".index.json"):
		return openIndex(ctx, st, name, beside)
	case strings.HasSuffix(lower, ".gguf"):
		return openGGUF(ctx, st, name)
	case !strings.HasSuffix(lower, ".safetensors"):
		return nil, &source.FormatError{File: st.Where(name), Offset: -1, Err: notRead(lower)}
	}
	names, _, err := source.Parts(name)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(lower, "adapter_") {
		return openSafetensors(ctx, st, names, false, beside)
	}
	// Beside an adapter stands the config of the model that it adapts, if any.
	f, err := openSafetensors(ctx, st, names, false, besideConfig{})
	if err != nil {
		return nil, err
	}
	f.Kind = KindAdapter
	return f, adapterBeside(ctx, st, f)
}

// isForeign tells the files of other frameworks by their ending.
func isForeign(name string) bool { return notRead(strings.ToLower(name)).Key != "path.no-model-file" }

// openInFolder reads one file of a folder, which names the model where the file's
// name does not.
func openInFolder(ctx context.Context, st source.Folder, name, path string) (*File, error) {
	f, err := openFile(ctx, st, name, path)
	if err != nil {
		return nil, err
	}
	title := strings.TrimSuffix(name, filepath.Ext(name))
	if abs, err := filepath.Abs(string(st)); err == nil && usualName(name) {
		title = filepath.Base(abs) // every model's file is called so
	}
	f.name(title)
	return f, nil
}

// openFile reads one file of a store by what its name says it is.
func openFile(ctx context.Context, st source.Store, name, path string) (*File, error) {
	var f *File
	var err error
	switch lower := strings.ToLower(name); {
	case strings.HasSuffix(lower, ".index.json"):
		f, err = openIndex(ctx, st, name, readConfig(ctx, st))
	case strings.HasSuffix(lower, ".json"):
		f, err = openJSON(ctx, st, name)
	case strings.HasSuffix(lower, ".safetensors"), strings.HasSuffix(lower, ".gguf"), isForeign(lower):
		f, err = openWeights(ctx, st, name, readConfig(ctx, st))
	case inOllamaStore(st, name):
		f, err = openJSON(ctx, st, name)
	default:
		return nil, &source.FormatError{File: path, Offset: -1, Err: notRead(lower)}
	}
	if err != nil {
		return nil, err
	}
	f.Path = path
	return f, nil
}

// usualName reports whether a file's name says nothing of the model.
func usualName(name string) bool {
	return name == "config.json" || strings.HasPrefix(name, "model.safetensors") || strings.HasPrefix(name, "model-0")
}

// notRead says why a file is not read, by its name.
func notRead(name string) *note.Error {
	switch filepath.Ext(name) {
	case ".bin", ".pt", ".pth", ".ckpt", ".pkl":
		return note.NewError("path.pickle")
	case ".onnx", ".h5", ".msgpack", ".npz", ".tflite", ".pb":
		return note.NewError("path.other-format")
	}
	return note.NewError("path.no-model-file")
}

// openGGUF reads a GGUF file, all parts of a split one.
func openGGUF(ctx context.Context, st source.Store, name string) (*File, error) {
	g, err := gguf.Read(ctx, st, name)
	if err != nil {
		return nil, err
	}
	f := ofSum(st.Where(name), FormatGGUF, &g.Sum)
	f.Model, f.ArchitectureParams, f.Metadata, f.Warnings = g.Model, g.ArchitectureParams, g.Metadata, g.Warnings
	if f.Kind = ofGGUF(g.Metadata); f.Kind != KindModel {
		f.Model, f.ArchitectureParams = nil, 0
	}
	return f, nil
}

// openSafetensors sums the named files, or the shards of the named index.
func openSafetensors(ctx context.Context, st source.Store, names []string, index bool, beside besideConfig) (*File, error) {
	if beside.fatal != nil {
		return nil, beside.fatal
	}
	c, err := safetensors.Read(ctx, st, names, index, beside.packing)
	if err != nil {
		return nil, err
	}
	f := ofSum(st.Where(names[0]), FormatSafetensors, &c.Sum)
	f.Files, f.Metadata, f.Config = c.Files, c.Metadata, beside.config
	if beside.config != nil {
		f.Model = beside.config.Model
		f.Warnings = append(f.Warnings, beside.config.Warnings...)
	}
	if beside.problem != nil {
		f.Warnings.Say("file.no-architecture", "", beside.problem)
	}
	f.Warnings = append(f.Warnings, c.Warnings...)
	if f.Model != nil {
		f.ArchitectureParams = f.Model.Params()
	}
	if c.Uncounted != nil {
		return f.uncounted(c.Uncounted)
	}
	if f.Model != nil && c.Quantised && f.Params > 0 {
		// Measured, scales and all, where the config gives only the rule.
		f.Model.StoredBits = 8 * float64(f.Bytes) / float64(f.Params)
	}
	f.compare()
	return f, nil
}
