package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"mlsizer/cmd/mlsizer/internal/batch"
	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/catalog"
)

// resolver finds the models of cells that are no counts: names of the
// catalogue and paths. Nothing is fetched for a cell. To look for the names
// nearest to an unknown one takes as long as a thousand counts, so only the
// first get them.
func (o *classifyOptions) resolver(ctx context.Context) func(string) (batch.Model, error) {
	const hinted = 100
	known := sync.OnceValue(func() nameSet { return newNameSet(o.App.Models().All()) })
	var unknown atomic.Int64
	return func(name string) (batch.Model, error) {
		switch {
		case strings.HasPrefix(strings.ToLower(name), "hf:"):
			return batch.Model{}, text.NothingFetched.Error(name, text.WantModel)
		case known().mayHold(name) || cli.IsPath(name) || exists(name):
		case unknown.Add(1) > hinted:
			return batch.Model{}, text.NoSuchModel.Error(name, text.WantModel)
		}
		m, err := o.Resolve(ctx, name)
		if err != nil {
			return batch.Model{}, aboutCell(err)
		}
		r := rowOf(m)
		return batch.Model{Name: r.Name, Params: r.Params, Active: r.ActiveParams, Field: r.Field, Inferred: r.Inferred, Scope: r.Scope, Year: yearOf(m)}, nil
	}
}

// yearOf is the year of a model of the catalogue, 0 for any other.
func yearOf(m *cli.ModelArg) int {
	if m.Entry == nil {
		return 0
	}
	return m.Entry.Year
}

// groupOf is what the catalogue says of a model.
func groupOf(m *cli.ModelArg, by string) string {
	return batch.GroupOf(&batch.Model{Year: yearOf(m), Field: m.Model.Field}, by)
}

// unpublished says of a name that its size is known not to be published; nil for
// any other.
func unpublished(name string) error {
	source, ok := catalog.FindUnpublished(name)
	if !ok {
		return nil
	}
	return text.Unpublished(name, source)
}

// aboutCell is the error of a MODEL as one of a cell, which says what a cell
// may hold.
func aboutCell(err error) error {
	var count *cli.CountFault
	if errors.As(err, &count) {
		err = count.Err
	}
	if text.SaysWanted(err) {
		return err
	}
	return text.InBrackets.Error(err, text.WantModel)
}

// exists reports whether there is a file of that name.
func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// nameSet tells quickly that a name is not in the catalogue.
type nameSet map[string]bool

func newNameSet(entries []*catalog.Entry) nameSet {
	s := make(nameSet, 4*len(entries))
	for _, e := range entries {
		s[foldName(e.Name)] = true
		for _, a := range e.Aliases {
			s[foldName(a)] = true
		}
	}
	return s
}

// mayHold is false for a name that the catalogue does not find. The catalogue
// leaves off some words at the end of a name; mayHold leaves off any.
func (s nameSet) mayHold(name string) bool {
	for {
		if s[foldName(name)] {
			return true
		}
		i := strings.LastIndexAny(name, "-_ ")
		if i <= 0 {
			return false
		}
		name = name[:i]
	}
}

// foldName makes one of the spellings that the catalogue takes for the same.
func foldName(name string) string {
	name = name[strings.LastIndexByte(name, '/')+1:]
	return strings.ToLower(strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_. ", r) {
			return -1
		}
		return r
	}, name))
}
