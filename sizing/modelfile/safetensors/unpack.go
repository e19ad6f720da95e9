package safetensors

import (
	"mlsizer/sizing/modelfile/config"
	"mlsizer/sizing/modelfile/tensor"
	"mlsizer/sizing/note"
)

// Packing is what a config says about how the checkpoint beside it is
// quantised. The zero value is a checkpoint without a config.
type Packing struct {
	method string // quant_method: "gptq", "awq", "bitsandbytes", …
	bits   int64  // bits of a weight, 0 where it does not say or says several
	ignore func(module string) bool
	// group is how many weights share a scale, mode the number format and
	// overrides what modules say for themselves: MLX's files alone ask for them.
	group     int64
	mode      string
	overrides map[string]config.GroupBits
	// foreign marks a method whose containers are not known here.
	foreign bool
}

// ignores reports whether the config leaves the layer unquantised.
func (p Packing) ignores(module []byte) bool { return p.ignore != nil && p.ignore(string(module)) }

// resolve unpacks the containers, once all tensors are in.
func (t *tally) resolve() error {
	for i := range t.index.Len() {
		m := &t.modules[i/moduleChunk][i%moduleChunk]
		if m.kind == noContainer {
			if m.loose > 0 { // no weight stands beside it: a norm's scale or the like
				if err := t.count(m.looseDType, m.part, m.loose); err != nil {
					return err
				}
			}
			continue
		}
		t.constants += m.loose
		n, err := t.unpack(m)
		if err != nil {
			return err
		}
		if err := t.count(m.dtype, m.part, n); err != nil {
			return err
		}
	}
	if odd := t.Counts[dtU8].Tensors + t.Counts[dtI8].Tensors + t.integers.Tensors; t.pack.foreign && odd > 0 && t.unknown.Tensors == 0 {
		t.unknown.Tensors = odd
	}
	return nil
}

// unpack returns how many weights a module's container holds: elements times
// the bits of an element over the bits of a weight.
func (t *tally) unpack(m *module) (int64, error) {
	bits := t.weightBits(m)
	if bits == 0 {
		t.unknown.Tensors++
		t.unknown.Elems += m.packed
		return m.packed, nil
	}
	holds := int64(8)
	if m.dtype < numDTypes {
		holds = dtypes[m.dtype].bits
	}
	if m.kind == packed && holds%bits != 0 {
		// compressed-tensors fits whole weights into an int32 and leaves the
		// rest of its bits unused (pack_to_int32: 32 // num_bits).
		t.padded.Tensors++
		holds -= holds % bits
	}
	n, ok := tensor.MulCounts(m.packed, holds)
	if !ok {
		return 0, note.NewError("packing.too-many-weights", m.packed)
	}
	return n / bits, nil
}

// weightBits says how wide a weight of the module is, 0 if nothing tells. What
// the tensors prove goes before what the config says, since mixed checkpoints
// have layers of several widths and a config one figure.
func (t *tally) weightBits(m *module) int64 {
	switch m.kind {
	case qweight:
		// scales has one element for each group and output, qzeros packs as
		// many zero points as tightly as the weights are packed.
		// (AWQ's gemv_fast stores its zero points unpacked, which proves nothing.)
		if width := bitsOf(m.dtype); m.scale > 0 && m.zeros > 0 && m.zerosDType == m.dtype {
			if z, ok := tensor.MulCounts(m.zeros, width); ok && z%m.scale == 0 && plausibleBits(z/m.scale) {
				return z / m.scale
			}
		}
		return t.configBits(m)
	case mlxWords:
		return t.mlxBits(m)
	case packed:
		if m.dtype == dtU8 && t.pack.bits == 0 {
			return fourBitRatio(m)
		}
		return t.configBits(m)
	case blocks:
		return 4
	}
	return t.plainBits(m)
}

// plainBits says how wide the weights of a one-byte "X.weight" are.
func (t *tally) plainBits(m *module) int64 {
	switch {
	case m.dtype != dtU8 && m.dtype != dtI8:
		return 8 // an FP8 weight is itself
	case m.hints&hintBnb4 != 0, m.hints&hintScale2 != 0 && m.dtype == dtU8:
		return 4
	case fourBitRatio(m) == 4:
		return 4
	case m.dtype == dtU8 && !m.ignored && t.pack.bits == 4:
		return 4
	}
	return 8
}

// fourBitRatio returns 4 if the scale proves two weights a byte: NVFP4 has an
// FP8 scale for 16 weights, MXFP4 a power of two for 32. It returns 0
// otherwise.
func fourBitRatio(m *module) int64 {
	var group int64
	switch m.scaleDType {
	case dtF8E4M3:
		group = 16
	case dtF8E8M0:
		group = 32
	case dtU8: // a power of two, written as a byte
		group = 32
	}
	if group != 0 && m.scale > 0 && m.packed/m.scale == group/2 && m.packed%m.scale == 0 {
		return 4
	}
	return 0
}

// configBits returns the config's bits if the container can hold them.
func (t *tally) configBits(m *module) int64 {
	if plausibleBits(t.pack.bits) && t.pack.bits <= bitsOf(m.dtype) {
		return t.pack.bits
	}
	return 0
}

func plausibleBits(n int64) bool { return n >= 1 && n <= 16 }

func bitsOf(d dtype) int64 {
	if d < numDTypes {
		return dtypes[d].bits
	}
	return 8
}
