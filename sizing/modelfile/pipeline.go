package modelfile

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"

	"mlsizer/sizing/modelfile/config"
	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/modelfile/tensor"
)

// pipelineIndex is what diffusers calls the list of a pipeline's parts.
const pipelineIndex = "model_index.json"

// openPipeline counts a pipeline of diffusers part by part: by the tensors of a
// part, else by its config.
func openPipeline(ctx context.Context, st source.Store, where string, data []byte) (*File, error) {
	class, parts, err := config.ParsePipeline(where, data)
	if err != nil {
		return nil, err
	}
	f := &File{Path: where, Kind: KindPipeline, Format: FormatConfig, Class: class}
	var left []string
	for _, p := range parts {
		g, err := openPart(ctx, source.Below(st, p.Name))
		if err != nil {
			return nil, err
		}
		part := Part{Part: p}
		if g == nil {
			left = append(left, p.Name)
		} else {
			part.Params, part.Bytes, part.Tensors = g.Params, g.Bytes, g.Tensors
			f.add(g)
		}
		f.Parts = append(f.Parts, part)
	}
	if len(left) > 0 {
		f.Warnings.Say("file.parts-not-counted", "", left)
	}
	return f, nil
}

// openPart counts one part; nil where neither tensors nor a config that is
// modelled are there.
func openPart(ctx context.Context, st source.Store) (*File, error) {
	f, err := openTensors(ctx, st, besideConfig{})
	if f != nil || err != nil {
		return f, err
	}
	data, err := readSmall(ctx, st, "config.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c, err := config.Parse(st.Where("config.json"), data)
	if err != nil {
		return nil, nil // not modelled: named, and not counted
	}
	return ofConfig(st.Where("config.json"), c), nil
}

// add sums the tensors of another file into f.
func (f *File) add(g *File) {
	if g.Tensors > 0 {
		f.Format = g.Format
	}
	f.Params += g.Params
	f.Bytes += g.Bytes
	f.Tensors += g.Tensors
	f.Files += g.Files
	for i, n := range g.Components {
		f.Components[i] += n
	}
	for _, d := range g.ParamsByDType {
		at := slices.IndexFunc(f.ParamsByDType, func(e tensor.DTypeCount) bool { return e.DType == d.DType })
		if at < 0 {
			f.ParamsByDType = append(f.ParamsByDType, d)
			continue
		}
		e := &f.ParamsByDType[at]
		e.Params, e.Bytes, e.Tensors = e.Params+d.Params, e.Bytes+d.Bytes, e.Tensors+d.Tensors
	}
	slices.SortStableFunc(f.ParamsByDType, func(a, b tensor.DTypeCount) int { return cmp.Compare(b.Bytes, a.Bytes) })
	f.Warnings = append(f.Warnings, g.Warnings...)
}
