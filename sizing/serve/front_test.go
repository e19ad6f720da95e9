package serve_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog/catalogtest"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
)

func serveOn(t *testing.T, name string, s serve.Request) *serve.Answer {
	t.Helper()
	d, err := hardware.Default().Find("h100")
	require.NoError(t, err)
	s.Cluster, err = hardware.NewCluster(d, 1)
	require.NoError(t, err)
	s.Quant, err = serve.FindQuant("bf16")
	require.NoError(t, err)
	s.Model, s.Batch = catalogtest.Model(t, name), max(s.Batch, 1)
	a, err := s.Answer(0)
	require.NoError(t, err)
	return a
}

// TestTowerIsPassedOnce: images make the first token later and leave the
// others as they are; a model with a tower decodes as its text model does.
func TestTowerIsPassedOnce(t *testing.T) {
	blind := serveOn(t, "qwen2-vl-7b", serve.Request{Context: 8192})
	seeing := serveOn(t, "qwen2-vl-7b", serve.Request{Context: 8192, Images: 4})
	text := serveOn(t, "qwen2-7b", serve.Request{Context: 8192})
	assert.Equal(t, blind.Throughput.Decode, seeing.Throughput.Decode)
	assert.InEpsilon(t, text.Throughput.Decode, seeing.Throughput.Decode, 1e-9)
	assert.Equal(t, text.PerToken, seeing.PerToken)
	assert.InDelta(t, float64(seeing.Front.Time), float64(seeing.Throughput.FirstToken-blind.Throughput.FirstToken), 1e-9)
	// The tower is what it has more: 675,759,104 parameters.
	// Source: Qwen/Qwen2-VL-7B-Instruct and Qwen/Qwen2-7B safetensors
	// (8,291,375,616 - 7,615,616,512).
	assert.InDelta(t, 2*675759104, float64(seeing.WeightBytes()-text.WeightBytes()), 1)
	assert.Equal(t, quantity.Params(675759104), seeing.Front.Params)
	// 4 x 2304 patches through 630M parameters at the peak, at the least.
	assert.Greater(t, float64(seeing.Front.Time), 4*2304*2*629.7e6/989.4e12)
}

// TestCrossCaches: keys and values of another sequence are as long as that.
func TestCrossCaches(t *testing.T) {
	// 2 x 1280 x 32 layers x 2 bytes a position, of the text and of 1500
	// positions of sound. Source: arXiv:2212.04356 table 1.
	a := serveOn(t, "whisper-large-v3", serve.Request{Context: 448})
	assert.Equal(t, quantity.Bytes(2*1280*32*2), a.PerToken)
	assert.Equal(t, quantity.Bytes((448+1500)*2*1280*32*2), a.PerSeq)
	assert.Equal(t, int64(4), a.PromptTokens())
}

// TestTowersStayWide: quantised files keep the tower in 16 bits.
// Source: Qwen/Qwen2-VL-7B-Instruct-AWQ safetensors on Hugging Face, 6.9 GB.
func TestTowersStayWide(t *testing.T) {
	awq, err := serve.FindQuant("awq")
	require.NoError(t, err)
	assert.InEpsilon(t, 6.9e9, float64(serve.WeightBytes(catalogtest.Model(t, "qwen2-vl-7b"), awq)), 0.01)
	text := float64(serve.WeightBytes(catalogtest.Model(t, "qwen2-7b"), awq))
	assert.InDelta(t, text+2*675759104, float64(serve.WeightBytes(catalogtest.Model(t, "qwen2-vl-7b"), awq)), 1)
}
