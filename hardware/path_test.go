package hardware

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/quantity"
)

// clusterOf is so many devices of the catalogue.
func clusterOf(t *testing.T, device string, count int) Cluster {
	t.Helper()
	d, err := Default().Find(device)
	require.NoError(t, err)
	c, err := NewCluster(d, count)
	require.NoError(t, err)
	return c
}

// Figures in GB/s are bus bandwidths as the sources of links.csv print them.
func TestAmong(t *testing.T) {
	for _, c := range []struct {
		device   string
		count, n int
		kind     LinkKind
		reached  float64
	}{
		{"h100", 8, 8, NVLink, 367.61},
		{"gb200", 72, 72, NVLink, 682},
		{"mi300x", 8, 8, XGMI, 312.9},
		{"tpu-v5e", 16, 16, ICI, 0.8 * 200},
		{"gaudi2", 8, 8, Fabric, 0.8 * 262.5},
		// Through host memory all cards of the machine count, not those of a group.
		{"rtx-4090", 8, 8, PCIeHost, 14.45},
		{"rtx-4090", 8, 2, PCIeHost, 14.45},
		{"rtx-4090", 2, 2, PCIeHost, 14.45},
		{"rtx-5090", 8, 2, PCIeHost, 28},
		{"rtx-5090", 4, 4, PCIeHost, 28},
		{"rtx-4060", 8, 8, PCIeHost, 14.45 / 2}, // 8 lanes of 16
		// Cards that reach each other count by group.
		{"l40s", 8, 8, TwoSockets, 20.64},
		{"l40s", 8, 4, PCIePeer, 24.69},
		{"l4", 2, 2, PCIePeer, 24.69},
		{"rtx-pro-6000-blackwell-96gb", 4, 4, PCIePeer, 43.86},
		{"v100-pcie", 4, 4, PCIePeer, 24.69 / 2}, // of half the rate
		// A bridge joins two cards, or four.
		{"a100-pcie", 8, 2, Bridge, 208},
		{"a100-pcie", 8, 4, PCIePeer, 24.69},
		{"a100-pcie", 8, 8, TwoSockets, 20.64},
		{"rtx-a6000", 4, 2, Bridge, 208. / 300 * 56.25},
		{"rtx-3090", 4, 4, PCIeHost, 14.45},
		{"h200-nvl", 8, 4, Bridge, 0.8 * 450},
		{"h200-nvl", 8, 8, TwoSockets, 20.64 * 2},
	} {
		p := clusterOf(t, c.device, c.count).Among(c.n)
		assert.Equal(t, c.kind, p.Kind, "%s: %d of %d", c.device, c.n, c.count)
		assert.InEpsilon(t, c.reached*1e9, float64(p.Achieved()), 2e-3, "%s: %d of %d", c.device, c.n, c.count)
		assert.NotEmpty(t, p.Origin)
	}
}

// More devices of a machine share what they reach: none of it grows.
func TestRingsDoNotGrowFaster(t *testing.T) {
	for _, d := range Default().devices {
		c, err := NewCluster(d, 8)
		if err != nil || d.Torus != nil || d.HostLink.Bandwidth == 0 {
			continue
		}
		before := c.Among(2)
		for n := 3; n <= 8; n++ {
			p := c.Among(n)
			assert.LessOrEqual(t, float64(p.Achieved()), float64(before.Achieved())*(1+1e-12), "%s: %d", d.ID, n)
			before = p
		}
	}
}

// The start of a small all-reduce over PCIe is that of one over NVLink: the
// rest is in proportion to its size. Source of 93 us on 8 A100: VIA-Research/vTrain
// trace/, 1 MiB, of which 8 us are bandwidth.
func TestSmallRingsOverPCIeStartAsOverNVLink(t *testing.T) {
	start := func(link string, devices int) float64 {
		var small, large BusPoint
		for _, p := range AllReduce(link) {
			if p.Devices == devices && p.Message == 1<<20 {
				small = p
			} else if p.Devices == devices && p.Bandwidth > large.Bandwidth {
				large = p
			}
		}
		require.NotZero(t, small.Bandwidth, link)
		moved := quantity.Bandwidth(2 * float64(devices-1) / float64(devices) * float64(1<<20))
		return float64(moved/small.Bandwidth - moved/large.Bandwidth)
	}
	nvlink := 85e-6
	for link, devices := range map[string]int{"PCIe 4.0 x16 host": 8, "PCIe 4.0 x16 sockets": 8, "PCIe 5.0 x16 peer": 8, "PCIe 5.0 x16 host": 4} {
		got := start(link, devices)
		assert.True(t, nvlink/3 < got && got < 1.6*nvlink, "%s: %.3g s", link, got)
	}
}

func TestLinkKindsAreRead(t *testing.T) {
	for _, k := range LinkKinds() {
		assert.Equal(t, k == PCIePeer || k == PCIeHost || k == TwoSockets, k.PCIe(), k)
	}
	assert.NotEmpty(t, loadLinkKinds())
	for _, bad := range []string{
		"device,link,kind,source\n,NVLink,rope,somewhere\n",
		"device,link,kind,source\n,NVLink,nvlink,\n",
		"device,link,kind,source\n,NVLink\n",
	} {
		_, err := readTable(strings.NewReader(bad), linkKindsFile, kindCells)
		var file *FileError
		require.ErrorAs(t, err, &file, bad)
		assert.Equal(t, "link_kinds.csv", file.File)
		assert.Equal(t, 2, file.Line)
	}
}
