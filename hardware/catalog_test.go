package hardware

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDefaultLoads(t *testing.T) {
	require.GreaterOrEqual(t, len(Default().All()), 100)
}
