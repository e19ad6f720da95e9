package modelfile

import (
	"fmt"
	"strings"
)

// FormatError is the error of every file whose bytes are not what its format
// demands.
type FormatError struct {
	File    string // the file or address as given
	Offset  int64  // the byte of the file where it goes wrong; negative where there is no one place
	Problem string // what is wrong
	Want    string // what is accepted instead; may be empty
}

// Error names the file, the byte offset, what is wrong and what is accepted:
//
//	model.safetensors: byte 0: header of 9223372036854775807 bytes (want at most 100000000)
func (e *FormatError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Offset >= 0 {
		fmt.Fprintf(&b, ": byte %d", e.Offset)
	}
	b.WriteString(": ")
	b.WriteString(e.Problem)
	if e.Want != "" {
		b.WriteString(" (want ")
		b.WriteString(e.Want)
		b.WriteString(")")
	}
	return b.String()
}

// maxTensors bounds the tensors of a checkpoint and maxModules its quantised
// layers, and with them the memory that reading one takes. The largest known
// index has 497,000 tensors of 248,000 layers; the figures are what fills a
// table of a power of two.
const (
	maxTensors = 1 << 20 / 4 * 3
	maxModules = 1 << 19 / 4 * 3
)

// clipName shortens a name that a file gave, so that an error stays readable
// whatever the file holds.
func clipName[S ~string | ~[]byte](name S) string {
	const most = 100
	if len(name) > most {
		return string(name[:most]) + "…"
	}
	return string(name)
}

// mulOK multiplies two counts that are not negative; ok is false if the
// product does not fit.
func mulOK(a, b int64) (product int64, ok bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	product = a * b
	return product, product/b == a && product > 0
}

// addOK adds two counts that are not negative.
func addOK(a, b int64) (sum int64, ok bool) {
	sum = a + b
	return sum, sum >= a && sum >= b
}
