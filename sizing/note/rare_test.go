package note

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRare(t *testing.T) {
	for r, want := range map[Rare]string{
		0: "0", 3.79e-06: "<0.01", Rare(math.Nextafter(0.01, 0)): "<0.01", 0.01: "0.01", 0.1234: "0.123", 71.52: "71.5",
	} {
		assert.Equal(t, want, r.String(), "%g", float64(r))
	}
}
