package modelfile

import (
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/modelfile/config"
	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/modelfile/tensor"
	"mlsizer/sizing/note"
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
	// Kind is what the file is.
	Kind Kind
	// Adapter is what an adapter says of itself, nil for all else.
	Adapter *config.Adapter
	// Class is that of a pipeline.
	Class string
	// Parts are the parts of a pipeline, counted where their files are there.
	Parts []Part
	// Format is FormatConfig, FormatSafetensors or FormatGGUF.
	Format string
	// Model is the architecture; nil where it cannot be derived.
	Model *model.Model
	// Config is the config.json read, alone or beside the tensors; nil if
	// there is none or it is of an architecture that is not modelled.
	Config *config.Config
	// Params is the number of parameters. Where there are tensors they are
	// counted, unpacked; else it is ArchitectureParams.
	Params quantity.Params
	// ParamsByDType lists what is stored in which number format, the most
	// bytes first; its parameters and bytes add up to Params and Bytes. It is
	// empty where there are no tensors.
	ParamsByDType []tensor.DTypeCount
	// Bytes is the storage of all tensors; 0 where there are none.
	Bytes quantity.Bytes
	// Tensors is their number.
	Tensors int
	// Files is how many files the tensors come from.
	Files int
	// Components are the parameters by component, told by the tensors' names.
	Components [model.NumComponents]quantity.Params
	// ArchitectureParams is what the config or the hyper-parameters come to;
	// 0 where they are missing or not modelled.
	ArchitectureParams quantity.Params
	// Metadata is what the file says of itself, unchecked.
	Metadata map[string]string
	// Warnings are the doubts that a reader of the numbers must know.
	Warnings note.List
}

// name calls the architecture of a config by the folder or repository that it
// is from. A GGUF file brings a name of its own.
func (f *File) name(title string) {
	if f.Config != nil && f.Model != nil && f.Model == f.Config.Model {
		f.Model.Name = title
	}
}

// ofConfig is the answer of a config.json alone.
func ofConfig(path string, c *config.Config) *File {
	f := &File{Path: path, Kind: KindModel, Format: FormatConfig, Config: c, Model: c.Model}
	f.Warnings = append(f.Warnings, c.Warnings...)
	f.ArchitectureParams = c.Model.Params()
	f.Params, f.Components = f.ArchitectureParams, c.Model.ByComponent()
	return f
}

// ofSum is a file with tensors.
func ofSum(path, format string, s *tensor.Sum) *File {
	return &File{Path: path, Kind: KindModel, Format: format, Params: s.Params, ParamsByDType: s.ByDType, Bytes: s.Bytes, Tensors: s.Tensors, Components: s.Components}
}

// uncounted settles a checkpoint whose packed weights cannot be counted: by
// its architecture if there is one, else as an error. A sum of containers
// would look like a count.
func (f *File) uncounted(problem error) (*File, error) {
	if f.Model == nil {
		return nil, &source.FormatError{File: f.Path, Offset: -1, Err: note.NewError("packing.needs-a-config", problem)}
	}
	f.Warnings.Say("file.by-architecture", "", problem)
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
		f.Warnings.Say("file.head-stored-twice", "", note.Count(stored), note.Count(arch))
	case len(c.NotCounted) > 0 && stored > arch:
		f.Warnings.Say("file.more-than-architecture", "", note.Count(stored), note.Count(arch), model.Scope(strings.Join(c.NotCounted, ", ")))
	default:
		f.Warnings.Say("file.other-than-architecture", "", note.Count(stored), note.Count(arch))
	}
}
