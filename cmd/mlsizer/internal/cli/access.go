package cli

import (
	"context"
	"os"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/modelfile"
	"mlsizer/sizing/modelfile/hub"
	"mlsizer/sizing/modelfile/source"
)

// Access is what a command may read beside its arguments. The zero value is a
// command line's: whatever its user may.
type Access struct {
	NoFiles bool // no file of this machine, and no look at which there are
	NoHub   bool // no repository of the hub
	// Given are the model files that came with the request, by the arguments
	// that name them.
	Given map[string]*source.Memory
}

// BarredError refuses a file or a repository that a request may not name.
type BarredError struct{ error }

// Unwrap is the error with its words.
func (e *BarredError) Unwrap() error { return e.error }

// In is the error in a language.
func (e *BarredError) In(l text.Lang) string { return text.ErrorIn(e.error, l) }

// isGiven reports whether an argument names a file that came with the request.
func (c *Access) isGiven(arg string) bool {
	_, ok := c.Given[arg]
	return ok
}

// isReference reports whether an argument names a model file or a repository.
func (c *Access) isReference(arg string) bool {
	if c.NoFiles {
		return modelfile.SpelledAsReference(arg)
	}
	return modelfile.IsReference(arg)
}

// isPath is [IsPath] for what may be read.
func (c *Access) isPath(arg string) bool {
	if c.NoFiles {
		return beginsAsPath(arg)
	}
	return IsPath(arg)
}

// Names reports whether an argument names a file or a repository, as far as
// that may be looked up.
func (c *Access) Names(arg string) bool { return c.isGiven(arg) || c.isPath(arg) }

// openModel reads the header of a model file or repository, if that is allowed.
func (c *Access) openModel(ctx context.Context, arg string) (*modelfile.File, error) {
	given, sent := c.Given[arg]
	fromHub := strings.HasPrefix(arg, hub.Scheme)
	switch {
	case sent:
		return modelfile.OpenGiven(ctx, given)
	case c.NoHub && fromHub:
		return nil, &BarredError{text.HubBarred.Error(arg)}
	case c.NoFiles && !fromHub:
		return nil, &BarredError{text.FileBarred.Error(arg)}
	}
	return modelfile.Open(ctx, arg, modelfile.Options{})
}

// OpenFlag opens the file that a flag names; want is what it should be.
func (a *App) OpenFlag(flag, file string, want text.Text) (*os.File, error) {
	if a.Access.NoFiles {
		return nil, ReadError(&BarredError{text.SaidOf.Error(flag+" ", text.FileBarred.Error(file))}, "")
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, ReadError(text.SaidOf.Error(flag+" ", FileError(err)), "")
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, ReadError(text.IsFolder.Error(flag, file, want), "")
	}
	return f, nil
}
