package serve

import (
	"math"

	"mlsizer/sizing/note"
)

// HostOption is a runtime option that says which weights are on the host.
type HostOption struct {
	Option string    `json:"option"` // by its meaning: "gpu-layers"
	Counts HostCount `json:"counts"`
}

// HostCount is the unit that an option counts.
type HostCount string

// The units.
const (
	CountLayers HostCount = "layers" // all layers, the head included
	CountDevice HostCount = "device" // layers on the device, the head included
	CountHost   HostCount = "host"   // layers on the host
	CountGiB    HostCount = "gib"    // weights on the host, in whole GiB
)

// HostSettings are the runtime settings that leave those layers on the host;
// none if there are no such layers or no such option.
func (p *Prepared) HostSettings(m *Memory) (list note.Settings) {
	if m.HostLayers == 0 {
		return nil
	}
	how := p.Offload
	if len(p.profile.experts) == 0 {
		how = OffloadLayers
	}
	options, ok := p.Runtime.HostOptions[how]
	if !ok {
		options = p.Runtime.HostOptions[NoOffload]
	}
	for _, o := range options {
		list.Set(o.Option, p.hostCount(o.Counts, m))
	}
	return list
}

// hostCount is the number in an option's unit.
func (p *Prepared) hostCount(c HostCount, m *Memory) int {
	layers, host := p.profile.layers+1, m.HostLayers*p.Layout.PP // the output head counts as a layer
	switch c {
	case CountDevice:
		return layers - host
	case CountHost:
		return host
	case CountGiB:
		return int(math.Ceil(float64(m.Host) / (1 << 30)))
	}
	return layers
}
