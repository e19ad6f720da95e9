package batch

import (
	"cmp"
	"strings"
	"unicode"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
)

// lookup is what a cell that is no count stands for.
type lookup struct {
	model   Model
	empty   bool // the cell is
	problem string
}

// maxMemo is how many names a worker remembers; then it starts again.
const maxMemo = 4096

// maxName is the length of the longest cell that may be a name or a path.
const maxName = 4096

// lookup finds what a cell that is no count stands for. countErr says why it
// is no count.
func (w *worker) lookup(cell string, countErr error) lookup {
	name := strings.TrimFunc(cell, unicode.IsSpace)
	switch {
	case name == "":
		return lookup{empty: true, problem: text.CellEmpty.In(w.opt.Lang)}
	case len(name) > maxName:
		return lookup{problem: text.ErrorIn(countErr, w.opt.Lang)}
	}
	if l, ok := w.memo[name]; ok {
		return l
	}
	if len(w.memo) >= maxMemo {
		clear(w.memo)
	}
	name = strings.Clone(name)
	l := w.find(name, countErr)
	w.memo[name] = l
	return l
}

// find is lookup for a cell that was not looked up before: a word for "no
// count", a size that is not one number, or a name.
func (w *worker) find(name string, countErr error) lookup {
	if text.IsNoCount(name) {
		return lookup{empty: true, problem: text.CellSaysNone.Form(w.opt.Lang, name)}
	}
	if size, err := w.size(name); err == nil {
		return lookup{model: ModelOf(name, size, w.opt.Similar)}
	}
	if countErr != nil && (numeric(name) || w.opt.Resolve == nil) {
		return lookup{problem: text.ErrorIn(countErr, w.opt.Lang)}
	}
	if w.opt.Resolve == nil {
		return lookup{empty: true}
	}
	m, err := w.opt.Resolve(name)
	switch {
	case err == nil:
		return lookup{model: m}
	case w.opt.Unpublished != nil && w.opt.Unpublished(name) != nil:
		return lookup{empty: true, problem: text.ErrorIn(w.opt.Unpublished(name), w.opt.Lang)}
	}
	return lookup{problem: text.ErrorIn(err, w.opt.Lang)}
}

// size reads a size that is not one number, in the unit of its column unless it
// has one of its own.
func (w *worker) size(cell string) (quantity.Size, error) {
	cell = string(w.pointed([]byte(cell)))
	if unit := w.layout.unit; unit != "" {
		if size, err := quantity.ParseSize(cell + unit); err == nil {
			return size, nil
		}
	}
	return quantity.ParseSize(cell)
}

// ModelOf is the model of a size that is not one number; similar names one of
// the catalogue that is spelled so.
func ModelOf(cell string, size quantity.Size, similar func(string) string) Model {
	m := Model{Params: size.Params, Active: cmp.Or(size.Active, size.Params), Inferred: true}
	s := Spelled{Low: size.Low, Approximate: size.Approximate, Experts: size.Experts}
	if similar != nil && (size.Experts > 0 || size.Active > 0) {
		s.Hint = similar(cell)
	}
	if s != (Spelled{}) {
		m.Spelled = &s
	}
	return m
}

// numeric reports whether a text was meant as a number, so that the error is
// about the number and not about a name.
func numeric(s string) bool {
	switch strings.ToLower(strings.TrimLeft(s, "+-")) {
	case "nan", "inf", "infinity":
		return true
	}
	for _, r := range s {
		if !unicode.IsDigit(r) && !strings.ContainsRune("+-.,_eE −'", r) {
			return false
		}
	}
	return true
}
