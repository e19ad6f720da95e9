package safetensors

import "bytes"

// role is what a tensor is to the parameter count.
type role uint8

const (
	// parameter tensors count their elements.
	parameter role = iota
	// constant tensors are what a quantised weight is scaled and shifted by.
	constant
	// buffer tensors are stored and not trained: masks, statistics, indices.
	buffer
	// containers hold several weights in an element, or may do so; how many
	// is decided when all tensors of the module have been seen.
	container
	// moduleScale tensors are constants if their module is quantised, and
	// parameters otherwise: "scale" is also what some call a norm's weight.
	moduleScale
)

// kind says which packing a container's name stands for.
type kind uint8

const (
	noContainer kind = iota
	qweight          // GPTQ, AWQ: X.qweight
	packed           // compressed-tensors: X.weight_packed
	plainWeight      // X.weight of one byte: 8 bits, bitsandbytes, NVFP4, FP8
	blocks           // MXFP4 as gpt-oss stores it: X_blocks
	mlxWords         // MLX: X.weight of uint32 beside X.scales
)

// hint is a fact about a module that one of its constants proves.
type hint uint8

const (
	hintBnb4   hint = 1 << iota // a quant_state or absmax: two weights a byte
	hintScale2                  // a second scale: NVFP4
)

// place is what a tensor's name says.
type place struct {
	role   role
	kind   kind
	module []byte // the name that container and constants share
	zeros  bool   // the tensor is the module's packed zero points
	scale  bool   // the tensor is the module's scale
	shift  bool   // the tensor is what the module's groups are shifted by
	hint   hint
}

// placeOf reads a tensor's name and type.
// Source: the module classes of AutoGPTQ, AutoAWQ, bitsandbytes,
// compressed-tensors, modelopt and transformers' integrations/mxfp4.py.
func placeOf(name []byte, dt dtype) place {
	if i := bytes.LastIndex(name, []byte(".weight.")); i >= 0 {
		if p, ok := bnbState(name[:i], name[i+len(".weight."):]); ok {
			return p
		}
	}
	dot := bytes.LastIndexByte(name, '.')
	last, module := name[dot+1:], name[:max(dot, 0)]
	switch string(last) {
	case "qweight":
		return place{role: container, kind: qweight, module: module}
	case "scales":
		return place{role: moduleScale, module: module, scale: true}
	case "qzeros":
		return place{role: constant, module: module, zeros: true}
	case "weight_packed":
		return place{role: container, kind: packed, module: module}
	case "weight_scale", "weight_scale_inv", "weight_scales":
		return place{role: constant, module: module, scale: true}
	case "weight_scale_2", "weight_global_scale":
		return place{role: constant, module: module, hint: hintScale2}
	case "k_scale", "v_scale", "q_scale", "kv_scale", "prob_scale", "output_scale", "prob_output_scale", "prob_zero_point",
		"k_zero_point", "v_zero_point", "q_zero_point", "output_zero_point", "k_proj_scale", "v_proj_scale":
		// What the KV cache, queries and scores are scaled by (vLLM, modelopt,
		// compressed-tensors).
		return place{role: constant}
	case "biases":
		// MLX's zero points, where its packed weights stand beside them.
		return place{role: moduleScale, module: module, shift: true}
	case "weight_zero_point", "input_scale", "input_global_scale", "input_zero_point", "zero_point", "weight_shape",
		"weight_g_idx", "g_idx", "SCB", "weight_format", "absmax", "quant_map":
		return place{role: constant}
	case "scale":
		return place{role: moduleScale, module: module, scale: true}
	case "weight":
		if dt.oneByte() {
			return place{role: container, kind: plainWeight, module: module}
		}
		if dt == dtU32 {
			return place{role: container, kind: mlxWords, module: module}
		}
	case "inv_freq", "position_ids", "num_batches_tracked", "running_mean", "running_var", "masked_bias":
		return place{role: buffer}
	}
	return placeOfEnding(name, last, dt)
}

// bnbState knows the constants that bitsandbytes keeps under a weight's name.
func bnbState(module, state []byte) (p place, ok bool) {
	switch {
	case bytes.HasPrefix(state, []byte("quant_state.bitsandbytes__")), string(state) == "absmax":
		return place{role: constant, module: module, hint: hintBnb4}, true
	case string(state) == "quant_map", bytes.HasPrefix(state, []byte("nested_")):
		return place{role: constant}, true
	}
	return place{}, false
}

// placeOfEnding knows the names that are told by their ending, and the types
// that are never parameters.
func placeOfEnding(name, last []byte, dt dtype) place {
	switch {
	case bytes.HasSuffix(last, []byte("_blocks")) && dt == dtU8:
		return place{role: container, kind: blocks, module: bytes.TrimSuffix(name, []byte("_blocks"))}
	case bytes.HasSuffix(last, []byte("_scales")):
		return place{role: moduleScale, module: bytes.TrimSuffix(name, []byte("_scales")), scale: true}
	case bytes.HasSuffix(last, []byte("_scale_inv")):
		return place{role: constant}
	case dt == dtF8E8M0, bytes.HasPrefix(last, []byte("nested_")):
		return place{role: constant}
	case dt == dtBool:
		return place{role: buffer}
	}
	return place{}
}
