// Package modelfile reads what a machine-learning model is from its files:
// config.json, the headers of safetensors and GGUF files, and repositories of
// the Hugging Face hub. Only headers are read, never the weights. Counts are
// exact or there are none, and every length in a file is held against the
// bytes that are there before it is believed.
package modelfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
)

// The formats of a File.
const (
	FormatConfig      = "config.json"
	FormatSafetensors = "safetensors"
	FormatGGUF        = "gguf"
)

// File is what a model file, a folder of them or a repository says.
type File struct {
	// Path is what was opened, as the user called it.
	Path string
	// Format is FormatConfig, FormatSafetensors or FormatGGUF.
	Format string
	// Model is the architecture; nil where it cannot be derived.
	Model *sizing.Model
	// Config is the config.json read, alone or beside the tensors; nil if
	// there is none or it is of an architecture that is not modelled.
	Config *Config
	// Params is the number of parameters. Where there are tensors they are
	// counted, unpacked; else it is ArchitectureParams.
	Params quantity.Params
	// ParamsByDType lists what is stored in which number format, the most
	// bytes first; its parameters and bytes add up to Params and Bytes. It is
	// empty where there are no tensors.
	ParamsByDType []DTypeCount
	// Bytes is the storage of all tensors; 0 where there are none.
	Bytes quantity.Bytes
	// Tensors is their number.
	Tensors int
	// Files is how many files the tensors come from.
	Files int
	// Components are the parameters by component, told by the tensors' names.
	Components [sizing.NumComponents]quantity.Params
	// ArchitectureParams is what the config or the hyper-parameters come to;
	// 0 where they are missing or not modelled.
	ArchitectureParams quantity.Params
	// Metadata is what the file says of itself, unchecked.
	Metadata map[string]string
	// Warnings are the doubts that a reader of the numbers must know.
	Warnings []string
}

func (f *File) warn(format string, args ...any) {
	f.Warnings = append(f.Warnings, fmt.Sprintf(format, args...))
}

// Options are the settings of Open. The zero value is ready for use.
type Options struct {
	// Hub answers hf: references; nil means NewHubFromEnv.
	Hub *Hub
}

// accepted is what Open takes.
const accepted = "config.json, a .safetensors file, its index.json, a .gguf file, a folder with one of these, or hf:org/name"

// IsReference reports whether an argument looks like something for Open and
// not like a model's name or a parameter count: it begins with "hf:", has a
// path separator or a known extension, or a file or folder of that name
// exists.
func IsReference(arg string) bool {
	if strings.HasPrefix(arg, hubScheme) || strings.ContainsRune(arg, '/') || strings.ContainsRune(arg, os.PathSeparator) {
		return true
	}
	switch strings.ToLower(filepath.Ext(arg)) {
	case ".json", ".safetensors", ".gguf":
		return true
	}
	_, err := os.Lstat(arg)
	return arg != "" && err == nil
}

// Open reads the header of a model: of a config.json, a safetensors file or
// its index, a GGUF file, a folder that holds one of them, or a repository of
// the hub (hf:org/name, with @revision after it if wanted). The weights are
// never read. Parts of a split model are all read, whichever is named.
//
// Errors of a file's content are a *FormatError or a *ConfigError; errors of
// the hub a *HubError.
func Open(ctx context.Context, arg string, opts Options) (*File, error) {
	if strings.HasPrefix(arg, hubScheme) {
		ref, err := ParseHubRef(arg)
		if err != nil {
			return nil, err
		}
		hub := opts.Hub
		if hub == nil {
			if hub, err = NewHubFromEnv(); err != nil {
				return nil, err
			}
		}
		return openRepository(ctx, hub, ref)
	}
	// The kind is looked at before anything is opened: opening a pipe waits
	// for its other end.
	info, err := os.Stat(arg)
	if err != nil {
		return nil, pathError(arg, err)
	}
	if info.IsDir() {
		return openFolder(ctx, arg)
	}
	return openFile(ctx, dirStore(filepath.Dir(arg)), filepath.Base(arg), arg)
}

// openFile reads one file of a folder by what its name says it is.
func openFile(ctx context.Context, st dirStore, name, path string) (*File, error) {
	var f *File
	var err error
	switch lower := strings.ToLower(name); {
	case strings.HasSuffix(lower, ".index.json"):
		f, err = openSafetensors(ctx, st, []string{name}, true, readConfig(ctx, st))
	case strings.HasSuffix(lower, ".json"):
		f, err = openConfig(ctx, st, name)
	case strings.HasSuffix(lower, ".safetensors"):
		var names []string
		if names, _, err = partsOf(name); err == nil {
			f, err = openSafetensors(ctx, st, names, false, readConfig(ctx, st))
		}
	case strings.HasSuffix(lower, ".gguf"):
		f, err = openGGUF(ctx, st, name)
	default:
		return nil, &FormatError{File: path, Offset: -1, Problem: "not a kind of model file that is read here" + hintFor(lower), Want: accepted}
	}
	if err != nil {
		return nil, err
	}
	f.Path = path
	title := strings.TrimSuffix(name, filepath.Ext(name))
	if abs, err := filepath.Abs(string(st)); err == nil && usualName(name) {
		title = filepath.Base(abs) // every model's file is called so
	}
	f.name(title)
	return f, nil
}

// usualName reports whether a file's name says nothing of the model.
func usualName(name string) bool {
	return name == "config.json" || strings.HasPrefix(name, "model.safetensors") || strings.HasPrefix(name, "model-0")
}

// name calls the architecture of a config by the folder or repository that it
// is from. A GGUF file brings a name of its own.
func (f *File) name(title string) {
	if f.Config != nil && f.Model != nil && f.Model == f.Config.Model {
		f.Model.Name = title
	}
}

// hintFor names the usual files that are not read, and why.
func hintFor(name string) string {
	switch filepath.Ext(name) {
	case ".bin", ".pt", ".pth", ".ckpt", ".pkl":
		return ": a pickle is a program, and is not run"
	case ".onnx", ".h5", ".msgpack", ".npz", ".tflite", ".pb":
		return ": convert it to safetensors or give its config.json"
	}
	return ""
}

// openConfig reads a config.json on its own.
func openConfig(ctx context.Context, st store, name string) (*File, error) {
	data, err := readSmall(ctx, st, name)
	if err != nil {
		return nil, err
	}
	c, err := ParseConfig(st.Where(name), data)
	if err != nil {
		return nil, err
	}
	return ofConfig(st.Where(name), c), nil
}

// ofConfig is the answer of a config.json alone.
func ofConfig(path string, c *Config) *File {
	f := &File{Path: path, Format: FormatConfig, Config: c, Model: c.Model}
	f.Warnings = append(f.Warnings, c.Warnings...)
	f.ArchitectureParams = c.Model.Params()
	f.Params, f.Components = f.ArchitectureParams, c.Model.ByComponent()
	return f
}

// ofSum is a file with tensors.
func ofSum(path, format string, s *Sum) *File {
	return &File{Path: path, Format: format, Params: s.Params, ParamsByDType: s.ByDType, Bytes: s.Bytes, Tensors: s.Tensors, Components: s.Components}
}

// openGGUF reads a GGUF file, all parts of a split one.
func openGGUF(ctx context.Context, st store, name string) (*File, error) {
	g, err := readGGUFFile(ctx, st, name)
	if err != nil {
		return nil, err
	}
	f := ofSum(st.Where(name), FormatGGUF, &g.Sum)
	f.Model, f.ArchitectureParams, f.Metadata, f.Warnings = g.Model, g.ArchitectureParams, g.Metadata, g.Warnings
	return f, nil
}

// openSafetensors sums the named files, or the shards of the named index.
func openSafetensors(ctx context.Context, st store, names []string, index bool, beside besideConfig) (*File, error) {
	if beside.fatal != nil {
		return nil, beside.fatal
	}
	c, err := readCheckpoint(ctx, st, names, index, beside.packing)
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
		f.warn("no architecture: %v", beside.problem)
	}
	f.Warnings = append(f.Warnings, c.Warnings...)
	if f.Model != nil {
		f.ArchitectureParams = f.Model.Params()
	}
	if c.Uncounted != "" {
		return f.uncounted(c.Uncounted)
	}
	if f.Model != nil && c.Quantised && f.Params > 0 {
		// Measured, scales and all, where the config gives only the rule.
		f.Model.StoredBits = 8 * float64(f.Bytes) / float64(f.Params)
	}
	f.compare()
	return f, nil
}

// uncounted settles a checkpoint whose packed weights cannot be counted: by
// its architecture if there is one, else as an error. A sum of containers
// would look like a count.
func (f *File) uncounted(problem string) (*File, error) {
	if f.Model == nil {
		return nil, &FormatError{File: f.Path, Offset: -1, Problem: problem, Want: "a config.json with bits in the same folder"}
	}
	f.warn("%s: the parameters are those of the architecture", problem)
	f.Params, f.Components, f.ParamsByDType = f.ArchitectureParams, f.Model.ByComponent(), nil
	return f, nil
}

// compare warns where what is stored is not what the config comes to.
func (f *File) compare() {
	if f.Model == nil || f.Params == f.ArchitectureParams {
		return
	}
	stored, arch := f.Params, f.ArchitectureParams
	switch c := f.Config; {
	case c.TiedStoredTwice > 0 && stored == arch+c.TiedStoredTwice:
		f.warn("the output head is stored although it is tied to the embedding: %s parameters stored, %s different ones", stored.Exact(), arch.Exact())
	case len(c.NotCounted) > 0 && stored > arch:
		f.warn("the files hold %s parameters and the config's architecture has %s, which leaves out: %s", stored.Exact(), arch.Exact(), strings.Join(c.NotCounted, ", "))
	default:
		f.warn("the files hold %s parameters, but the config's architecture has %s", stored.Exact(), arch.Exact())
	}
}

// besideConfig is what the config.json beside the tensors says.
type besideConfig struct {
	config  *Config
	packing packing
	problem error // why there is no architecture, though there is a config
	fatal   error // the config cannot be read at all
}

// readConfig reads the config.json beside a model, if there is one. An
// architecture that is not modelled does not stand in the way of counting.
func readConfig(ctx context.Context, st store) besideConfig {
	data, err := readSmall(ctx, st, "config.json")
	if errors.Is(err, fs.ErrNotExist) {
		return besideConfig{}
	}
	if err != nil {
		return besideConfig{fatal: err}
	}
	where := st.Where("config.json")
	c, err := ParseConfig(where, data)
	if err == nil {
		return besideConfig{config: c, packing: packingOf(c.Quant)}
	}
	q, fatal := quantOf(where, data)
	return besideConfig{problem: err, packing: packingOf(q), fatal: fatal}
}
