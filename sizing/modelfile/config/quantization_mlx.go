package config

import "fmt"

// GroupBits is how the weights of one module are quantised.
type GroupBits struct {
	Bits, GroupSize int64
	Mode            string
}

// mlxModes are the scales of MLX's number formats: 16 bits for a group and as
// many for its bias, or one byte.
// Source: ml-explore/mlx mlx/ops.cpp, quantize.
func mlxScaleBits(mode string) float64 {
	if mode == "" || mode == "affine" {
		return 32
	}
	return 8
}

// mlx reads what mlx-lm writes: bits and group size for all modules, embedding
// and head included, and an object or false under the name of a module of its own.
// Source: ml-explore/mlx-lm mlx_lm/utils.py, quantize_model.
func (r *reader) mlx(q *Quantization) {
	q.Method, q.embeds = "mlx", true
	b := r.mlxGroup()
	q.Bits, q.GroupSize, q.Mode = float64(b.Bits), b.GroupSize, b.Mode
	q.Format = fmt.Sprintf("int%d", b.Bits)
	if b.Mode != "" && b.Mode != "affine" {
		q.Format = b.Mode
	}
	q.BitsPerWeight = q.Bits + mlxScaleBits(b.Mode)/float64(b.GroupSize)
	for _, f := range r.obj.fields {
		switch v := f.value.(type) {
		case bool:
			if !v && !r.used[f.name] {
				q.override(f.name, GroupBits{})
			}
		case *object:
			inner := r.sub(f.name)
			own := inner.mlxGroup()
			if r.err == nil {
				r.err = inner.err
			}
			q.override(f.name, own)
		}
	}
	if len(q.Overrides) > 0 {
		q.BitsPerWeight = 0 // several widths: the files say how much they store
	}
}

// override sets what one module says.
func (q *Quantization) override(module string, b GroupBits) {
	if q.Overrides == nil {
		q.Overrides = map[string]GroupBits{}
	}
	q.Overrides[module] = b
}

// mlxGroup reads bits, group size and mode.
func (r *reader) mlxGroup() GroupBits {
	return GroupBits{
		Bits:      r.whole("bits", r.first("bits"), 1, 16),
		GroupSize: r.whole("group_size", r.first("group_size"), 1, maxWidth),
		Mode:      r.word("", "mode"),
	}
}
