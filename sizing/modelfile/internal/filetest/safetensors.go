package filetest

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Tensor is a tensor of a synthetic file.
type Tensor struct {
	Name, DType string
	Shape       []int64
}

// T is a tensor of the dimensions.
func T(name, dtype string, dims ...int64) Tensor { return Tensor{name, dtype, dims} }

// size looks the width of a type up in the published table, not in the code
// under test. Source: huggingface/safetensors docs, "Format".
func (e Tensor) size() int64 {
	bits := map[string]int64{"F4": 4, "F6_E2M3": 6, "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F16": 16, "BF16": 16, "I16": 16,
		"I32": 32, "F32": 32, "F64": 64, "I64": 64}[e.DType]
	n := bits
	for _, d := range e.Shape {
		n *= d
	}
	return n / 8
}

// Header writes the JSON of a header with the tensors side by side.
func Header(extra string, tensors ...Tensor) (header string, data int64) {
	var b strings.Builder
	b.WriteString("{" + extra)
	for i, e := range tensors {
		if i > 0 || extra != "" {
			b.WriteString(",")
		}
		shape := strings.ReplaceAll(fmt.Sprint(e.Shape), " ", ",")
		fmt.Fprintf(&b, `%q:{"dtype":%q,"shape":%s,"data_offsets":[%d,%d]}`, e.Name, e.DType, shape, data, data+e.size())
		data += e.size()
	}
	b.WriteString("}")
	return b.String(), data
}

// File puts the length before a header; the data is left out and stands as a
// hole in the file (sparse).
func File(header string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
}

// Write makes a file of the header with data bytes of nothing behind it.
func Write(t testing.TB, dir, name, header string, data int64) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, File(header), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, int64(len(header))+8+data); err != nil {
		t.Fatal(err)
	}
	return path
}

// WriteTensors makes a file of the tensors, whose data is nothing.
func WriteTensors(t testing.TB, dir, name string, tensors ...Tensor) string {
	t.Helper()
	header, data := Header("", tensors...)
	return Write(t, dir, name, header, data)
}

// Big returns a header of n tensors as checkpoints name them.
func Big(n int) (header []byte, data int64) {
	b := []byte(`{"__metadata__":{"format":"pt"}`)
	for i := range n {
		b = fmt.Appendf(b, `,"model.layers.%d.mlp.experts.%d.down_proj.weight":{"dtype":"BF16","shape":[7168,2048],"data_offsets":[%d,%d]}`, i/512, i%512, data, data+7168*2048*2)
		data += 7168 * 2048 * 2
	}
	return append(b, '}'), data
}
