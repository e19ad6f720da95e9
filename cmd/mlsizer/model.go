package main

import (
	"context"
	"errors"
	"fmt"

	"mlsizer/sizing"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/quantity"
)

// modelArg is a MODEL argument with what it stands for.
type modelArg struct {
	Input string // as typed
	Model *sizing.Model
	// Entry is the catalogue's entry, nil for a count or a file.
	Entry *catalog.Entry
}

// resolve finds what a MODEL argument stands for: a name of the catalogue, a
// parameter count, or a file. A name is never searched for a number.
func (a *app) resolve(_ context.Context, arg string) (*modelArg, error) {
	entry, notFound := a.models().Find(arg)
	if notFound == nil {
		m, err := entry.Build()
		if err != nil {
			return nil, readError(err, "")
		}
		return &modelArg{Input: arg, Model: m, Entry: entry}, nil
	}
	count, err := quantity.ParseParams(arg)
	if err == nil {
		m, err := catalog.FromCount(count)
		if err != nil {
			return nil, usageError(err, "")
		}
		return &modelArg{Input: arg, Model: m}, nil
	}
	if looksLikeCount(arg) {
		return nil, usageError(fmt.Errorf("MODEL %w", err), "")
	}
	return nil, a.unknownModel(arg, notFound)
}

// looksLikeCount reports whether what was typed was meant as a count, so that
// the error is about the number and not about a name.
func looksLikeCount(arg string) bool {
	for i, r := range arg {
		switch {
		case '0' <= r && r <= '9', '０' <= r && r <= '９':
			return true
		case i == 0 && (r == '-' || r == '+' || r == '.' || r == ' '):
		default:
			return false
		}
	}
	return true
}

// unknownModel says that there is no such model, and which are spelled alike.
func (a *app) unknownModel(arg string, err error) error {
	var nf *catalog.NotFoundError
	if !errors.As(err, &nf) || len(nf.Near) == 0 {
		return usageError(err, "mlsizer models lists the names; a count such as 7B is a model too")
	}
	return usageError(err, a.commandReplacing(arg, nf.Near[0]))
}
