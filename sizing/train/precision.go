package train

import (
	"fmt"
	"strings"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// Precision is a numeric recipe of training: the format of matrix products,
// weights and activations.
type Precision uint8

// The recipes. In the 8- and 4-bit ones the products are narrow; weights and
// saved activations stay in bf16 unless the stack says otherwise.
const (
	BF16 Precision = iota
	FP16
	FP8
	MXFP8
	NVFP4
	TF32
	FP32
	numPrecisions
)

var precisions = [numPrecisions]struct {
	name    string
	compute hardware.DType
	bytes   float64 // of a weight or a saved activation
	mixed   bool    // narrower than fp32, with an fp32 copy of the weights
}{
	BF16:  {"bf16", hardware.BF16, 2, true},
	FP16:  {"fp16", hardware.FP16, 2, true},
	FP8:   {"fp8", hardware.FP8, 2, true},
	MXFP8: {"mxfp8", hardware.FP8, 2, true},
	NVFP4: {"nvfp4", hardware.FP4, 2, true},
	TF32:  {"tf32", hardware.TF32, 4, false},
	FP32:  {"fp32", hardware.FP32, 4, false},
}

// String returns the recipe's name.
func (p Precision) String() string {
	if p < numPrecisions {
		return precisions[p].name
	}
	return fmt.Sprintf("Precision(%d)", uint8(p))
}

// MarshalText writes the recipe's name.
func (p Precision) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Compute returns the number format of the matrix products.
func (p Precision) Compute() hardware.DType { return precisions[p].compute }

// Bytes returns the bytes per weight or saved activation.
func (p Precision) Bytes() float64 { return precisions[p].bytes }

// narrow reports whether matrix products read quantised operands.
func (p Precision) narrow() bool { return p == FP8 || p == MXFP8 || p == NVFP4 }

// ParsePrecision reads the name of a recipe.
func ParsePrecision(s string) (Precision, error) {
	return quantity.ByName(s, "precision", numPrecisions, Precision.String)
}

// Precisions returns the training precisions that the device computes in.
func Precisions(d *hardware.Device) []Precision {
	var list []Precision
	for p := range numPrecisions {
		if d.Supports(p.Compute()) {
			list = append(list, p)
		}
	}
	return list
}

// DefaultPrecision returns bf16 where the device computes in it, else fp16,
// else fp32.
func DefaultPrecision(d *hardware.Device) (Precision, error) {
	var err error
	for _, p := range []Precision{BF16, FP16, FP32} {
		if _, err = d.Rate(p.Compute()); err == nil {
			return p, nil
		}
	}
	return 0, err
}

// Optimizer is an update rule; it determines the state per parameter.
type Optimizer uint8

// The optimizers.
const (
	AdamW Optimizer = iota
	Adam8bit
	Adafactor
	Lion
	Muon
	SGDMomentum
	SGD
	numOptimizers
)

var optimizerNames = [numOptimizers]string{"adamw", "adam8bit", "adafactor", "lion", "muon", "sgd-momentum", "sgd"}

// String returns the optimizer's name.
func (o Optimizer) String() string {
	if o < numOptimizers {
		return optimizerNames[o]
	}
	return fmt.Sprintf("Optimizer(%d)", uint8(o))
}

// MarshalText writes the optimizer's name.
func (o Optimizer) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// ParseOptimizer reads an optimizer's name; "adam" is AdamW, which has the same
// state.
func ParseOptimizer(s string) (Optimizer, error) {
	if strings.EqualFold(strings.TrimSpace(s), "adam") {
		return AdamW, nil
	}
	return quantity.ByName(s, "optimizer", numOptimizers, Optimizer.String)
}

// moments returns the bytes of optimizer state of a tensor, without the fp32
// copy of the weights. element is the width of a full-precision moment in the
// stack.
//
//	AdamW        2 moments                       Kingma & Ba 2015
//	Adam8bit     2 moments of 1 byte             arXiv:2110.02861
//	Adafactor    rows + columns of a matrix      arXiv:1804.04235 section 3
//	Lion         1 moment                        arXiv:2302.06675
//	Muon         1 for hidden matrices, else 2   KellerJordan/Muon README
//	SGD          1 with momentum, else none
func (o Optimizer) moments(w model.Weight, element float64) float64 {
	n := float64(w.Params())
	isMatrix := w.Cols > 1
	switch o {
	case AdamW:
		return 2 * element * n
	case Adam8bit:
		return 2 * n
	case Adafactor:
		if isMatrix {
			return element * float64((w.Rows+w.Cols)*w.Copies)
		}
		return element * n
	case Lion, SGDMomentum:
		return element * n
	case Muon:
		if isMatrix && w.Part != model.Embedding && w.Part != model.HeadPart {
			return element * n
		}
		return 2 * element * n
	}
	return 0
}

// byName finds the enumeration value that String gives s.
