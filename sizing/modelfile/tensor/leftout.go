package tensor

import "mlsizer/sizing/modelfile/source"

// LeftOut remembers tensors that a warning is to mention.
type LeftOut struct {
	Tensors int
	Elems   int64
	Example string
}

// Add counts a tensor.
func (l *LeftOut) Add(name []byte, elems int64) {
	if l.Tensors == 0 {
		l.Example = source.Clip(name)
	}
	l.Tensors++
	l.Elems += elems
}
