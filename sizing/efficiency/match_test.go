package efficiency

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCovers(t *testing.T) {
	yes, no := true, false
	question := Match{Stack: "torchtitan", Release: "2026.1", Recipe: "rowwise scaling", Arch: "Hopper GH100", Device: "h100-sxm5-80gb", Link: "NVLink 4",
		Precision: "fp8", Compile: &yes, AsyncTP: &no}
	for _, c := range []struct {
		m    Match
		want bool
	}{
		{Match{}, true},
		{Match{Stack: "torchtitan"}, true},
		{Match{Stack: "torch"}, false},
		{Match{Release: "2026"}, true},
		{Match{Release: "2025"}, false},
		{Match{Recipe: "row"}, true},
		{Match{Recipe: "tensor"}, false},
		{Match{Arch: "Hopper"}, true},
		{Match{Arch: "GH100"}, false},
		{Match{Link: "NVLink"}, true},
		{Match{Device: "h100"}, false},
		{Match{Precision: "fp8"}, true},
		{Match{Precision: "bf16"}, false},
		{Match{Compile: &yes}, true},
		{Match{Compile: &no}, false},
		{Match{AsyncTP: &no}, true},
		{Match{Runtime: "vllm"}, false},
		{Match{Stack: "torchtitan", Arch: "Hopper", Compile: &yes}, true},
		{Match{Stack: "torchtitan", Arch: "Ampere"}, false},
	} {
		assert.Equal(t, c.want, c.m.Covers(&question), c.m.String())
	}
	open := Match{Stack: "torchtitan"}
	assert.False(t, (&Match{Compile: &no}).Covers(&open), "an entry that says nothing of the compiler is of runs with it too")
}

// Every word of a match can be set by its name, decides where it holds, and is
// spelt.
func TestEveryPart(t *testing.T) {
	for _, p := range new(Match).all() {
		var m Match
		assert.True(t, m.Set(p.Name, "x"), p.Name)
		assert.Equal(t, p.Name+"=x", m.String())
		assert.False(t, m.Covers(&Match{}), p.Name)
		assert.True(t, m.Covers(&m), p.Name)
		assert.False(t, m.Everywhere(), p.Name)
	}
	var m Match
	assert.False(t, m.Set("colour", "x"))
	assert.Equal(t, "default", m.String())
	yes := true
	m = Match{Backend: "vulkan", Class: "plain", AsyncTP: &yes}
	assert.Equal(t, "backend=vulkan,class=plain,async_tp=true", m.Spell(","))
}
