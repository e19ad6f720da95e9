package serve

import (
	"fmt"
	"math"

	"mlsizer/sizing/quantity"
)

// Offload says which weights are in the host's memory.
type Offload uint8

// The modes of offloading.
const (
	NoOffload      Offload = iota
	OffloadLayers          // whole layers, as few as necessary
	OffloadExperts         // the routed experts of as few layers as necessary
	numOffloads
)

var offloadNames = [numOffloads]string{"none", "layers", "experts"}

// String returns the name.
func (o Offload) String() string {
	if o < numOffloads {
		return offloadNames[o]
	}
	return fmt.Sprintf("Offload(%d)", uint8(o))
}

// MarshalText writes the name.
func (o Offload) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads the name.
func (o *Offload) UnmarshalText(text []byte) (err error) {
	*o, err = ParseOffload(string(text))
	return err
}

// ParseOffload reads none, layers or experts.
func ParseOffload(s string) (Offload, error) {
	return quantity.ByName(s, "offload", numOffloads, Offload.String)
}

// hostLayers is the number of layers of a device whose weights, or whose
// experts, may move to the host, and the memory that one of them frees: its
// weights and, if the host computes the layer, its cache.
// Source: ggml-org/llama.cpp src/llama-kv-cache.cpp (a layer's cache stands on
// the device of the layer), common/arg.cpp (--n-gpu-layers, --n-cpu-moe).
func (p *Prepared) hostLayers(m *Memory, experts float64) (layers, weights, cache float64) {
	s := p.profile
	stage := math.Ceil(float64(max(s.layers, 1)) / float64(p.Layout.PP))
	if p.Offload == OffloadExperts && experts > 0 {
		layers = math.Ceil(float64(p.Model.ExpertLayers()) / float64(p.Layout.PP))
		return layers, experts / layers, 0
	}
	body := 0.0
	for i := range s.tensors {
		if t := &s.tensors[i]; t.body {
			body += t.bytes * t.divided(p.Layout.TP)
		}
	}
	if p.Runtime.Offload == "host" {
		cache = float64(m.KVCache+m.KVPadding+m.State) / stage
	}
	return stage, body/float64(max(s.layers, 1)) + experts/stage, cache
}

// offload moves the fewest layers to the host that make the model fit.
func (p *Prepared) offload(m *Memory, experts float64) {
	layers, weights, cache := p.hostLayers(m, experts)
	n := math.Min(layers, math.Ceil(float64(m.Total-m.Budget)/(weights+cache)))
	m.HostLayers = int(n)
	m.Host, m.HostCache = quantity.Bytes(n*weights), quantity.Bytes(n*cache)
	m.Weights -= m.Host
	if m.HostCache > 0 {
		stay := quantity.Bytes(1 - n/layers)
		m.KVCache, m.KVPadding, m.State = m.KVCache*stay, m.KVPadding*stay, m.State*stay
	}
	m.sum()
	if p.HostMemory > 0 && p.hostNeed(m) > p.HostMemory {
		m.Fits = false
	}
}

// hostNeed is the host memory for the offloaded parts of all replicas, each
// with its own copy.
func (p *Prepared) hostNeed(m *Memory) quantity.Bytes {
	return (m.Host + m.HostCache) * quantity.Bytes(p.Layout.Devices())
}

// hostLimit is how many layers a longer context or a larger batch may move to
// the host: as many as the given host memory allows, else no more than the
// request itself needs.
func (p *Prepared) hostLimit() int {
	if p.HostMemory > 0 && p.Offload != NoOffload {
		return max(p.profile.layers, p.Model.ExpertLayers())
	}
	return p.layersOnHost
}

// place sets on the timer what is on the host.
func (p *Prepared) place(m *Memory) { p.placeFor(p.timer, m) }

func (p *Prepared) placeFor(t *servingTimer, m *Memory) {
	t.hostDense, t.hostExperts, t.hostCache = 0, 0, 0
	// Devices that work concurrently share the host's memory bandwidth.
	t.hostRate, t.copyRate = float64(p.HostBandwidth)/float64(p.Layout.TP*p.Layout.EP), 0
	if link := float64(p.Cluster.Device.HostLink.Bandwidth); link > 0 {
		switch p.Runtime.Offload {
		case "stream":
			t.hostRate = link
		case "host":
			t.copyRate = link
		}
	}
	if m.HostLayers == 0 {
		return
	}
	_, experts := p.profile.weightBytes(&p.Layout)
	layers, _, _ := p.hostLayers(m, experts)
	share := float64(m.HostLayers) / layers
	t.hostExperts = share
	if p.Offload == OffloadLayers || experts == 0 {
		t.hostDense = share
	}
	if m.HostCache > 0 {
		t.hostCache = share
	}
}

// copiedFrom is the fewest tokens of a pass for which llama.cpp copies weights
// from the host to the device and multiplies there. For fewer tokens the host
// multiplies.
// Source: ggml-org/llama.cpp ggml/src/ggml-metal/ggml-metal-device.m
// (GGML_OP_OFFLOAD_MIN_BATCH, 32 where it is not set), as shipped in npm
// llama.rn 0.12.9; CUDA's, which it does not ship, is assumed to be the same.
const copiedFrom = 32

// hostTime is the time that weights in host memory add to a pass of tokens:
//
//	bytes that the tokens touch / bandwidth
//
// with the bandwidth of host memory if the host multiplies, or of the link to
// the device if the weights are copied there first; the product on the device
// is counted separately. Copying does not overlap with it: a layer's weights
// arrive before the layer starts. Only experts with tokens are copied
// (ggml-org/llama.cpp pull request 15346).
func (t *servingTimer) hostTime(w *passWork, tokens float64) float64 {
	if w.hostBytes == 0 {
		return 0
	}
	return w.hostBytes / t.hostRateOf(tokens)
}

// hostRateOf is the bandwidth at which a pass uses weights on the host.
func (t *servingTimer) hostRateOf(tokens float64) float64 {
	if t.copyRate > 0 && tokens >= copiedFrom {
		return t.copyRate
	}
	return t.hostRate
}
