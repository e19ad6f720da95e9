package gguf

import "mlsizer/sizing/model"

// architecture is what an architecture of llama.cpp has besides its
// hyper-parameters. Where a file holds tensors, their names overrule it.
type architecture struct {
	normBias   bool // layer norms; RMS norms have none
	gated      bool
	qkvBias    bool
	outBias    bool
	ffnBias    bool
	headBias   bool
	tied       bool
	tiedKnown  bool // every model of the architecture is tied or not as said
	positions  bool // learned position embeddings of the context length
	types      bool // token type embeddings
	embedNorm  bool
	noLastNorm bool
	encoder    bool // attends in both directions, has no output head
	sinks      bool
	qkNorm     model.QKNorm
	norms      int // a layer
	sharedGate bool
	correction bool // the router has a load-balancing bias
	window     func(layer int64) bool
	mla        bool
	// needsTensors marks what hyper-parameters alone do not settle.
	needsTensors bool
}

// exceptEvery returns the layers that slide where each n-th attends to everything.
func exceptEvery(n int64) func(int64) bool { return func(i int64) bool { return (i+1)%n != 0 } }

// architectures are the architectures that are modelled.
// Source: ggml-org/llama.cpp src/llama-model.cpp (load_tensors), with the
// defaults of the classes in huggingface/transformers for tied heads.
var architectures = map[string]architecture{
	"llama":      {gated: true, norms: 2},
	"mistral3":   {gated: true, norms: 2},
	"internlm2":  {gated: true, norms: 2, tiedKnown: true},
	"minicpm":    {gated: true, norms: 2, needsTensors: true},
	"granite":    {gated: true, norms: 2, needsTensors: true},
	"qwen2":      {gated: true, norms: 2, qkvBias: true},
	"qwen2moe":   {gated: true, norms: 2, qkvBias: true, sharedGate: true},
	"qwen3":      {gated: true, norms: 2, qkNorm: model.HeadQKNorm},
	"qwen3moe":   {gated: true, norms: 2, qkNorm: model.HeadQKNorm, tiedKnown: true},
	"olmo2":      {gated: true, norms: 2, qkNorm: model.FullQKNorm, tiedKnown: true},
	"phi3":       {gated: true, norms: 2, window: func(int64) bool { return true }},
	"command-r":  {gated: true, norms: 1, tied: true, tiedKnown: true, needsTensors: true},
	"gemma":      {gated: true, norms: 2, tied: true, tiedKnown: true},
	"gemma2":     {gated: true, norms: 4, tied: true, tiedKnown: true, window: exceptEvery(2)},
	"gemma3":     {gated: true, norms: 4, tied: true, tiedKnown: true, qkNorm: model.HeadQKNorm, window: exceptEvery(6)},
	"gpt-oss":    {gated: true, norms: 2, tiedKnown: true, qkvBias: true, outBias: true, ffnBias: true, sinks: true, window: exceptEvery(2)},
	"deepseek2":  {gated: true, norms: 2, tiedKnown: true, mla: true},
	"falcon":     {normBias: true, norms: 1, tied: true, tiedKnown: true},
	"gpt2":       {normBias: true, norms: 2, tied: true, tiedKnown: true, qkvBias: true, outBias: true, ffnBias: true, positions: true},
	"gptneox":    {normBias: true, norms: 2, tiedKnown: true, qkvBias: true, outBias: true, ffnBias: true},
	"bloom":      {normBias: true, norms: 2, tied: true, tiedKnown: true, qkvBias: true, outBias: true, ffnBias: true, embedNorm: true},
	"starcoder2": {normBias: true, norms: 2, tied: true, qkvBias: true, outBias: true, ffnBias: true},
	"phi2":       {normBias: true, norms: 1, tiedKnown: true, qkvBias: true, outBias: true, ffnBias: true, headBias: true},
	"bert": {normBias: true, norms: 2, qkvBias: true, outBias: true, ffnBias: true, positions: true, types: true, embedNorm: true,
		noLastNorm: true, encoder: true, tied: true, tiedKnown: true},
}

// fromTensors replaces what the architecture usually has by what the tensors
// of the first layer show.
func (a architecture) fromTensors(shapes map[string]shape) architecture {
	has := func(names ...string) bool {
		for _, n := range names {
			if _, ok := shapes[n]; ok {
				return true
			}
		}
		return false
	}
	a.needsTensors, a.tiedKnown = false, true
	a.tied = !has("output.weight")
	a.headBias = has("output.bias")
	a.normBias = has("blk.0.attn_norm.bias", "blk.0.attn_output_norm.bias")
	a.qkvBias = has("blk.0.attn_q.bias", "blk.0.attn_qkv.bias")
	a.outBias = has("blk.0.attn_output.bias")
	a.ffnBias = has("blk.0.ffn_down.bias", "blk.0.ffn_down_exps.bias")
	a.sinks = has("blk.0.attn_sinks.weight", "blk.0.attn_sinks")
	a.embedNorm = has("token_embd_norm.weight")
	a.types = has("token_types.weight")
	a.positions = has("position_embd.weight")
	a.noLastNorm = !has("output_norm.weight")
	a.norms = 0
	for _, n := range []string{"attn_norm", "attn_norm_2", "attn_post_norm", "post_attention_norm", "attn_output_norm", "ffn_norm", "ffn_post_norm", "post_ffw_norm", "layer_output_norm"} {
		if has("blk.0." + n + ".weight") {
			a.norms++
		}
	}
	return a
}
