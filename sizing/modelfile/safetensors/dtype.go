package safetensors

import ()

// dtype is a number format of a safetensors file, an index into dtypes;
// unknown formats follow behind them in the order they are met.
type dtype uint8

// The formats that the unpacking rules ask for by name.
const (
	dtBool dtype = iota
	dtF4
	dtF6E2M3
	dtF6E3M2
	dtU8
	dtI8
	dtF8E5M2
	dtF8E4M3
	dtF8E8M0
	dtF8E4M3FNUZ
	dtF8E5M2FNUZ
	dtI16
	dtU16
	dtF16
	dtBF16
	dtI32
	dtU32
	dtF32
	dtC64
	dtF64
	dtI64
	dtU64
	numDTypes
)

// maxDTypes bounds how many formats one checkpoint may bring that are not
// known here.
const maxDTypes = numDTypes + 64

// dtypes are the names and the bits of an element.
// Source: huggingface/safetensors, safetensors/src/tensor.rs, enum Dtype.
var dtypes = [numDTypes]struct {
	name string
	bits int64
}{
	{"BOOL", 8}, {"F4", 4}, {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8}, {"I8", 8},
	{"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8},
	{"I16", 16}, {"U16", 16}, {"F16", 16}, {"BF16", 16}, {"I32", 32}, {"U32", 32}, {"F32", 32},
	{"C64", 64}, {"F64", 64}, {"I64", 64}, {"U64", 64},
}

// lookupDType looks a name up; ok is false for one that is not known.
func lookupDType(name []byte) (dtype, bool) {
	switch string(name) { // the four that nearly every tensor has
	case "BF16":
		return dtBF16, true
	case "F16":
		return dtF16, true
	case "F32":
		return dtF32, true
	case "F8_E4M3":
		return dtF8E4M3, true
	}
	for i := range dtypes {
		if dtypes[i].name == string(name) {
			return dtype(i), true
		}
	}
	return 0, false
}

// oneByte formats are those that an 8-bit or a packed 4-bit weight stands in.
func (d dtype) oneByte() bool {
	switch d {
	case dtU8, dtI8, dtF8E5M2, dtF8E4M3, dtF8E4M3FNUZ, dtF8E5M2FNUZ:
		return true
	}
	return false
}

// integer formats wider than a byte hold indices, counters or packed weights,
// but never plain parameters.
func (d dtype) wideInteger() bool {
	switch d {
	case dtI16, dtU16, dtI32, dtU32, dtI64, dtU64:
		return true
	}
	return false
}
