package gguf

import (
	"slices"

	"mlsizer/sizing/model"
	"mlsizer/sizing/modelfile/config"
	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/note"
)

// hyper reads the hyper-parameters of a GGUF header. The first key that
// is missing or absurd is kept as the error, so that a builder can ask for all
// it needs and look once.
type hyper struct {
	arch   string
	values map[string]value
	shapes map[string]shape
	err    error
}

const (
	// maxHyper bounds a dimension, maxBlocks the layers: no model has a
	// hundredth of either, and products stay far from overflow.
	maxHyper  = 1 << 28
	maxBlocks = 1 << 13
)

// fail keeps the first error.
func (h *hyper) fail(why *note.Error) {
	if h.err == nil {
		h.err = why
	}
}

// optional returns a whole number, or def where the key is missing.
func (h *hyper) optional(key string, def int64) int64 {
	name := h.arch + "." + key
	v, ok := h.values[name]
	if !ok {
		return def
	}
	if v.isList || !v.isInt || v.number < 0 || v.number > maxHyper {
		h.fail(note.NewError("hyper.not-whole", name, int64(maxHyper)))
		return def
	}
	return v.number
}

// need returns a whole number that must be there and at least 1.
func (h *hyper) need(key string) int64 {
	n := h.optional(key, 0)
	if n < 1 {
		h.fail(note.NewError("hyper.missing", h.arch+"."+key))
	}
	return max(n, 1)
}

// layered returns one number per layer, from a number or a list.
func (h *hyper) layered(key string, layers, def int64) []int64 {
	name := h.arch + "." + key
	v := h.values[name]
	if !v.isList {
		return slices.Repeat([]int64{h.optional(key, def)}, int(layers))
	}
	if int64(len(v.list)) < layers {
		h.fail(note.NewError("hyper.not-one-per-layer", name, v.length, layers))
		return make([]int64, layers)
	}
	for _, n := range v.list {
		if n < 0 || n > maxHyper {
			h.fail(note.NewError("hyper.out-of-range", name, n, int64(maxHyper)))
		}
	}
	return v.list[:layers]
}

// vocab is the length of the token table: the embedding's own rows where the
// file has it, else the key, else the tokenizer.
func (h *hyper) vocab() int64 {
	if s, ok := h.shapes["token_embd.weight"]; ok {
		return s.dims[1]
	}
	if n := h.optional("vocab_size", 0); n > 0 {
		return n
	}
	if v, ok := h.values["tokenizer.ggml.tokens"]; ok && v.isList {
		return v.length
	}
	h.fail(note.NewError("hyper.no-vocabulary", h.arch+".vocab_size"))
	return 1
}

// build makes the architecture of a GGUF file. doubts say what was taken
// for granted; the error says what is not modelled.
func build(values map[string]value, shapes map[string]shape, name string) (m *model.Model, doubts note.List, err error) {
	v, ok := values["general.architecture"]
	if !ok || v.text == "" {
		return nil, nil, note.NewError("hyper.missing", "general.architecture")
	}
	arch, ok := architectures[v.text]
	if !ok {
		return nil, nil, note.NewError("hyper.not-modelled", source.Clip(v.text))
	}
	h := &hyper{arch: v.text, values: values, shapes: shapes}
	if len(shapes) > 0 {
		arch = arch.fromTensors(shapes)
		if _, ok := shapes["blk.0.exp_probs_b.bias"]; ok {
			arch.correction = true
		}
	} else {
		if v.text == "falcon" && h.optional("attention.head_count_kv", 1) > 1 {
			arch.needsTensors = true // 40B has two norms a layer, 11B one
		}
		if arch.needsTensors {
			return nil, nil, note.NewError("hyper.not-settled", v.text)
		}
		if !arch.tiedKnown {
			head := note.Word("head.stored-apart")
			if arch.tied {
				head = note.Word("head.tied")
			}
			doubts.Say("file.head-assumed", "", head, v.text)
		}
		// Gating by sigmoid came with DeepSeek-V3, and the bias with it.
		arch.correction = h.optional("expert_gating_func", 0) == 2
	}
	m = h.model(arch, name)
	if h.err != nil {
		return nil, nil, h.err
	}
	if err := m.Check(); err != nil {
		return nil, nil, err
	}
	return m, doubts, nil
}

// model puts the groups together.
func (h *hyper) model(a architecture, name string) *model.Model {
	d, vocab, context := h.need("embedding_length"), h.vocab(), h.optional("context_length", 0)
	norm := model.Norm{Dim: d, Bias: a.normBias}
	in := []model.Block{model.Table{Name: "token_embd", Rows: vocab, Dim: d}}
	if a.positions {
		in = append(in, model.Table{Name: "position_embd", Rows: h.need("context_length"), Dim: d, Small: true})
	}
	if a.types {
		rows := int64(2) // llama.cpp's own default
		if v := h.values["tokenizer.ggml.token_type_count"]; v.isInt && v.number > 0 && v.number < maxHyper {
			rows = v.number
		}
		in = append(in, model.Table{Name: "token_types", Rows: rows, Dim: d, Small: true})
	}
	if a.embedNorm {
		in = append(in, norm)
	}
	m := &model.Model{Name: name, Family: h.arch, Field: model.NLP, Hidden: d, Vocab: vocab, Context: context, Unit: model.TokenUnit}
	m.Groups = append(m.Groups, model.Group{Name: "embedding", Place: model.Input, Repeat: 1, Blocks: in})
	m.Groups = append(m.Groups, h.layers(a, d)...)
	var out []model.Block
	if !a.noLastNorm {
		out = append(out, norm)
	}
	if !a.encoder {
		out = append(out, model.Linear{Name: "output", In: d, Out: vocab, Head: true, Tied: a.tied, Bias: a.headBias})
	}
	if len(out) > 0 {
		m.Groups = append(m.Groups, model.Group{Name: "head", Place: model.Output, Repeat: 1, Blocks: out})
	}
	return m
}

// layers makes the body, equal neighbours as one group.
func (h *hyper) layers(a architecture, d int64) []model.Group {
	n := h.need("block_count")
	if n > maxBlocks {
		h.fail(note.NewError("hyper.more-than", h.arch+".block_count", n, maxBlocks))
		return nil
	}
	heads := h.layered("attention.head_count", n, 0)
	kv := h.layered("attention.head_count_kv", n, 0)
	experts := h.optional("expert_count", 0)
	widths := h.layered("feed_forward_length", n, 0)
	dense := h.optional("leading_dense_block_count", 0)
	norm := model.Norm{Dim: d, Bias: a.normBias}
	var groups []model.Group
	for i := range n {
		var ffn model.Block = model.FFN{Hidden: d, Width: widths[i], Gated: a.gated, Bias: a.ffnBias}
		if experts > 0 && i >= dense {
			ffn = h.experts(a, d, experts, widths[i])
		}
		blocks := make([]model.Block, 0, 6)
		for range (a.norms + 1) / 2 {
			blocks = append(blocks, norm)
		}
		blocks = append(blocks, h.attention(a, d, i, heads[i], kv[i]))
		for range a.norms / 2 {
			blocks = append(blocks, norm)
		}
		blocks = append(blocks, ffn)
		if k := len(groups); k > 0 && slices.Equal(groups[k-1].Blocks, blocks) {
			groups[k-1].Repeat++
			continue
		}
		groups = append(groups, model.Group{Name: "decoder", Repeat: 1, Blocks: blocks})
		if a.encoder {
			groups[len(groups)-1].Name = "encoder"
		}
	}
	return groups
}

// attention makes the attention of layer i.
func (h *hyper) attention(a architecture, d, i, heads, kv int64) model.Block {
	if a.mla {
		return h.latentAttention(d, heads)
	}
	at := model.Attention{Hidden: d, Heads: heads, KVHeads: kv, HeadDim: h.optional("attention.key_length", 0), Sinks: a.sinks,
		QKNorm: a.qkNorm, Bidirectional: a.encoder}.WithBias(a.qkvBias, a.outBias)
	if v := h.optional("attention.value_length", 0); v != at.HeadDim {
		at.ValDim = v
	}
	if a.window != nil && h.slides(a, i) {
		at.Window = h.optional("attention.sliding_window", 0)
	}
	return at
}

// slides reports whether layer i has a window: as the file's pattern says (a
// flag a layer, or the step of the layers without one), else as usual.
func (h *hyper) slides(a architecture, i int64) bool {
	v := h.values[h.arch+".attention.sliding_window_pattern"]
	switch {
	case v.isList && i < int64(len(v.list)):
		return v.list[i] != 0
	case !v.isList && v.isInt && v.number > 0:
		return (i+1)%v.number != 0
	}
	return a.window(i)
}

// latentAttention makes DeepSeek's attention. Files since llama.cpp b5156 keep
// the widths of a head under *_mla, and those of the cache where older files
// have the head's.
func (h *hyper) latentAttention(d, heads int64) model.Block {
	rope := h.need("rope.dimension_count")
	key := h.optional("attention.key_length_mla", h.optional("attention.key_length", 0))
	return model.MLA{Hidden: d, Heads: heads, QRank: h.optional("attention.q_lora_rank", 0), KVRank: h.need("attention.kv_lora_rank"),
		RopeDim: rope, NopeDim: key - rope, ValDim: h.optional("attention.value_length_mla", h.optional("attention.value_length", 0))}
}

// experts makes a mixture of experts.
func (h *hyper) experts(a architecture, d, experts, width int64) model.Block {
	m := model.MoE{Hidden: d, Experts: experts, TopK: h.need("expert_used_count"), Gated: a.gated, Bias: a.ffnBias,
		Width: h.optional("expert_feed_forward_length", width), SharedGate: a.sharedGate, CorrectionBias: a.correction}
	m.SharedWidth = h.optional("expert_shared_feed_forward_length", h.optional("expert_shared_count", 0)*m.Width)
	m.RouteGroups, m.RouteLimit = config.RouteGroups(h.optional("expert_group_count", 0), h.optional("expert_group_used_count", 0))
	return m
}
