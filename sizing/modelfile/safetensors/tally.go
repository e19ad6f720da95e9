package safetensors

import (
	"cmp"

	"mlsizer/sizing/model"
	"mlsizer/sizing/modelfile/config"
	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/modelfile/tensor"
	"mlsizer/sizing/note"
)

// entry is one tensor of a safetensors file. Name and Dims are valid only
// during the call that hands it over.
type entry struct {
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
	zerosDType dtype
	lastDim    int64            // of the container
	scaleDim   int64            // the last dimension of the scale
	own        config.GroupBits // what the config says of this module (MLX)
	plain      bool             // the config leaves it unquantised (MLX)
	kind       kind
	dtype      dtype
	scaleDType dtype
	part       model.Component
	hints      hint
	loose      int64 // elements of scales that are parameters unless there is a container
	looseDType dtype
	ignored    bool // the config says that the layer is not quantised
}

// tally sums the tensors of a checkpoint. Containers of packed weights and the
// constants beside them wait in modules until all tensors are seen, since they
// may come in any order and from different shards.
type tally struct {
	tensor.Totals
	pack Packing

	index   *tensor.NameTable[int32]
	modules [][]module // in chunks, so that growing copies nothing

	words     string // the first tensor of words that may be packed
	hidden    int64  // width of the last norm: the model's hidden size, 0 where none is seen
	constants int64  // elements left out as quantisation constants
	buffers   tensor.LeftOut
	integers  tensor.LeftOut // counted, but perhaps packed in an unknown way
	unknown   tensor.LeftOut // containers of which nothing says how many weights an element holds
	padded    tensor.LeftOut // containers whose last element may not be full
}

func newTally(p Packing) *tally {
	t := &tally{Totals: tensor.Totals{Counts: make([]tensor.Count, numDTypes)}, pack: p, index: tensor.NewNameTable[int32]()}
	for i := range dtypes {
		t.Counts[i].Name = dtypes[i].name
	}
	return t
}

// dtypeIndex finds or makes the counter of a type that is not known.
func (t *tally) dtypeIndex(name []byte) (dtype, bool) {
	for i := int(numDTypes); i < len(t.Counts); i++ {
		if t.Counts[i].Name == string(name) {
			return dtype(i), true
		}
	}
	if len(t.Counts) == int(maxDTypes) {
		return 0, false
	}
	t.Counts = append(t.Counts, tensor.Count{Name: string(name)})
	return dtype(len(t.Counts) - 1), true
}

// add counts one tensor. The error says what is wrong with its size.
func (t *tally) add(x *entry) error {
	var ok bool
	if t.Bytes, ok = tensor.AddCounts(t.Bytes, x.end-x.begin); !ok {
		return note.NewError("tensor.too-many-bytes-together")
	}
	t.Tensors++
	t.Counts[x.dtype].Bytes += x.end - x.begin
	t.Counts[x.dtype].Tensors++

	p := placeOf(x.name, x.dtype)
	switch p.role {
	case parameter:
		return t.parameter(x)
	case buffer:
		t.buffers.Add(x.name, x.elems)
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
		m.kind, m.dtype, m.packed, m.part = p.kind, x.dtype, x.elems, tensor.ComponentOf(x.name)
		m.lastDim = lastDim(x)
		if p.kind == mlxWords {
			m.own, m.plain = t.pack.ownOf(p.module)
			t.words = cmp.Or(t.words, source.Clip(x.name))
		}
		m.ignored = p.kind == plainWeight && x.dtype == dtU8 && t.pack.bits == 4 && t.pack.ignores(p.module)
	case p.zeros:
		m.zeros, m.zerosDType = x.elems, x.dtype
	case p.shift:
		m.loose, m.looseDType = m.loose+x.elems, x.dtype
	case p.scale:
		m.scale, m.scaleDType, m.scaleDim = x.elems, x.dtype, lastDim(x)
		if p.role == moduleScale && x.dtype != dtF8E8M0 {
			m.loose, m.looseDType = m.loose+x.elems, x.dtype
		}
		if m.kind == noContainer {
			m.part = tensor.ComponentOf(x.name)
		}
	}
	return nil
}

// parameter counts a tensor whose elements are its parameters, unless it is
// one that training does not touch.
func (t *tally) parameter(x *entry) error {
	if x.rank == 1 && isFinalNorm(x.name) {
		t.hidden = x.elems
	}
	if causalMask(x) {
		t.buffers.Add(x.name, x.elems)
		return nil
	}
	if x.dtype.wideInteger() {
		t.integers.Add(x.name, x.elems)
	}
	return t.count(x.dtype, tensor.ComponentOf(x.name), x.elems)
}

func (t *tally) count(d dtype, part model.Component, n int64) error {
	if !t.AddParams(int(d), part, n) {
		return note.NewError("tensor.too-many-parameters-together")
	}
	return nil
}

// causalMask recognises the masks that GPT-2 and GPT-NeoX checkpoints store
// under a bias's name: 1 x 1 x n x n.
func causalMask(x *entry) bool {
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

// maxModules bounds the quantised layers, as maxTensors does the tensors. The
// largest known index has 248,000.
const maxModules = 1 << 19 / 4 * 3

const moduleChunk = 4096

// module finds or makes the record of a module.
func (t *tally) module(name []byte) (*module, error) {
	at := t.index.Find(name)
	if at == nil {
		n := t.index.Len()
		if n == maxModules {
			return nil, note.NewError("packing.too-many-layers", maxModules)
		}
		if n%moduleChunk == 0 {
			t.modules = append(t.modules, make([]module, moduleChunk))
		}
		t.index.Add(name, int32(n))
		return &t.modules[n/moduleChunk][n%moduleChunk], nil
	}
	return &t.modules[*at/moduleChunk][*at%moduleChunk], nil
}

// warnings says what was left out or is in doubt.
func (t *tally) warnings() note.List {
	var list note.List
	if n := t.buffers; n.Tensors > 0 {
		list.Say("file.buffers", "", n.Tensors, n.Example, n.Elems)
	}
	if n := t.integers; n.Tensors > 0 {
		list.Say("file.wide-integers", "", n.Tensors, n.Example, n.Elems)
	}
	for _, c := range t.Counts[numDTypes:] {
		list.Say("file.unknown-type", "", c.Tensors, source.Clip(c.Name))
	}
	return list
}
