package train

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/internal/golden"
	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// roundDevice computes 1 PFLOP/s and moves 1 TB/s; eight of them share a node,
// with 100 GB/s each there and 10 GB/s between nodes.
func roundDevice() *hardware.Device {
	d := &hardware.Device{
		ID: "round", Name: "Round", Arch: "Round", Memory: 1 << 40, MemBandwidth: 1e12, DevicesPerNode: 8, ScaleOut: 10e9,
		ScaleUp: hardware.Link{Name: "round link", Bandwidth: 100e9, Domain: 8},
	}
	d.Rates[hardware.BF16] = hardware.Rate{Peak: 1e15, Achievable: 1e15}
	return d
}

// roundConstants reach every rate, hide nothing and add nothing, but for a loss
// that moves 10 B per logit and stragglers that add 0.01 per doubling.
func roundConstants() *Constants {
	share, _ := hardware.AchievedBus("round link") // of a link that nobody measured
	values := map[string]float64{
		"scale_up": 1 / share, "loss_traffic": 10, "gradient_wire": 4, "jitter": 0.01,
		"full_power": 0, "power_law": 0, "cast": 0, "wave": 0, "tail": 0, "spill": 0, "tile": 0, "flash_head": 0,
		"traffic": 0, "score_traffic": 0, "bias_traffic": 0, "launch_seconds": 0, "launch_share": 0, "routing_seconds": 0,
		"step_seconds": 0, "micro_seconds": 0, "latency_seconds": 0, "hop_seconds": 0,
		"tensor_hidden": 0, "expert_hidden": 0, "context_hidden": 0, "overlap": 0, "contention": 0, "selective": 0,
	}
	c := &Constants{Inferred: 1.25, Bands: []BandFor{{Band: Band{Low: 0.8, High: 1.2}, Unmeasured: Band{Low: 0.8, High: 1.2}, Devices: []string{"round"}}}}
	for _, f := range ConstantFields() {
		value, ok := values[f.Name]
		if !ok {
			value = 1
		}
		c.Entries = append(c.Entries, Entry{Name: f.Name, Value: value})
	}
	return c
}

// layersOf is a model of layers alone, without an embedding and a head.
func layersOf(n int, hidden int64, blocks ...model.Block) *model.Model {
	return &model.Model{Name: "layers", Hidden: hidden, Groups: []model.Group{{Name: "layer", Repeat: n, Blocks: blocks}}}
}

// wide is a layer of 1e9 parameters.
var wide = model.FFN{Hidden: 10000, Width: 50000}

// onRound prepares work on so many round devices.
func onRound(t *testing.T, m *model.Model, w Workload, stack string, count int) *Prepared {
	t.Helper()
	cluster, err := hardware.NewCluster(roundDevice(), count)
	require.NoError(t, err)
	p, err := Prepare(m, w, mustStack(stack), cluster)
	require.NoError(t, err)
	p.SetConstants(roundConstants())
	return p
}

// roundStep is the step of a plan with micro-batches of one sequence on round
// devices.
func roundStep(t *testing.T, m *model.Model, stack string, seq, micro int64, plan Plan) StepTerms {
	t.Helper()
	for _, n := range []*int{&plan.TP, &plan.PP, &plan.VP, &plan.CP, &plan.EP, &plan.DP, &plan.MicroBatch} {
		*n = max(*n, 1)
	}
	plan.GlobalBatch = micro * int64(plan.DP)
	p := onRound(t, m, Workload{Seq: seq, PUE: 1}, stack, plan.Devices())
	s, err := p.StepTime(&plan)
	require.NoError(t, err)
	return s
}

// The terms of a step, each where it stands alone, are those worked out by hand
// from the papers that they are of.
func TestGoldenStep(t *testing.T) {
	core := func(m *model.Model, seq, micro int64, plan Plan) StepTerms {
		return roundStep(t, m, "megatron-core", seq, micro, plan)
	}
	ffn := func(n int) *model.Model { return layersOf(n, 10000, wide) }
	attention := layersOf(1, 8192, model.Attention{Hidden: 8192, Heads: 64})
	experts := func(m model.MoE) *model.Model {
		m.Hidden, m.Width = 10000, 1000
		return layersOf(1, 10000, m)
	}
	head := layersOf(1, 8192, model.Attention{Hidden: 8192, Heads: 64})
	head.Vocab = 100000
	head.Groups = append(head.Groups, model.Group{Name: "head", Place: model.Output, Repeat: 1, Blocks: []model.Block{model.Linear{Name: "head", In: 8192, Out: 100000, Head: true}}})

	one := core(ffn(1), 1000, 8, Plan{})
	nodes := core(ffn(1), 1000, 1, Plan{DP: 512})
	stages := core(ffn(4), 1000, 8, Plan{PP: 4})
	seconds := func(s quantity.Seconds) float64 { return float64(s) }
	golden.Compare(t, "train_step.csv", map[string]float64{
		"products, 8 micro-batches":            seconds(one.Products),
		"optimizer":                            seconds(one.Optimizer),
		"all-reduce, one node of 8":            seconds(core(ffn(1), 1000, 1, Plan{DP: 8}).DataComm),
		"all-reduce, 8 nodes of 8":             seconds(core(ffn(1), 1000, 1, Plan{DP: 64}).DataComm),
		"ZeRO-3, 4 micro-batches":              seconds(roundStep(t, ffn(1), "torchtitan", 1000, 4, Plan{DP: 8, Sharding: Zero3}).DataComm),
		"stragglers, 64 nodes of 8":            seconds(nodes.Stragglers) / seconds(nodes.Sum()-nodes.Stragglers),
		"bubble, 4 stages, 8 micro-batches":    seconds(stages.Bubble),
		"transfers, 4 stages, 8 micro-batches": seconds(stages.Pipeline),
		"context ring of 4":                    seconds(core(attention, 8192, 1, Plan{CP: 4}).Context),
		"fused attention":                      seconds(core(attention, 8192, 1, Plan{}).Attention),
		"loss":                                 seconds(core(head, 1000, 1, Plan{}).MemoryOps),
		"loss, tensor parallel 8":              seconds(core(head, 1000, 1, Plan{TP: 8}).MemoryOps),
		"all-to-all, 8 ranks":                  seconds(core(experts(model.MoE{Experts: 8, TopK: 2}), 1000, 1, Plan{EP: 8, DP: 8}).ExpertComm),
		"all-to-all, 4 of 8 nodes":             seconds(core(experts(model.MoE{Experts: 64, TopK: 8, RouteGroups: 8, RouteLimit: 4}), 1000, 1, Plan{EP: 64, DP: 64}).ExpertComm),
	})
}
