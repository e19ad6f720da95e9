package ggml

import ()

// The types of a value. Source: ggml-org/ggml docs/gguf.md.
const (
	U8 uint32 = iota
	I8
	U16
	I16
	U32
	I32
	F32
	Bool
	String
	Array
	U64
	I64
	F64
	NumValueTypes
)

// ValueSizes are the bytes of a value; 0 for a string and an array, whose
// length is in the file.
var ValueSizes = [NumValueTypes]int64{U8: 1, I8: 1, U16: 2, I16: 2, U32: 4, I32: 4, F32: 4, Bool: 1, U64: 8, I64: 8, F64: 8}
