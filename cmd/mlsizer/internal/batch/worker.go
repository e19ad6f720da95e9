package batch

import (
	"bytes"
	"cmp"
	"math/bits"
	"strings"
	"sync/atomic"
	"unicode/utf8"
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
	point  []byte // a count with a decimal point
	scaled []byte // a count and its unit
	folded []byte // a name in lower case
	group  string // the row's value of Options.By
	groups groups
	memo   map[string]lookup
	// enough tells that the Summary holds all the rows that it can, named that
	// no more names are looked at.
	enough, named *atomic.Bool
	// naming tells that names of this block are looked at; plain that counts are
	// read as they stand.
	naming, plain bool
}

func newWorker(opt Options, l layout, enough, named *atomic.Bool) *worker {
	return &worker{
		opt: opt, layout: l, enough: enough, named: named,
		scan: csvScanner{comma: l.comma, max: opt.MaxRecord, final: true},
		memo: make(map[string]lookup), plain: l.unit == "" && !l.decimalComma,
	}
}

// view is b as a string without a copy. It is valid as long as the block that
// b lies in; whatever outlives the block is cloned.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// work classifies the records of a block.
func (w *worker) work(b *block) {
	b.out, b.ends, b.errs, b.kept, b.sum = b.out[:0], b.ends[:0], b.errs[:0], b.kept[:0], Summary{Errors: b.sum.Errors[:0]}
	b.names, b.letters = b.names[:0], b.letters[:0]
	w.naming = w.opt.Repeats > 0 && !w.named.Load()
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
		switch {
		case blank(cells):
			return
		case !l.lettered:
			w.broken(b, line, 1, raw, cellsNot(len(cells), l.width))
			return
		}
		for len(cells) < l.width {
			cells = append(cells, cell{nil, len(raw) + 1})
		}
		w.cells = cells[:0]
	}
	var name []byte
	if l.name >= 0 {
		name = cells[l.name].text
	}
	if l.by >= 0 {
		w.group = view(bytes.TrimSpace(cells[l.by].text))
	}
	if mayBeBlank(cells[l.count].text) && blank(cells) {
		return
	}
	w.model(b, line, name, cells[l.count])
}

// mayBeBlank is false for a cell that begins with a printed ASCII character.
func mayBeBlank(cell []byte) bool {
	return len(cell) == 0 || cell[0] <= ' ' || cell[0] >= utf8.RuneSelf
}

// blank reports whether all cells are empty: such a row stands between tables,
// and is none.
func blank(cells []cell) bool {
	for _, c := range cells {
		if len(bytes.TrimSpace(c.text)) > 0 {
			return false
		}
	}
	return true
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
	var params quantity.Params
	var err error
	if w.plain {
		params, err = quantity.ParseParamsBytes(c.text)
	} else {
		params, err = w.count(c.text)
	}
	if err != nil {
		l := w.lookup(r.Input, err)
		switch {
		case l.empty:
			w.fail(b, w.emptyCell(line, c.col, &r, l.problem), r.Name)
			return
		case l.problem != "":
			w.fail(b, w.inCell(&RowError{Line: line, Column: c.col, Input: r.Input, Problem: l.problem}), r.Name)
			return
		}
		params = l.model.Params
		r.ActiveParams, r.Field, r.Inferred, r.Scope, r.Spelled = l.model.Active, l.model.Field, l.model.Inferred, l.model.Scope, l.model.Spelled
		if w.opt.By != "" && w.layout.asked && !r.Inferred {
			w.group = GroupOf(&l.model, w.opt.By)
		}
		if r.Name == "" {
			r.Name = cmp.Or(l.model.Name, r.Input)
		}
	} else {
		r.ActiveParams = params
		if w.layout.watch {
			w.watch(b, c.text)
		}
		if r.Name == "" {
			r.Name = r.Input
		}
	}
	if w.naming && (len(name) > 0 || !r.Inferred) {
		w.noteName(b, line, r.Name)
	}
	r.Params = params
	if w.opt.By != "" {
		w.group = w.groupFor(&r)
	}
	w.add(b, &r)
}

// watch notes whether a count has a unit, where the sample did not show it.
func (w *worker) watch(b *block, cell []byte) {
	switch bareCount(cell) {
	case bareSmall:
		b.sum.small++
	case bareLarge:
		b.sum.large++
	}
}

// count reads a count, in the unit that its column has unless the cell has one
// of its own.
func (w *worker) count(text []byte) (quantity.Params, error) {
	text = w.pointed(text)
	if unit := w.layout.unit; unit != "" {
		w.scaled = append(append(w.scaled[:0], bytes.TrimSpace(text)...), unit...)
		if params, err := quantity.ParseParamsBytes(w.scaled); err == nil {
			return params, nil
		}
	}
	return quantity.ParseParamsBytes(text)
}

// pointed is a cell with decimal points where the file has decimal commas.
func (w *worker) pointed(text []byte) []byte {
	if !w.layout.decimalComma {
		return text
	}
	w.point = quantity.AppendDecimalPoint(w.point[:0], text, w.layout.grouped)
	return w.point
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
	b.sum.Sizes[bits.Len64(uint64(r.Params))&63]++
	if r.Beyond {
		b.sum.Counts.Beyond++
	}
	if r.Spelled != nil {
		b.sum.addSpelled(r.Spelled)
	}
	if w.opt.By != "" {
		w.groups.add(w.group, r.Tier, r.Beyond)
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
		key := int64(r.Params)
		if w.opt.Descending {
			key = -key
		}
		b.ends = append(b.ends, mark{key, len(b.out)})
	}
}

// emptyCell is the fault of a row without a count; a name whose size is known
// not to be published says so.
func (w *worker) emptyCell(line int64, col int, r *Row, problem string) *RowError {
	if w.opt.Unpublished != nil && r.Name != "" {
		if err := w.opt.Unpublished(r.Name); err != nil {
			problem = text.ErrorIn(err, w.opt.Lang)
		}
	}
	return w.inCell(&RowError{Line: line, Column: col, Input: r.Input, Problem: problem, empty: true})
}

// inCell says in which column of the sheet a fault stands.
func (w *worker) inCell(e *RowError) *RowError {
	l := &w.layout
	if l.kind == jsonLines {
		return e
	}
	e.Cell, e.CellName, e.lettered = l.count+1, l.head, l.lettered
	if l.lettered {
		e.CellName = columnLetters(e.Cell)
	}
	return e
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
		e.Input = cmp.Or(name, e.Input) // the cell says nothing
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
