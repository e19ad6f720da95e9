package serve

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/catalog"
)

// allotted is the allotment of a model's caches on tp devices.
func allotted(t *testing.T, name, kv string, tp int, pass float64) *allotment {
	t.Helper()
	m, err := catalog.Resolve(name)
	require.NoError(t, err)
	q, err := FindQuant("bf16")
	require.NoError(t, err)
	k, err := ParseKVType(kv)
	require.NoError(t, err)
	return newAllotment(newProfile(m, q), &cacheShape{kv: k, tp: tp}, 2, pass, 1)
}

// Pages of attention are as large as the state of a recurrent layer: 48 value
// heads x 128 x 128 in fp32 and 3 x 10,240 inputs of the convolution in 16 bits
// are 783 tokens of 4,096 B, in pages of 16. The state and the cache of a device
// halve together.
// Source: vllm-project/recipes models/Qwen/Qwen3.8-27B.yaml: pools of 377,456
// tokens are 491 blocks at 341 per sequence of 262,144 (335 of attention and two
// for each of three recurrent groups with one drafted token), and those of
// 920,517 with an 8-bit cache are 611 at 174.
func TestPagesOfHybrids(t *testing.T) {
	for _, c := range []struct {
		kv            string
		tp            int
		block, blocks float64
	}{{"f16", 1, 784, 335 + 3}, {"f16", 2, 784, 335 + 3}, {"fp8", 2, 1568, 168 + 3}} {
		a := allotted(t, "qwen3.5-27b", c.kv, c.tp, 2048)
		assert.Equal(t, c.block, a.block, c)
		assert.Equal(t, 16.0, a.group, c)
		assert.Equal(t, c.blocks, a.blocks(262144), c)
	}
}

// gpt-oss-120b: 18 layers with a window of 128 and 18 without are a group each;
// a window reserves 127 + 8,192 tokens, in 520 blocks and one.
// Source: vllm-project/vllm@001cabc vllm/v1/kv_cache_interface.py.
func TestPagesOfWindows(t *testing.T) {
	a := allotted(t, "gpt-oss-120b", "f16", 1, 8192)
	assert.Equal(t, 18.0, a.group)
	assert.Equal(t, 16*2048.0, a.page)
	assert.Equal(t, 2048.0+521, a.blocks(32768))
	// Three sequences' blocks are three sequences' tokens.
	assert.Equal(t, 3.0*32768, a.pool(3*a.bytes(32768), 32768))
	assert.Equal(t, 0.0, a.pool(a.page, 32768))
}

// Gemma 3 27B has 52 layers with a window and 10 without: six groups of 10, the
// last padded with eight layers.
func TestPagesArePadded(t *testing.T) {
	a := allotted(t, "gemma-3-27b", "f16", 1, 2048)
	assert.Equal(t, 10.0, a.group)
	assert.Equal(t, 6*(192.0+1)+512, a.blocks(8192)) // ceil((1,023 + 2,048) / 16) + 1
}

// Layers that cache alike need no groups, and neither do layers with a cache
// and a state of their own.
func TestNoPages(t *testing.T) {
	for _, name := range []string{"llama-3.1-8b", "deepseek-v3", "deepseek-v4-flash"} {
		assert.Nil(t, allotted(t, name, "f16", 1, 8192), name)
	}
}
