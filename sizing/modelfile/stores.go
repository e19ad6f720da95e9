package modelfile

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"mlsizer/sizing/modelfile/source"
)

// openCache reads a folder that programs keep downloaded models in: that of a
// repository in the cache of the Hugging Face hub, or the store of Ollama. It
// returns nil for any other.
func openCache(ctx context.Context, path string, dirs []string) (*File, error) {
	switch {
	case isOllamaStore(dirs):
		return openOllamaStore(ctx, path)
	case slices.Contains(dirs, "refs") && slices.Contains(dirs, "snapshots"):
		return openSnapshot(ctx, path)
	case slices.Equal(dirs, []string{"models"}): // ~/.ollama
		inner := filepath.Join(path, "models")
		if _, err := os.Stat(filepath.Join(inner, "manifests")); err == nil {
			return openOllamaStore(ctx, inner)
		}
	}
	return nil, nil
}

var commitName = regexp.MustCompile(`^[0-9a-f]{40}$`)

// openSnapshot reads the revision that refs/main names. Source:
// huggingface_hub docs, "Understand caching".
func openSnapshot(ctx context.Context, path string) (*File, error) {
	data, err := readSmall(ctx, source.Folder(path), "refs/main")
	if err != nil {
		return nil, err
	}
	commit := strings.TrimSpace(string(data))
	if !commitName.MatchString(commit) {
		return nil, nil
	}
	f, err := openFolder(ctx, filepath.Join(path, "snapshots", commit))
	if err != nil {
		return nil, err
	}
	f.Path = path
	if org, name, ok := strings.Cut(strings.TrimPrefix(filepath.Base(path), "models--"), "--"); ok {
		f.name(org + "/" + name)
	}
	return f, nil
}
