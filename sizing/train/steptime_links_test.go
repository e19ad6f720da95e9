package train

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/note"
)

// onMachine prepares Llama 3.1 8B, 8192 tokens long, on so many devices.
func onMachine(t *testing.T, stack *Stack, device string, count int) *Prepared {
	t.Helper()
	d, err := hardware.Default().Find(device)
	require.NoError(t, err)
	c, err := hardware.NewCluster(d, count)
	require.NoError(t, err)
	p, err := Prepare(stepModels()[0], Workload{Precision: BF16, Seq: 8192, Batch: 512, PUE: 1}, stack, c)
	require.NoError(t, err)
	return p
}

// tensorPlan divides every layer by tp and the layers by pp, with a sequence per
// micro-batch and everything recomputed.
func tensorPlan(tp, pp, dp int) *Plan {
	return &Plan{TP: tp, PP: pp, VP: 1, CP: 1, EP: 1, DP: dp, MicroBatch: 1, GlobalBatch: 512, Recompute: FullRecompute, SequenceParallel: true}
}

// No card without links of its own reduces faster in a step than in an
// all-reduce test. By hand: of 8192 x 4096 activations in 16 bits each device
// sends 2(n-1)/n, after attention and after the feed-forward network of each of
// 32 layers, forward and backward; recomputation and the embedding add at most
// as much as one more pass, and the start of a collective little.
//
// Bus bandwidths: 8 RTX 4090 and 8 RTX 4090 with peer access
// https://blog.chlc.cc/p/rtx4090-gpudirect-p2p-unlocked; 8 RTX 5090
// https://github.com/NVIDIA/nccl/issues/1639; 5 RTX 4090 with peer access
// https://github.com/tinygrad/open-gpu-kernel-modules/issues/17.
func TestTensorTrafficOverPCIeIsWhatRingsReach(t *testing.T) {
	const message = 8192 * 4096 * 2
	for _, c := range []struct {
		device            string
		count, tp, pp, dp int
		bus               float64 // B/s
	}{
		{"rtx-4090", 8, 4, 2, 1, 14.45e9},
		{"rtx-4090", 8, 8, 1, 1, 14.45e9},
		{"rtx-4090", 8, 2, 4, 1, 14.45e9},
		{"rtx-4090", 2, 2, 1, 1, 14.45e9},
		{"rtx-3090", 8, 4, 2, 1, 14.45e9},
		{"rtx-5090", 8, 4, 2, 1, 28e9},
		{"l40s", 8, 4, 2, 1, 24.69e9},
		{"l40s", 8, 8, 1, 1, 20.64e9},
		{"l4", 8, 4, 2, 1, 24.69e9},
		{"rtx-a6000", 4, 4, 1, 1, 24.69e9},
		{"a100-pcie", 8, 8, 1, 1, 20.64e9},
		{"a100-pcie", 8, 4, 1, 2, 24.69e9},
	} {
		p := onMachine(t, mustStack("megatron-core"), c.device, c.count)
		terms, err := p.StepTime(tensorPlan(c.tp, c.pp, c.dp))
		require.NoError(t, err)
		n := float64(c.tp)
		sent := 2 * (n - 1) / n * message * 2 * 32 / float64(c.pp) * 512 / float64(c.dp)
		byHand := 2 * sent / c.bus
		require.GreaterOrEqual(t, float64(terms.TensorComm), byHand, "%+v", c)
		require.LessOrEqual(t, float64(terms.TensorComm), 1.6*byHand, "%+v", c)
	}
}

// What hides tensor-parallel traffic was measured over NVLink, and on the torus
// of TPUs; nothing of it hides beyond a bridge, over PCIe and over other links.
func TestTensorTrafficHidesOverNVLinkAlone(t *testing.T) {
	split := *mustStack("torchtitan")
	split.Variant.AsyncTP = true
	async := &split
	for _, c := range []struct {
		stack  *Stack
		device string
		count  int
		tp     float64
		shown  float64
	}{
		{mustStack("megatron-core"), "h100", 8, 8, 1 - 0.9031},
		{mustStack("megatron-core"), "a100-pcie", 8, 2, 1 - 0.9031},
		{mustStack("megatron-core"), "a100-pcie", 8, 4, 1},
		{mustStack("megatron-core"), "h200-nvl", 8, 4, 1 - 0.9031},
		{mustStack("megatron-core"), "rtx-4090", 8, 2, 1},
		{mustStack("megatron-core"), "l40s", 2, 2, 1},
		{mustStack("megatron-core"), "mi300x", 8, 8, 1},
		{async, "h100", 8, 8, 1 - 0.529},
		{async, "rtx-5090", 8, 8, 1},
		{mustStack("maxtext"), "tpu-v5p", 64, 4, 0.5},
		{mustStack("maxtext"), "rtx-4090", 8, 4, 1},
	} {
		p := onMachine(t, c.stack, c.device, c.count)
		require.InDelta(t, c.shown, p.timing.tensorShown(c.tp), 1e-9, "%s: %s, tp %g", c.stack.Name, c.device, c.tp)
	}
}

// Every estimate says by which links its devices are connected.
func TestLinksAreNoted(t *testing.T) {
	for _, c := range []struct {
		device    string
		count, tp int
		said      []string
		kind      note.Word
	}{
		{"h100", 8, 8, []string{"link"}, "link.nvlink"},
		{"rtx-4090", 8, 4, []string{"link", "link.shown"}, "link.pcie-host"},
		{"rtx-4090", 8, 1, []string{"link"}, "link.pcie-host"},
		{"l40s", 8, 1, []string{"link"}, "link.two-sockets"},
		{"l40s", 4, 1, []string{"link"}, "link.pcie-peer"},
		{"rtx-a6000", 2, 2, []string{"link"}, "link.bridge"},
		{"rtx-a6000", 4, 2, []string{"link.joined", "link.beyond"}, "link.pcie-peer"},
		{"rtx-a6000", 4, 4, []string{"link.joined", "link.beyond", "link.shown"}, "link.pcie-peer"},
		{"tpu-v5p", 64, 4, []string{"link.torus"}, ""},
		{"rtx-4090", 1, 1, nil, ""},
	} {
		p := onMachine(t, mustStack("megatron-core"), c.device, c.count)
		var notes note.List
		p.noteLinks(&notes, tensorPlan(c.tp, 1, c.count/c.tp))
		var said []string
		words := map[any]bool{"": true, note.Word(""): true}
		for _, n := range notes {
			said = append(said, n.Key)
			for _, a := range n.Values {
				words[a] = true
			}
		}
		require.Equal(t, c.said, said, "%s x %d", c.device, c.count)
		require.True(t, words[c.kind], "%s x %d: %v", c.device, c.count, notes)
	}
}
