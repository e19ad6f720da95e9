package hardware

import (
	"fmt"
	"slices"
	"strings"

	"mlsizer/sizing/note"
)

// DType is the number format of the operands of a matrix product, as far as it
// determines the rate of the product.
type DType uint8

// The formats that a device may have a rate for. FP64 and FP32 are the rate of
// a matrix product in that format: of the tensor or matrix unit if it supports
// the format, else of the vector unit. FP8, FP6 and FP4 include the
// block-scaled variants (MXFP8, NVFP4, …).
const (
	FP64 DType = iota
	FP32
	TF32
	BF16
	FP16
	FP8
	INT8
	FP6
	FP4
	NumDTypes // how many there are
)

var dtypeNames = [NumDTypes]string{"fp64", "fp32", "tf32", "bf16", "fp16", "fp8", "int8", "fp6", "fp4"}

// String is the name in lower case: "bf16".
func (t DType) String() string {
	if t < NumDTypes {
		return dtypeNames[t]
	}
	return fmt.Sprintf("DType(%d)", uint8(t))
}

// ParseDType parses the name of a number format in any case: fp64, fp32,
// tf32, bf16, fp16, fp8, int8, fp6, fp4; the names of frameworks (float32,
// bfloat16, half, float8_e4m3fn) and of the block-scaled kinds (mxfp8, nvfp4,
// mxfp4, mxfp6) stand for the format that decides their rate.
func ParseDType(s string) (DType, error) {
	switch name := strings.ToLower(strings.TrimSpace(s)); name {
	case "fp64", "float64", "double", "f64":
		return FP64, nil
	case "fp32", "float32", "float", "f32":
		return FP32, nil
	case "tf32", "tensorfloat32":
		return TF32, nil
	case "bf16", "bfloat16":
		return BF16, nil
	case "fp16", "float16", "half", "f16":
		return FP16, nil
	case "fp8", "float8", "mxfp8", "e4m3", "e5m2", "fp8_e4m3", "fp8_e5m2", "float8_e4m3", "float8_e4m3fn", "float8_e5m2", "hif8":
		return FP8, nil
	case "int8", "i8", "w8a8":
		return INT8, nil
	case "fp6", "mxfp6", "float6":
		return FP6, nil
	case "fp4", "nvfp4", "mxfp4", "float4":
		return FP4, nil
	}
	return 0, note.NewError("format.unknown", s, slices.Clone(dtypeNames[:]))
}
