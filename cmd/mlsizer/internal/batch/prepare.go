package batch

import (
	"bytes"
	"context"
	"io"

	"mlsizer/cmd/mlsizer/internal/text"
)

// prepared is a file of which the first rows have been looked at.
type prepared struct {
	src    *source
	layout layout
	cut    *cutter
	header int64 // the line of the header where lines stand above it, else 0
}

// prepareWithin is prepare, which is not waited for once ctx is done: the
// reader may be waiting for input that never comes.
func prepareWithin(ctx context.Context, r io.Reader, opt Options) (*prepared, error) {
	var p *prepared
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		p, err = prepare(r, opt)
	}()
	select {
	case <-done:
		return p, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// prepare finds out how a file is written.
func prepare(r io.Reader, opt Options) (p *prepared, err error) {
	src, err := openSource(r, opt)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			src.close()
		}
	}()
	first := src.line
	l, err := layoutOf(src, opt)
	if err != nil {
		return nil, err
	}
	if opt.Unit != "" {
		l.unit = opt.Unit
		if opt.Unit == UnitOne {
			l.unit = ""
		}
	}
	p = &prepared{src: src, layout: l, cut: &cutter{
		r: src.all(), quotes: src.kind == separated, size: opt.BlockSize, most: opt.BlockSize, line: src.line,
		scan: csvScanner{comma: src.comma, max: opt.MaxRecord},
	}}
	if l.header && src.line > first {
		p.header = src.line
	}
	if err := p.start(opt); err != nil {
		return nil, err
	}
	return p, nil
}

// UnitOne is the Options.Unit of numbers that are parameters as they stand.
const UnitOne = "1"

// start moves to the first row, and holds the first rows back until it is known
// how their counts are written.
func (p *prepared) start(opt Options) error {
	skip := p.src.skip
	if p.layout.header {
		skip += len(p.src.first)
		p.cut.line += int64(bytes.Count(p.src.first, []byte("\n")))
	}
	if _, err := io.CopyN(io.Discard, p.cut.r, int64(skip)); err != nil {
		return &FileError{Problem: text.CannotBeRead.Error(), Err: err}
	}
	held, readErr := holdBack(p.cut.r, opt.MaxRecord)
	p.cut.r = io.MultiReader(bytes.NewReader(held), p.cut.r)
	if readErr != nil {
		p.cut.r = io.MultiReader(bytes.NewReader(held), failedReader{readErr})
	}
	return p.layout.settle(held, opt)
}

// holdBack reads the first rows, up to so many bytes. err is what ended
// reading.
func holdBack(r io.Reader, most int) (held []byte, err error) {
	const step = 32 << 10
	rows := 0
	for rows < sampleRows && len(held) < most && err == nil {
		at, n := len(held), 0
		held = append(held, make([]byte, step)...)
		n, err = r.Read(held[at:])
		held = held[:at+n]
		rows += bytes.Count(held[at:], []byte("\n"))
	}
	return held, err
}

// summary is the summary before the first row.
func (p *prepared) summary(opt Options) *Summary {
	s := &Summary{Unit: p.layout.unit, Column: p.layout.head, HeaderLine: p.header, DecimalComma: p.layout.commaSeen}
	if opt.Unit != "" {
		s.Column = ""
	}
	if w := p.src.closer; w != nil {
		s.Sheet, s.Sheets = w.sheet, w.sheets
	}
	return s
}

// addSpelled counts what is not written as one number.
func (s *Summary) addSpelled(by *Spelled) {
	if by.Low > 0 {
		s.Ranges++
	}
	if by.Approximate {
		s.Approximate++
	}
	if by.Experts > 0 {
		s.Products++
	}
}

// gather takes over what workers counted over all their blocks, and says what
// only the whole file shows.
func (o *output) gather(workers []*worker) {
	var all groups
	for _, w := range workers {
		all.merge(&w.groups)
	}
	s := o.sum
	s.Groups = all.list(o.opt.By)
	if l := &workers[0].layout; l.watch && s.small > 0 && s.large == 0 {
		s.UnitMissing = unitMissing(l.title(), nil)
	}
}
