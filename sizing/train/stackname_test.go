package train

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/note"
)

func TestParseStack(t *testing.T) {
	for _, c := range []struct {
		typed, stack, alias string
		differs             Difference
	}{
		{"megatron-core", "megatron-core", "", ""},
		{" TorchTitan ", "torchtitan", "", ""},
		{"megatron", "megatron-core", "megatron", SameName},
		{"Megatron_LM", "megatron-core", "megatron-lm", SameName},
		{"NeMo", "megatron-core", "nemo", SameSoftware},
		{"GPT NeoX", "megatron-deepspeed", "gpt-neox", SameSoftware},
		{"ddp", "pytorch-ddp", "ddp", SameName},
		{"lightning", "pytorch-ddp", "lightning", DefaultStrategy},
		{"pytorch-lightning", "pytorch-ddp", "pytorch-lightning", DefaultStrategy},
		{"nanotron", "nanotron", "", ""},
		{"Primus", "megatron-core", "primus", SameSoftware},
		{"neuronx_distributed", "neuron", "neuronx-distributed", SameSoftware},
		{"AutoModel", "nemo-automodel", "automodel", SameName},
		{"llmc", "llm.c", "llmc", SameName},
		{"nanoGPT", "nanogpt", "", ""},
		{"axlearn", "maxtext", "axlearn", OwnLayers},
		{"fsdp", "composer-fsdp", "fsdp", SameSoftware},
		{"fsdp2", "torchtitan", "fsdp2", SameSoftware},
		{"llm-foundry", "composer-fsdp", "llm-foundry", SameSoftware},
		{"mosaicml", "composer-fsdp", "mosaicml", SameSoftware},
		{"verl", "composer-fsdp", "verl", WithRollouts},
		{"pax", "maxtext", "pax", OwnLayers},
		{"paxml", "maxtext", "paxml", OwnLayers},
		{"t5x", "maxtext", "t5x", OwnLayers},
		{"levanter", "maxtext", "levanter", OwnLayers},
		{"hf", "transformers-peft", "hf", SameName},
		{"transformers", "transformers-peft", "transformers", SameName},
		{"accelerate", "transformers-peft", "accelerate", SameSoftware},
		{"trl", "transformers-peft", "trl", SameSoftware},
		{"axolotl", "transformers-peft", "axolotl", SameSoftware},
		{"LLaMA-Factory", "transformers-peft", "llama-factory", SameSoftware},
		{"llamafactory", "transformers-peft", "llamafactory", SameSoftware},
		{"unsloth", "transformers-peft", "unsloth", OwnKernels},
	} {
		s, err := ParseStack(c.typed)
		require.NoError(t, err, c.typed)
		assert.Equal(t, c.stack, s.Name, c.typed)
		if c.alias == "" {
			assert.Nil(t, s.Alias, c.typed)
			continue
		}
		require.NotNil(t, s.Alias, c.typed)
		assert.Equal(t, c.alias, s.Alias.Name, c.typed)
		assert.Equal(t, c.differs, s.Alias.Differs, c.typed)
		assert.Nil(t, mustStack(c.stack).Alias, "the stack itself has no alias")
	}
	for typed, nearest := range map[string]string{"ColossalAI": "megatron-core", "colossal-ai": "megatron-core"} {
		_, err := ParseStack(typed)
		var e *note.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, note.NewError("stack.unlike", typed, nearest), e)
	}
	_, err := ParseStack("nobody")
	assert.True(t, note.Is(err, "stack.unknown"))
	_, err = FindStack("megatron")
	assert.True(t, note.Is(err, "stack.unknown"), "the names of measurements are exact")
}

// No name stands for two stacks; each has a source, and is listed as it is
// looked up.
func TestStackNamesAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	take := func(name string) {
		assert.False(t, seen[name], name)
		assert.Equal(t, strings.ToLower(name), name)
		seen[name] = true
	}
	for _, s := range Stacks() {
		take(s.Name)
		for _, a := range s.Aliases {
			take(a.Name)
			assert.NotEmpty(t, a.Source, a.Name)
			assert.Contains(t, []Difference{SameName, SameSoftware, OwnKernels, OwnLayers, WithRollouts, DefaultStrategy}, a.Differs, a.Name)
		}
		for _, u := range s.Unlike {
			take(u.Name)
			assert.NotEmpty(t, u.Source, u.Name)
		}
	}
	for _, name := range StackNames() {
		_, err := ParseStack(name)
		assert.NoError(t, err, name)
	}
}
