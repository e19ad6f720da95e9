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
	names, err := listModelFiles(path)
	if err != nil {
		return nil, err
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
		return &source.FormatError{File: path, Offset: -1, Err: note.NewError("folder.several-models", list[:min(len(list), 4)])}
	}
	const usual = "model.safetensors"
	switch {
	case slices.Contains(index, usual+".index.json"):
		return openSafetensors(ctx, st, []string{usual + ".index.json"}, true, readConfig(ctx, st))
	case slices.Contains(safe, usual):
		return openSafetensors(ctx, st, []string{usual}, false, readConfig(ctx, st))
	case len(index) == 1:
		return openSafetensors(ctx, st, index, true, readConfig(ctx, st))
	case len(index) > 1:
		return nil, ambiguous(index)
	case len(safe) == 1:
		parts, _, err := source.Parts(safe[0])
		if err != nil {
			return nil, err
		}
		return openSafetensors(ctx, st, parts, false, readConfig(ctx, st))
	case len(safe) > 1:
		return nil, ambiguous(safe)
	}
	if files := choices(names, ".gguf"); len(files) == 1 {
		return openGGUF(ctx, st, files[0])
	} else if len(files) > 1 {
		return nil, ambiguous(files)
	}
	if slices.Contains(names, "config.json") {
		return openConfig(ctx, st, "config.json")
	}
	return nil, &source.FormatError{File: path, Offset: -1, Err: note.NewError("folder.no-model")}
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

// listModelFiles returns the names in a folder that may belong to a model,
// sorted.
func listModelFiles(path string) ([]string, error) {
	d, err := os.Open(path)
	if err != nil {
		return nil, source.PathError(path, err)
	}
	defer d.Close()
	var names []string
	for seen := 0; ; {
		batch, err := d.Readdirnames(1000)
		for _, n := range batch {
			if n == "config.json" || strings.HasSuffix(n, ".safetensors") || strings.HasSuffix(n, ".safetensors.index.json") || strings.HasSuffix(n, ".gguf") {
				names = append(names, n)
			}
		}
		if seen += len(batch); seen > maxListed {
			return nil, &source.FormatError{File: path, Offset: -1, Err: note.NewError("folder.too-many-entries", maxListed)}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, source.PathError(path, err)
		}
	}
	slices.Sort(names)
	return names, nil
}
