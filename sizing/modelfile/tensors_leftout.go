package modelfile

// leftOut remembers tensors that a warning is to mention.
type leftOut struct {
	tensors int
	elems   int64
	example string
}

func (l *leftOut) add(name []byte, elems int64) {
	if l.tensors == 0 {
		l.example = clipName(name)
	}
	l.tensors++
	l.elems += elems
}
