package serve

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

//go:embed quantpresets.json
var quantPresetsJSON []byte

// Quant is a preset of weight formats for serving: the number format of each
// tensor, and that of the products.
type Quant struct {
	Name    string   `json:"name"`
	Aliases []string `json:"aliases"`
	// Source says where the sizes come from.
	Source string `json:"source"`
	// GGUF presets are files of llama.cpp.
	GGUF bool `json:"gguf"`
	// Linear, Embedding, Head and Vector name the formats of the matrices of
	// the layers, of the lookup table, of the output head, and of norms and
	// biases.
	Linear    string `json:"linear"`
	Embedding string `json:"embedding"`
	Head      string `json:"head"`
	Vector    string `json:"vector"`
	// RestOfMoE is the format of all tensors but routed experts in a model with
	// experts; empty means Linear.
	RestOfMoE string `json:"rest_of_moe"`
	// Value, Down and Output are tensors with more bits in some layers: value
	// and down projections and the output of attention.
	Value  *wider `json:"value"`
	Down   *wider `json:"down"`
	Output *wider `json:"output"`
	// Flat is the mean of a file in bits per weight, if the mix of formats is
	// not modelled.
	Flat float64 `json:"flat"`
	// FileBits is the published mean of a file of Llama-3.1-8B.
	FileBits float64 `json:"file_bits"`
	// Compute is the format of products on devices that support it.
	Compute string `json:"compute"`

	// Formats, FileBytes and Repository are those of the published checkpoint
	// that the preset is of; see [Release].
	Formats    map[string]string `json:"-"`
	FileBytes  quantity.Bytes    `json:"-"`
	Repository string            `json:"-"`

	compute hardware.DType
	bits    map[string]float64
	// pruned says that two of four values of every linear layer are zero and
	// not stored.
	pruned bool
}

// Pruned reports whether two of four values of the linear layers are not
// stored.
func (q *Quant) Pruned() bool { return q.pruned }

// wider says in which layers a tensor has more bits.
type wider struct {
	Type   string `json:"type"`
	Layers string `json:"layers"`
}

// share returns the part of n layers that the rule names.
// Source: ggml-org/llama.cpp src/llama-quant.cpp (use_more_bits and the rules
// by file type).
func (w *wider) share(n int) float64 {
	count := 0
	for i := range n {
		more := false
		switch w.Layers {
		case "all":
			more = true
		case "first4":
			more = i < 4
		case "eighth":
			more = i < n/8
		case "more":
			more = i < n/8 || i >= 7*n/8 || (i-n/8)%3 == 2
		}
		if more {
			count++
		}
	}
	return float64(count) / float64(max(n, 1))
}

type quantFile struct {
	Types []struct {
		Name string  `json:"name"`
		Bits float64 `json:"bits"`
	} `json:"types"`
	Sources map[string]string `json:"sources"`
	Presets []*Quant          `json:"presets"`
}

var loadQuants = sync.OnceValue(func() []*Quant {
	list, err := readQuants(quantPresetsJSON)
	if err != nil {
		panic("sizing: embedded quantisation presets: " + err.Error()) // a test reads them
	}
	return list
})

// readQuants decodes the presets and checks every reference.
func readQuants(data []byte) ([]*Quant, error) {
	var f quantFile
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, err
	}
	bits := map[string]float64{}
	for _, t := range f.Types {
		bits[t.Name] = t.Bits
	}
	for _, q := range f.Presets {
		q.bits = bits
		source, ok := f.Sources[q.Source]
		if !ok {
			return nil, fmt.Errorf("%s: no source %q", q.Name, q.Source)
		}
		q.Source = source
		var err error
		if q.compute, err = hardware.ParseDType(q.Compute); err != nil {
			return nil, fmt.Errorf("%s: %w", q.Name, err)
		}
		if q.Flat > 0 {
			continue
		}
		used := []string{q.Linear, q.Embedding, q.Head, q.Vector}
		if q.RestOfMoE != "" {
			used = append(used, q.RestOfMoE)
		}
		for _, w := range []*wider{q.Value, q.Down, q.Output} {
			if w != nil {
				used = append(used, w.Type)
			}
		}
		for _, t := range used {
			if bits[t] == 0 {
				return nil, fmt.Errorf("%s: unknown format %q", q.Name, t)
			}
		}
	}
	return f.Presets, nil
}

// Quants lists the presets.
func Quants() []*Quant { return slices.Clone(loadQuants()) }

// FindQuant returns the preset of a name or alias in any case. exl2-N.Nbpw
// states the mean bits of the linear layers.
func FindQuant(s string) (*Quant, error) {
	name := strings.ToLower(strings.TrimSpace(s))
	for _, q := range loadQuants() {
		if q.Name == name || slices.Contains(q.Aliases, name) {
			return q, nil
		}
	}
	if q, ok := exl2(name); ok {
		return q, nil
	}
	if base, ok := strings.CutSuffix(name, "-2:4"); ok {
		if q, err := FindQuant(base); err == nil && !q.GGUF && !q.pruned {
			pruned := *q
			pruned.Name, pruned.pruned = q.Name+"-2:4", true
			return &pruned, nil
		}
	}
	return nil, note.NewError("serving.unknown-weight-storage", s, quantNames())
}

func quantNames() []string {
	var names []string
	for _, q := range loadQuants() {
		names = append(names, q.Name)
	}
	return names
}

// exl2 reads exl2-4.0bpw or exl3-4.0bpw: the mean of the linear layers, with a
// 6-bit head.
func exl2(name string) (*Quant, bool) {
	text, ok := strings.CutPrefix(strings.Replace(name, "exl3-", "exl2-", 1), "exl2-")
	text, isBits := strings.CutSuffix(text, "bpw")
	b, err := strconv.ParseFloat(text, 64)
	if !ok || !isBits || err != nil || !(b >= 1 && b <= 16) {
		return nil, false
	}
	return &Quant{
		Name: name, Linear: "exl2", Embedding: "f16", Head: "exl2-head", Vector: "f16", compute: hardware.FP16,
		Source: "turboderp-org/exllamav2@da07fac exllamav2/conversion/convert_exl2.py:25,164: mean bits per weight of the linear layers, head at 6 bits",
		bits:   map[string]float64{"exl2": b, "exl2-head": 6, "f16": 16},
	}, true
}

// StoredQuant is the format of weights as a file stores them, in bits per
// parameter on average; gguf says that the file is one of llama.cpp.
func StoredQuant(bits float64, gguf bool) *Quant {
	q := &Quant{Name: fmt.Sprintf("the file's own (%.3g bits)", bits), Flat: bits, GGUF: gguf, compute: hardware.BF16, Source: "the tensors of the file"}
	if bits > 6 && bits < 12 && !gguf {
		q.compute = hardware.FP8
	}
	return q
}

// weightBits returns the storage of tensor t in bits per weight, in a model of
// n layers; moe says whether the model has routed experts. With 2:4 pruning
// half of the values remain, each with 2 bits for its position: b/2 + 1.
// Source of the pruned format: arXiv:2104.08378 section 3.
func (q *Quant) weightBits(t model.Weight, n int, moe bool) float64 {
	if q.Flat > 0 {
		return q.Flat
	}
	if bits, ok := q.format(t); ok {
		return bits
	}
	switch {
	case t.Cols == 0 || t.Part == model.NormPart:
		return q.bits[q.Vector]
	case t.Part == model.HeadPart:
		return q.bits[q.Head]
	case t.Part == model.Embedding:
		return q.bits[q.Embedding]
	case t.Part == model.RouterPart:
		if q.GGUF {
			return 32 // routers stay in fp32
		}
		return q.bits[q.Embedding]
	}
	if moe && q.RestOfMoE != "" && t.Part != model.ExpertPart {
		return q.bits[q.RestOfMoE]
	}
	base := q.bits[q.Linear]
	if q.pruned {
		return base/2 + 1
	}
	var w *wider
	switch {
	case t.Values:
		w = q.Value
	case t.SplitBy == model.ByInputs && t.Part == model.AttentionPart:
		w = q.Output
	case t.SplitBy == model.ByInputs && t.Part != model.SSMPart:
		w = q.Down
	}
	if w == nil {
		return base
	}
	share := w.share(n)
	return base*(1-share) + q.bits[w.Type]*share
}

// class groups presets by how kernels unpack them, for constants of speed.
func (q *Quant) class() string {
	switch {
	case q.Flat >= 15:
		return "plain"
	case q.Flat > 0 && q.compute == hardware.FP8:
		return "narrow"
	case q.GGUF && q.Name == "f16", q.Linear == "f16", q.Linear == "bf16", q.Linear == "f32":
		return "plain"
	case q.Linear == "fp8", q.Linear == "mxfp8", q.Linear == "int8":
		return "narrow"
	case q.Linear == "nvfp4", q.Linear == "mxfp4" && !q.GGUF:
		return "fp4"
	case q.GGUF && (q.Linear == "q8_0" || q.Linear == "q4_0" || q.Name == "q8_k_xl" || q.Linear == "mxfp4"):
		return "gguf-simple"
	case q.GGUF:
		return "gguf-k"
	}
	return "packed"
}
