package batch

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"slices"
)

// sorter orders answers by their count, and so by their tier; equal ones keep
// their order. Answers gather in memory; when they outgrow it they are sorted
// and written to disk as a run, and the runs are merged at the end. When
// maxRuns runs of one level stand at the end of the list they are merged into
// one of the next level: n bytes are written log(n/memory)/log(maxRuns) times,
// with a bounded number of open files.
type sorter struct {
	memory int
	dir    string
	// keep, if set, is how many answers are wanted; the others are dropped
	// on the way.
	keep    int
	text    []byte
	entries []entry
	runs    []run // in the order of the input
}

// entry is an answer in memory. Its place in text is its rank among equals.
type entry struct {
	params     int64
	begin, end int
}

// run is a sorted part of the answers on disk.
type run struct {
	file  *tempFile
	level int
}

// maxRuns is how many runs are merged at once.
const maxRuns = 64

// entrySize is what an entry costs in memory besides its text.
const entrySize = 24

// add takes the answers of a block.
func (s *sorter) add(out []byte, ends []mark) error {
	begin := 0
	for _, m := range ends {
		if len(s.entries) > 0 && len(s.text)+m.end-begin+entrySize*(len(s.entries)+1) > s.memory {
			if err := s.spill(); err != nil {
				return err
			}
		}
		at := len(s.text)
		s.text = append(s.text, out[begin:m.end]...)
		s.entries = append(s.entries, entry{m.params, at, len(s.text)})
		begin = m.end
	}
	return nil
}

func (s *sorter) sortEntries() {
	slices.SortFunc(s.entries, func(a, b entry) int {
		if c := cmp.Compare(a.params, b.params); c != 0 {
			return c
		}
		return a.begin - b.begin
	})
}

// drop leaves the first keep answers in memory. It returns false if they take
// more than half of it: then the disk is the better place.
func (s *sorter) drop() bool {
	if s.keep == 0 || len(s.runs) > 0 {
		return false
	}
	s.sortEntries()
	s.entries = s.entries[:min(s.keep, len(s.entries))]
	var text []byte
	for i, e := range s.entries {
		at := len(text)
		text = append(text, s.text[e.begin:e.end]...)
		s.entries[i] = entry{e.params, at, len(text)}
	}
	s.text = append(s.text[:0], text...)
	return len(text)+entrySize*len(s.entries) < s.memory/2
}

// spill writes the answers in memory to disk.
func (s *sorter) spill() error {
	if s.drop() {
		return nil
	}
	s.sortEntries()
	f, err := newTempFile(s.dir)
	if err != nil {
		return err
	}
	s.runs = append(s.runs, run{f, 0})
	w := bufio.NewWriterSize(f, spoolMemory)
	for _, e := range s.entries {
		writeAnswer(w, e.params, s.text[e.begin:e.end])
	}
	if err := w.Flush(); err != nil { // the first error of any write
		return f.fault(err)
	}
	s.text, s.entries = s.text[:0], s.entries[:0]
	return s.promote()
}

// promote merges the last runs while maxRuns of them are of one level.
func (s *sorter) promote() error {
	for {
		n := len(s.runs)
		if n < maxRuns || s.runs[n-maxRuns].level != s.runs[n-1].level {
			return nil
		}
		last := s.runs[n-maxRuns:]
		f, err := newTempFile(s.dir)
		if err != nil {
			return err
		}
		w := bufio.NewWriterSize(f, spoolMemory)
		err = mergeRuns(last, func(params int64, text []byte) error {
			writeAnswer(w, params, text)
			return nil
		})
		if err == nil {
			err = f.fault(w.Flush())
		}
		if err != nil {
			f.close()
			return err
		}
		level := last[0].level + 1
		for _, r := range last {
			r.file.close()
		}
		s.runs = append(s.runs[:n-maxRuns], run{f, level})
	}
}

// each yields every answer in order. The text is valid until the next.
func (s *sorter) each(yield func(params int64, text []byte) error) error {
	if len(s.runs) > 0 {
		if err := s.spill(); err != nil { // not dropped: there are runs
			return err
		}
		s.text, s.entries = nil, nil
		return mergeRuns(s.runs, yield)
	}
	s.sortEntries()
	for _, e := range s.entries {
		if err := yield(e.params, s.text[e.begin:e.end]); err != nil {
			return err
		}
	}
	return nil
}

// close removes the files.
func (s *sorter) close() {
	for _, r := range s.runs {
		r.file.close()
	}
	s.runs = nil
}

// writeAnswer writes count, length and text. A bufio.Writer keeps its first
// error for Flush.
func writeAnswer(w *bufio.Writer, params int64, text []byte) {
	var b [2 * binary.MaxVarintLen64]byte
	n := binary.PutUvarint(b[:], uint64(params))
	n += binary.PutUvarint(b[n:], uint64(len(text)))
	w.Write(b[:n])
	w.Write(text)
}

// runReader reads a run from its start.
type runReader struct {
	r      *bufio.Reader
	file   *tempFile
	order  int
	params int64
	text   []byte
}

// next reads an answer; io.EOF ends the run.
func (r *runReader) next() error {
	params, err := binary.ReadUvarint(r.r)
	if err != nil {
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		return r.file.fault(err)
	}
	n, err := binary.ReadUvarint(r.r)
	if err != nil {
		return r.file.fault(err)
	}
	r.params = int64(params)
	r.text = slices.Grow(r.text[:0], int(n))[:n]
	_, err = io.ReadFull(r.r, r.text)
	return r.file.fault(err)
}

// readers is a heap of runs by their next answer.
type readers []*runReader

// Len, Swap, Push and Pop make readers a [heap.Interface].
func (h readers) Len() int { return len(h) }

// Less orders by parameters, then by the order in which the runs were written:
// equal counts stay as they came.
func (h readers) Less(i, j int) bool {
	if h[i].params != h[j].params {
		return h[i].params < h[j].params
	}
	return h[i].order < h[j].order
}
func (h readers) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *readers) Push(x any)   { *h = append(*h, x.(*runReader)) }
func (h *readers) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

// mergeRuns yields the answers of sorted runs in order.
func mergeRuns(runs []run, yield func(params int64, text []byte) error) error {
	const buffer = 32 << 10
	h := make(readers, 0, len(runs))
	for i, r := range runs {
		if _, err := r.file.Seek(0, io.SeekStart); err != nil {
			return r.file.fault(err)
		}
		rr := &runReader{r: bufio.NewReaderSize(r.file, buffer), file: r.file, order: i}
		switch err := rr.next(); {
		case errors.Is(err, io.EOF):
			continue
		case err != nil:
			return err
		}
		h = append(h, rr)
	}
	heap.Init(&h)
	for len(h) > 0 {
		first := h[0]
		if err := yield(first.params, first.text); err != nil {
			return err
		}
		switch err := first.next(); {
		case errors.Is(err, io.EOF):
			heap.Pop(&h)
		case err != nil:
			return err
		default:
			heap.Fix(&h, 0)
		}
	}
	return nil
}
