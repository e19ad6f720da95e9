package sizing_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
)

// TestPromptsCopyHostWeights: passes of 32 tokens or more copy what stands on
// the host over PCIe 4.0 x16 (31.5 GB/s), smaller ones use it where it is.
func TestPromptsCopyHostWeights(t *testing.T) {
	d, err := hardware.Default().Find("rtx-4090")
	require.NoError(t, err)
	q, err := sizing.FindQuant("q4_k_m")
	require.NoError(t, err)
	llama, err := sizing.FindRuntime("llama.cpp")
	require.NoError(t, err)
	ask := func(memory quantity.Bytes) *sizing.ServingAnswer {
		c, err := hardware.NewCluster(d, 1)
		require.NoError(t, err)
		a, err := sizing.Serving{
			Model: model(t, "llama-3.1-70b"), Quant: q, Runtime: llama, Cluster: c, Context: 4096, Batch: 1,
			Offload: sizing.OffloadLayers, DeviceMemory: memory, HostBandwidth: 89.6e9,
		}.Answer(0)
		require.NoError(t, err)
		return a
	}
	whole, split := ask(64<<30), ask(24<<30)
	require.Zero(t, whole.Memory.HostLayers)
	require.Positive(t, split.Memory.HostLayers)
	host := float64(split.Memory.Host)
	// One micro-batch of 512 tokens multiplies everything on the device: its
	// products hide what is read there, and the copy comes on top.
	copied := split.Prefill(512, 0, 1) - whole.Prefill(512, 0, 1)
	assert.InEpsilon(t, host/31.5e9, copied, 0.03)
	// Two of them copy twice.
	assert.InEpsilon(t, 2*copied, split.Prefill(1024, 0, 1)-whole.Prefill(1024, 0, 1), 0.03)
	// A token of one sequence is multiplied by the host's processor.
	alone := split.Decode(1, 4096)
	assert.Greater(t, alone, host/89.6e9)
	assert.Less(t, alone, host/31.5e9)
	// The band says that nothing measured is like it.
	low, high := split.Band("prefill", 1)
	wholeLow, wholeHigh := whole.Band("prefill", 1)
	assert.LessOrEqual(t, low, wholeLow)
	assert.GreaterOrEqual(t, high, wholeHigh)
}
