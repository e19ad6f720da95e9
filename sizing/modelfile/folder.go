package modelfile

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/note"
)

// maxListed bounds how many names a folder may have.
const maxListed = 100_000

// openFolder finds the model in a folder: an index or a safetensors file, else
// a GGUF file, else config.json alone.
func openFolder(ctx context.Context, path string) (*File, error) {
	names, dirs, err := listModelFiles(path)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		if f, err := openCache(ctx, path, dirs); f != nil || err != nil {
			return f, err
		}
	}
	f, err := openListed(ctx, source.Folder(path), names, path)
	if err != nil {
		return nil, err
	}
	f.Path = path
	if abs, err := filepath.Abs(path); err == nil {
		f.name(filepath.Base(abs))
	}
	return f, nil
}

func openListed(ctx context.Context, st source.Folder, names []string, path string) (*File, error) {
	safe := choices(names, ".safetensors")
	index := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.HasSuffix(n, ".safetensors.index.json") })
	ambiguous := func(list []string) error {
		return &source.FormatError{File: path, Offset: -1, Err: note.NewError("folder.several-models", list[:min(len(list), maxNamed)])}
	}
	const usual = "model.safetensors"
	if slices.Contains(names, pipelineIndex) {
		return openJSON(ctx, st, pipelineIndex)
	}
	if slices.Contains(names, adapterConfig) && !slices.Contains(names, "config.json") {
		return openJSON(ctx, st, adapterConfig)
	}
	if len(safe) > 1 {
		// Meta's and Mistral's own layout of the weights stands beside that of
		// transformers, and an adapter beside the model that it changes.
		safe = slices.DeleteFunc(safe, func(n string) bool { return strings.HasPrefix(n, "consolidated") || strings.HasPrefix(n, "adapter_") })
	}
	switch {
	case slices.Contains(index, usual+".index.json"):
		return openIndex(ctx, st, usual+".index.json", readConfig(ctx, st))
	case slices.Contains(safe, usual):
		return openSafetensors(ctx, st, []string{usual}, false, readConfig(ctx, st))
	case len(index) == 1:
		return openIndex(ctx, st, index[0], readConfig(ctx, st))
	case len(index) > 1:
		return nil, ambiguous(index)
	case len(safe) == 1:
		return openWeights(ctx, st, safe[0], readConfig(ctx, st))
	case len(safe) > 1:
		return nil, ambiguous(safe)
	}
	if files := choices(names, ".gguf"); len(files) > 0 {
		f, beside, err := openOneGGUF(ctx, st, files)
		if f == nil && err == nil {
			return nil, ambiguous(files)
		}
		if err == nil && len(beside) > 0 {
			f.Warnings.Say("file.layers-beside", "", beside)
		}
		return f, err
	}
	for _, name := range []string{"config.json", "params.json", adapterConfig} {
		if slices.Contains(names, name) {
			return openJSON(ctx, st, name)
		}
	}
	return nil, &source.FormatError{File: path, Offset: -1, Err: note.NewError("folder.no-model")}
}

// openOneGGUF reads the only model among GGUF files, and names what stands
// beside it: projectors and the like, told by their names as llama.cpp and the
// hub call them. It returns nil where several are models.
func openOneGGUF(ctx context.Context, st source.Store, files []string) (f *File, beside []string, err error) {
	var models []string
	for _, n := range files {
		if lower := strings.ToLower(n); len(files) > 1 && (strings.Contains(lower, "mmproj") || strings.Contains(lower, "imatrix")) {
			beside = append(beside, n)
		} else {
			models = append(models, n)
		}
	}
	if len(models) != 1 {
		return nil, nil, nil
	}
	f, err = openGGUF(ctx, st, models[0])
	return f, beside, err
}

// choices lists the models among the names: of a split one its first part.
func choices(names []string, ext string) []string {
	var list []string
	sets := map[string]bool{}
	for _, n := range names {
		if !strings.HasSuffix(n, ext) {
			continue
		}
		if set, ok := source.SetOf(n); ok {
			if sets[set] {
				continue
			}
			sets[set] = true
		}
		list = append(list, n)
	}
	return list
}

// maxNamed is how many models an error names.
const maxNamed = 8

// listed are the names that tell what a folder is.
var listed = map[string]bool{"config.json": true, "params.json": true, adapterConfig: true, pipelineIndex: true}

// storeFolders are the folders by which a store of models is known.
var storeFolders = map[string]bool{"manifests": true, "blobs": true, "refs": true, "snapshots": true, "models": true}

// listModelFiles returns the names in a folder that may belong to a model, and
// those of a store's folders, sorted.
func listModelFiles(path string) (names, dirs []string, err error) {
	d, err := os.Open(path)
	if err != nil {
		return nil, nil, source.PathError(path, err)
	}
	defer d.Close()
	for seen := 0; ; {
		batch, err := d.Readdirnames(1000)
		for _, n := range batch {
			if listed[n] || strings.HasSuffix(n, ".safetensors") || strings.HasSuffix(n, ".safetensors.index.json") || strings.HasSuffix(n, ".gguf") {
				names = append(names, n)
			}
			if storeFolders[n] {
				dirs = append(dirs, n)
			}
		}
		if seen += len(batch); seen > maxListed {
			return nil, nil, &source.FormatError{File: path, Offset: -1, Err: note.NewError("folder.too-many-entries", maxListed)}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, source.PathError(path, err)
		}
	}
	slices.Sort(names)
	slices.Sort(dirs)
	return names, dirs, nil
}
