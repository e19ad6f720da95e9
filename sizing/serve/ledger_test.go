package serve

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/efficiency"
)

func TestLedgersAreRead(t *testing.T) {
	f, err := readLedgers(ledgersJSON)
	require.NoError(t, err)
	last := map[string]*Ledger{}
	for _, l := range f.Ledgers {
		if before := last[l.Runtime]; before != nil {
			assert.Negative(t, before.Since.Compare(l.Since), "%s %v: releases ascend", l.Runtime, l.Since)
			assert.LessOrEqual(t, before.Year, l.Year)
		}
		last[l.Runtime] = l
		assert.NotEmpty(t, l.Source)
		for _, e := range l.Experts {
			assert.NotEmpty(t, e.Source)
		}
	}
	for _, bad := range []string{
		`{"ledgers": [{"runtime": "ollamas"}]}`,
		`{"ledgers": [{"runtime": "vllm", "since": "0.1", "batched_tokens": [{"value": 1, "memory_gib": 2}], "sequences": [{"value": 1}], "utilisation": [{"value": 1}]}]}`,
		`{"ledgers": [{"runtime": "vllm", "since": "0.1", "batched_tokens": [{"value": 1}], "sequences": [{"value": 1}]}]}`,
		`{"ledgers": [{"runtime": "vllm", "since": "new"}]}`,
	} {
		_, err := readLedgers([]byte(bad))
		assert.Error(t, err, bad)
	}
}

// The newest ledger that is not newer than a release; by year where the version
// is a date.
func TestLedgerOfRelease(t *testing.T) {
	r, err := FindRuntime("vllm")
	require.NoError(t, err)
	for _, c := range []struct {
		version string
		year    int
		want    string
	}{{"0.0.9", 0, "0.1"}, {"0.6.6 dev 2025-01", 0, "0.1"}, {"v0.9.2", 0, "0.8"}, {"0.10.1", 0, "0.10"}, {"0.13", 2020, "0.12"}, {"2025-07", 2025, "0.10"}, {"2023", 2023, "0.1"}, {"", 0, "0.21"}, {"99.0", 0, "0.21"}} {
		assert.Equal(t, c.want, r.LedgerOf(c.version, c.year).Since.String(), c.version)
	}
	llama, err := FindRuntime("llama.cpp")
	require.NoError(t, err)
	assert.Nil(t, llama.Ledger(nil))
	assert.Nil(t, llama.LedgerOf("1.0", 2025))
}

// Defaults of vLLM by device.
// Source: vllm-project/vllm vllm/engine/arg_utils.py (get_batch_defaults).
func TestDefaultsByDevice(t *testing.T) {
	r, err := FindRuntime("vllm")
	require.NoError(t, err)
	l := r.Ledger(&efficiency.Release{Major: 0, Minor: 12})
	for device, want := range map[string][2]float64{"h100": {8192, 1024}, "a100": {2048, 256}, "rtx-4090": {2048, 256}, "b200": {8192, 1024}} {
		d, err := hardware.Default().Find(device)
		require.NoError(t, err)
		assert.Equal(t, want, [2]float64{pick(l.BatchedTokens, d, 1), pick(l.Sequences, d, 1)}, device)
	}
}

// SGLang's share on an H100: 512 MiB + 1.5 x 8,192 + 2 x 256 + 128 = 13,440 MiB
// of 81,559 are reserved; by its own rule of 0.4, 0.85 for four devices.
// Source: sgl-project/sglang python/sglang/srt/server_args.py.
func TestStaticShare(t *testing.T) {
	r, err := FindRuntime("sglang")
	require.NoError(t, err)
	d, err := hardware.Default().Find("h100")
	require.NoError(t, err)
	assert.InDelta(t, 0.835, r.Ledger(nil).share(d, 1, 8192, 256), 1e-9)
	assert.InDelta(t, 0.85, r.Ledger(&efficiency.Release{Major: 0, Minor: 4}).share(d, 4, 8192, 512), 1e-9)
}

// An NVIDIA driver takes part of a card; memory that the user states is taken as
// stated.
// Sources: those of ledgers.json.
func TestVisibleMemory(t *testing.T) {
	for device, want := range map[string]float64{"h100": 79.22, "rtx-4090": 23.52, "rtx-5090": 31.4} {
		d, err := hardware.Default().Find(device)
		require.NoError(t, err)
		assert.InEpsilon(t, want, float64(visible(d, d.Memory))/(1<<30), 0.003, device)
		assert.Equal(t, d.Memory-1, visible(d, d.Memory-1), device)
	}
	mi300, err := hardware.Default().Find("mi300x")
	require.NoError(t, err)
	assert.Equal(t, mi300.Memory, visible(mi300, mi300.Memory))
}
