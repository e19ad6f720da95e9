package model_test

import (
	"testing"

	"mlsizer/sizing/internal/golden"
	"mlsizer/sizing/model"
)

// The FLOPs of a forward pass through the core of attention.
func TestGoldenFLOPs(t *testing.T) {
	full, causal := model.Attention{Hidden: 4096, Heads: 32, KVHeads: 8}.Mixing(8192)
	latent, latentCausal := model.MLA{Hidden: 7168, Heads: 128, QRank: 1536, KVRank: 512, RopeDim: 64, NopeDim: 128, ValDim: 128}.Mixing(4096)
	golden.Compare(t, "model_flops.csv", map[string]float64{
		"attention of Llama 3 8B":                 full,
		"attention of Llama 3 8B, causal":         causal,
		"latent attention of DeepSeek-V3":         latent,
		"latent attention of DeepSeek-V3, causal": latentCausal,
	})
}
