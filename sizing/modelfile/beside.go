package modelfile

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"mlsizer/sizing/limit"
	"mlsizer/sizing/modelfile/config"
	"mlsizer/sizing/modelfile/safetensors"
	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/note"
)

// besideConfig is what the config.json beside the tensors says.
type besideConfig struct {
	config  *config.Config
	packing safetensors.Packing
	problem error // why there is no architecture, though there is a config
	fatal   error // the config cannot be read at all
}

// readConfig reads the config.json beside a model, if there is one. An
// architecture that is not modelled does not stand in the way of counting.
func readConfig(ctx context.Context, st source.Store) besideConfig {
	data, err := readSmall(ctx, st, "config.json")
	if errors.Is(err, fs.ErrNotExist) {
		return besideConfig{}
	}
	if err != nil {
		return besideConfig{fatal: err}
	}
	where := st.Where("config.json")
	c, err := config.Parse(where, data)
	if err == nil {
		if _, local := st.(source.Folder); local && embeds(ctx, st) { // of a repository it costs a request
			c.DropHead()
		}
		return besideConfig{config: c, packing: safetensors.PackingOf(c.Quant)}
	}
	q, fatal := config.ParseQuantization(where, data)
	return besideConfig{problem: err, packing: safetensors.PackingOf(q), fatal: fatal}
}

// readSmall reads a config whole.
func readSmall(ctx context.Context, st source.Store, name string) ([]byte, error) {
	f, err := st.Open(ctx, name, false)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	tooLong := &source.FormatError{File: st.Where(name), Offset: config.MaxBytes, Err: note.NewError("config.goes-on", config.MaxBytes)}
	if f.Size > config.MaxBytes {
		return nil, tooLong
	}
	data, err := io.ReadAll(limit.File(f, config.MaxBytes))
	if exceeded := (*limit.Error)(nil); errors.As(err, &exceeded) {
		return nil, tooLong
	}
	if err != nil {
		return nil, note.NewError("path.fails-at", st.Where(name), len(data), err)
	}
	return data, f.Done()
}
