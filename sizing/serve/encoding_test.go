package serve_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog/catalogtest"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/serve"
)

func encodeOn(t *testing.T, name, device, weights string, count int, context, batch int64) (*serve.EncodingAnswer, error) {
	t.Helper()
	d, err := hardware.Default().Find(device)
	require.NoError(t, err)
	c, err := hardware.NewCluster(d, count)
	require.NoError(t, err)
	q, err := serve.FindQuant(weights)
	require.NoError(t, err)
	m := catalogtest.Model(t, name)
	r, _ := serve.EncodingRuntime(m, d, q)
	return serve.Request{Model: m, Quant: q, Runtime: r, Cluster: c, Context: context, Batch: batch}.Encode(2)
}

// TestEncodingRoofline: no pass is faster than its arithmetic at the peak, by
// FLOPs counted by hand, nor slower than a tenth of that for a large batch.
func TestEncodingRoofline(t *testing.T) {
	for _, c := range []struct {
		model, device  string
		context, batch int64
		flops, peak    float64
		weights        float64
	}{
		// 2 FLOPs per parameter of the layers and token, and 4 x layers x hidden x
		// sequence of attention (arXiv:1810.04805 section 3: 24 layers of 1024).
		{"bert-large", "a100", 384, 64, 384 * (2*302e6 + 4*24*1024*384), 312e12, 335141888 * 2},
		{"bert-base", "h100", 512, 128, 512 * (2*85e6 + 4*12*768*512), 989e12, 109482240 * 2},
		// 4.1 G multiply-adds an image (arXiv:1512.03385 table 1).
		{"resnet-50", "a100", 1, 256, 2 * 4.1e9, 312e12, 25557032 * 2},
	} {
		a, err := encodeOn(t, c.model, c.device, "bf16", 1, c.context, c.batch)
		require.NoError(t, err)
		least := c.flops * float64(c.batch) / c.peak
		assert.Greater(t, float64(a.Throughput.Latency), 0.97*least, c.model)
		assert.Less(t, float64(a.Throughput.Latency), 10*least, c.model)
		assert.InEpsilon(t, c.weights, float64(a.Memory.Weights), 1e-9, c.model)
		assert.InEpsilon(t, float64(c.batch)/float64(a.Throughput.Latency), a.Throughput.Sequences, 1e-9)
		assert.LessOrEqual(t, a.Throughput.Low, a.Throughput.Sequences)
		assert.GreaterOrEqual(t, a.Throughput.High, a.Throughput.Sequences)
		assert.Zero(t, a.Memory.KVCache)
		assert.True(t, a.Memory.Fits)
	}
}

// TestEncodingGrows: a larger batch takes longer and is not slower a sequence;
// what is at most said to fit does, and one more does not.
func TestEncodingGrows(t *testing.T) {
	before, err := encodeOn(t, "bert-large", "l4", "bf16", 1, 128, 1)
	require.NoError(t, err)
	for _, batch := range []int64{2, 8, 64, 512} {
		a, err := encodeOn(t, "bert-large", "l4", "bf16", 1, 128, batch)
		require.NoError(t, err)
		assert.Greater(t, a.Throughput.Latency, before.Throughput.Latency)
		assert.GreaterOrEqual(t, a.Throughput.Sequences, before.Throughput.Sequences)
		assert.Greater(t, a.Memory.Compute, before.Memory.Compute)
		before = a
	}
	most, err := encodeOn(t, "bert-large", "l4", "bf16", 1, 128, before.MaxBatch)
	require.NoError(t, err)
	assert.True(t, most.Memory.Fits)
	more, err := encodeOn(t, "bert-large", "l4", "bf16", 1, 128, before.MaxBatch+1)
	require.NoError(t, err)
	assert.False(t, more.Memory.Fits)
	// Replicas do the work of several.
	four, err := encodeOn(t, "bert-large", "l4", "bf16", 4, 128, 256)
	require.NoError(t, err)
	one, err := encodeOn(t, "bert-large", "l4", "bf16", 1, 128, 64)
	require.NoError(t, err)
	assert.InEpsilon(t, 4*one.Throughput.Sequences, four.Throughput.Sequences, 1e-9)
}

// TestEncodingComputeBound: from that batch on twice the batch takes nearly
// twice as long; what is launched is the same.
func TestEncodingComputeBound(t *testing.T) {
	for _, name := range []string{"bert-base", "bert-large", "bge-m3"} {
		one, err := encodeOn(t, name, "h100", "bf16", 1, 512, 1)
		require.NoError(t, err)
		n := one.Throughput.ComputeBound
		at, err := encodeOn(t, name, "h100", "bf16", 1, 512, n)
		require.NoError(t, err)
		twice, err := encodeOn(t, name, "h100", "bf16", 1, 512, 2*n)
		require.NoError(t, err)
		assert.Greater(t, float64(twice.Throughput.Latency/at.Throughput.Latency), 1.5, "%s from %d", name, n)
	}
}

// TestEncodingUneven: a batch that replicas share unevenly takes as long as the
// largest part.
func TestEncodingUneven(t *testing.T) {
	five, err := encodeOn(t, "bert-large", "l4", "bf16", 4, 128, 5)
	require.NoError(t, err)
	two, err := encodeOn(t, "bert-large", "l4", "bf16", 1, 128, 2)
	require.NoError(t, err)
	assert.Equal(t, two.Throughput.Latency, five.Throughput.Latency)
	assert.InEpsilon(t, 5/float64(two.Throughput.Latency), five.Throughput.Sequences, 1e-9)
}

func TestEncodingRefuses(t *testing.T) {
	for _, c := range []struct{ model, code string }{
		{"llama-3.1-8b", "serving.not-an-encoder"}, {"sdxl-unet", "serving.many-passes"},
	} {
		_, err := encodeOn(t, c.model, "l4", "bf16", 1, 1, 1)
		var refused *note.Error
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, c.code, refused.Code())
	}
	_, err := encodeOn(t, "bert-large", "l4", "bf16", 1, 513, 1)
	assert.Equal(t, note.FieldError("context", "serving.longer-than-context", catalogtest.Model(t, "bert-large").Name, int64(512)), err)
	_, err = encodeOn(t, "bert-large", "l4", "bf16", 1, 128, 0)
	assert.Equal(t, note.FieldError("batch", "serving.batch-out-of-range", int64(0), int64(model.MaxDim)), err)
}
