package evidence

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// Resolve finds a model by its catalogue name.
type Resolve func(name string) (*model.Model, error)

// traits are the parts of a decoder that follow from a family's name.
type traits struct {
	biases    bool // linear maps and norms have biases
	positions bool // learned position embeddings
	tied      bool // by default
	gated     bool // by default
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

// model builds the row's model: the catalogue's if it is named there, with the
// row's number of layers; else one from the dimensions that the row states.
func (r *Row) model(resolve Resolve) (*model.Model, error) {
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
	total, active := namedParams(r.Model)
	if r.Params >= 1 {
		total = r.Params
	}
	switch {
	case r.Hidden > 0 && r.Layers > 0 && r.Vocab > 0 && (r.Heads > 0 || total == 0):
	case total > 0:
		return inferModel(resolve, total, active)
	default:
		return nil, note.NewError("row.no-shape", cmp.Or(r.Model, r.Family))
	}
	t, ok := families[r.Family]
	if !ok {
		// A row with its own dimensions and an unknown name is assumed to be a
		// plain current decoder.
		t = families["dense-llm"]
	}
	return r.decoder(t)
}

// agrees reports whether a catalogue model has the width and at least the
// layers that the row states; the name of a family may also be that of a model.
func (r *Row) agrees(m *model.Model) bool {
	return (r.Hidden == 0 || r.Hidden == m.Hidden) && int(r.Layers) <= m.Layers() &&
		(r.Params == 0 || r.Layers > 0 || math.Abs(float64(m.Params())/r.Params-1) < 0.1)
}

// decoder builds a transformer from the row's dimensions.
func (r *Row) decoder(t traits) (*model.Model, error) {
	opt := r.Options
	if r.Heads == 0 {
		c := *r
		c.Heads = max(r.Hidden/headWidth, 1)
		r = &c
	}
	b := builder{Row: r, traits: t, opt: opt, bias: t.biases && !opt.on("disable-bias-linear"), gated: t.gated}
	b.norm = model.Norm{Dim: r.Hidden, Bias: t.biases && opt["normalization"] != "RMSNorm"}
	if r.Gated != nil {
		b.gated = *r.Gated
	}
	if r.Tied != nil {
		b.tied = *r.Tied
	}
	if err := b.parts(); err != nil {
		return nil, err
	}
	body, further, err := b.body()
	if err != nil {
		return nil, err
	}
	groups := append([]model.Group{b.embedding()}, body...)
	groups = append(groups, b.head())
	for i, blocks := range further {
		g := model.FurtherGroup(r.Hidden, r.Vocab, b.norm, blocks)
		g.Shared = i > 0 && opt.on("mtp-use-repeated-layer")
		groups = append(groups, g)
	}
	m := &model.Model{Name: r.name(), Family: r.Family, Field: model.NLP, Source: r.Ref, Hidden: r.Hidden, Vocab: r.Vocab, Groups: groups}
	return m, m.Check()
}

// headWidth is the head dimension if a row states neither heads nor a
// dimension.
const headWidth = 128

// builder builds the layers of a row's model.
type builder struct {
	*Row
	traits
	opt         Options
	bias, gated bool
	norm        model.Norm
	mixer       model.Block
	linear      model.Block // linear attention, if some layers have it
	ffn         model.FFN
	moe         model.MoE
}

// parts builds the parts of layers.
func (b *builder) parts() error {
	width := b.FFN
	if width == 0 || b.defaultWidth() {
		width = 4 * b.Hidden
		if b.gated {
			width = gatedWidth(b.Hidden)
		}
	}
	b.ffn = model.FFN{Hidden: b.Hidden, Width: width, Gated: b.gated, Bias: b.bias}
	b.moe = model.MoE{Hidden: b.Hidden, Experts: b.Experts, TopK: b.TopK, Width: b.ExpertFFN, Gated: b.gated, CorrectionBias: b.opt.on("moe-router-enable-expert-bias")}
	if b.moe.Width == 0 {
		b.moe.Width = width
	}
	if err := b.opt.counts([]counted{{"moe-shared-expert-intermediate-size", &b.moe.SharedWidth}, {"moe-latent-size", &b.moe.Latent}}); err != nil {
		return err
	}
	return b.mixers()
}

// megatron reports whether the row ran in Megatron-LM or on its core.
func (r *Row) megatron() bool { return strings.HasPrefix(r.Stack, "megatron") }

// defaultWidth reports whether the row's FFN width is only the default of a
// launch script: four times the hidden size, in a gated model of Megatron whose
// other widths are not stated either.
func (b *builder) defaultWidth() bool {
	_, stated := b.opt["moe-ffn-hidden-size"]
	return b.megatron() && b.gated && b.FFN == 4*b.Hidden && b.Model == "" && !stated
}

// gatedWidth is Megatron-LM's default width of a gated FFN: two thirds of an
// ungated one's, rounded down to 64.
// Source: NVIDIA/Megatron-LM megatron/training/arguments.py (ffn_hidden_size
// with swiglu).
func gatedWidth(hidden int64) int64 { return hidden * 8 / 3 / 64 * 64 }

// embedding builds the input of the model.
func (b *builder) embedding() model.Group {
	g := model.Group{Name: "embedding", Place: model.Input, Repeat: 1, Blocks: []model.Block{model.Table{Rows: b.Vocab, Dim: b.Hidden}}}
	if p := b.opt["position-embedding-type"]; b.positions && (p == "" || p == "learned_absolute") {
		g.Blocks = append(g.Blocks, model.Table{Name: "positions", Rows: b.SeqLen, Dim: b.Hidden, Small: true})
	}
	if b.encoder {
		g.Blocks = append(g.Blocks, model.Table{Name: "token types", Rows: 2, Dim: b.Hidden, Small: true})
	}
	if b.embedNorm {
		g.Blocks = append(g.Blocks, b.norm)
	}
	return g
}

// head builds the output of the model.
func (b *builder) head() model.Group {
	d := b.Hidden
	g := model.Group{Name: "head", Place: model.Output, Repeat: 1, Blocks: []model.Block{b.norm}}
	if b.encoder {
		g.Blocks = append(g.Blocks, model.Linear{Name: "lm dense", In: d, Out: d, Bias: true}, b.norm)
	}
	g.Blocks = append(g.Blocks, model.Linear{Name: "head", In: d, Out: b.Vocab, Head: true, Tied: b.tied})
	return g
}

// body builds the layers between embedding and head, and the layer of each
// further token that the model predicts.
func (b *builder) body() (groups []model.Group, further [][]model.Block, err error) {
	layers, n := int(b.Layers), int64(0)
	if err := b.opt.counts([]counted{{"mtp-num-layers", &n}}); err != nil {
		return nil, nil, err
	}
	if n > 64 {
		return nil, nil, note.NewError("option.too-many-mtp-layers", n)
	}
	if p := cmp.Or(b.opt["hybrid-layer-pattern"], b.opt["hybrid-override-pattern"]); p != "" {
		return b.hybrid(p)
	}
	if p, err := b.ratios(layers); err != nil || p != "" {
		if err != nil {
			return nil, nil, err
		}
		return b.hybrid(p)
	}
	experts := make([]bool, layers)
	if b.Experts > 0 {
		if experts, err = pattern(b.opt["moe-layer-freq"], layers); err != nil {
			return nil, nil, note.NewError("option.bad-value", "moe-layer-freq", err)
		}
	}
	linear := make([]bool, layers)
	if b.linear != nil {
		if linear, err = linearLayers(b.opt["linear-attention-freq"], layers); err != nil {
			return nil, nil, err
		}
	}
	for i := range layers {
		name, blocks := "decoder", []model.Block{b.norm, b.mixer, b.norm, b.ffn}
		if linear[i] {
			blocks[1] = b.linear
		}
		if experts[i] {
			name, blocks[3] = "experts", b.moe
		}
		if last := len(groups) - 1; last >= 0 && slices.Equal(groups[last].Blocks, blocks) {
			groups[last].Repeat++
			continue
		}
		groups = append(groups, model.Group{Name: name, Repeat: 1, Blocks: blocks})
	}
	for range n {
		further = append(further, groups[len(groups)-1].Blocks)
	}
	return groups, further, nil
}

// linearLayers reads which layers have linear attention: all but every n-th,
// or a list.
// Source: NVIDIA/Megatron-LM megatron/training/arguments.py
// (linear-attention-freq).
func linearLayers(s string, layers int) ([]bool, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		list, err := pattern(s, layers)
		if err != nil {
			return nil, note.NewError("option.bad-value", "linear-attention-freq", err)
		}
		return list, nil
	}
	set := make([]bool, layers)
	for i := range set {
		set[i] = (i+1)%n != 0
	}
	return set, nil
}

// hybrid builds the layers of a pattern with one letter per mixer: M state
// space, * attention, - dense, E experts. Each slash starts a multi-token
// prediction layer.
// Source: NVIDIA/Megatron-LM megatron/core/ssm (hybrid layer pattern).
func (b *builder) hybrid(pattern string) (groups []model.Group, further [][]model.Block, err error) {
	mamba := model.Mamba2{Hidden: b.Hidden, Groups: 8, State: 128, Conv: 4}
	heads, headDim := int64(0), int64(64)
	if err := b.opt.counts([]counted{{"mamba-num-heads", &heads}, {"mamba-head-dim", &headDim}, {"mamba-num-groups", &mamba.Groups}, {"mamba-state-dim", &mamba.State}}); err != nil {
		return nil, nil, err
	}
	if heads == 0 && headDim > 0 {
		heads = 2 * b.Hidden / headDim
	}
	mamba.Heads, mamba.Inner = heads, heads*headDim
	kinds := map[rune]model.Block{'M': mamba, '*': b.mixer, '-': b.ffn, 'E': b.moe}
	for i, part := range strings.Split(pattern, "/") {
		var blocks []model.Block
		for _, letter := range part {
			block, ok := kinds[letter]
			if !ok {
				return nil, nil, note.NewError("option.unknown-letter", pattern, letter)
			}
			blocks = append(blocks, b.norm, block)
			if i == 0 {
				groups = append(groups, model.Group{Name: block.Kind(), Repeat: 1, Blocks: blocks[len(blocks)-2:]})
			}
		}
		if i > 0 {
			further = append(further, blocks)
		}
	}
	return groups, further, nil
}

// ratios returns the pattern of a hybrid model whose launch states only the
// shares of attention and dense layers: attention evenly between state-space
// layers, dense layers evenly in the rest. It is empty if neither is stated.
// Source: NVIDIA/Megatron-LM megatron/core/ssm/mamba_hybrid_layer_allocation.py.
func (b *builder) ratios(layers int) (string, error) {
	share := map[string]float64{}
	for _, name := range []string{"hybrid-attention-ratio", "hybrid-mlp-ratio"} {
		if s := b.opt[name]; s != "" {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil || !(v >= 0 && v <= 1) {
				return "", note.NewError("option.not-a-share", name, s)
			}
			share[name] = v
		}
	}
	if len(share) == 0 {
		return "", nil
	}
	list := []byte(strings.Repeat("M", layers))
	left := layers
	place := func(letter byte, n int, every float64) {
		for i, x := 0, every; n > 0 && i < len(list); i++ {
			switch {
			case list[i] != 'M':
			case x < 0.5:
				list[i] = letter
				x += every
			default:
				x--
			}
		}
		left -= n
	}
	attention := int(math.RoundToEven(float64(layers) * share["hybrid-attention-ratio"]))
	place('*', attention, float64(left-attention)/float64(attention+1))
	if dense := int(math.RoundToEven(float64(layers) * share["hybrid-mlp-ratio"])); dense > 0 {
		place('-', dense, float64(left-dense)/float64(dense))
	}
	return string(list), nil
}

// mixers builds the row's attention and its linear attention.
func (b *builder) mixers() error {
	if b.opt.on("multi-latent-attention") {
		a := model.MLA{Hidden: b.Hidden, Heads: b.Heads, KVRank: 32, RopeDim: 64, NopeDim: 128, ValDim: 128}
		if err := b.opt.counts([]counted{{"q-lora-rank", &a.QRank}, {"kv-lora-rank", &a.KVRank}, {"qk-pos-emb-head-dim", &a.RopeDim}, {"qk-head-dim", &a.NopeDim}, {"v-head-dim", &a.ValDim}}); err != nil {
			return err
		}
		b.mixer = a
		return nil
	}
	a := model.Attention{Hidden: b.Hidden, Heads: b.Heads, KVHeads: b.KVHeads, HeadDim: b.HeadDim, Bidirectional: b.encoder, Gate: b.opt.on("attention-output-gate")}
	if b.opt.on("qk-layernorm") {
		a.QKNorm = model.HeadQKNorm
	}
	b.mixer = a.WithBias(b.bias || b.opt.on("add-qkv-bias"), b.bias)
	if b.opt["experimental-attention-variant"] == "gated_delta_net" || b.opt["linear-attention-type"] == "gated_delta_net" {
		n := model.DeltaNet{Hidden: b.Hidden, KeyHeads: 16, ValHeads: 32, KeyDim: 128, ValDim: 128, Conv: 4}
		if err := b.opt.counts([]counted{{"linear-num-key-heads", &n.KeyHeads}, {"linear-num-value-heads", &n.ValHeads}, {"linear-key-head-dim", &n.KeyDim}, {"linear-value-head-dim", &n.ValDim}, {"linear-conv-kernel-dim", &n.Conv}}); err != nil {
			return err
		}
		b.linear = n
	}
	return nil
}

func (r *Row) name() string {
	if r.Model != "" {
		return r.Model
	}
	return fmt.Sprintf("%s-%dx%d", r.Family, r.Layers, r.Hidden)
}

// trim returns the model with only its first n body layers.
func trim(m *model.Model, n int) (*model.Model, error) {
	if n > m.Layers() {
		return nil, note.NewError("row.other-layers", n, m.Name, m.Layers())
	}
	c := *m
	c.Groups = nil
	for _, g := range m.Groups {
		if g.Place == model.Body {
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
