package modelfile

import (
	"fmt"

	"mlsizer/sizing"
)

// tensor is one tensor of a safetensors file. Name and Dims are valid only
// during the call that hands it over.
type tensor struct {
	name  []byte
	dtype dtype
	dims  []int64 // the first maxKeptDims dimensions
	rank  int
	elems int64
	begin int64 // offsets into the data
	end   int64
}

const maxKeptDims = 8

// module is what is known of a quantised layer while its tensors come in.
type module struct {
	packed     int64 // elements of the container
	scale      int64 // elements of the scale
	zeros      int64 // elements of the packed zero points
	kind       kind
	dtype      dtype
	scaleDType dtype
	part       sizing.Component
	hints      hint
	loose      int64 // elements of scales that are parameters unless there is a container
	looseDType dtype
	ignored    bool // the config says that the layer is not quantised
}

// tally sums the tensors of a checkpoint. Containers of packed weights and the
// constants beside them wait in modules until all tensors are seen, since they
// may come in any order and from different shards.
type tally struct {
	totals
	pack packing

	index   *nameTable[int32]
	modules [][]module // in chunks, so that growing copies nothing

	constants int64 // elements left out as quantisation constants
	buffers   leftOut
	integers  leftOut // counted, but perhaps packed in an unknown way
	unknown   leftOut // containers of which nothing says how many weights an element holds
	padded    leftOut // containers whose last element may not be full
}

func newTally(p packing) *tally {
	t := &tally{totals: totals{counts: make([]dtypeCount, numDTypes)}, pack: p, index: newNameTable[int32]()}
	for i := range safeDTypes {
		t.counts[i].name = safeDTypes[i].name
	}
	return t
}

// dtypeIndex finds or makes the counter of a type that is not known.
func (t *tally) dtypeIndex(name []byte) (dtype, bool) {
	for i := int(numDTypes); i < len(t.counts); i++ {
		if t.counts[i].name == string(name) {
			return dtype(i), true
		}
	}
	if len(t.counts) == int(maxDTypes) {
		return 0, false
	}
	t.counts = append(t.counts, dtypeCount{name: string(name)})
	return dtype(len(t.counts) - 1), true
}

// add counts one tensor. The error says what is wrong with its size.
func (t *tally) add(x *tensor) error {
	var ok bool
	if t.bytes, ok = addOK(t.bytes, x.end-x.begin); !ok {
		return fmt.Errorf("the tensors together exceed 2^63 bytes")
	}
	t.tensors++
	t.counts[x.dtype].bytes += x.end - x.begin
	t.counts[x.dtype].tensors++

	p := placeOf(x.name, x.dtype)
	switch p.role {
	case parameter:
		return t.parameter(x)
	case buffer:
		t.buffers.add(x.name, x.elems)
		return nil
	case constant:
		t.constants += x.elems
		if p.module == nil {
			return nil
		}
	}
	m, err := t.module(p.module)
	if err != nil {
		return err
	}
	m.hints |= p.hint
	switch {
	case p.kind != noContainer:
		m.kind, m.dtype, m.packed, m.part = p.kind, x.dtype, x.elems, partOf(x.name)
		m.ignored = p.kind == plainWeight && x.dtype == dtU8 && t.pack.bits == 4 && t.pack.ignores(p.module)
	case p.zeros:
		m.zeros = x.elems
	case p.scale:
		m.scale, m.scaleDType = x.elems, x.dtype
		if p.role == moduleScale && x.dtype != dtF8E8M0 {
			m.loose, m.looseDType = m.loose+x.elems, x.dtype
		}
		if m.kind == noContainer {
			m.part = partOf(x.name)
		}
	}
	return nil
}

// parameter counts a tensor whose elements are its parameters, unless it is
// one that training does not touch.
func (t *tally) parameter(x *tensor) error {
	if causalMask(x) {
		t.buffers.add(x.name, x.elems)
		return nil
	}
	if x.dtype.wideInteger() {
		t.integers.add(x.name, x.elems)
	}
	return t.count(x.dtype, partOf(x.name), x.elems)
}

func (t *tally) count(d dtype, part sizing.Component, n int64) error {
	if !t.addParams(int(d), part, n) {
		return fmt.Errorf("the tensors together exceed 2^63 parameters")
	}
	return nil
}

// causalMask recognises the masks that GPT-2 and GPT-NeoX checkpoints store
// under a bias's name: 1 x 1 x n x n.
func causalMask(x *tensor) bool {
	return x.rank == 4 && x.dims[0] == 1 && x.dims[1] == 1 && x.dims[2] == x.dims[3] && x.dims[2] > 1 &&
		hasSuffix(x.name, "attn.bias", "attention.bias")
}

func hasSuffix(name []byte, endings ...string) bool {
	for _, e := range endings {
		if len(name) >= len(e) && string(name[len(name)-len(e):]) == e {
			return true
		}
	}
	return false
}

const moduleChunk = 4096

// module finds or makes the record of a module.
func (t *tally) module(name []byte) (*module, error) {
	at := t.index.find(name)
	if at == nil {
		n := t.index.used
		if n == maxModules {
			return nil, fmt.Errorf("more than %d quantised layers", maxModules)
		}
		if n%moduleChunk == 0 {
			t.modules = append(t.modules, make([]module, moduleChunk))
		}
		t.index.add(name, int32(n))
		return &t.modules[n/moduleChunk][n%moduleChunk], nil
	}
	return &t.modules[*at/moduleChunk][*at%moduleChunk], nil
}

// warnings says what was left out or is in doubt.
func (t *tally) warnings() []string {
	var list []string
	if n := t.buffers; n.tensors > 0 {
		list = append(list, fmt.Sprintf("%d buffers (masks, indices, running statistics; such as %q) with %d elements are not counted as parameters", n.tensors, n.example, n.elems))
	}
	if n := t.integers; n.tensors > 0 {
		list = append(list, fmt.Sprintf("%d tensors of a wide integer type (such as %q) are counted by their %d elements: they may be indices or weights packed in a way that is not known", n.tensors, n.example, n.elems))
	}
	for _, c := range t.counts[numDTypes:] {
		list = append(list, fmt.Sprintf("%d tensors of the unknown type %q: their bytes are those of data_offsets, their parameters those of their shapes", c.tensors, clipName(c.name)))
	}
	return list
}
