package launch

import (
	"encoding/json"
	"strings"

	"mlsizer/cmd/mlsizer/internal/export"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/modelfile/config"
	"mlsizer/sizing/note"
)

// decoder is a model described by its dimensions.
type decoder struct {
	entry                             *entry // of its layers
	layers, hidden, ffn, heads, kv    int64
	headDim, vocab, context           int64
	experts, topK, expertWidth        int64
	gated, rms, bias, qkvBias, qkNorm bool
	tied                              bool
	positions                         export.Positions
	other                             string // an option whose model is not built
}

// megatronDecoder reads the dimensions that pretrain_gpt.py takes.
func (b *builder) megatronDecoder() *decoder {
	d := &decoder{gated: b.is("swiglu"), bias: !b.is("disable-bias-linear"), qkvBias: b.is("add-qkv-bias"), qkNorm: b.is("qk-layernorm"), tied: !b.is("untie-embeddings-and-output-weights")}
	d.layers, d.entry = b.count("num-layers")
	d.hidden, _ = b.count("hidden-size")
	d.heads, _ = b.count("num-attention-heads")
	if d.ffn, _ = b.count("ffn-hidden-size"); d.ffn == 0 {
		if d.ffn = 4 * d.hidden; d.gated { // NVIDIA/Megatron-LM megatron/training/arguments.py
			d.ffn = (4 * d.hidden * 2 / 3) / 64 * 64
		}
	}
	d.kv = d.heads
	if n, _ := b.count("num-query-groups"); b.is("group-query-attention") && n > 0 {
		d.kv = n
	}
	d.headDim, _ = b.count("kv-channels")
	d.vocab, _ = b.count("vocab-size")
	d.context, _ = b.count("max-position-embeddings")
	d.experts, _ = b.count("num-experts")
	d.topK, _ = b.count("moe-router-topk")
	d.expertWidth, _ = b.count("moe-ffn-hidden-size")
	norm, _, _ := b.word("normalization")
	d.rms = norm == "RMSNorm"
	kind, _, _ := b.word("position-embedding-type")
	base, _, _ := b.word("rotary-base")
	d.positions = export.Positions{Learned: kind != "rope" && !b.is("use-rotary-position-embeddings"), Base: base, Scaled: b.is("use-rope-scaling")}
	b.find("moe-router-score-function")
	for _, key := range []string{"multi-latent-attention", "moe-layer-freq", "moe-shared-expert-intermediate-size", "window-size"} {
		if b.find(key) != nil {
			d.other = key
		}
	}
	return d
}

// decoder finds the model of dimensions: by its name where the catalogue has it,
// else built from them.
func (b *builder) decoder(d *decoder) {
	if d.layers == 0 || d.hidden == 0 || d.heads == 0 || b.err != nil {
		return // a model that the command line names
	}
	if d.other != "" {
		b.Notes = append(b.Notes, note.New("import.model", "", b.Name, d.entry.line, d.other))
		return
	}
	data, err := json.Marshal(d.config())
	if err != nil {
		b.fail(d.entry, err)
		return
	}
	c, err := config.Parse(b.Name, data)
	if err != nil {
		b.fail(d.entry, text.NoSuchDecoder.Error())
		return
	}
	if name := export.Named(c.Model, d.vocab > 0, d.positions); name != "" {
		b.Model = name
		return
	}
	if d.vocab == 0 {
		b.fail(d.entry, text.NoVocabulary.Error())
		return
	}
	b.Model, b.Built = "decoder-"+strings.ToLower(c.Model.Params().String()), c.Model
	c.Model.Name = b.Model
}

// config is the model as a config.json.
func (d *decoder) config() map[string]any {
	vocab := d.vocab
	if vocab == 0 {
		vocab = 32000 // of no consequence: a model without one is only looked up
	}
	if !d.gated {
		return map[string]any{"model_type": "gpt2", "n_layer": d.layers, "n_embd": d.hidden, "n_head": d.heads, "n_inner": d.ffn, "vocab_size": vocab, "n_positions": max(d.context, 1), "tie_word_embeddings": d.tied}
	}
	c := map[string]any{"model_type": "llama", "num_hidden_layers": d.layers, "hidden_size": d.hidden, "num_attention_heads": d.heads, "num_key_value_heads": d.kv, "intermediate_size": d.ffn, "vocab_size": vocab, "tie_word_embeddings": d.tied, "max_position_embeddings": max(d.context, 1)}
	if d.headDim > 0 {
		c["head_dim"] = d.headDim
	}
	switch {
	case d.experts > 0 && d.qkNorm:
		c["model_type"], c["num_experts"], c["num_experts_per_tok"], c["moe_intermediate_size"] = "qwen3_moe", d.experts, d.topK, max(d.expertWidth, 1)
	case d.experts > 0:
		c["model_type"], c["num_local_experts"], c["num_experts_per_tok"] = "mixtral", d.experts, d.topK
		if d.expertWidth > 0 {
			c["intermediate_size"] = d.expertWidth
		}
	case d.qkNorm:
		c["model_type"] = "qwen3"
	case d.qkvBias:
		c["model_type"] = "qwen2"
	}
	return c
}
