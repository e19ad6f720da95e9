package tensor

import (
	"hash/maphash"
	"iter"
)

// NameTable is a set of names with a small value each. It keeps a
// 64-bit hash under a seed of the process's own instead of the name, which
// holds half a million names in 10 MB: two of a million names share a hash
// once in thirty million runs, and then the file is rejected as having a
// duplicate; it is never counted wrong.
type NameTable[V uint16 | int32] struct {
	seed   maphash.Seed
	keys   []uint64 // 0 is free
	values []V
	used   int
}

// NewNameTable returns a table without names.
func NewNameTable[V uint16 | int32]() *NameTable[V] {
	return &NameTable[V]{seed: maphash.MakeSeed(), keys: make([]uint64, 256), values: make([]V, 256)}
}

func (t *NameTable[V]) hash(name []byte) uint64 {
	// 0 marks a free slot, so the two lowest hashes are taken for one.
	return max(maphash.Bytes(t.seed, name), 1)
}

// slot returns where the hash is, or where it would go.
func (t *NameTable[V]) slot(h uint64) int {
	mask := uint64(len(t.keys) - 1)
	i := h & mask
	for t.keys[i] != 0 && t.keys[i] != h {
		i = (i + 1) & mask
	}
	return int(i)
}

// Add puts the name in with the value, and reports whether it is new.
func (t *NameTable[V]) Add(name []byte, value V) bool {
	if t.used >= len(t.keys)/4*3 {
		t.grow()
	}
	h := t.hash(name)
	i := t.slot(h)
	if t.keys[i] != 0 {
		return false
	}
	t.keys[i], t.values[i] = h, value
	t.used++
	return true
}

// Find returns the value of the name for reading and writing, or nil.
func (t *NameTable[V]) Find(name []byte) *V {
	h := t.hash(name)
	if i := t.slot(h); t.keys[i] == h {
		return &t.values[i]
	}
	return nil
}

// Len is the number of names.
func (t *NameTable[V]) Len() int { return t.used }

// All yields the values, in no order.
func (t *NameTable[V]) All() iter.Seq[V] {
	return func(yield func(V) bool) {
		for i, h := range t.keys {
			if h != 0 && !yield(t.values[i]) {
				return
			}
		}
	}
}

func (t *NameTable[V]) grow() {
	keys, values := t.keys, t.values
	t.keys, t.values = make([]uint64, 2*len(keys)), make([]V, 2*len(keys))
	for i, h := range keys {
		if h != 0 {
			j := t.slot(h)
			t.keys[j], t.values[j] = h, values[i]
		}
	}
}
