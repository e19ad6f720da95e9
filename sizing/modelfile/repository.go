package modelfile

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strings"

	"mlsizer/sizing/modelfile/hub"
	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/note"
)

// openRepository reads a repository: its config.json and the headers of its
// safetensors files. Of a repository without safetensors the config alone is
// the answer.
func openRepository(ctx context.Context, h *hub.Hub, ref hub.Ref) (f *File, err error) {
	err = h.Read(ctx, ref, func(ctx context.Context, st *hub.Repository) (err error) {
		if f, err = openUsual(ctx, st, ref); err == nil {
			f.Warnings = append(f.Warnings, st.Warnings...)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	f.Path = ref.String()
	f.name(ref.Repo)
	return f, nil
}

// openUsual tries the usual names, in the order in which transformers does.
func openUsual(ctx context.Context, st source.Store, ref hub.Ref) (*File, error) {
	beside := readConfig(ctx, st)
	if beside.fatal != nil {
		return nil, beside.fatal
	}
	for _, name := range []string{"model.safetensors", "model.safetensors.index.json"} {
		f, err := openSafetensors(ctx, st, []string{name}, strings.HasSuffix(name, ".json"), beside)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	if beside.config == nil {
		for _, name := range []string{pipelineIndex, adapterConfig} {
			f, err := openJSON(ctx, st, name)
			if err == nil || !errors.Is(err, fs.ErrNotExist) {
				return f, err
			}
		}
		if beside.problem != nil {
			return nil, beside.problem
		}
		return nil, &hub.Error{Ref: ref.String(), Status: http.StatusNotFound, Err: note.NewError("hub.no-model"), Hint: note.Word("hub.check-files")}
	}
	if embeds(ctx, st) {
		beside.config.DropHead()
	}
	f := ofConfig(st.Where("config.json"), beside.config)
	f.Warnings.Say("file.no-safetensors", "")
	return f, nil
}
