package modelfile_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"mlsizer/sizing/modelfile"
)

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	header := `{"wte.weight":{"dtype":"BF16","shape":[4,3],"data_offsets":[0,24]}}`
	data := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	data = append(append(data, header...), make([]byte, 24)...)
	path := filepath.Join(dir, "model.safetensors")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		panic(err)
	}
	f, err := modelfile.Open(context.Background(), path, modelfile.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println(f.Format, f.Params, float64(f.Bytes), f.ParamsByDType[0].DType)
	// Output: safetensors 12 24 BF16
}

func ExampleIsReference() {
	for _, arg := range []string{"hf:org/name", "model.gguf", "7B", "llama-3.1-70b"} {
		fmt.Println(arg, modelfile.IsReference(arg))
	}
	// Output:
	// hf:org/name true
	// model.gguf true
	// 7B false
	// llama-3.1-70b false
}
