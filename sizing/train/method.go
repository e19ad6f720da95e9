package train

import (
	"fmt"
	"slices"
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// Method says which weights a run trains.
type Method uint8

// The methods.
const (
	Pretrain Method = iota // all weights, from random initialisation
	FullTune               // all weights of a trained model
	LoRA                   // low-rank adapters and frozen weights (arXiv:2106.09685)
	QLoRA                  // adapters and frozen 4-bit weights (arXiv:2305.14314)
	numMethods
)

var methodNames = [numMethods]string{"pretrain", "full", "lora", "qlora"}

// String returns the method's name.
func (m Method) String() string {
	if m < numMethods {
		return methodNames[m]
	}
	return fmt.Sprintf("Method(%d)", uint8(m))
}

// MarshalText writes the method's name.
func (m Method) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// ParseMethod reads a method's name.
func ParseMethod(s string) (Method, error) {
	return quantity.ByName(s, "method", numMethods, Method.String)
}

// Adapter describes the low-rank matrices of LoRA.
type Adapter struct {
	// Rank is r: each target of in x out gets r(in + out) parameters.
	Rank int64
	// Targets are the names of the matrices that get an adapter; "all-linear"
	// means every matrix but embeddings, routers and the head.
	Targets []string
	// Magnitudes says that every target also has a trained magnitude per output
	// (DoRA, arXiv:2402.09353).
	Magnitudes bool
	// BaseBits is the storage of the frozen matrices in bits per weight; 0
	// means the compute precision.
	BaseBits float64
}

// DefaultAdapter is what PEFT and LitGPT use where nothing is said: rank 8 on
// queries and values.
// Source: Lightning-AI/litgpt@2685705 litgpt/finetune/lora.py:56-61 (lora_r 8,
// lora_query, lora_value); arXiv:2106.09685 section 4.2.
var DefaultAdapter = Adapter{Rank: 8, Targets: []string{"q_proj", "v_proj"}}

// Bits per frozen weight in NF4: 4, plus an fp32 scale per 64 weights, or an
// 8-bit scale per 64 and an fp32 scale per 256 of these.
// Source: arXiv:2305.14314 section 3 (0.5 and 0.127 bits per parameter).
const (
	NF4Bits       = 4.5
	NF4DoubleBits = 4.127
)

// targets reports whether the matrix gets an adapter.
func (a *Adapter) targets(w model.Weight) bool {
	if w.Cols < 2 || w.Part == model.Embedding || w.Part == model.HeadPart || w.Part == model.RouterPart {
		return false
	}
	return a.feeds(w.Name)
}

// Missing returns the targets that match no matrix of the model.
func (a *Adapter) Missing(m *model.Model) []string {
	var list []string
	for _, target := range a.Targets {
		one := Adapter{Targets: []string{target}}
		found := false
		for w := range m.AllWeights() {
			found = found || one.targets(w)
		}
		if !found {
			list = append(list, target)
		}
	}
	return list
}

// LinearNames returns the names of the matrices that all-linear targets.
func LinearNames(m *model.Model) []string {
	all := Adapter{Targets: []string{"all-linear"}}
	var names []string
	for w := range m.AllWeights() {
		if name := w.Name[strings.LastIndex(w.Name, ".")+1:]; all.targets(w) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// feeds reports whether a matrix of that name gets an adapter.
func (a *Adapter) feeds(name string) bool {
	return slices.ContainsFunc(a.Targets, func(t string) bool {
		return t == "all-linear" || t == name || strings.HasSuffix(name, "."+t)
	})
}

// params returns the parameters of the adapter of one matrix.
func (a *Adapter) params(w model.Weight) float64 {
	return float64(a.Rank*(w.Rows+w.Cols)*w.Copies) + a.magnitudes(w)
}

// magnitudes returns how many magnitudes a target has.
func (a *Adapter) magnitudes(w model.Weight) float64 {
	if !a.Magnitudes {
		return 0
	}
	return float64(w.Rows * w.Copies)
}

// Count returns the adapter parameters of a model.
func (a *Adapter) Count(m *model.Model) float64 {
	n := 0.0
	for w, repeat := range m.AllWeights() {
		if !w.Shared && a.targets(w) {
			n += a.params(w) * float64(repeat)
		}
	}
	return n
}

// scaled returns the elements per token that the gradient of a target's
// magnitude needs: the outputs of the frozen matrix and of the adapter, which
// it scales.
// Source: huggingface/peft src/peft/tuners/lora/dora.py (DoraLinearLayer).
func (a *Adapter) scaled(w model.Weight) float64 { return 2 * a.magnitudes(w) * w.Uses }

// Adapts reports whether the method trains adapters beside frozen weights.
func (m Method) Adapts() bool { return m == LoRA || m == QLoRA }

// FreezesWeights reports whether the workload trains adapters alone.
func (w *Workload) FreezesWeights() bool { return w.Method.Adapts() }
