package sizing

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A layer is a mixer and a feed-forward block; one of the two alone is half.
func TestDecoderDepth(t *testing.T) {
	attend := Attention{Hidden: 64, Heads: 4}
	sees := Attention{Hidden: 64, Heads: 4, Bidirectional: true}
	cross := Attention{Hidden: 64, Heads: 4, Cross: true}
	scan := Mamba2{Hidden: 64, Inner: 128, Heads: 4, Groups: 1, State: 16, Conv: 4}
	dense, sparse := FFN{Hidden: 64, Width: 256}, MoE{Hidden: 64, Experts: 8, TopK: 2, Width: 32}
	norm := Norm{Dim: 64}
	body := func(repeat int, blocks ...Block) Group { return Group{Place: Body, Repeat: repeat, Blocks: blocks} }
	for _, c := range []struct {
		name   string
		groups []Group
		want   float64
	}{
		{"decoder", []Group{body(32, norm, attend, norm, dense)}, 32},
		{"dense beside experts", []Group{body(4, norm, attend, norm, dense, sparse)}, 4},
		{"mixers and experts apart", []Group{body(23, norm, scan), body(6, norm, attend), body(23, norm, sparse)}, 26},
		{"mixers alone", []Group{body(48, norm, scan)}, 24},
		{"layers without attention", []Group{body(49, norm, attend, norm, dense), body(31, norm, dense)}, 64.5},
		{"encoder and decoder", []Group{body(6, norm, sees, norm, dense), body(6, norm, attend, norm, cross, norm, dense)}, 9},
	} {
		assert.Equal(t, c.want, (&Model{Hidden: 64, Groups: c.groups}).decoderDepth(), c.name)
	}
}
