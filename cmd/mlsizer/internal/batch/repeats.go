package batch

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// Repeat is a row with the name of one before it.
type Repeat struct {
	Name        string
	Line, First int64
}

// maxRepeats is how many repeated rows a Summary holds.
const maxRepeats = 3

// seed makes the hashes of one run comparable.
var seed = maphash.MakeSeed()

// named is the name of a row, whose letters end at end in the block's names.
type named struct {
	hash uint64
	line int64
	end  int
}

// noteName keeps the name of a row for the search for repeated ones, which are
// the same in any case.
func (w *worker) noteName(b *block, line int64, name string) {
	w.folded = append(w.folded[:0], name...)
	for i, c := range w.folded {
		if 'A' <= c && c <= 'Z' {
			w.folded[i] = c + 'a' - 'A'
		}
	}
	b.letters = append(b.letters, name...)
	b.names = append(b.names, named{maphash.Bytes(seed, w.folded), line, len(b.letters)})
}

// place is where a name was seen first.
type place struct {
	hash uint64
	line int64
}

// repeats finds names that stand twice, among the first most. Memory stays
// bounded: a name is its hash, in a table of fixed size that is at most half
// full; two of 50,000 names share a hash of 64 bits once in 10^10 files.
type repeats struct {
	most  int
	held  int
	slots []place
	// full tells workers that no more names are looked at.
	full atomic.Bool
}

// look counts the repeated names of a block.
func (r *repeats) look(b *block, sum *Summary) {
	if len(b.names) == 0 || r.full.Load() {
		return
	}
	begin := 0
	for _, n := range b.names {
		if first := r.first(n); first > 0 {
			sum.Repeated++
			if len(sum.Repeats) < maxRepeats {
				sum.Repeats = append(sum.Repeats, Repeat{strings.Clone(view(b.letters[begin:n.end])), n.line, first})
			}
		}
		begin = n.end
		if r.held >= r.most {
			r.full.Store(true)
			sum.NamesLookedAt = int64(r.held)
			return
		}
	}
}

// first is the line on which the name stood before, 0 if it did not.
func (r *repeats) first(n named) int64 {
	if r.slots == nil {
		size := 64
		for size < 2*r.most {
			size *= 2
		}
		r.slots = make([]place, size)
	}
	for i := n.hash; ; i++ {
		s := &r.slots[i&uint64(len(r.slots)-1)]
		switch {
		case s.line == 0:
			*s = place{n.hash, n.line}
			r.held++
			return 0
		case s.hash == n.hash:
			return s.line
		}
	}
}
