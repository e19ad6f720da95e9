// Package ggml has the numbers that a GGUF file speaks in: the types of its
// tensors and those of its values.
package ggml

import (
	"mlsizer/sizing/modelfile/tensor"
	"mlsizer/sizing/note"
)

// Type is how a GGUF file stores a tensor: blocks of so many elements in
// so many bytes.
type Type struct {
	Name        string
	Block, Size int64
}

// Types is indexed by the type's number; an empty name is a number that
// was removed or never given out.
// Source: ggml-org/ggml, include/ggml.h enum ggml_type; src/ggml-common.h for
// the blocks.
var Types = [...]Type{
	0: {"F32", 1, 4}, 1: {"F16", 1, 2}, 2: {"Q4_0", 32, 18}, 3: {"Q4_1", 32, 20},
	6: {"Q5_0", 32, 22}, 7: {"Q5_1", 32, 24}, 8: {"Q8_0", 32, 34}, 9: {"Q8_1", 32, 36},
	10: {"Q2_K", 256, 84}, 11: {"Q3_K", 256, 110}, 12: {"Q4_K", 256, 144}, 13: {"Q5_K", 256, 176},
	14: {"Q6_K", 256, 210}, 15: {"Q8_K", 256, 292}, 16: {"IQ2_XXS", 256, 66}, 17: {"IQ2_XS", 256, 74},
	18: {"IQ3_XXS", 256, 98}, 19: {"IQ1_S", 256, 50}, 20: {"IQ4_NL", 32, 18}, 21: {"IQ3_S", 256, 110},
	22: {"IQ2_S", 256, 82}, 23: {"IQ4_XS", 256, 136}, 24: {"I8", 1, 1}, 25: {"I16", 1, 2},
	26: {"I32", 1, 4}, 27: {"I64", 1, 8}, 28: {"F64", 1, 8}, 29: {"IQ1_M", 256, 56}, 30: {"BF16", 1, 2},
	34: {"TQ1_0", 256, 54}, 35: {"TQ2_0", 256, 66}, 39: {"MXFP4", 32, 17}, 40: {"NVFP4", 64, 36},
	41: {"Q1_0", 128, 18}, 42: {"Q2_0", 64, 18},
}

// removed are the numbers that were given out and withdrawn.
var removed = map[uint32]string{
	4: "Q4_2", 5: "Q4_3", 31: "Q4_0_4_4", 32: "Q4_0_4_8", 33: "Q4_0_8_8", 36: "IQ4_NL_4_4", 37: "IQ4_NL_4_8", 38: "IQ4_NL_8_8",
}

// Lookup returns the type of a number; the error says what is wrong with it.
func Lookup(n uint32) (Type, error) {
	if n < uint32(len(Types)) && Types[n].Name != "" {
		return Types[n], nil
	}
	if name, ok := removed[n]; ok {
		return Type{}, note.NewError("ggml.removed-type", n, name)
	}
	return Type{}, note.NewError("ggml.unknown-type", n)
}

// Bytes returns the storage of a tensor whose rows have ne0 of the elements.
func (t Type) Bytes(ne0, elems int64) (int64, error) {
	if ne0%t.Block != 0 {
		return 0, note.NewError("ggml.blocks-must-divide-rows", ne0, t.Block, t.Name)
	}
	n, ok := tensor.MulCounts(elems/t.Block, t.Size)
	if !ok {
		return 0, note.NewError("ggml.too-many-bytes", elems, t.Name)
	}
	return n, nil
}
