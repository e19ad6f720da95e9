package model

// facts is what a block says of itself beside its sizes.
type facts struct {
	role     Role
	unit     int64
	core     Core
	exchange Exchange
	routing  Routing
	launches Launches
	latent   Latent
	queries  int64
	logits   int64
	maps     int64
	kernel   int64
	// byInputs, values and modules name the weights that are divided by their
	// inputs, that hold values, and that selective recompute drops by module.
	byInputs []string
	values   []string
	modules  map[Module][]string
	// noWidth says that pruning cannot change the hidden size.
	noWidth bool
}

// kindCase is a block of a kind with what it must say, worked out by hand.
type kindCase struct {
	name  string
	block Block
	want  facts
}

// kindCases has at least one block of every kind, and one for every choice that
// changes what a kind says.
var kindCases = []kindCase{
	{"attention of as many keys as queries", Attention{Hidden: 512, Heads: 8}, facts{
		role: Mixer, unit: 8, core: Core{Heads: 8, Width: 64}, exchange: Exchange{KV: 8 * (64 + 64)},
		launches: Launches{5, 2}, byInputs: []string{"o_proj"}, values: []string{"v_proj"}}},
	{"grouped attention with a window, norms, biases, gate and sinks", Attention{Hidden: 512, Heads: 8, KVHeads: 2, HeadDim: 32, ValDim: 16,
		Window: 128, QKNorm: HeadQKNorm, Gate: true, Sinks: true}.WithBias(true, true), facts{
		role: Mixer, unit: 8, core: Core{Heads: 8, Width: 24, Window: 128}, exchange: Exchange{KV: 2 * (32 + 16)},
		launches: Launches{7, 2}, queries: 4, byInputs: []string{"o_proj"}, values: []string{"v_proj"}}},
	{"attention of an encoder", Attention{Hidden: 512, Heads: 8, Bidirectional: true}, facts{
		role: Mixer, unit: 8, core: Core{Heads: 8, Width: 64, Bidirectional: true}, exchange: Exchange{KV: 1024},
		launches: Launches{5, 2}, byInputs: []string{"o_proj"}, values: []string{"v_proj"}}},
	{"attention to an encoder", Attention{Hidden: 512, Heads: 8, Cross: true}, facts{
		role: Mixer, unit: 8, core: Core{Heads: 8, Width: 64, Encoder: true}, exchange: Exchange{KV: 1024},
		launches: Launches{5, 2}, byInputs: []string{"o_proj"}, values: []string{"v_proj"}}},
	{"attention to the tokens of a tower", Attention{Hidden: 512, Heads: 8, Cross: true, KeyTokens: 100}, facts{
		role: Mixer, unit: 8, core: Core{Heads: 8, Width: 64}, exchange: Exchange{KV: 1024},
		launches: Launches{5, 2}, byInputs: []string{"o_proj"}, values: []string{"v_proj"}}},
	{"attention whose keys are its values", Attention{Hidden: 512, Heads: 8, KeyIsValue: true}, facts{
		role: Mixer, unit: 8, core: Core{Heads: 8, Width: 64}, exchange: Exchange{KV: 1024},
		launches: Launches{5, 2}, byInputs: []string{"o_proj"}}},
	{"attention with keys and values of another layer", Attention{Hidden: 512, Heads: 8, SharedKV: true}, facts{
		role: Mixer, unit: 8, core: Core{Heads: 8, Width: 64}, exchange: Exchange{KV: 1024},
		launches: Launches{5, 2}, byInputs: []string{"o_proj"}}},
	{"latent attention", MLA{Hidden: 512, Heads: 8, KVRank: 64, RopeDim: 16, NopeDim: 32, ValDim: 48}, facts{
		role: Mixer, unit: 8, core: Core{Heads: 8, Width: 48}, exchange: Exchange{Heads: 8 * 96}, launches: Launches{11, 4},
		latent:   Latent{Keys: 8 * 48, Values: 8 * 48, Rope: 16, Absorption: 1.5},
		byInputs: []string{"o_proj"}, modules: map[Module][]string{UpProjection: {"kv_b_proj", "q_proj"}}}},
	{"latent attention with query latents and an indexer", MLA{Hidden: 512, Heads: 8, QRank: 96, KVRank: 64, RopeDim: 16, NopeDim: 32, ValDim: 48,
		IndexHeads: 4, IndexDim: 16, IndexTopK: 64}, facts{
		role: Mixer, unit: 8, core: Core{Heads: 8, Width: 48}, exchange: Exchange{Heads: 8 * 96}, launches: Launches{20, 6},
		latent:   Latent{Keys: 8 * 48, Values: 8 * 48, Rope: 16, Absorption: 1.5},
		byInputs: []string{"o_proj"}, modules: map[Module][]string{UpProjection: {"kv_b_proj", "q_b_proj"}}}},
	{"compressed attention", CompressedAttention{Hidden: 512, Heads: 8, HeadDim: 64, QRank: 96, OutRank: 32, OutGroups: 2, Window: 128}, facts{
		role: Mixer, unit: 8, launches: Launches{14, 5}, values: []string{"kv_proj"}}},
	{"compressed attention with an indexer", CompressedAttention{Hidden: 512, Heads: 8, HeadDim: 64, QRank: 96, OutRank: 32, OutGroups: 2, Window: 128,
		Ratio: 4, IndexHeads: 4, IndexDim: 16, IndexTopK: 64}, facts{
		role: Mixer, unit: 8, exchange: Exchange{Whole: (64 + 16) / 4}, launches: Launches{14, 5},
		values: []string{"compressor.kv_proj", "indexer.compressor.kv_proj", "kv_proj"}}},
	{"mamba", Mamba{Hidden: 512, Inner: 1024, State: 16, Conv: 4, Rank: 32}, facts{
		role: Mixer, unit: 1024, exchange: Exchange{State: 3*1024 + 16*1024}, launches: Launches{7, 4}, byInputs: []string{"out_proj"}}},
	{"mamba2", Mamba2{Hidden: 512, Inner: 1024, Heads: 16, Groups: 2, State: 64, Conv: 4, Bias: true}, facts{
		role: Mixer, unit: 16, exchange: Exchange{State: 3*(1024+256) + 64*1024}, launches: Launches{9, 2}, byInputs: []string{"out_proj"}}},
	{"deltanet", DeltaNet{Hidden: 512, KeyHeads: 4, ValHeads: 8, KeyDim: 32, ValDim: 64, Conv: 4}, facts{
		role: Mixer, unit: 8, exchange: Exchange{State: 3*(256+512) + 8*32*64}, launches: Launches{13, 3}, byInputs: []string{"out_proj"}}},
	{"feed-forward network", FFN{Hidden: 512, Width: 2048, Gated: true, Bias: true}, facts{
		role: FeedForward, launches: Launches{3, 2}, byInputs: []string{"down_proj"},
		modules: map[Module][]string{MLPModule: {"down_proj", "down_proj.bias", "gate_proj", "gate_proj.bias", "up_proj", "up_proj.bias"}}}},
	{"mixture of experts", MoE{Hidden: 512, Experts: 8, TopK: 2, Width: 256}, facts{
		role: FeedForward, launches: Launches{8, 2}, routing: Routing{Experts: 8, TopK: 2, Width: 512, Reach: 1},
		byInputs: []string{"experts.down_proj"},
		modules:  map[Module][]string{MoEModule: {"experts.down_proj", "experts.up_proj", "router"}}}},
	{"mixture of experts with biases, latents, groups and shared experts", MoE{Hidden: 512, Experts: 8, TopK: 2, Width: 256, Gated: true, Bias: true,
		CorrectionBias: true, SharedWidth: 128, SharedGate: true, Latent: 64, RouteGroups: 4, RouteLimit: 2}, facts{
		role: FeedForward, launches: Launches{12, 4}, routing: Routing{Experts: 8, TopK: 2, Width: 64, Reach: 0.5, Shared: true, Biased: 2 * 2 * 256},
		byInputs: []string{"experts.down_proj", "shared.down_proj"},
		modules: map[Module][]string{
			MoEModule: {"experts.down_proj", "experts.down_proj.bias", "experts.gate_proj", "experts.gate_proj.bias", "experts.up_proj", "experts.up_proj.bias",
				"latent_down", "latent_up", "router", "router.bias", "router.correction_bias"},
			SharedModule: {"shared.down_proj", "shared.gate", "shared.gate_proj", "shared.up_proj"}}}},
	{"norm", Norm{Dim: 512, Bias: true}, facts{launches: Launches{1, 0}}},
	{"table", Table{Rows: 1000, Dim: 512}, facts{}},
	{"linear map", Linear{Name: "o_proj", In: 512, Out: 1000, Bias: true}, facts{}},
	{"head", Linear{Name: "head", In: 512, Out: 1000, Head: true}, facts{logits: 1000}},
	{"convolution", Conv{In: 4, Out: 8, KernelH: 3, KernelW: 5, OutH: 6, OutW: 7, Bias: true}, facts{maps: (4 + 8) * 6 * 7, kernel: 15, noWidth: true}},
	{"pointwise convolution", Conv{In: 4, Out: 8, KernelH: 1, KernelW: 1, OutH: 6, OutW: 7}, facts{maps: (4 + 8) * 6 * 7, kernel: 1, noWidth: true}},
	{"lstm", LSTM{In: 64, Hidden: 512, Biases: 2}, facts{exchange: Exchange{State: 1024}, noWidth: true}},
	{"vector", Vector{Dim: 512}, facts{}},
}
