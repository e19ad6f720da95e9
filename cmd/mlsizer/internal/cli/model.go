package cli

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
	"mlsizer/sizing/modelfile"
	"mlsizer/sizing/modelfile/hub"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// TierText is the tier's name, with what lies beyond the report's last bound
// named as such.
func TierText(tier sizing.Tier, beyond bool) text.Text {
	t := text.OfTier(tier)
	if beyond {
		return text.Beyond.With(t)
	}
	return t
}

// ParamsText is "671B parameters (37.6B active)".
func ParamsText(params, active quantity.Params) text.Text {
	if active != params {
		return text.ParamsActive.With(params, active)
	}
	return text.ParamsOf.With(params)
}

// ModelArg is a MODEL argument with its model.
type ModelArg struct {
	Input string // as typed
	Model *model.Model
	// Entry is the catalogue's entry, nil for a count or a file.
	Entry *catalog.Entry
	// File is what a file or repository holds, nil for a name or a count.
	File *modelfile.File
	// Weights is the published weight format if that is not bf16, warnings are
	// the doubts about a file. Both apply to a pruned model too.
	Weights  string
	warnings note.List
}

// Resolve finds the model of a MODEL argument: a name of the catalogue, a
// parameter count, or a file. A name is never searched for a number.
func (a *App) Resolve(ctx context.Context, arg string) (*ModelArg, error) {
	if m := a.builtModel(arg); m != nil {
		return m, nil
	}
	if a.Access.isGiven(arg) || a.Access.isPath(arg) {
		return a.resolveFile(ctx, arg)
	}
	entry, notFound := a.Models().Find(arg)
	if notFound == nil {
		m, err := entry.Build()
		if err != nil {
			return nil, ReadError(err, "")
		}
		return &ModelArg{Input: arg, Model: m, Entry: entry, Weights: entry.Weights}, nil
	}
	count, err := quantity.ParseParams(arg)
	if err == nil {
		m, err := catalog.FromCount(count)
		if err != nil {
			return nil, UsageError(err, "")
		}
		return &ModelArg{Input: arg, Model: m}, nil
	}
	if a.Access.isReference(arg) {
		return a.resolveFile(ctx, arg)
	}
	if looksLikeCount(arg) {
		return nil, UsageError(&CountFault{err}, a.sizeHint(arg))
	}
	return nil, a.unknownModel(arg, notFound)
}

// ResolveOne is [App.Resolve] for a command that estimates: several models under
// one name have a count and no layers.
func (a *App) ResolveOne(ctx context.Context, arg string) (*ModelArg, error) {
	m, err := a.Resolve(ctx, arg)
	if err == nil && m.File != nil && m.File.Kind == modelfile.KindPipeline {
		return nil, ReadError(text.NotAModel.Error(arg, text.OfFileKind(m.File.Kind)), "")
	}
	return m, err
}

// IsPath reports whether an argument can only be a path or a repository. The
// catalogue accepts "org/name" too, so a slash alone does not decide.
func IsPath(arg string) bool {
	if beginsAsPath(arg) {
		return true
	}
	if !strings.ContainsRune(arg, '/') && !strings.ContainsRune(arg, os.PathSeparator) {
		return false
	}
	_, err := os.Stat(arg)
	return err == nil
}

// beginsAsPath reports whether an argument begins as only a path or a repository
// does.
func beginsAsPath(arg string) bool {
	return slices.ContainsFunc([]string{"hf:", "./", "../", "/", "~"}, func(prefix string) bool { return strings.HasPrefix(arg, prefix) })
}

// Open reads the header of a model file or repository.
func (a *App) Open(ctx context.Context, arg string) (*modelfile.File, error) {
	if strings.HasPrefix(arg, "hf:") {
		if _, err := hub.ParseRef(arg); err != nil {
			return nil, UsageError(err, "")
		}
		defer a.Working(text.WaitingForHub)()
	}
	f, err := a.Access.openModel(ctx, arg)
	if err != nil {
		return nil, ReadError(err, "")
	}
	return f, nil
}

// resolveFile returns the model of a file. If the file does not state its
// architecture, the dimensions are those of comparable models, as for a count.
func (a *App) resolveFile(ctx context.Context, arg string) (*ModelArg, error) {
	f, err := a.Open(ctx, arg)
	if err != nil {
		return nil, err
	}
	if err := noModel(arg, f); err != nil {
		return nil, err
	}
	m := f.Model
	if m == nil {
		if m, err = catalog.FromCount(f.Params); err != nil {
			return nil, ReadError(text.Colon.Error(arg, err), "")
		}
		m.Name = arg
	}
	return &ModelArg{Input: arg, Model: m, File: f, warnings: f.Warnings}, nil
}

// noModel is the error of a file that is read and is no model: its count would
// pass for that of one.
func noModel(arg string, f *modelfile.File) error {
	switch a := f.Adapter; {
	case f.Kind == modelfile.KindModel, f.Kind == modelfile.KindPipeline && f.Params > 0:
		return nil
	case a != nil && a.Base != "":
		return ReadError(text.NotTheModel.Error(arg, a.Base, a.Method), "")
	}
	return ReadError(text.NotAModel.Error(arg, text.OfFileKind(f.Kind)), "")
}

// FileNotes are the warnings of a model's file, which every answer carries.
func (m *ModelArg) FileNotes() note.List { return slices.Clone(m.warnings) }

// CountFault is an error of an argument that looks like a count.
type CountFault struct{ Err error }

// Error says that the argument is a MODEL.
func (f *CountFault) Error() string { return f.In(text.English) }

// In is the error in a language.
func (f *CountFault) In(l text.Lang) string { return text.ErrorIn(text.ModelFails.Error(f.Err), l) }

// Unwrap is the error within.
func (f *CountFault) Unwrap() error { return f.Err }

// looksLikeCount reports whether an argument looks like a count, so that the
// error is about the number and not about a name.
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

// sizeHint is the command line with a model, or a count, for a size that is
// written as sheets write it; "" if it is none.
func (a *App) sizeHint(arg string) string {
	size, err := quantity.ParseSize(arg)
	if err != nil {
		return ""
	}
	if name := a.SimilarModel(arg); name != "" {
		return a.CommandReplacing(arg, name)
	}
	return a.CommandReplacing(arg, strconv.FormatInt(int64(size.Params), 10))
}

// SimilarModel is the model of the catalogue whose name ends with a size such as
// 8x7B or 235B-A22B, "" if there is none.
func (a *App) SimilarModel(size string) string {
	end := "-" + strings.NewReplacer("×", "x", " ", "-", "_", "-").Replace(strings.ToLower(strings.TrimSpace(size)))
	for _, e := range a.Models().All() {
		if strings.HasSuffix(e.Name, end) {
			return e.Name
		}
	}
	return ""
}

// unknownModel says that there is no such model, and which are spelled alike.
// The hint names one only if it may well be meant.
func (a *App) unknownModel(arg string, err error) error {
	if source, ok := catalog.FindUnpublished(arg); ok {
		return UsageError(text.Unpublished(arg, source), a.Say(text.ModelHint))
	}
	var nf *catalog.NotFoundError
	if errors.As(err, &nf) {
		if near := Nearest(strings.ToLower(arg), nf.Near()); near != "" {
			return UsageError(err, a.CommandReplacing(arg, near))
		}
	}
	return UsageError(err, a.Say(text.ModelHint))
}

// ModelAndTargets finds the model of a command that takes one, pruned if
// requested, and its devices.
func (a *App) ModelAndTargets(ctx context.Context, model string, prune []model.Prune, on []string) (*ModelArg, []Target, error) {
	m, err := a.ResolveOne(ctx, model)
	if err != nil {
		return nil, nil, err
	}
	if m, err = m.prunedOnce(prune); err != nil {
		return nil, nil, err
	}
	targets, err := a.Targets(on)
	return a.importNotes(m), targets, err
}
