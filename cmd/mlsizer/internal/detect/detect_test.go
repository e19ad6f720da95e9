package detect

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/quantity"
)

func TestTools(t *testing.T) {
	names, memory := readNVIDIA([]byte("NVIDIA GeForce RTX 4090, 24564\nNVIDIA GeForce RTX 4090, 24564\n"))
	assert.Equal(t, []string{"NVIDIA GeForce RTX 4090", "NVIDIA GeForce RTX 4090"}, names)
	assert.Equal(t, quantity.Bytes(24564<<20), memory)
	names, _ = readROCm([]byte("device,Card series,Card model\ncard0,AMD Radeon RX 7900 XTX,0x744c\n"))
	assert.Equal(t, []string{"AMD Radeon RX 7900 XTX"}, names)
	names, memory = readProfiler([]byte("Hardware Overview:\n      Chip: Apple M2 Ultra\n      Memory: 192 GB\n"))
	assert.Equal(t, []string{"Apple M2 Ultra"}, names)
	assert.Equal(t, quantity.Bytes(192<<30), memory)
	for _, read := range []func([]byte) ([]string, quantity.Bytes){readNVIDIA, readROCm, readProfiler} {
		names, _ = read([]byte("no devices were found"))
		assert.Empty(t, names)
	}
}

func TestDevice(t *testing.T) {
	for name, want := range map[string]string{
		"NVIDIA GeForce RTX 4090": "rtx-4090-24gb", "NVIDIA GeForce RTX 3060": "rtx-3060-12gb", "AMD Radeon RX 7900 XTX": "rx-7900xtx-24gb", "NVIDIA A100-SXM4-80GB": "a100-sxm4-80gb",
		"Unknown": "", "": "", "AMD EPYC": "", "AMD EPYC 7B13": "",
	} {
		d := Device(hardware.Default(), name, 0)
		if want == "" {
			assert.Nil(t, d, name)
			continue
		}
		require.NotNil(t, d, name)
		assert.Equal(t, want, d.ID)
	}
}

// FuzzTools: what a tool prints never makes a reader panic, and a name that is
// found has letters.
func FuzzTools(f *testing.F) {
	f.Add("NVIDIA H100, 81559\n")
	f.Add("card0,x")
	f.Add("Chip: Apple M1\nMemory: 8 GB")
	f.Fuzz(func(t *testing.T, out string) {
		for _, read := range []func([]byte) ([]string, quantity.Bytes){readNVIDIA, readROCm, readProfiler} {
			_, memory := read([]byte(out))
			assert.GreaterOrEqual(t, float64(memory), 0.0)
		}
		Device(hardware.Default(), out, 0)
	})
}
