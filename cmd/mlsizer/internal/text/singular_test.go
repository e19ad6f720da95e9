package text

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSingular(t *testing.T) {
	for text, want := range map[string]string{
		"1 tokens in 47 s": "1 token in 47 s", "21 tokens, 1.1 tokens, 0 tokens": "21 tokens, 1.1 tokens, 0 tokens",
		"batch 1 (1 tokens), bf16": "batch 1 (1 token), bf16", "1 full checkpoints kept": "1 full checkpoint kept",
		"1 x H100 devices": "1 x H100 devices", "28642 of 1 tokens": "28642 of 1 token", "search of 1 trials, 5 % of it": "search of 1 trial, 5 % of it",
		"1 for tokens": "1 for tokens", "not shown: 1 more models (all)": "not shown: 1 more model (all)", "1 token of 2 tokens": "1 token of 2 tokens", "": "", "1": "1",
	} {
		assert.Equal(t, want, singular(text), text)
	}
}
