package run

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// Golden counts by hand. Source of the sizes: tatsu-lab/stanford_alpaca
// README (52,002 examples, 3 epochs, cut at 512).
func TestExamplesBecomeSequences(t *testing.T) {
	for _, c := range []struct {
		x                Examples
		seq, sequences   int64
		computed, useful quantity.Tokens
	}{
		// An example, a sequence: 52,002 x 512 x 3.
		{Examples{52002, 512, 3, Padded}, 512, 52002, 79875072, 79875072},
		// Padded fourfold.
		{Examples{52002, 128, 3, Padded}, 512, 52002, 79875072, 19968768},
		// Cut: of 700 tokens 512 remain.
		{Examples{52002, 700, 3, Padded}, 512, 52002, 79875072, 79875072},
		// Packed: 52,002 x 128 / 512 = 13,000.5 sequences, rounded up.
		{Examples{52002, 128, 3, Packed}, 512, 13001, 13001 * 3 * 512, 19968768},
		{Examples{50000, 512, 1, Packed}, 8192, 3125, 25600000, 25600000},
		// Half an epoch.
		{Examples{1001, 100, 0.5, Padded}, 100, 1001, 50100, 50050},
		// Images.
		{Examples{1281167, 0, 90, StackPacking}, 1, 1281167, 115305030, 115305030},
	} {
		got := c.x.Sequences(c.seq)
		assert.Equal(t, c.sequences, got.Sequences, "%+v", c.x)
		assert.Equal(t, c.computed, got.Computed, "%+v", c.x)
		assert.Equal(t, c.useful, got.Useful, "%+v", c.x)
	}
}

// Whatever the data, no more is useful than is computed, and packing computes
// no more than padding does of examples that fit.
func TestExamplesProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seq := rapid.Int64Range(1, 1<<17).Draw(t, "seq")
		x := Examples{
			Count:  rapid.Int64Range(1, 1e7).Draw(t, "count"),
			Tokens: rapid.Int64Range(1, seq).Draw(t, "tokens"),
			Epochs: float64(rapid.IntRange(1, 5).Draw(t, "epochs")),
		}
		x.Packing = Padded
		padded := x.Sequences(seq)
		x.Packing = Packed
		packed := x.Sequences(seq)
		assert.LessOrEqual(t, packed.Computed, padded.Computed)
		assert.Equal(t, padded.Useful, packed.Useful)
		for _, c := range []ExamplesCost{padded, packed} {
			assert.True(t, c.Share > 0 && c.Share <= 1, "share %v", c.Share)
		}
	})
}

func TestExamplesAreRefused(t *testing.T) {
	text, images := &model.Model{Name: "text", Unit: model.TokenUnit}, &model.Model{Name: "pictures", Unit: "image"}
	for _, c := range []struct {
		x    Examples
		m    *model.Model
		want error
	}{
		{Examples{Count: 0, Tokens: 1, Epochs: 1}, text, note.FieldError("examples", "examples.none", int64(0))},
		{Examples{Count: 1, Tokens: 0, Epochs: 1}, text, note.FieldError("example-tokens", "examples.length-out-of-range", int64(0), int64(model.MaxDim))},
		{Examples{Count: 1, Tokens: 1}, text, note.FieldError("epochs", "examples.epochs-out-of-range", 0.0)},
		{Examples{Count: 10, Tokens: 5, Epochs: 0.01}, text, note.FieldError("epochs", "examples.less-than-one", 0.01, int64(10))},
		{Examples{Count: 1, Tokens: 5, Epochs: 1}, images, note.FieldError("example-tokens", "examples.have-no-length", "pictures", note.Word("image"))},
		{Examples{Count: 1, Epochs: 1, Packing: Packed}, images, note.FieldError("packing", "examples.nothing-to-pack", "pictures", note.Word("image"))},
	} {
		assert.Equal(t, c.want, c.x.Check(c.m), "%+v", c.x)
	}
	assert.NoError(t, (&Examples{Count: 10, Tokens: 1, Epochs: 0.1}).Check(text))
}

// Every default names a stack that there is, and where it comes from.
func TestPackingDefaults(t *testing.T) {
	for _, d := range packingDefaults() {
		s, err := train.FindStack(d.Stack)
		require.NoError(t, err)
		want, err := ParsePacking(d.Packing)
		require.NoError(t, err)
		got, source := DefaultPacking(s)
		assert.Equal(t, want, got)
		assert.NotEmpty(t, source)
	}
	old, err := train.FindStack("megatron-2021")
	require.NoError(t, err)
	p, source := DefaultPacking(old)
	assert.Equal(t, Padded, p)
	assert.Empty(t, source)
}
