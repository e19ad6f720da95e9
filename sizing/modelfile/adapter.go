package modelfile

import (
	"context"
	"errors"
	"io/fs"

	"mlsizer/sizing/modelfile/config"
	"mlsizer/sizing/modelfile/source"
)

// adapterConfig and adapterNames are what PEFT calls the files of an adapter.
const adapterConfig = "adapter_config.json"

var adapterNames = []string{"adapter_model.safetensors"}

// openAdapter reads an adapter: its config, and its tensors where they stand
// beside it.
func openAdapter(ctx context.Context, st source.Store, where string, data []byte) (*File, error) {
	a, err := config.ParseAdapter(where, data)
	if err != nil {
		return nil, err
	}
	f := &File{Path: where, Format: FormatConfig}
	for _, name := range adapterNames {
		g, err := openWeights(ctx, st, name, besideConfig{})
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		f = g
		break
	}
	f.Kind, f.Adapter = KindAdapter, a
	return f, nil
}

// adapterBeside reads the config beside an adapter's tensors into their file.
func adapterBeside(ctx context.Context, st source.Store, f *File) error {
	data, err := readSmall(ctx, st, adapterConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	f.Adapter, err = config.ParseAdapter(st.Where(adapterConfig), data)
	return err
}
