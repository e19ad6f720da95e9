package modelfile

import (
	"cmp"
	"slices"
)

// span is a run of data bytes, end exclusive.
type span struct{ begin, end int64 }

// coverage checks that tensors lie side by side. Tensors that follow each
// other join into one span, so the usual file needs a single one and only a
// file in another order needs memory.
type coverage struct{ spans []span }

// add puts in the bytes of one tensor. Empty tensors lie nowhere.
func (c *coverage) add(begin, end int64) {
	if begin == end {
		return
	}
	if n := len(c.spans); n > 0 && c.spans[n-1].end == begin {
		c.spans[n-1].end = end
		return
	}
	c.spans = append(c.spans, span{begin, end})
}

// end returns the last byte covered.
func (c *coverage) end() int64 {
	var end int64
	for _, s := range c.spans {
		end = max(end, s.end)
	}
	return end
}

// check returns the first byte that no tensor covers (a hole) or that two
// cover, if there is one.
func (c *coverage) check() (at span, problem string) {
	slices.SortFunc(c.spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end)) })
	var pos int64
	for _, s := range c.spans {
		switch {
		case s.begin > pos:
			return span{pos, s.begin}, "belong to no tensor"
		case s.begin < pos:
			return span{s.begin, min(pos, s.end)}, "belong to two tensors"
		}
		pos = s.end
	}
	return span{}, ""
}
