package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
	"mlsizer/sizing/modelfile"
	"mlsizer/sizing/modelfile/hub"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// modelArg is a MODEL argument with what it stands for.
type modelArg struct {
	Input string // as typed
	Model *model.Model
	// Entry is the catalogue's entry, nil for a count or a file.
	Entry *catalog.Entry
	// File is what a file or repository holds, nil for a name or a count.
	File *modelfile.File
	// Weights is how the makers store them where that is not in bf16. Warnings are the doubts about what was read. Both hold for what a
	// pruning leaves too.
	Weights  string
	Warnings []string
}

// resolve finds what a MODEL argument stands for: a name of the catalogue, a
// parameter count, or a file. A name is never searched for a number.
func (a *app) resolve(ctx context.Context, arg string) (*modelArg, error) {
	if isPath(arg) {
		return a.resolveFile(ctx, arg)
	}
	entry, notFound := a.models().Find(arg)
	if notFound == nil {
		m, err := entry.Build()
		if err != nil {
			return nil, readError(err, "")
		}
		return &modelArg{Input: arg, Model: m, Entry: entry, Weights: entry.Weights}, nil
	}
	count, err := quantity.ParseParams(arg)
	if err == nil {
		m, err := catalog.FromCount(count)
		if err != nil {
			return nil, usageError(err, "")
		}
		return &modelArg{Input: arg, Model: m}, nil
	}
	if modelfile.IsReference(arg) {
		return a.resolveFile(ctx, arg)
	}
	if looksLikeCount(arg) {
		return nil, usageError(&countFault{err}, "")
	}
	return nil, a.unknownModel(arg, notFound)
}

// isPath reports whether an argument can only be meant as a path or a
// repository: the catalogue takes "org/name" too, so that a slash alone does
// not say it.
func isPath(arg string) bool {
	for _, prefix := range []string{"hf:", "./", "../", "/", "~"} {
		if strings.HasPrefix(arg, prefix) {
			return true
		}
	}
	if !strings.ContainsRune(arg, '/') && !strings.ContainsRune(arg, os.PathSeparator) {
		return false
	}
	_, err := os.Stat(arg)
	return err == nil
}

// open reads the header of a model file or repository.
func (a *app) open(ctx context.Context, arg string) (*modelfile.File, error) {
	if strings.HasPrefix(arg, "hf:") {
		if _, err := hub.ParseRef(arg); err != nil {
			return nil, usageError(err, "")
		}
	}
	f, err := modelfile.Open(ctx, arg, modelfile.Options{})
	if err != nil {
		return nil, readError(err, "")
	}
	return f, nil
}

// resolveFile makes a model of a file. Where the file does not say its
// architecture, the shape is that of comparable models, as for a count.
func (a *app) resolveFile(ctx context.Context, arg string) (*modelArg, error) {
	f, err := a.open(ctx, arg)
	if err != nil {
		return nil, err
	}
	m := f.Model
	if m == nil {
		if m, err = catalog.FromCount(f.Params); err != nil {
			return nil, readError(text.Colon.Error(arg, err), "")
		}
		m.Name = arg
	}
	return &modelArg{Input: arg, Model: m, File: f, Warnings: f.Warnings}, nil
}

// fileNotes are the warnings of a model's file, which every answer carries.
func (m *modelArg) fileNotes() (notes []note.Note) {
	for _, w := range m.Warnings {
		notes = append(notes, noteOf("file", text.Same(w), ""))
	}
	return notes
}

// countFault is an error of an argument that was meant as a count.
type countFault struct{ err error }

// Error says that the argument is a MODEL.
func (f *countFault) Error() string { return f.In(text.English) }

// In is the error in a language.
func (f *countFault) In(l text.Lang) string { return text.ErrorIn(text.ModelFails.Error(f.err), l) }

// Unwrap is the error within.
func (f *countFault) Unwrap() error { return f.err }

// looksLikeCount reports whether what was typed was meant as a count, so that
// the error is about the number and not about a name.
func looksLikeCount(arg string) bool {
	first := true
	for _, r := range strings.TrimSpace(arg) {
		switch {
		case '0' <= r && r <= '9', '０' <= r && r <= '９':
			return true
		case first && strings.ContainsRune("-+.−", r):
		default:
			switch strings.ToLower(strings.TrimSpace(arg)) {
			case "nan", "inf", "+inf", "-inf", "infinity", "-infinity":
				return true
			}
			return false
		}
		first = false
	}
	return true
}

// unknownModel says that there is no such model, and which are spelled alike.
// The hint names one only if it may well be meant.
func (a *app) unknownModel(arg string, err error) error {
	var nf *catalog.NotFoundError
	if errors.As(err, &nf) {
		if near := nearest(strings.ToLower(arg), nf.Near); near != "" {
			return usageError(err, a.commandReplacing(arg, near))
		}
	}
	return usageError(err, a.say(text.ModelHint))
}
