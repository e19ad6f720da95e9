package modelfile

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/note"
)

// Ollama stores a model as a manifest that lists layers, and each layer as a
// file called by its digest.
// Source: ollama/ollama manifest/manifest.go and manifest/paths.go.
const (
	ollamaModel     = "application/vnd.ollama.image.model"
	ollamaProjector = "application/vnd.ollama.image.projector"
	ollamaAdapter   = "application/vnd.ollama.image.adapter"
)

// manifest is what is read of one.
type manifest struct {
	Layers []struct {
		MediaType string `json:"mediaType"`
		Digest    string `json:"digest"`
	} `json:"layers"`
}

var digestPattern = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// openManifest reads the model of a manifest: the store's blobs are found from
// where it stands.
func openManifest(ctx context.Context, st source.Store, name string, data []byte) (*File, error) {
	where := st.Where(name)
	bad := func(err error) error { return &source.FormatError{File: where, Offset: -1, Err: err} }
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, bad(note.NewError("ollama.bad-manifest"))
	}
	root, ok := blobsOf(where)
	var f *File
	var beside []string
	for _, l := range m.Layers {
		switch l.MediaType {
		case ollamaModel:
			if !digestPattern.MatchString(l.Digest) {
				return nil, bad(note.NewError("ollama.bad-manifest"))
			}
			if !ok {
				return nil, bad(note.NewError("ollama.no-blobs"))
			}
			g, err := openGGUF(ctx, root, strings.Replace(l.Digest, ":", "-", 1))
			if errors.Is(err, fs.ErrNotExist) {
				return nil, bad(note.NewError("ollama.no-blobs"))
			}
			if err != nil {
				return nil, err
			}
			f = g
		case ollamaProjector:
			beside = append(beside, string(KindProjector))
		case ollamaAdapter:
			beside = append(beside, string(KindAdapter))
		}
	}
	if f == nil {
		return nil, bad(note.NewError("ollama.bad-manifest"))
	}
	if len(beside) > 0 {
		f.Warnings.Say("file.layers-beside", "", beside)
	}
	if f.Model != nil && f.Metadata["general.name"] == "" {
		f.Model.Name = ollamaName(where)
	}
	return f, nil
}

// blobsOf is the folder of the blobs of the store that a manifest stands in.
func blobsOf(manifest string) (source.Folder, bool) {
	dir := filepath.ToSlash(manifest)
	i := strings.LastIndex(dir, "manifests/")
	if i < 0 {
		return "", false
	}
	return source.Folder(filepath.Join(filepath.FromSlash(dir[:i]), "blobs")), true
}

// ollamaName is what a manifest's model is called: name:tag.
func ollamaName(manifest string) string {
	return filepath.Base(filepath.Dir(manifest)) + ":" + filepath.Base(manifest)
}

// inOllamaStore reports whether a file stands where manifests do: its name has
// no ending.
func inOllamaStore(st source.Store, name string) bool {
	_, ok := blobsOf(st.Where(name))
	return ok && filepath.Ext(name) == ""
}

// isOllamaStore reports whether the names of a folder are those of a store.
func isOllamaStore(dirs []string) bool {
	return slices.Contains(dirs, "manifests") && slices.Contains(dirs, "blobs")
}

// openOllamaStore reads the only model of a store, or lists its models.
func openOllamaStore(ctx context.Context, path string) (*File, error) {
	root := filepath.Join(path, "manifests")
	var found []string
	seen := 0
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return source.PathError(p, err)
		}
		if seen++; seen > maxListed {
			return &source.FormatError{File: path, Offset: -1, Err: note.NewError("folder.too-many-entries", maxListed)}
		}
		if d.Type().IsRegular() && !strings.HasPrefix(d.Name(), ".") {
			found = append(found, p)
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	switch len(found) {
	case 0:
		return nil, &source.FormatError{File: path, Offset: -1, Err: note.NewError("folder.no-model")}
	case 1:
		return openAny(ctx, found[0])
	}
	for i := range found {
		found[i], _ = filepath.Rel(path, found[i])
	}
	return nil, &source.FormatError{File: path, Offset: -1, Err: note.NewError("folder.several-models", found[:min(len(found), maxNamed)])}
}
