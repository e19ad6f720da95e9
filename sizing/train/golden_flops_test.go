package train

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/sizing/catalog/catalogtest"
	"mlsizer/sizing/internal/golden"
)

// The FLOPs of a token are those that papers print, or that their throughput and
// utilisation come to.
func TestGoldenFLOPs(t *testing.T) {
	perToken := func(name string, seq int64, c Convention) float64 {
		p, err := Prepare(catalogtest.Model(t, name), Workload{Seq: seq}, mustStack("megatron-core"), catalogtest.Cluster(t, "h100", 8))
		require.NoError(t, err)
		e, err := p.Evaluate(&Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 8})
		require.NoError(t, err)
		return float64(e.Compute.By(c)) / float64(8*seq) / 1e9
	}
	golden.Compare(t, "train_flops.csv", map[string]float64{
		"DeepSeek-V3":                  perToken("deepseek-v3", 4096, Megatron),
		"DeepSeek-V2":                  perToken("deepseek-v2", 4096, Megatron),
		"PaLM 540B":                    perToken("palm-540b", 2048, PaLM),
		"PaLM 540B, without attention": perToken("palm-540b", 2048, SixND),
	})
}
