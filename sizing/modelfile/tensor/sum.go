package tensor

import (
	"cmp"
	"slices"

	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// Sum is what the tensors of a checkpoint come to.
type Sum struct {
	// Params is the number of parameters, unpacked.
	Params quantity.Params
	// Bytes is the storage of all tensors.
	Bytes quantity.Bytes
	// Tensors is their number.
	Tensors int
	// ByDType lists what is stored in which number format, the most bytes
	// first; its parameters and bytes add up to Params and Bytes.
	ByDType []DTypeCount
	// Components are the parameters by component, told by the tensors' names.
	Components [model.NumComponents]quantity.Params
}

// DTypeCount is what a file holds in one number format.
type DTypeCount struct {
	// DType is the format's name as the file spells it: "BF16", "Q4_K".
	DType string
	// Params is how many parameters are stored in it, unpacked: an int32 that
	// holds eight weights of four bits counts eight. Quantisation constants,
	// indices and buffers count none.
	Params quantity.Params
	// Bytes is the storage of all tensors of the format, constants included.
	Bytes quantity.Bytes
	// Tensors is their number.
	Tensors int
}

// Totals are the sums while the tensors come in, in whole numbers.
type Totals struct {
	Tensors int
	Bytes   int64
	Params  int64
	Counts  []Count // by the number of the format
	Parts   [model.NumComponents]int64
}

// Count is DTypeCount in whole numbers.
type Count struct {
	Name          string
	Params, Bytes int64
	Tensors       int
}

// AddParams adds n parameters of a component; ok is false where the sum does
// not fit.
func (t *Totals) AddParams(format int, part model.Component, n int64) (ok bool) {
	if t.Params, ok = AddCounts(t.Params, n); !ok {
		return false
	}
	t.Counts[format].Params += n
	t.Parts[part] += n
	return true
}

// Sum is the result.
func (t *Totals) Sum() Sum {
	s := Sum{Params: quantity.Params(t.Params), Bytes: quantity.Bytes(t.Bytes), Tensors: t.Tensors}
	for i, n := range t.Parts {
		s.Components[i] = quantity.Params(n)
	}
	for _, c := range t.Counts {
		if c.Tensors > 0 {
			s.ByDType = append(s.ByDType, DTypeCount{DType: c.Name, Params: quantity.Params(c.Params), Bytes: quantity.Bytes(c.Bytes), Tensors: c.Tensors})
		}
	}
	slices.SortStableFunc(s.ByDType, func(a, b DTypeCount) int { return cmp.Compare(b.Bytes, a.Bytes) })
	return s
}
