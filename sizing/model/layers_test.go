package model

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/sizing/note"
)

func TestLayersAreBounded(t *testing.T) {
	of := func(layers ...int) *Model {
		m := &Model{Name: "x"}
		for _, n := range layers {
			m.Groups = append(m.Groups, Group{Name: "g", Repeat: n, Blocks: []Block{FFN{Hidden: 8, Width: 8}}})
		}
		return m
	}
	assert.NoError(t, of(MaxLayers).Check())
	assert.NoError(t, of(MaxLayers-1, 1).Check())
	for _, m := range []*Model{of(MaxLayers + 1), of(MaxLayers, 1), of(1, math.MaxInt, math.MaxInt)} {
		assert.Equal(t, note.NewError("model.too-many-layers", "x", MaxLayers), m.Check())
	}
}
