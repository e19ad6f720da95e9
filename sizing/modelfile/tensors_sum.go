package modelfile

import (
	"cmp"
	"slices"

	"mlsizer/sizing"
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
	Components [sizing.NumComponents]quantity.Params
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

// totals are the sums while the tensors come in, in whole numbers.
type totals struct {
	tensors int
	bytes   int64
	params  int64
	counts  []dtypeCount // by the number of the format
	parts   [sizing.NumComponents]int64
}

// dtypeCount is DTypeCount in whole numbers.
type dtypeCount struct {
	name          string
	params, bytes int64
	tensors       int
}

// addParams adds n parameters of a component; ok is false where the sum does
// not fit.
func (t *totals) addParams(format int, part sizing.Component, n int64) (ok bool) {
	if t.params, ok = addOK(t.params, n); !ok {
		return false
	}
	t.counts[format].params += n
	t.parts[part] += n
	return true
}

// sum is the result.
func (t *totals) sum() Sum {
	s := Sum{Params: quantity.Params(t.params), Bytes: quantity.Bytes(t.bytes), Tensors: t.tensors}
	for i, n := range t.parts {
		s.Components[i] = quantity.Params(n)
	}
	for _, c := range t.counts {
		if c.tensors > 0 {
			s.ByDType = append(s.ByDType, DTypeCount{DType: c.name, Params: quantity.Params(c.params), Bytes: quantity.Bytes(c.bytes), Tensors: c.tensors})
		}
	}
	slices.SortStableFunc(s.ByDType, func(a, b DTypeCount) int { return cmp.Compare(b.Bytes, a.Bytes) })
	return s
}
