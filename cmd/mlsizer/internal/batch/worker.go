package batch

import (
	"bytes"
	"strings"
	"sync/atomic"
	"unicode"
	"unsafe"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
)

// worker classifies blocks. It keeps what it learns about names, so that a
// name costs one look-up however often it stands in the file.
type worker struct {
	opt    Options
	layout layout
	scan   csvScanner
	cells  []cell
	scaled []byte // a count and its unit
	memo   map[string]lookup
	// enough tells that the Summary holds all the rows that it can.
	enough *atomic.Bool
}

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

func newWorker(opt Options, l layout, enough *atomic.Bool) *worker {
	return &worker{
		opt: opt, layout: l, enough: enough,
		scan: csvScanner{comma: l.comma, max: opt.MaxRecord, final: true},
		memo: make(map[string]lookup),
	}
}

// view is b as a string without a copy. It is valid as long as the block that
// b lies in; whatever outlives the block is cloned.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// work classifies the records of a block.
func (w *worker) work(b *block) {
	b.out, b.ends, b.errs, b.kept, b.sum = b.out[:0], b.ends[:0], b.errs[:0], b.kept[:0], Summary{Errors: b.sum.Errors[:0]}
	switch {
	case b.cut == tooLong:
		w.broken(b, b.line, 1, b.data, w.problem(overlong))
	case b.cut == cutShort:
		w.broken(b, b.line, 1, b.data, text.ReadingFailed.Error())
	case w.layout.kind == jsonLines:
		w.jsonLines(b)
	default:
		w.separated(b)
	}
}

func (w *worker) problem(st status) error {
	if st == overlong {
		return text.RowTooLong.Error(w.opt.MaxRecord)
	}
	return problems[st].Error()
}

// separated classifies records of CSV or TSV.
func (w *worker) separated(b *block) {
	data, line := b.data, b.line
	quotes := bytes.IndexByte(data, '"') >= 0
	allText := badByte(data) < 0
	for len(data) > 0 {
		n := bytes.IndexByte(data, '\n') + 1
		if n == 0 {
			n = len(data)
		}
		row := trimLineEnd(data[:n])
		switch {
		case len(row) == 0:
			// A blank line is no row.
		case n > w.opt.MaxRecord:
			w.broken(b, line, 1, row[:min(len(row), w.opt.MaxRecord)], w.problem(overlong))
		case quotes && bytes.IndexByte(row, '"') >= 0:
			var st status
			n, st = w.scan.record(data)
			if st != complete {
				w.broken(b, line, w.scan.col, row, w.problem(st))
			} else if i := badByteIn(data[:n], allText); i >= 0 {
				w.brokenByte(b, line, trimLineEnd(data[:n]), i)
			} else {
				w.record(b, line, w.scan.cells, trimLineEnd(data[:n]))
			}
		default:
			if i := badByteIn(row, allText); i >= 0 {
				w.brokenByte(b, line, row, i)
				break
			}
			w.cells = splitPlain(w.cells[:0], row, w.layout.comma)
			w.record(b, line, w.cells, row)
		}
		if quotes {
			line += int64(bytes.Count(data[:n], []byte("\n")))
		} else {
			line++
		}
		data = data[n:]
	}
}

// badByteIn is badByte, which need not look where the whole block is text.
func badByteIn(row []byte, text bool) int {
	if text {
		return -1
	}
	return badByte(row)
}

// record classifies a record that was split.
func (w *worker) record(b *block, line int64, cells []cell, raw []byte) {
	l := &w.layout
	if len(cells) != l.width {
		w.broken(b, line, 1, raw, cellsNot(len(cells), l.width))
		return
	}
	var name []byte
	if l.name >= 0 {
		name = cells[l.name].text
	}
	w.model(b, line, name, cells[l.count])
}

// cellsNot is the error of a row of n cells where the first has want.
func cellsNot(n, want int) error {
	if n == 1 {
		return text.OneCell.Error(want)
	}
	return text.ManyCells.Error(n, want)
}

// model classifies one model: a count, a name, or a path.
func (w *worker) model(b *block, line int64, name []byte, c cell) {
	r := Row{Input: view(c.text), Name: view(name), Inferred: true}
	params, err := w.count(c.text)
	if err != nil {
		l := w.lookup(r.Input, err)
		switch {
		case l.empty:
			w.fail(b, w.emptyCell(line, c.col, r.Input), r.Name)
			return
		case l.problem != "":
			w.fail(b, &RowError{Line: line, Column: c.col, Input: r.Input, Problem: l.problem}, r.Name)
			return
		}
		params = l.model.Params
		r.ActiveParams, r.Field, r.Inferred, r.Scope = l.model.Active, l.model.Field, l.model.Inferred, l.model.Scope
		if r.Name == "" {
			r.Name = l.model.Name
		}
	} else {
		r.ActiveParams = params
		if r.Name == "" {
			r.Name = r.Input
		}
	}
	r.Params = params
	w.add(b, &r)
}

// count reads a count, in the unit that its column's name has unless the cell has
// one of its own.
func (w *worker) count(text []byte) (quantity.Params, error) {
	if unit := w.layout.unit; unit != "" {
		w.scaled = append(append(w.scaled[:0], bytes.TrimSpace(text)...), unit...)
		if params, err := quantity.ParseParamsBytes(w.scaled); err == nil {
			return params, nil
		}
	}
	return quantity.ParseParamsBytes(text)
}

// add counts and writes the answer.
func (w *worker) add(b *block, r *Row) {
	b.sum.Rows++
	if w.opt.Field != "" && r.Field != w.opt.Field {
		b.sum.OtherField++
		return
	}
	r.Tier, r.Beyond = w.opt.Bounds.Classify(r.Params)
	b.sum.Counts.ByTier[r.Tier]++
	if r.Beyond {
		b.sum.Counts.Beyond++
	}
	switch {
	case w.opt.Format == CSV:
		b.out = r.AppendCSV(b.out)
	case w.opt.Format == JSONL:
		b.out = append(r.AppendJSON(b.out), '\n')
	case w.opt.Format == JSON || w.opt.Sort:
		b.out = r.AppendJSON(append(b.out, ",\n    "...))
	case len(b.kept) < w.opt.Limit && !w.enough.Load():
		kept := *r
		kept.Input, kept.Name = strings.Clone(r.Input), strings.Clone(r.Name)
		b.kept = append(b.kept, kept)
	}
	if w.opt.Sort {
		b.ends = append(b.ends, mark{int64(r.Params), len(b.out)})
	}
}

// emptyCell is the fault of a row without a count.
func (w *worker) emptyCell(line int64, col int, input string) *RowError {
	return &RowError{Line: line, Column: col, Input: input, Problem: text.CellEmpty.In(w.opt.Lang), empty: true}
}

// lookup finds what a cell that is no count stands for. countErr says why it
// is no count.
func (w *worker) lookup(cell string, countErr error) lookup {
	name := strings.TrimFunc(cell, unicode.IsSpace)
	switch {
	case name == "":
		return lookup{empty: true}
	case numeric(name) || w.opt.Resolve == nil || len(name) > maxName:
		return lookup{problem: text.ErrorIn(countErr, w.opt.Lang)}
	}
	if l, ok := w.memo[name]; ok {
		return l
	}
	if len(w.memo) >= maxMemo {
		clear(w.memo)
	}
	name = strings.Clone(name)
	var l lookup
	m, err := w.opt.Resolve(name)
	if err != nil {
		l.problem = text.ErrorIn(err, w.opt.Lang)
	} else {
		l.model = m
	}
	w.memo[name] = l
	return l
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

// broken notes a row that could not be split.
func (w *worker) broken(b *block, line int64, col int, raw []byte, problem error) {
	input := shorten(strings.ToValidUTF8(view(head(raw)), "\ufffd"))
	w.fail(b, &RowError{Line: line, Column: col, Input: input, Problem: text.ErrorIn(problem, w.opt.Lang)}, input)
}

// brokenByte notes a row that is no text at raw[i].
func (w *worker) brokenByte(b *block, line int64, raw []byte, i int) {
	col := i - bytes.LastIndexByte(raw[:i], '\n')
	w.broken(b, line, col, raw, text.WantUTF8.Error(describeByte(raw[i])))
}

// fail counts and writes a row that was not answered.
func (w *worker) fail(b *block, e *RowError, name string) {
	b.sum.Rows++
	if e.empty {
		b.sum.NoCount++
		e.Input = name // the cell says nothing
	} else {
		b.sum.Bad++
	}
	if name == "" {
		name = e.Input
	}
	switch {
	case w.opt.Format == CSV && w.opt.Sort:
		b.errs = e.AppendCSV(b.errs, name, w.opt.Lang)
	case w.opt.Format == CSV:
		b.out = e.AppendCSV(b.out, name, w.opt.Lang)
	case w.opt.Format == JSONL && w.opt.Sort:
		b.errs = append(e.AppendJSON(b.errs), '\n')
	case w.opt.Format == JSONL:
		b.out = append(e.AppendJSON(b.out), '\n')
	case w.opt.Format == JSON:
		b.errs = e.AppendJSON(append(b.errs, ",\n    "...))
	}
	if len(b.sum.Errors) < MaxErrors {
		kept := *e
		kept.Input = strings.Clone(e.Input)
		b.sum.Errors = append(b.sum.Errors, kept)
	}
}
