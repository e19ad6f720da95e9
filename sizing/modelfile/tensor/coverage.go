package tensor

import (
	"cmp"
	"slices"

	"mlsizer/sizing/note"
)

// Span is a run of data bytes, end exclusive.
type Span struct{ Begin, End int64 }

// Coverage checks that tensors lie side by side. Tensors that follow each
// other join into one span, so the usual file needs a single one and only a
// file in another order needs memory.
type Coverage struct{ spans []Span }

// Add puts in the bytes of one tensor. Empty tensors lie nowhere.
func (c *Coverage) Add(begin, end int64) {
	if begin == end {
		return
	}
	if n := len(c.spans); n > 0 && c.spans[n-1].End == begin {
		c.spans[n-1].End = end
		return
	}
	c.spans = append(c.spans, Span{begin, end})
}

// End returns the last byte covered.
func (c *Coverage) End() int64 {
	var end int64
	for _, s := range c.spans {
		end = max(end, s.End)
	}
	return end
}

// Check returns the first byte that no tensor covers (a hole) or that two
// cover, if there is one.
func (c *Coverage) Check() (at Span, problem note.Word) {
	slices.SortFunc(c.spans, func(a, b Span) int { return cmp.Or(cmp.Compare(a.Begin, b.Begin), cmp.Compare(a.End, b.End)) })
	var pos int64
	for _, s := range c.spans {
		switch {
		case s.Begin > pos:
			return Span{pos, s.Begin}, note.Word("data.of-no-tensor")
		case s.Begin < pos:
			return Span{s.Begin, min(pos, s.End)}, note.Word("data.of-two-tensors")
		}
		pos = s.End
	}
	return Span{}, ""
}
