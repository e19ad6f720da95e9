package batch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/cmd/mlsizer/internal/version"
)

// Run classifies the models of r and writes the answers to w, in the order of
// the input or sorted. Rows that cannot be answered are part of the output
// and of the Summary, and no error. An error is a [*FileError] about the file
// as a whole, an error of w, or that of ctx; the Summary then counts what was
// read and written before it.
func Run(ctx context.Context, r io.Reader, w io.Writer, opt Options) (*Summary, error) {
	opt = opt.withDefaults()
	if opt.Progress == nil {
		opt.Progress = new(Progress)
	}
	p, err := prepareWithin(ctx, &countingReader{r, opt.Progress}, opt)
	if err != nil {
		return new(Summary), err
	}
	defer p.src.close()
	c := p.cut
	o := &output{w: w, opt: opt, sum: p.summary(opt)}
	defer o.close()
	readErr, err := pipeline(ctx, c, p.layout, o)
	if err == nil {
		err = o.finish()
	}
	switch {
	case err != nil:
		return o.sum, err
	case readErr != nil:
		return o.sum, &FileError{Problem: text.CutShort.Error(c.line - 1), Err: readErr}
	case o.sum.Rows == 0:
		return o.sum, &FileError{Problem: text.HeaderAlone.Error()}
	}
	return o.sum, nil
}

// pipeline cuts, classifies and writes blocks: one goroutine reads, the
// workers classify, this one writes in order. readErr is what ended reading
// other than the end of the file.
func pipeline(ctx context.Context, c *cutter, l layout, o *output) (readErr, err error) {
	workers := o.opt.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	blocks := 2*workers + 1 // one being read, one written, the others at work or waiting
	free := make(chan *block, blocks)
	queue := make(chan *block, blocks)
	ordered := make(chan *block, blocks)
	quit := make(chan struct{})
	for range blocks {
		free <- &block{worked: make(chan struct{}, 1)}
	}
	go func() {
		defer close(queue)
		defer close(ordered)
		for {
			var b *block
			select {
			case b = <-free:
			case <-quit:
				return
			}
			if !c.next(b) {
				return
			}
			ordered <- b
			queue <- b
		}
	}()
	var working sync.WaitGroup
	enough := new(atomic.Bool)
	var all []*worker
	o.repeats.most = o.opt.Repeats
	for range workers {
		w := newWorker(o.opt, l, enough, &o.repeats.full)
		all = append(all, w)
		working.Go(func() {
			for b := range queue {
				w.work(b)
				b.worked <- struct{}{}
			}
		})
	}
	defer close(quit) // the reader may be waiting for input that never comes: it is not waited for
	for {
		var b *block
		var more bool
		select {
		case b, more = <-ordered:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if !more {
			working.Wait()
			o.gather(all)
			if !errors.Is(c.err, io.EOF) {
				readErr = c.err
			}
			return readErr, nil
		}
		<-b.worked
		if err := o.block(b, enough); err != nil {
			return nil, err
		}
		if cap(b.out)+cap(b.errs) > maxAnswers {
			b.out, b.errs = nil, nil
		}
		free <- b
	}
}

// maxAnswers is the size of the answers of a block whose buffers are kept for
// another: an outlier must not become the measure of all blocks.
const maxAnswers = 4 << 20

// output writes blocks in order and sums them up.
type output struct {
	w       io.Writer
	opt     Options
	sum     *Summary
	sort    sorter
	repeats repeats
	errs    spool // unanswered rows that are written after the others
	begun   bool
	lead    int // bytes to leave out of the next answer: the first JSON object has no comma
	errLead int
	buf     []byte
}

// block takes over the answers of a block.
func (o *output) block(b *block, enough *atomic.Bool) error {
	o.addSummary(&b.sum)
	o.repeats.look(b, o.sum)
	o.opt.Progress.Rows.Store(o.sum.Rows)
	if err := o.begin(); err != nil {
		return err
	}
	if len(b.errs) > 0 {
		if err := o.errs.write(b.errs); err != nil {
			return err
		}
	}
	if o.opt.Sort {
		return o.sort.add(b.out, b.ends)
	}
	if o.opt.Format == Rows {
		room := o.opt.Limit - len(o.sum.Kept)
		o.sum.Kept = append(o.sum.Kept, b.kept[:min(room, len(b.kept))]...)
		enough.Store(len(o.sum.Kept) >= o.opt.Limit)
		return nil
	}
	return o.answers(b.out)
}

// addSummary adds the sums of a block.
func (o *output) addSummary(s *Summary) {
	t := o.sum
	t.Rows += s.Rows
	t.NoCount += s.NoCount
	t.Bad += s.Bad
	t.OtherField += s.OtherField
	for i, n := range s.Counts.ByTier {
		t.Counts.ByTier[i] += n
	}
	t.Counts.Beyond += s.Counts.Beyond
	for i, n := range s.Sizes {
		t.Sizes[i] += n
	}
	t.Ranges += s.Ranges
	t.Approximate += s.Approximate
	t.Products += s.Products
	t.small += s.small
	t.large += s.large
	t.Errors = append(t.Errors, s.Errors[:min(len(s.Errors), MaxErrors-len(t.Errors))]...)
}

// answers writes rows in their form.
func (o *output) answers(out []byte) error {
	if len(out) == 0 {
		return nil
	}
	_, err := o.w.Write(out[o.lead:])
	o.lead = 0
	return err
}

// begin writes what stands before the rows.
func (o *output) begin() error {
	if o.begun {
		return nil
	}
	o.begun = true
	o.errs.dir, o.sort.dir, o.sort.memory = o.opt.TempDir, o.opt.TempDir, o.opt.SortMemory
	if o.opt.Format == Rows {
		o.sort.keep = max(1, o.opt.Limit)
	}
	switch o.opt.Format {
	case CSV:
		_, err := io.WriteString(o.w, Header)
		return err
	case JSON:
		o.lead, o.errLead = 1, 1
		bounds, err := json.Marshal(o.opt.Bounds)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(o.w, "{\n  \"schema\": \"mlsizer/v1\",\n  \"command\": \"classify\",\n  \"version\": %q,\n  \"bounds\": %s,\n  \"models\": [", version.Number, bounds)
		return err
	}
	return nil
}

// finish writes what stands after the rows, and sorted rows.
func (o *output) finish() error {
	if err := o.begin(); err != nil {
		return err
	}
	if o.opt.Sort {
		if err := o.sorted(); err != nil {
			return err
		}
	}
	if o.opt.Format != JSON {
		return o.errs.copyTo(o.w)
	}
	s := o.sum
	b := append(o.buf[:0], "\n  ],\n  \"counts\": "...)
	b = appendCounts(b, s.Counts)
	b = fmt.Appendf(b, ",\n  \"beyond_report\": %d,\n  \"rows\": %d,\n  \"no_count\": %d,\n  \"bad\": %d,\n  \"other_field\": %d,\n  \"notes\": ", s.Counts.Beyond, s.Rows, s.NoCount, s.Bad, s.OtherField)
	b = appendNotes(b, notesOf(s, &o.opt), o.opt.Lang)
	b = appendGroups(b, o.opt.By, s.Groups)
	b = append(b, ",\n  \"errors\": ["...)
	if _, err := o.w.Write(b); err != nil {
		return err
	}
	if err := o.errs.copyTo(&leadWriter{o.w, o.errLead}); err != nil {
		return err
	}
	_, err := io.WriteString(o.w, "\n  ]\n}\n")
	return err
}

// sorted writes the answers in their order, or keeps the first.
func (o *output) sorted() error {
	o.buf = o.buf[:0]
	err := o.sort.each(func(_ int64, text []byte) error {
		if o.opt.Format == Rows {
			return o.keep(text)
		}
		o.buf = append(o.buf, text...)
		if len(o.buf) < spoolMemory {
			return nil
		}
		err := o.answers(o.buf)
		o.buf = o.buf[:0]
		return err
	})
	switch {
	case errors.Is(err, errEnough):
		return nil
	case err != nil:
		return err
	}
	return o.answers(o.buf)
}

// errEnough ends a merge of which only the first rows are shown.
var errEnough = errors.New("enough")

// keep adds an answer to the rows of the Summary.
func (o *output) keep(text []byte) error {
	if len(o.sum.Kept) >= o.opt.Limit {
		return errEnough
	}
	var r Row
	if err := json.Unmarshal(text[1:], &r); err != nil { // after the comma
		return err
	}
	r.Tier, _ = o.opt.Bounds.Classify(r.Params)
	o.sum.Kept = append(o.sum.Kept, r)
	return nil
}

func (o *output) close() {
	o.sort.close()
	o.errs.close()
}

// leadWriter leaves out the first bytes.
type leadWriter struct {
	w    io.Writer
	lead int
}

// Write writes what of p comes after the lead, which counts as written.
func (l *leadWriter) Write(p []byte) (int, error) {
	n := min(l.lead, len(p))
	l.lead -= n
	if n == len(p) {
		return n, nil
	}
	m, err := l.w.Write(p[n:])
	return n + m, err
}

// Write writes the answers for models that did not come from a file, and the
// errors of those that have none, in the form that Run writes. groups are the
// rows' values of Options.By.
func Write(w io.Writer, rows []Row, groups []string, errs []RowError, opt Options) (*Summary, error) {
	opt = opt.withDefaults()
	if opt.Progress == nil {
		opt.Progress = new(Progress)
	}
	o := &output{w: w, opt: opt, sum: new(Summary)}
	defer o.close()
	enough := new(atomic.Bool)
	classify := newWorker(opt, layout{}, enough, new(atomic.Bool))
	var b block
	for i := range rows {
		if opt.By != "" {
			classify.group = groups[i]
		}
		classify.add(&b, &rows[i])
	}
	for i := range errs {
		classify.fail(&b, &errs[i], errs[i].Input)
	}
	o.gather([]*worker{classify})
	if err := o.block(&b, enough); err != nil {
		return o.sum, err
	}
	return o.sum, o.finish()
}
