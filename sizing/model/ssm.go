package model

// Mamba is the selective state-space block of Mamba 1.
//
//	params = 2d·e + e(k+1) + e(R+2N) + Re + e + eN + e + ed
//
// with e Inner, k Conv, R Rank, N State.
// Source: arXiv:2312.00752; state-spaces/mamba mamba_ssm/modules/mamba_simple.py.
type Mamba struct {
	base
	Hidden int64 `json:"hidden"`
	Inner  int64 `json:"inner"`
	State  int64 `json:"state"`
	Conv   int64 `json:"conv"`
	Rank   int64 `json:"rank"`
}

// Kind returns "mamba".
func (Mamba) Kind() string { return "mamba" }

// Check rejects missing dimensions.
func (m Mamba) Check() error {
	return positive("mamba", dim{"hidden size", m.Hidden}, dim{"inner size", m.Inner}, dim{"state size", m.State}, dim{"conv kernel", m.Conv}, dim{"time-step rank", m.Rank})
}

// Weights lists the projections, the convolution and the state matrices.
func (m Mamba) Weights() []Weight {
	return []Weight{
		matrix("in_proj", SSMPart, 2*m.Inner, m.Hidden, TensorSplit),
		matrix("conv1d", SSMPart, m.Inner, m.Conv, TensorSplit),
		vector("conv1d.bias", SSMPart, m.Inner, TensorSplit),
		matrix("x_proj", SSMPart, m.Rank+2*m.State, m.Inner, TensorSplit),
		matrix("dt_proj", SSMPart, m.Inner, m.Rank, TensorSplit),
		vector("dt_proj.bias", SSMPart, m.Inner, TensorSplit),
		vector("A_log", SSMPart, m.Inner*m.State, TensorSplit),
		vector("D", SSMPart, m.Inner, TensorSplit),
		matrix("out_proj", SSMPart, m.Hidden, m.Inner, TensorSplit).byInputs(),
	}
}

// Mixing counts the scan: discretise, update and read each of Inner x State
// states a token, 9 FLOPs. Source: arXiv:2312.00752 section 3.3 (9BLDN).
func (m Mamba) Mixing(s float64) (full, executed float64) {
	f := 9 * s * float64(m.Inner*m.State)
	return f, f
}

// Saved lists the projected input, gate, convolved input, step sizes, and the
// input and output of the output projection.
func (m Mamba) Saved() []Saved {
	e := float64(m.Inner)
	return []Saved{
		{Name: "input of the projection", PerToken: float64(m.Hidden), Axis: SequenceAxis, Module: NormModule},
		{Name: "input, gate, convolution, step and output", PerToken: 5 * e},
		{Name: "state projections", PerToken: float64(m.Rank + 2*m.State)},
	}
}

// Cache is the convolution's last inputs and the state.
func (m Mamba) Cache() Cache {
	conv := (m.Conv - 1) * m.Inner
	return Cache{State: conv + m.State*m.Inner, Conv: conv}
}

// Role returns [Mixer].
func (Mamba) Role() Role { return Mixer }

// TensorUnit returns the channels.
func (m Mamba) TensorUnit() int64 { return m.Inner }

// Exchange is the cached state.
func (m Mamba) Exchange() Exchange { return Exchange{State: m.Cache().State} }

// Launches counts a layer; its products are in, state, step and out.
func (Mamba) Launches() Launches { return Launches{Operations: 7, Products: 4} }

func (m Mamba) pruned(r *pruner) Block {
	m.Hidden = r.width(m.Hidden)
	return m
}

// Mamba2 is the state-space-duality block of Mamba 2 and Nemotron-H.
//
//	conv = e + 2gN
//	params = d(e + conv + H) + conv·k + conv + 3H + e + ed
//
// with e Inner, g Groups, N State, H Heads, k Conv.
// Source: arXiv:2405.21060; state-spaces/mamba mamba_ssm/modules/mamba2.py.
type Mamba2 struct {
	base
	Hidden int64 `json:"hidden"`
	Inner  int64 `json:"inner"`
	Heads  int64 `json:"heads"`
	Groups int64 `json:"groups"`
	State  int64 `json:"state"`
	Conv   int64 `json:"conv"`
	// NoConvBias leaves the convolution without a bias.
	NoConvBias bool `json:"no_conv_bias,omitempty"`
	// Bias gives the input and output projections a bias.
	Bias bool `json:"bias,omitempty"`
	// Chunk is the length that the scan processes as one matrix product; 0
	// means 256.
	Chunk int64 `json:"chunk,omitempty"`
}

func (m Mamba2) convWidth() int64 { return m.Inner + 2*m.Groups*m.State }

// Kind returns "mamba2".
func (Mamba2) Kind() string { return "mamba2" }

// Check rejects missing dimensions.
func (m Mamba2) Check() error {
	return positive("mamba2", dim{"hidden size", m.Hidden}, dim{"inner size", m.Inner}, dim{"heads", m.Heads}, dim{"groups", m.Groups}, dim{"state size", m.State}, dim{"conv kernel", m.Conv})
}

// Weights lists the projections, the convolution, the gated norm and the
// scalars per head.
func (m Mamba2) Weights() []Weight {
	ws := make([]Weight, 0, 9)
	ws = withBias(ws, matrix("in_proj", SSMPart, m.Inner+m.convWidth()+m.Heads, m.Hidden, TensorSplit), m.Bias)
	ws = withBias(ws, matrix("conv1d", SSMPart, m.convWidth(), m.Conv, TensorSplit), !m.NoConvBias)
	ws = append(ws,
		vector("A_log, D, dt_bias", SSMPart, 3*m.Heads, TensorSplit),
		vector("gated norm", NormPart, m.Inner, TensorSplit))
	return withBias(ws, matrix("out_proj", SSMPart, m.Hidden, m.Inner, TensorSplit).byInputs(), m.Bias)
}

// Mixing counts the chunked scan: inside a chunk of Q tokens attention-like
// products of width State and Inner, between chunks the states.
// Source: arXiv:2405.21060 section 6 (four matrix products per chunk).
func (m Mamba2) Mixing(s float64) (full, executed float64) {
	q := float64(m.Chunk)
	if q == 0 {
		q = 256
	}
	q = min(q, s)
	n, e, g := float64(m.State), float64(m.Inner), float64(m.Groups)
	f := s * (2*q*n*g + 2*q*e + 4*n*e)
	return f, f
}

// Saved lists the projected input, gate and step, the scan's output and the
// input of the output projection; the backward pass recomputes the convolution.
// Source: state-spaces/mamba mamba_ssm/ops/triton/ssd_combined.py
// (MambaSplitConv1dScanCombinedFn).
func (m Mamba2) Saved() []Saved {
	e, c := float64(m.Inner), float64(m.convWidth())
	return []Saved{
		{Name: "input of the projection", PerToken: float64(m.Hidden), Axis: SequenceAxis, Module: NormModule},
		{Name: "gate, input of the convolution and step", PerToken: e + c + float64(m.Heads)},
		{Name: "output of the scan and of the gated norm", PerToken: 2 * e},
	}
}

// Cache is the convolution's last inputs and the state, per sequence.
func (m Mamba2) Cache() Cache {
	conv := (m.Conv - 1) * m.convWidth()
	return Cache{State: conv + m.State*m.Inner, Conv: conv}
}

// Role returns [Mixer].
func (Mamba2) Role() Role { return Mixer }

// TensorUnit returns the heads.
func (m Mamba2) TensorUnit() int64 { return m.Heads }

// Exchange is the cached state.
func (m Mamba2) Exchange() Exchange { return Exchange{State: m.Cache().State} }

// Launches counts in, convolution, five of the chunked scan, gated norm and out.
func (Mamba2) Launches() Launches { return Launches{Operations: 9, Products: 2} }

func (m Mamba2) pruned(r *pruner) Block {
	m.Hidden = r.width(m.Hidden)
	return m
}

// DeltaNet is gated delta-rule linear attention (Qwen3-Next, Qwen3.5).
//
//	K = KeyHeads·KeyDim, W = ValHeads·ValDim
//	params = d(2K+2W) + 2d·ValHeads + (2K+W)·Conv + 2·ValHeads + ValDim + Wd
//
// Source: huggingface/transformers models/qwen3_next/modeling_qwen3_next.py.
type DeltaNet struct {
	base
	Hidden   int64 `json:"hidden"`
	KeyHeads int64 `json:"key_heads"`
	ValHeads int64 `json:"value_heads"`
	KeyDim   int64 `json:"key_dim"`
	ValDim   int64 `json:"value_dim"`
	Conv     int64 `json:"conv"`
}

func (n DeltaNet) widths() (k, w int64) { return n.KeyHeads * n.KeyDim, n.ValHeads * n.ValDim }

// Kind returns "deltanet".
func (DeltaNet) Kind() string { return "deltanet" }

// Check rejects missing dimensions.
func (n DeltaNet) Check() error {
	return positive("deltanet", dim{"hidden size", n.Hidden}, dim{"key heads", n.KeyHeads}, dim{"value heads", n.ValHeads}, dim{"key head_dim", n.KeyDim}, dim{"value head_dim", n.ValDim}, dim{"conv kernel", n.Conv})
}

// Weights lists the projections, the convolution, the decay and the norm.
func (n DeltaNet) Weights() []Weight {
	k, w := n.widths()
	return []Weight{
		matrix("in_proj_qkvz", SSMPart, 2*k+2*w, n.Hidden, TensorSplit),
		matrix("in_proj_ba", SSMPart, 2*n.ValHeads, n.Hidden, TensorSplit),
		matrix("conv1d", SSMPart, 2*k+w, n.Conv, TensorSplit),
		vector("A_log, dt_bias", SSMPart, 2*n.ValHeads, TensorSplit),
		vector("norm", NormPart, n.ValDim, Replicated),
		matrix("out_proj", SSMPart, n.Hidden, w, TensorSplit).byInputs(),
	}
}

// Mixing counts the chunked delta rule with chunks of 64: products inside the
// chunk, and reading and writing a KeyDim x ValDim state a head.
// Source: arXiv:2412.06464 section 3.3.
func (n DeltaNet) Mixing(s float64) (full, executed float64) {
	const chunk = 64
	q := min(chunk, s)
	v, dk, dv := float64(n.ValHeads), float64(n.KeyDim), float64(n.ValDim)
	f := s * v * (2*q*(2*dk+2*dv) + 6*dk*dv)
	return f, f
}

// Saved lists the projections before and after the convolution, the gate and
// the output before and after its norm.
func (n DeltaNet) Saved() []Saved {
	k, w := n.widths()
	return []Saved{
		{Name: "input of the projections", PerToken: float64(n.Hidden), Axis: SequenceAxis, Module: NormModule},
		{Name: "queries, keys and values", PerToken: 2 * float64(2*k+w)},
		{Name: "gate, output and gated output", PerToken: 3 * float64(w)},
	}
}

// Cache is the convolution's last inputs and one KeyDim x ValDim state per
// value head, per sequence.
func (n DeltaNet) Cache() Cache {
	k, w := n.widths()
	conv := (n.Conv - 1) * (2*k + w)
	return Cache{State: conv + n.ValHeads*n.KeyDim*n.ValDim, Conv: conv}
}

// Role returns [Mixer].
func (DeltaNet) Role() Role { return Mixer }

// TensorUnit returns the value heads.
func (n DeltaNet) TensorUnit() int64 { return n.ValHeads }

// Exchange is the cached state.
func (n DeltaNet) Exchange() Exchange { return Exchange{State: n.Cache().State} }

// Launches counts two in, split, convolution, gates, six of the chunked rule, gated
// norm and out.
func (DeltaNet) Launches() Launches { return Launches{Operations: 13, Products: 3} }

func (n DeltaNet) pruned(r *pruner) Block {
	n.Hidden = r.width(n.Hidden)
	return n
}
