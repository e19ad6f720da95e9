package efficiency

import (
	"testing"

	"mlsizer/hardware"
	"mlsizer/sizing/internal/golden"
)

// The farther a device is from the measured ones, the wider its band.
func TestGoldenBands(t *testing.T) {
	b := BandFor{Band: Band{Low: 0.8, High: 1.25}, Unmeasured: Band{Low: 0.5, High: 2}, Devices: []string{"measured"}, Archs: []string{"Hopper"}}
	on := func(id, arch string) Band {
		band, _ := b.Of(&hardware.Device{ID: id, Arch: arch})
		return band
	}
	golden.Compare(t, "bands.csv", map[string]float64{
		"high, measured device":         on("measured", "Hopper").High,
		"high, measured architecture":   on("other", "Hopper").High,
		"high, unmeasured architecture": on("next", "Blackwell").High,
		"low, unmeasured architecture":  on("next", "Blackwell").Low,
	})
}
