package serve

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
)

// A group talks over the link of its scale-up domain, else over the bus of its
// node, else over the network; stages over what lies between them.
// Source: the catalogue: H100 SXM NVLink 450 GB/s among 8, PCIe 5.0 x16, network
// 400 Gb/s; H100 PCIe bridges of 2; RTX 4090 PCIe 4.0 x16 alone; GB200 NVLink
// among 72 in nodes of 4; TPU v5e 200 GB/s in a slice.
func TestServingLinks(t *testing.T) {
	const nvlink, bridge, pcie5, pcie4, network = 450e9, 300e9, 63e9, 31.5e9, 50e9
	for _, c := range []struct {
		device string
		count  int
		layout Layout
		want   servingLinks
	}{
		{"h100", 1, Layout{TP: 1, PP: 1, EP: 1}, servingLinks{group: 1, members: 1}},
		{"h100", 16, Layout{TP: 1, PP: 1, EP: 1}, servingLinks{group: 1, members: 1}}, // 16 replicas
		{"h100", 8, Layout{TP: 8, PP: 1, EP: 1}, servingLinks{group: 8, members: 8, name: "scale-up", inside: nvlink, stage: nvlink}},
		{"h100", 16, Layout{TP: 8, PP: 1, EP: 1}, servingLinks{group: 8, members: 8, name: "scale-up", inside: nvlink, stage: nvlink}},
		{"h100", 16, Layout{TP: 16, PP: 1, EP: 1}, servingLinks{group: 16, members: 8, name: "scale-up", inside: nvlink, stage: nvlink, network: network}},
		{"h100", 16, Layout{TP: 2, PP: 1, EP: 8}, servingLinks{group: 16, members: 8, name: "scale-up", inside: nvlink, stage: nvlink, network: network}},
		{"h100", 16, Layout{TP: 8, PP: 2, EP: 1}, servingLinks{group: 8, members: 8, name: "scale-up", inside: nvlink, stage: nvlink, network: network, across: 1}},
		{"h100", 16, Layout{TP: 4, PP: 4, EP: 1}, servingLinks{group: 4, members: 4, name: "scale-up", inside: nvlink, stage: nvlink, network: network, within: 2, across: 1}},
		{"h100", 32, Layout{TP: 16, PP: 2, EP: 1}, servingLinks{group: 16, members: 8, name: "scale-up", inside: nvlink, stage: nvlink, network: network, across: 1}},
		{"h100-pcie-80gb", 8, Layout{TP: 2, PP: 4, EP: 1}, servingLinks{group: 2, members: 2, name: "scale-up", inside: bridge, stage: pcie5, within: 3}},
		{"h100-pcie-80gb", 4, Layout{TP: 4, PP: 1, EP: 1}, servingLinks{group: 4, members: 4, name: "bus", inside: pcie5, stage: pcie5}},
		{"rtx-4090", 4, Layout{TP: 1, PP: 4, EP: 1}, servingLinks{group: 1, members: 1, name: "bus", stage: pcie4, within: 3}},
		{"gb200", 72, Layout{TP: 8, PP: 1, EP: 9}, servingLinks{group: 72, members: 72, name: "scale-up", inside: 900e9, stage: 900e9}},
		{"tpu-v5e", 16, Layout{TP: 16, PP: 1, EP: 1}, servingLinks{group: 16, members: 16, name: "scale-up", inside: 200e9, stage: 200e9}},
	} {
		d, err := hardware.Default().Find(c.device)
		require.NoError(t, err)
		cluster, err := hardware.NewCluster(d, c.count)
		require.NoError(t, err)
		got, err := newServingLinks(&cluster, &c.layout)
		require.NoError(t, err)
		assert.Equal(t, c.want, got, "%s x %d, %s", c.device, c.count, c.layout.String())
	}
}

// Whether a link is known that nobody uses does not matter; one that is used and
// not known is an error.
func TestUnknownServingLinks(t *testing.T) {
	alone := &hardware.Device{ID: "mine", Name: "mine", DevicesPerNode: 8}
	for _, c := range []struct {
		layout Layout
		option hardware.Option
		known  bool
	}{
		{Layout{TP: 1, PP: 1, EP: 1}, nil, true}, {Layout{TP: 1, PP: 1, EP: 1, Replicas: 16}, nil, true},
		{Layout{TP: 2, PP: 1, EP: 1}, nil, false}, {Layout{TP: 1, PP: 2, EP: 1}, nil, false}, {Layout{TP: 1, PP: 1, EP: 2}, nil, false},
		{Layout{TP: 2, PP: 2, EP: 1}, hardware.Network{ScaleOut: 1e9}.Set, true},
	} {
		var options []hardware.Option
		if c.option != nil {
			options = append(options, c.option)
		}
		cluster, err := hardware.NewCluster(alone, 16, options...)
		require.NoError(t, err)
		k, err := newServingLinks(&cluster, &c.layout)
		assert.Equal(t, c.known, err == nil, c.layout.String())
		if c.option != nil {
			assert.Equal(t, 1e9, k.network)
			assert.Equal(t, 1.0, k.members)
			assert.Equal(t, 1.0, k.across)
		}
	}
}

// Numbers by hand: two nodes of eight cards, 1 GB, hops of 10 us, half of the
// links: 20 us + 2 GB x 15/16 / (8 x 50 GB/s x 0.5) = 9.395 ms; in one node 10 us +
// 2 GB x 7/8 / (450 GB/s x 0.5) = 7.788 ms.
func TestCollectiveTimes(t *testing.T) {
	across := servingLinks{group: 16, members: 8, inside: 450e9, network: 50e9}
	assert.InEpsilon(t, 9.395e-3, across.allReduce(1e9, 1e-5, 0.5), 1e-12)
	inside := servingLinks{group: 8, members: 8, inside: 450e9}
	assert.InEpsilon(t, 1e-5+2e9*7/8/225e9, inside.allReduce(1e9, 1e-5, 0.5), 1e-12)
	slow := servingLinks{group: 16, members: 8, inside: 450e9, network: 1e9}
	assert.InEpsilon(t, 2e-5+2e9*15/16/4e9, slow.allReduce(1e9, 1e-5, 0.5), 1e-12)
	bare := servingLinks{group: 4, members: 1, network: 1e9} // a tree of two levels
	assert.InEpsilon(t, 2e-5+2e9*3/4/0.5e9, bare.allReduce(1e9, 1e-5, 0.5), 1e-12)
	stages := servingLinks{group: 1, members: 1, stage: 100e9, within: 2, network: 10e9, across: 1}
	assert.InEpsilon(t, 3e-5+2*1e9/50e9+1e9/5e9, stages.send(1e9, 1e-5, 0.5), 1e-12)
	var none servingLinks
	assert.Zero(t, none.allReduce(1e9, 1e-5, 0.5)+none.send(1e9, 1e-5, 0.5))
	assert.False(t, math.IsNaN(slow.nodes()))
}
