package evidence

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"mlsizer/sizing"
)

// Resolve finds a model by its catalogue name.
type Resolve func(name string) (*sizing.Model, error)

// traits are the parts of a decoder that a family's name decides.
type traits struct {
	biases    bool // linear maps and norms have biases
	positions bool // learned position embeddings
	tied      bool // where the row does not say
	gated     bool // where the row does not say
	embedNorm bool // a norm after the embedding
	encoder   bool // bidirectional, with token types and a masked-LM head
}

var families = map[string]traits{
	"gpt":             {biases: true, positions: true, tied: true},
	"mpt":             {biases: true, positions: true, tied: true},
	"bloom":           {biases: true, tied: true, embedNorm: true},
	"bert":            {biases: true, positions: true, tied: true, encoder: true},
	"moe":             {biases: true, positions: true, tied: true},
	"maxtext-default": {gated: true},
	"dense-llm":       {gated: true},
	"moe-llm":         {gated: true},
	"peft-llm":        {gated: true},
}

// model builds the row's model: the catalogue's, if it is named there, cut to
// the row's layers; else one from the shape that the row gives.
func (r *Row) model(resolve Resolve) (*sizing.Model, error) {
	for _, name := range []string{r.Model, r.Family} {
		if name == "" {
			continue
		}
		m, err := resolve(name)
		if err != nil || !r.agrees(m) {
			continue
		}
		if r.Layers > 0 && int(r.Layers) != m.Layers() {
			return trim(m, int(r.Layers))
		}
		return m, nil
	}
	if r.Hidden == 0 || r.Layers == 0 || r.Heads == 0 {
		return nil, fmt.Errorf("model %q is not in the catalogue, and the row gives no shape", r.Model+r.Family)
	}
	t, ok := families[r.Family]
	if !ok {
		// A row with its own shape and an unknown name is taken as a plain
		// decoder of today.
		t = families["dense-llm"]
	}
	return r.decoder(t)
}

// agrees reports whether a catalogue model has the width and at least the
// layers that the row states; a family's name may also be that of a model.
func (r *Row) agrees(m *sizing.Model) bool {
	return (r.Hidden == 0 || r.Hidden == m.Hidden) && int(r.Layers) <= m.Layers() &&
		(r.Params == 0 || r.Layers > 0 || math.Abs(float64(m.Params())/r.Params-1) < 0.1)
}

// decoder builds a transformer from the row's shape.
func (r *Row) decoder(t traits) (*sizing.Model, error) {
	opt := r.options()
	d := r.Hidden
	linearBias := t.biases && opt["disable-bias-linear"] != "true"
	normBias := t.biases && opt["normalization"] != "RMSNorm"
	norm := sizing.Norm{Dim: d, Bias: normBias}
	gated := t.gated
	if r.Gated != nil {
		gated = *r.Gated
	}
	tied := t.tied
	if r.Tied != nil {
		tied = *r.Tied
	}
	mixer, err := r.mixer(t, opt, linearBias)
	if err != nil {
		return nil, err
	}
	ffn := sizing.FFN{Hidden: d, Width: r.FFN, Gated: gated, Bias: linearBias}
	if ffn.Width == 0 {
		ffn.Width = 4 * d
	}
	groups := []sizing.Group{{Name: "embedding", Place: sizing.Input, Repeat: 1, Blocks: []sizing.Block{sizing.Table{Rows: r.Vocab, Dim: d}}}}
	if p := opt["position-embedding-type"]; t.positions && p != "rope" && p != "none" {
		groups[0].Blocks = append(groups[0].Blocks, sizing.Table{Name: "positions", Rows: r.SeqLen, Dim: d, Small: true})
	}
	if t.encoder {
		groups[0].Blocks = append(groups[0].Blocks, sizing.Table{Name: "token types", Rows: 2, Dim: d, Small: true})
	}
	if t.embedNorm {
		groups[0].Blocks = append(groups[0].Blocks, norm)
	}
	if pattern := opt["hybrid-layer-pattern"]; pattern != "" {
		hybrid, err := r.hybrid(pattern, norm, mixer, opt)
		if err != nil {
			return nil, err
		}
		return r.assemble(append(groups, hybrid...), t, norm, tied, nil)
	}
	dense := int(r.Layers)
	if r.Experts > 0 {
		dense, err = denseLayers(opt["moe-layer-freq"])
		if err != nil {
			return nil, err
		}
	}
	var last []sizing.Block
	if dense > 0 {
		last = []sizing.Block{norm, mixer, norm, ffn}
		groups = append(groups, sizing.Group{Name: "decoder", Repeat: dense, Blocks: last})
	}
	if n := int(r.Layers) - dense; n > 0 {
		last = []sizing.Block{norm, mixer, norm, r.experts(gated, ffn.Width, opt)}
		groups = append(groups, sizing.Group{Name: "experts", Repeat: n, Blocks: last})
	}
	var further []sizing.Block
	if n, err := strconv.Atoi(opt["mtp-num-layers"]); err == nil && n > 0 {
		further = last
	}
	return r.assemble(groups, t, norm, tied, further)
}

// assemble adds the head and, where the row predicts further tokens, a layer
// and a loss for each.
func (r *Row) assemble(groups []sizing.Group, t traits, norm sizing.Norm, tied bool, further []sizing.Block) (*sizing.Model, error) {
	d := r.Hidden
	head := sizing.Group{Name: "head", Place: sizing.Output, Repeat: 1, Blocks: []sizing.Block{norm}}
	if t.encoder {
		head.Blocks = append(head.Blocks, sizing.Linear{Name: "lm dense", In: d, Out: d, Bias: true}, norm)
	}
	head.Blocks = append(head.Blocks, sizing.Linear{Name: "head", In: d, Out: r.Vocab, Head: true, Tied: tied})
	groups = append(groups, head)
	if n, err := strconv.Atoi(r.options()["mtp-num-layers"]); err == nil && n > 0 && further != nil {
		// Each further token is predicted from the last hidden state and the
		// next embedding by one more layer and the same head.
		blocks := append([]sizing.Block{norm, norm, sizing.Linear{Name: "eh_proj", In: 2 * d, Out: d}}, further...)
		blocks = append(blocks, norm, sizing.Linear{Name: "head", In: d, Out: r.Vocab, Head: true, Tied: true})
		groups = append(groups, sizing.Group{Name: "multi-token prediction", Place: sizing.Output, Repeat: n, Blocks: blocks})
	}
	m := &sizing.Model{Name: r.name(), Family: r.Family, Field: sizing.NLP, Source: r.Ref, Hidden: d, Vocab: r.Vocab, Groups: groups}
	return m, m.Check()
}

// experts builds the row's mixture of experts.
func (r *Row) experts(gated bool, dense int64, opt map[string]string) sizing.MoE {
	width := r.ExpertFFN
	if width == 0 {
		width = dense
	}
	shared, _ := strconv.ParseInt(opt["moe-shared-expert-intermediate-size"], 10, 64)
	return sizing.MoE{Hidden: r.Hidden, Experts: r.Experts, TopK: r.TopK, Width: width, Gated: gated, SharedWidth: shared, CorrectionBias: opt["moe-router-enable-expert-bias"] == "true"}
}

// hybrid builds the layers of a pattern of one mixer a letter: M state space,
// * attention, - dense, E experts. What follows a slash predicts further
// tokens.
// Source: NVIDIA/Megatron-LM megatron/core/models/mamba (hybrid layer pattern).
func (r *Row) hybrid(pattern string, norm sizing.Norm, mixer sizing.Block, opt map[string]string) ([]sizing.Group, error) {
	number := func(key string) int64 {
		n, _ := strconv.ParseInt(opt[key], 10, 64)
		return n
	}
	heads := number("mamba-num-heads")
	kinds := map[rune]sizing.Block{
		'M': sizing.Mamba2{Hidden: r.Hidden, Inner: heads * number("mamba-head-dim"), Heads: heads, Groups: number("mamba-num-groups"), State: number("mamba-state-dim"), Conv: 4},
		'*': mixer,
		'-': sizing.FFN{Hidden: r.Hidden, Width: r.FFN},
		'E': r.experts(false, r.FFN, opt),
	}
	main, _, _ := strings.Cut(pattern, "/")
	var groups []sizing.Group
	for _, letter := range main {
		block, ok := kinds[letter]
		if !ok {
			return nil, fmt.Errorf("hybrid layer pattern %q: unknown letter %q", pattern, letter)
		}
		groups = append(groups, sizing.Group{Name: block.Kind(), Repeat: 1, Blocks: []sizing.Block{norm, block}})
	}
	return groups, nil
}

// mixer builds the row's attention.
func (r *Row) mixer(t traits, opt map[string]string, bias bool) (sizing.Block, error) {
	if opt["multi-latent-attention"] == "true" {
		a := sizing.MLA{Hidden: r.Hidden, Heads: r.Heads}
		for key, p := range map[string]*int64{"q-lora-rank": &a.QRank, "kv-lora-rank": &a.KVRank, "qk-pos-emb-head-dim": &a.RopeDim, "qk-head-dim": &a.NopeDim, "v-head-dim": &a.ValDim} {
			v, err := strconv.ParseInt(opt[key], 10, 64)
			if err != nil {
				return nil, fmt.Errorf("multi-latent attention without %s", key)
			}
			*p = v
		}
		return a, nil
	}
	a := sizing.Attention{Hidden: r.Hidden, Heads: r.Heads, KVHeads: r.KVHeads, HeadDim: r.HeadDim, Bidirectional: t.encoder}
	if opt["qk-layernorm"] == "true" {
		a.QKNorm = sizing.HeadQKNorm
	}
	return a.WithBias(bias, bias), nil
}

// denseLayers reads Megatron's pattern "([0]*3+[1]*12)": three dense layers
// first. An empty pattern has none.
func denseLayers(pattern string) (int, error) {
	if pattern == "" || pattern == "1" {
		return 0, nil
	}
	var dense, moe int
	if _, err := fmt.Sscanf(pattern, "([0]*%d+[1]*%d)", &dense, &moe); err != nil {
		return 0, fmt.Errorf("layer pattern %q", pattern)
	}
	return dense, nil
}

func (r *Row) name() string {
	if r.Model != "" {
		return r.Model
	}
	return fmt.Sprintf("%s-%dx%d", r.Family, r.Layers, r.Hidden)
}

// trim returns the model with only its first n body layers.
func trim(m *sizing.Model, n int) (*sizing.Model, error) {
	if n > m.Layers() {
		return nil, fmt.Errorf("%d layers, but %s has %d", n, m.Name, m.Layers())
	}
	c := *m
	c.Groups = nil
	for _, g := range m.Groups {
		if g.Place == sizing.Body {
			g.Repeat = min(g.Repeat, n)
			n -= g.Repeat
			if g.Repeat == 0 {
				continue
			}
		}
		c.Groups = append(c.Groups, g)
	}
	return &c, c.Check()
}
