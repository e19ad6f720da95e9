package option

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOf(t *testing.T) {
	var open Of[int]
	assert.False(t, open.IsSet())
	assert.Equal(t, 7, open.Or(7))
	zero := Set(0)
	assert.True(t, zero.IsSet(), "a zero is a value")
	assert.Equal(t, 0, zero.Or(7))
	v, set := zero.Get()
	assert.Equal(t, 0, v)
	assert.True(t, set)
	assert.Equal(t, open, If(false, 3))
	assert.Equal(t, Set(3), If(true, 3))
}
