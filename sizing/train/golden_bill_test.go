package train

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/sizing/catalog/catalogtest"
	"mlsizer/sizing/internal/golden"
	"mlsizer/sizing/quantity"
)

// What a run keeps on disks and draws from the grid is what projects report.
func TestGoldenBill(t *testing.T) {
	on := func(name, stack string, w Workload) *Prepared {
		p, err := Prepare(catalogtest.Model(t, name), w, mustStack(stack), catalogtest.Cluster(t, "a100-80g", 8))
		require.NoError(t, err)
		return p
	}
	storage := func(name string, tokens quantity.Tokens) (s Storage) {
		on(name, "megatron-deepspeed", Workload{Seq: 1024, Tokens: tokens}).Storage(&s)
		return s
	}
	megawattHours := func(hours float64) float64 {
		p := on("gpt-2", "pytorch-ddp", Workload{Seq: 1024, PUE: 1.1})
		_, e := p.Bill(hours, 1, 1, 1)
		devices := p.Cluster.Device.Power / p.draw.Mid // the table counts them alone
		return float64(e.KWh) * float64(devices) / 1000
	}
	const train, validation = 9035582198, 4434897 // tokens
	bloom := storage("bloom", 0)
	golden.Compare(t, "train_bill.csv", map[string]float64{
		"checkpoint of BLOOM":                float64(bloom.Checkpoint) / (1 << 40),
		"weights of BLOOM":                   float64(bloom.Weights) / (1 << 30),
		"OpenWebText in 2 bytes, training":   float64(storage("gpt-2", train).Dataset),
		"OpenWebText in 2 bytes, validation": float64(storage("gpt-2", validation).Dataset) / (1 << 20),
		"OpenWebText in 4 bytes":             float64(storage("llama-3.1-8b", train).Dataset),
		"energy of LLaMA 7B":                 megawattHours(82432),
		"energy of LLaMA 13B":                megawattHours(135168),
		"energy of LLaMA 33B":                megawattHours(530432),
		"energy of LLaMA 65B":                megawattHours(1022362),
	})
}
