package hardware

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDesktop(t *testing.T) {
	for id, want := range map[string]bool{
		"rtx-4090": true, "rtx-a6000": true, "rtx-pro-6000": true, "rx-7900xtx-24gb": true, "arc-a770-16gb": true,
		"m3-max-128gb": true, "cpu-ryzen-9950x": true,
		"h100": false, "a10-24gb": false, "l40s-48gb": false, "t4-16gb": false, "gh200-96gb": false, "vr200-nvl72-288gb": false,
		"mi300x": false, "max-1550-128gb": false, "tpu-v5p": false, "gaudi3-128gb": false,
	} {
		d, err := Default().Find(id)
		require.NoError(t, err, id)
		assert.Equal(t, want, d.Desktop(), id)
	}
}
