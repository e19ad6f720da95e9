package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// Quantization is what a config says of how weights are stored.
type Quantization struct {
	// Method is the quantisation's name in the config: "gptq", "fp8".
	Method string
	// Format is the element format: "int4", "fp8", "mxfp4", "nvfp4", "nf4".
	Format string
	// Bits is the storage of one quantised weight without its scales.
	Bits float64
	// GroupSize is the number of weights that share a scale; 0 where a whole
	// row or tensor does. A block of b x b weights counts b·b.
	GroupSize int64
	// BitsPerWeight is Bits with the share of scales and zero points.
	BitsPerWeight float64
	// Excluded are the modules that keep their type, as the config words them.
	Excluded []string
	// Targets are the kinds of module or the patterns that are quantised;
	// empty means every linear layer.
	Targets []string

	// Overrides are the modules that say their own bits and group size (MLX), by
	// name. Zero bits leave a module as it was.
	Overrides map[string]GroupBits
	// Mode is MLX's number format: "affine" (also where none is said), "mxfp4".
	Mode string

	embeds     bool    // embeddings and the head are quantised too (MLX)
	expertBits float64 // where experts are stored otherwise; 0: as the rest
	onlyExpert bool    // only experts are quantised (MXFP4 of gpt-oss)
}

// quantKeys are the names under which a config describes its quantisation.
var quantKeys = []string{"quantization_config", "compression_config", "quantization"}

// readQuant reads the quantisation from the top or the text part, and sets the
// storage of the model's weights from it.
func (c *Config) readQuant(name string, top, inner *object) error {
	r := &reader{file: name, family: "quantization", obj: top, used: map[string]bool{}}
	var q *reader
	for _, o := range []*object{inner, top} {
		r.obj = o
		for _, k := range quantKeys {
			if v, _ := o.get(k); q == nil && (k != "quantization" || isObject(v)) {
				q = r.sub(k)
			}
		}
	}
	if r.err != nil || q == nil {
		return r.err
	}
	if len(q.obj.fields) == 0 {
		return nil
	}
	quant, known := q.quantization()
	if q.err != nil {
		return q.err
	}
	c.Warnings = append(c.Warnings, q.warn...)
	c.Quant = quant
	if !known {
		c.Warnings.Say("file.unknown-quantisation", "", clip(quant.Method))
		return nil
	}
	if v, ok := inner.get("expert_dtype"); ok {
		if v != "fp4" {
			c.Warnings.Say("file.unknown-expert-type", "", shown(v))
		} else {
			// FP4 with a one-byte scale for 32 weights, as MXFP4.
			quant.expertBits = 4.25
		}
	}
	bits, warn := quant.storedBits(c.Model, c.DType)
	c.Model.StoredBits = bits
	c.Warnings = append(c.Warnings, warn...)
	return nil
}

func isObject(v any) bool { _, ok := v.(*object); return ok }

// ParseQuantization reads only the quantisation of a config whose architecture is not
// modelled; nil if there is none.
func ParseQuantization(name string, data []byte) (*Quantization, error) {
	top, err := parseJSON(data)
	if err != nil {
		return nil, &Error{Name: name, Err: err}
	}
	inner := top
	for _, key := range textKeys {
		if v, ok := top.get(key); ok {
			if o, ok := v.(*object); ok {
				inner = o
				break
			}
		}
	}
	c := &Config{Model: &model.Model{}}
	if err := c.readQuant(name, top, inner); err != nil {
		return nil, err
	}
	return c.Quant, nil
}

// quantization reads the object by its method and reports whether it is known.
func (r *reader) quantization() (*Quantization, bool) {
	q := &Quantization{Method: strings.ToLower(r.word("", "quant_method"))}
	if q.Method == "" {
		// Older files of bitsandbytes and modelopt leave the method out.
		switch {
		case r.obj.has("load_in_4bit") || r.obj.has("load_in_8bit"):
			q.Method = "bitsandbytes"
		case r.obj.has("quant_algo"):
			q.Method = "modelopt"
		case r.obj.has("config_groups"):
			q.Method = "compressed-tensors"
		case r.obj.has("bits") && r.obj.has("group_size"):
			q.Method = "mlx"
		}
	}
	q.Excluded = r.strings("modules_to_not_convert", "ignore", "ignored_layers", "llm_int8_skip_modules", "exclude_modules")
	switch strings.ReplaceAll(q.Method, "_", "-") {
	case "gptq", "awq", "auto-round", "autoround", "intel/auto-round", "gptqmodel":
		r.integerGroups(q)
	case "bitsandbytes":
		r.bitsAndBytes(q)
	case "fp8":
		r.fp8(q)
	case "fbgemm-fp8", "ptpc-fp8":
		q.Format, q.Bits, q.BitsPerWeight = "fp8", 8, 8
	case "compressed-tensors":
		return q, r.compressed(q)
	case "modelopt", "modelopt-fp4", "nvfp4":
		return q, r.modelopt(q)
	case "mxfp4":
		// 4 bits and a one-byte scale for 32 weights, of the experts only.
		// Source: openai/gpt-oss README; OCP Microscaling Formats v1.0.
		q.Format, q.Bits, q.GroupSize, q.BitsPerWeight, q.onlyExpert = "mxfp4", 4, 32, 4.25, true
	case "eetq":
		q.Format, q.Bits, q.BitsPerWeight = "int8", 8, 8
	case "mlx":
		r.mlx(q)
	case "hqq":
		r.hqq(q)
	default:
		return q, false
	}
	return q, true
}

// integerGroups is GPTQ and AWQ: a scale of 16 bits and a zero point as wide as
// a weight for each group.
func (r *reader) integerGroups(q *Quantization) {
	bits := r.whole("bits", r.first("bits", "w_bit"), 1, 16)
	q.Bits, q.Format = float64(bits), fmt.Sprintf("int%d", bits)
	q.GroupSize = r.groupSize("group_size", "q_group_size")
	q.BitsPerWeight = q.Bits
	if q.GroupSize > 0 {
		q.BitsPerWeight += (16 + q.Bits) / float64(q.GroupSize)
	}
}

// first returns the value of the first name that is there, or a fault.
func (r *reader) first(names ...string) any {
	_, v, ok := r.lookup(names...)
	if !ok {
		r.fail(names[0], missing(note.Word("config.quantisation"), names))
		return number("1")
	}
	return v
}

// groupSize reads a group size; -1 and a missing key mean a whole row.
func (r *reader) groupSize(names ...string) int64 {
	name, v, ok := r.lookup(names...)
	if !ok || v == number("-1") {
		return 0
	}
	return r.whole(name, v, 1, maxWidth)
}

// bitsAndBytes: 8-bit rows, or 4 bits in blocks of 64 with a scale of 32 bits,
// itself quantised to 8 bits in blocks of 256 with double quantisation.
// Source: arXiv:2305.14314 section 3.
func (r *reader) bitsAndBytes(q *Quantization) {
	four := r.bool(false, "load_in_4bit") || r.bool(false, "_load_in_4bit")
	eight := r.bool(false, "load_in_8bit") || r.bool(false, "_load_in_8bit")
	switch {
	case four == eight:
		r.fail("load_in_4bit", note.NewError("quantisation.both-or-neither", four))
	case eight:
		q.Format, q.Bits, q.BitsPerWeight = "int8", 8, 8
	default:
		q.Format, q.Bits, q.GroupSize = r.word("fp4", "bnb_4bit_quant_type"), 4, 64
		q.BitsPerWeight = 4 + 32.0/64
		if r.bool(false, "bnb_4bit_use_double_quant") {
			q.BitsPerWeight = 4 + 8.0/64 + 32.0/(64*256)
		}
	}
}

// fp8: 8 bits and, with blocks, a scale of 32 bits per block (8 in ue8m0).
func (r *reader) fp8(q *Quantization) {
	q.Format, q.Bits, q.BitsPerWeight = "fp8", 8, 8
	block := r.list("weight_block_size")
	if block == nil {
		return
	}
	if len(block) != 2 {
		r.fail("weight_block_size", note.NewError("value.not-a-block-size", shown(block)))
		return
	}
	q.GroupSize = r.whole("weight_block_size", block[0], 1, 1<<20) * r.whole("weight_block_size", block[1], 1, 1<<20)
	q.BitsPerWeight += 32 / float64(q.GroupSize)
}

// compressed reads compressed-tensors: groups of modules with a format each.
func (r *reader) compressed(q *Quantization) bool {
	groups := r.sub("config_groups")
	if groups == nil {
		return false
	}
	for i, f := range groups.obj.fields {
		g := groups.sub(f.name)
		if g == nil {
			r.err = firstError(r.err, groups.err)
			return false
		}
		w := g.sub("weights")
		if w == nil {
			r.err = firstError(r.err, g.err)
			return false
		}
		bits := w.whole("num_bits", w.first("num_bits"), 1, 16)
		size := w.groupSize("group_size")
		float := w.word("int", "type") == "float"
		symmetric := w.bool(true, "symmetric")
		q.Targets = append(q.Targets, g.strings("targets")...)
		r.err = firstError(firstError(r.err, w.err), g.err)
		format := fmt.Sprintf("int%d", bits)
		switch {
		case float && bits == 4 && size == 32:
			format = "mxfp4"
		case float && bits == 4:
			format = "nvfp4"
		case float:
			format = fmt.Sprintf("fp%d", bits)
		}
		per := float64(bits)
		if size > 0 {
			per += scaleBits(format, bits, symmetric) / float64(size)
		}
		if i > 0 && (per != q.BitsPerWeight || size != q.GroupSize) {
			r.warn.Say("file.quantisation-groups-differ", "")
			q.BitsPerWeight = 0
			return true
		}
		q.Format, q.Bits, q.GroupSize, q.BitsPerWeight = format, float64(bits), size, per
	}
	return len(groups.obj.fields) > 0
}

// scaleBits is what a group stores beside its weights: one byte in the
// four-bit float formats, else 16 bits and, if not symmetric, a zero point.
func scaleBits(format string, bits int64, symmetric bool) float64 {
	switch {
	case format == "mxfp4" || format == "nvfp4":
		return 8
	case symmetric:
		return 16
	}
	return 16 + float64(bits)
}

// modelopt reads NVIDIA ModelOpt's algorithms.
func (r *reader) modelopt(q *Quantization) bool {
	if !r.obj.has("quant_algo") && r.obj.has("config_groups") {
		return r.compressed(q)
	}
	algo := strings.ToUpper(r.word("", "quant_algo"))
	r.neutral("group_size")
	switch algo {
	case "FP8", "FP8_PB_WO", "FP8_PER_CHANNEL_PER_TOKEN":
		q.Format, q.Bits, q.BitsPerWeight = "fp8", 8, 8
	case "NVFP4", "NVFP4_AWQ", "":
		if algo == "" && q.Method == "modelopt" {
			return false
		}
		// 4 bits and an FP8 scale for 16 weights.
		q.Format, q.Bits, q.GroupSize, q.BitsPerWeight = "nvfp4", 4, 16, 4.5
	case "W4A16_AWQ", "W4A8_AWQ":
		q.Format, q.Bits, q.GroupSize = "int4", 4, r.groupSize("group_size")
		if q.GroupSize == 0 {
			q.GroupSize = 128
		}
		q.BitsPerWeight = 4 + 16/float64(q.GroupSize)
	case "W8A16", "W8A8_SQ_PER_CHANNEL", "INT8_SQ":
		q.Format, q.Bits, q.BitsPerWeight = "int8", 8, 8
	default:
		q.Method += " " + algo
		return false
	}
	return true
}

// hqq keeps its numbers in a nested object: a scale and a zero point of 16
// bits for each group.
func (r *reader) hqq(q *Quantization) {
	c := r.sub("quant_config")
	if c == nil {
		r.fail("quant_config", note.NewError("value.missing", "hqq"))
		return
	}
	w := c.sub("weight_quant_params")
	if w == nil {
		w = c
	}
	bits := w.whole("nbits", w.first("nbits"), 1, 16)
	q.Bits, q.Format, q.GroupSize = float64(bits), fmt.Sprintf("int%d", bits), w.groupSize("group_size")
	q.BitsPerWeight = q.Bits
	if q.GroupSize > 0 {
		q.BitsPerWeight += 32 / float64(q.GroupSize)
	}
	r.err = firstError(firstError(r.err, w.err), c.err)
}

// strings gathers the strings of lists under any of the names.
func (r *reader) strings(names ...string) []string {
	var out []string
	for _, n := range names {
		for i, e := range r.list(n) {
			s, ok := e.(string)
			if !ok {
				r.fail(n, note.NewError("entry.not-a-string", i, shown(e)))
				return nil
			}
			out = append(out, s)
		}
	}
	return out
}

// baseBits is the storage of a weight that is not quantised; a config that
// names no type is of the time when 16 bits went without saying.
func baseBits(dtype string) (float64, bool) {
	switch dtype {
	case "float32", "fp32", "float":
		return 32, true
	case "", "bfloat16", "float16", "bf16", "fp16", "half":
		return 16, true
	}
	if n, ok := strings.CutPrefix(dtype, "float8"); ok && n != "" {
		return 8, true
	}
	bits, err := strconv.ParseFloat(strings.TrimLeft(dtype, "abcdefghijklmnopqrstuvwxyz"), 64)
	return 16, err == nil && !math.IsNaN(bits) && bits == 16
}
