package model

import (
	"mlsizer/sizing/note"
)

// FFN is a feed-forward network of two matrices, or three if it is gated.
//
//	params = (2 or 3)di (+ biases)
type FFN struct {
	pointwise
	Hidden int64 `json:"hidden"`
	Width  int64 `json:"width"`
	Gated  bool  `json:"gated,omitempty"`
	// Bias gives each matrix a bias.
	Bias bool `json:"bias,omitempty"`
}

// Kind returns "ffn".
func (FFN) Kind() string { return "ffn" }

// Check rejects missing dimensions.
func (f FFN) Check() error {
	return positive("ffn", dim{"hidden size", f.Hidden}, dim{"width", f.Width})
}

// Weights lists up, gate and down projections.
func (f FFN) Weights() []Weight {
	ws := make([]Weight, 0, 6)
	if f.Gated {
		ws = withBias(ws, matrix("gate_proj", FFNPart, f.Width, f.Hidden, TensorSplit), f.Bias)
	}
	ws = withBias(ws, matrix("up_proj", FFNPart, f.Width, f.Hidden, TensorSplit), f.Bias)
	ws = append(ws, matrix("down_proj", FFNPart, f.Hidden, f.Width, TensorSplit).byInputs())
	if f.Bias {
		ws = append(ws, vector("down_proj.bias", FFNPart, f.Hidden, Replicated))
	}
	return inModule(MLPModule, ws)
}

// Saved lists the input, and the input and output of the activation function:
// gate, up and their product when gated. Source: arXiv:2205.05198 section 4.1
// (19sbh for a width of 4h, dropout included).
func (f FFN) Saved() []Saved {
	d, i, eager := float64(f.Hidden), float64(f.Width), 0.0
	if f.Gated {
		eager = i
	}
	return []Saved{
		{Name: "input of the FFN", PerToken: d, Axis: SequenceAxis, Module: NormModule, Feeds: []string{"gate_proj", "up_proj"}, Product: 1, Operand: true},
		{Name: "input of the activation", PerToken: Activated(f.Width, f.Gated), Module: MLPModule, Product: 0.5},
		{Name: "activated gate", PerToken: eager, Module: MLPModule, When: WhenEager},
		{Name: "output of the activation", PerToken: i, Module: MLPModule, Feeds: []string{"down_proj"}, Operand: true},
		{Name: "dropout mask", PerToken: d, Width: Mask, Axis: SequenceAxis, When: WithDropout},
	}
}

// Activated is the width that an activation function reads: gate and up if
// there is a gate.
func Activated(width int64, gated bool) float64 {
	if gated {
		return 2 * float64(width)
	}
	return float64(width)
}

// Role returns [FeedForward].
func (FFN) Role() Role { return FeedForward }

// Launches counts up with gate, activation and down.
func (FFN) Launches() Launches { return Launches{Operations: 3, Products: 2} }

func (f FFN) pruned(r *pruner) Block {
	f.Hidden, f.Width = r.width(f.Hidden), r.cut("ffn", r.p.FFN, f.Width, channelUnit)
	return f
}

// MoE is a mixture of experts: a router sends each token to TopK of Experts
// feed-forward networks; shared experts process every token.
//
//	params = E·(2 or 3)·l·m + dE + shared (+ 2dl with a latent of l < d)
type MoE struct {
	pointwise
	Hidden  int64 `json:"hidden"`
	Experts int64 `json:"experts"`
	TopK    int64 `json:"top_k"`
	Width   int64 `json:"width"`
	Gated   bool  `json:"gated,omitempty"`
	// Bias gives the experts' matrices and the router biases (gpt-oss).
	Bias bool `json:"bias,omitempty"`
	// CorrectionBias is the router's load-balancing bias (DeepSeek-V3).
	CorrectionBias bool `json:"correction_bias,omitempty"`
	// SharedWidth is the total width of the shared experts.
	SharedWidth int64 `json:"shared_width,omitempty"`
	// SharedGate weights the shared experts' output by a gate (Qwen2-MoE).
	SharedGate bool `json:"shared_gate,omitempty"`
	// Latent is the width inside routed experts if tokens are projected down
	// before and up after them (Nemotron 3); 0 means Hidden.
	Latent int64 `json:"latent,omitempty"`
	// A token's experts come from at most RouteLimit of RouteGroups equal
	// groups, so that it is sent to few nodes (DeepSeek-V3); 0 and 0 without a
	// limit.
	RouteGroups int64 `json:"route_groups,omitempty"`
	RouteLimit  int64 `json:"route_limit,omitempty"`
}

// NodesReached returns the share of all experts that one token may be routed
// to.
func (m MoE) NodesReached() float64 {
	if m.RouteGroups == 0 {
		return 1
	}
	return float64(m.RouteLimit) / float64(m.RouteGroups)
}

func (m MoE) RoutedWidth() int64 {
	if m.Latent == 0 {
		return m.Hidden
	}
	return m.Latent
}

// Kind returns "moe".
func (MoE) Kind() string { return "moe" }

// Check rejects missing dimensions and a TopK above the number of experts.
func (m MoE) Check() error {
	if err := positive("moe", dim{"hidden size", m.Hidden}, dim{"experts", m.Experts}, dim{"top-k", m.TopK}, dim{"expert width", m.Width}, dim{"latent", m.RoutedWidth()}); err != nil {
		return err
	}
	if m.TopK > m.Experts {
		return note.NewError("block.top-k-exceeds-experts", m.TopK, m.Experts)
	}
	if m.SharedWidth < 0 {
		return note.NewError("block.negative-shared-width", m.SharedWidth)
	}
	if limited := m.RouteGroups != 0 || m.RouteLimit != 0; limited && (m.RouteLimit < 1 || m.RouteLimit > m.RouteGroups || m.RouteGroups > m.Experts) {
		return note.NewError("block.bad-routing-groups", m.RouteLimit, m.RouteGroups, m.Experts)
	}
	return nil
}

// Weights lists the router, the routed experts and the shared ones.
func (m MoE) Weights() []Weight {
	share := float64(m.TopK) / float64(m.Experts)
	expert := func(name string, rows, cols int64, by SplitBy) []Weight {
		w := Weight{Name: name, Part: ExpertPart, Rows: rows, Cols: cols, Copies: m.Experts, Uses: share, Active: share, Split: ExpertSplit, SplitBy: by}
		return withBias(nil, w, m.Bias)
	}
	ws := make([]Weight, 0, 16)
	ws = withBias(ws, matrix("router", RouterPart, m.Experts, m.Hidden, Replicated), m.Bias)
	if m.CorrectionBias {
		ws = append(ws, vector("router.correction_bias", RouterPart, m.Experts, Replicated))
	}
	if m.Latent > 0 {
		ws = append(ws,
			matrix("latent_down", FFNPart, m.Latent, m.Hidden, Replicated),
			matrix("latent_up", FFNPart, m.Hidden, m.Latent, Replicated))
	}
	if m.Gated {
		ws = append(ws, expert("experts.gate_proj", m.Width, m.RoutedWidth(), ByOutputs)...)
	}
	ws = append(ws, expert("experts.up_proj", m.Width, m.RoutedWidth(), ByOutputs)...)
	ws = append(ws, expert("experts.down_proj", m.RoutedWidth(), m.Width, ByInputs)...)
	ws = inModule(MoEModule, ws)
	if m.SharedWidth > 0 {
		for _, w := range m.shared().Weights() {
			w.Name = "shared." + w.Name
			ws = append(ws, w.in(SharedModule))
		}
		if m.SharedGate {
			ws = append(ws, matrix("shared.gate", RouterPart, 1, m.Hidden, Replicated).in(SharedModule))
		}
	}
	return ws
}

// shared returns the shared experts as one network.
func (m MoE) shared() FFN {
	return FFN{Hidden: m.Hidden, Width: m.SharedWidth, Gated: m.Gated}
}

// Saved lists the routed copies of the tokens for each of the TopK experts:
// the dispatched input, gate, up and their product, and what the router's
// weight is multiplied with: the experts' output, or what leaves the activation
// where that is no gated product that a kernel weights as it writes it.
// Source: NVIDIA/Megatron-LM megatron/core/transformer/moe/experts.py
// (weighted_bias_swiglu_impl, permuted_probs).
func (m MoE) Saved() []Saved {
	d, l, i, k := float64(m.Hidden), float64(m.RoutedWidth()), float64(m.Width), float64(m.TopK)
	unweighted := k * i
	if m.Gated {
		unweighted = 0
	}
	saved := []Saved{
		{Name: "input of the router", PerToken: d, Axis: SequenceAxis, Module: NormModule},
		{Name: "router probabilities", PerToken: float64(m.Experts), Width: Full, Axis: SequenceAxis},
		{Name: "dispatched tokens", PerToken: k * l, Axis: DispatchAxis, Module: MoEModule, Feeds: []string{"experts.gate_proj", "experts.up_proj"}, Operand: true},
		{Name: "input of the experts' activation", PerToken: k * Activated(m.Width, m.Gated), Axis: ExpertAxis, Module: MoEModule},
		{Name: "output of the experts' activation", PerToken: k * i, Axis: ExpertAxis, Module: MoEActModule, Feeds: []string{"experts.down_proj"}, Operand: true},
		{Name: "activation before it is weighted", PerToken: unweighted, Axis: ExpertAxis, Module: MoEActModule, When: WhenWeightedInside},
		{Name: "output of the experts", PerToken: k * l, Axis: DispatchAxis, Module: MoEModule, When: WhenWeightedOutside},
	}
	if m.SharedWidth > 0 {
		saved = append(saved,
			Saved{Name: "input of the shared experts' activation", PerToken: Activated(m.SharedWidth, m.Gated), Module: SharedModule},
			Saved{Name: "output of the shared experts' activation", PerToken: float64(m.SharedWidth), Module: SharedModule, Feeds: []string{"shared.down_proj"}, Operand: true})
	}
	return saved
}

// Role returns [FeedForward].
func (MoE) Role() Role { return FeedForward }

// Routing describes the experts.
func (m MoE) Routing() Routing {
	r := Routing{Experts: m.Experts, TopK: m.TopK, Width: m.RoutedWidth(), Reach: m.NodesReached(), Shared: m.SharedWidth > 0}
	if m.Bias {
		r.Biased = float64(m.TopK) * Activated(m.Width, m.Gated)
	}
	return r
}

// Launches counts the router, top-k, sorting twice, up with gate, activation,
// down and sum; with shared experts also a dense network and its sum.
func (m MoE) Launches() Launches {
	l := Launches{Operations: 8, Products: 2}
	if m.SharedWidth > 0 {
		l.Operations, l.Products = l.Operations+4, l.Products+2
	}
	return l
}

func (m MoE) pruned(r *pruner) Block {
	m.Hidden = r.width(m.Hidden)
	m.Experts = r.cut("experts", r.p.Experts, m.Experts, 1)
	m.TopK = min(m.TopK, m.Experts)
	r.sparse = true
	if r.p.FFN.Share > 0 { // a number applies to dense layers
		m.Width = r.cut("ffn", r.p.FFN, m.Width, channelUnit)
	}
	return m
}
