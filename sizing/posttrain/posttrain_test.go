package posttrain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/posttrain"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

func find(t require.TestingT, name string) *model.Model {
	e, err := catalog.Default().Find(name)
	require.NoError(t, err)
	m, err := e.Build()
	require.NoError(t, err)
	return m
}

// policy prepares a model that is tuned, on so many devices.
func policy(t require.TestingT, name, device string, count int, w train.Workload) *train.Prepared {
	d, err := hardware.Default().Find(device)
	require.NoError(t, err)
	c, err := hardware.NewCluster(d, count)
	require.NoError(t, err)
	if w.Method == train.LoRA {
		w.Adapter = train.DefaultAdapter
	}
	w.Seq, w.PUE = 1024, 1.1
	s, err := train.FindStack("deepspeed")
	require.NoError(t, err)
	p, err := train.Prepare(find(t, name), w, s, c)
	require.NoError(t, err)
	return p
}

// sharded is a plan of data parallelism with ZeRO-3 for a batch of sequences.
func sharded(devices, micro int, batch int64) train.Plan {
	return train.Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: devices, MicroBatch: micro, GlobalBatch: batch, Sharding: train.Zero3, Recompute: train.FullRecompute}
}

// step is the estimate of a plan with a setup, and the step taken apart.
func step(t require.TestingT, p *train.Prepared, s posttrain.Setup, plan train.Plan) (train.Estimate, *posttrain.Answer) {
	s = s.Filled(p.Workload.Method.Adapts())
	q := *p
	require.NoError(t, q.WithOthers(s.Others))
	e, err := q.Evaluate(&plan)
	require.NoError(t, err)
	a, err := s.Apart(&q, &e)
	require.NoError(t, err)
	return e, a
}

// The parts of a step add up, whatever the method: its phases to the time, its terms
// to the byte. No role is below its weights.
func TestPartsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		method := posttrain.Method(rapid.IntRange(int(posttrain.DPO), int(posttrain.PPO)).Draw(t, "method"))
		weights := rapid.SampledFrom([]train.Method{train.FullTune, train.LoRA}).Draw(t, "weights")
		devices := rapid.SampledFrom([]int{4, 8, 16}).Draw(t, "devices")
		s := posttrain.Setup{Method: method}
		if method.Online() {
			s.Prompts, s.Group = int64(devices), rapid.Int64Range(2, 8).Draw(t, "group")
			if rapid.Bool().Draw(t, "split") {
				s.Devices = rapid.IntRange(1, 8).Draw(t, "rollout devices")
			}
			if rapid.Bool().Draw(t, "reward") {
				s.Reward = find(t, "qwen2.5-0.5b")
			}
		}
		p := policy(t, "qwen2.5-1.5b", "a100-80g", devices, train.Workload{Method: weights})
		batch := int64(devices) * 2
		if method.Online() {
			batch = s.Prompts * s.Group
		}
		e, a := step(t, p, s, sharded(devices, int(method.Sequences()), batch))

		m := &e.Memory
		require.Equal(t, m.Total, m.Weights+m.Gradients+m.Optimizer+m.Activations+m.Logits+m.Communication+m.Others+m.Overhead)
		var sum quantity.Seconds
		for _, f := range a.Phases {
			require.Positive(t, float64(f.Seconds), f.Phase)
			require.Positive(t, float64(f.Memory), f.Phase)
			sum += f.Seconds
		}
		require.InEpsilon(t, float64(e.Time.Step), float64(sum), 1e-9)
		require.LessOrEqual(t, a.Low, a.Step)
		require.LessOrEqual(t, a.Step, a.High)
		for _, r := range a.Roles {
			if !r.Shared {
				require.GreaterOrEqual(t, float64(r.Memory)*float64(r.Devices), 2*float64(r.Params), r.Role)
			}
		}
	})
}

// A pair is never cheaper than one of its answers: DPO takes at least the memory and
// the time of fine-tuning on as many examples, with a whole pair where that has one
// sequence.
func TestPairsAreNoLessThanExamples(t *testing.T) {
	for _, weights := range []train.Method{train.FullTune, train.LoRA} {
		for _, method := range []posttrain.Method{posttrain.DPO, posttrain.ORPO, posttrain.RM} {
			p := policy(t, "llama-3.1-8b", "h100", 8, train.Workload{Method: weights})
			plan := sharded(8, 1, 64)
			sft, err := p.Evaluate(&plan)
			require.NoError(t, err)
			e, _ := step(t, p, posttrain.Setup{Method: method}, sharded(8, 2, 128))
			assert.Greater(t, e.Memory.Total, sft.Memory.Total, "%v of %v", method, weights)
			assert.Greater(t, e.Time.Step, sft.Time.Step, "%v of %v", method, weights)
		}
	}
}

// A reference that is the policy without its adapters is never above one of its own.
func TestAdapterOffIsNoMoreThanSeparate(t *testing.T) {
	p := policy(t, "llama-3.1-8b", "h100", 8, train.Workload{Method: train.LoRA})
	for _, method := range []posttrain.Method{posttrain.DPO, posttrain.KTO, posttrain.GRPO, posttrain.PPO} {
		s := posttrain.Setup{Method: method, Prompts: 32, Group: 2}
		if !method.Online() {
			s.Prompts, s.Group = 0, 0
		}
		off, _ := step(t, p, s, sharded(8, 2, 64))
		s.Reference = posttrain.Separate
		own, _ := step(t, p, s, sharded(8, 2, 64))
		assert.Less(t, off.Memory.Total, own.Memory.Total, method)
		assert.LessOrEqual(t, off.Time.Step, own.Time.Step*(1+1e-9), method)
		s.Reference = posttrain.NoReference
		none, _ := step(t, p, s, sharded(8, 2, 64))
		assert.LessOrEqual(t, none.Memory.Total, off.Memory.Total, method)
		assert.Less(t, none.Time.Step, off.Time.Step, method)
	}
}

// More devices that generate never make a rollout longer.
func TestMoreDevicesGenerateNoSlower(t *testing.T) {
	p := policy(t, "qwen2.5-7b", "h100", 8, train.Workload{Method: train.FullTune})
	before := quantity.Seconds(1e9)
	for devices := 1; devices <= 32; devices++ {
		_, a := step(t, p, posttrain.Setup{Method: posttrain.GRPO, Prompts: 128, Group: 8, Answer: 1024, Devices: devices, TP: 1}, sharded(8, 1, 1024))
		rollout := a.Phases[0]
		require.Equal(t, posttrain.PhaseRollout, rollout.Phase)
		assert.LessOrEqual(t, rollout.Seconds, before, devices)
		before = rollout.Seconds
	}
}

// The state of a critic under Adam with fp32 copies is 18 bytes per parameter less the
// gradients: 2 for weights, 4 for the copy, 8 for the moments (arXiv:1910.02054
// section 3.1), over all devices.
func TestCriticsState(t *testing.T) {
	p := policy(t, "qwen2.5-7b", "h100", 8, train.Workload{Method: train.FullTune})
	_, a := step(t, p, posttrain.Setup{Method: posttrain.PPO, Prompts: 64}, sharded(8, 1, 64))
	for _, r := range a.Roles {
		if r.Role == posttrain.RoleCritic {
			const params = 7615616512 // huggingface.co/Qwen/Qwen2.5-7B: model.safetensors.index.json, total_size 15231233024 / 2
			assert.InEpsilon(t, params*14.0/8, float64(r.Memory), 1e-6)
			return
		}
	}
	t.Fatal("no critic")
}

// What generation moves and reads is bounded below by arithmetic: a decode step reads
// the weights once.
func TestRolloutReadsItsWeights(t *testing.T) {
	p := policy(t, "qwen2.5-7b", "h100", 8, train.Workload{Method: train.FullTune})
	_, a := step(t, p, posttrain.Setup{Method: posttrain.GRPO, Prompts: 8, Group: 8, Answer: 512, Devices: 8, TP: 1}, sharded(8, 1, 64))
	const params, bandwidth, longest = 7615616512, 3.35e12, 1024 // twice the mean
	least := longest * 2.0 * (params - 152064*3584) / bandwidth
	assert.Greater(t, float64(a.Phases[0].Seconds), least)
	assert.Less(t, float64(a.Phases[0].Seconds), 4*least)
}

func TestSetupsThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		setup  posttrain.Setup
		w      train.Workload
		field  string
		amount int
	}{
		{posttrain.Setup{Method: posttrain.DPO, Group: 8}, train.Workload{}, "group", 8},
		{posttrain.Setup{Method: posttrain.DPO, Devices: 2}, train.Workload{}, "rollout-devices", 8},
		{posttrain.Setup{Method: posttrain.ORPO, Reference: posttrain.Separate}, train.Workload{}, "reference", 8},
		{posttrain.Setup{Method: posttrain.DPO, Reference: posttrain.Adapter}, train.Workload{Method: train.FullTune}, "reference", 8},
		{posttrain.Setup{Method: posttrain.GRPO, Group: 1}, train.Workload{}, "group", 8},
		{posttrain.Setup{Method: posttrain.GRPO, Group: 2, Critic: &model.Model{}}, train.Workload{}, "critic", 8},
		{posttrain.Setup{Method: posttrain.PPO, Devices: 8}, train.Workload{}, "rollout-devices", 8},
		{posttrain.Setup{Method: posttrain.PPO, Devices: 2, TP: 4}, train.Workload{}, "rollout-tp", 8},
		{posttrain.Setup{Method: posttrain.PPO, Devices: 2, Offload: true}, train.Workload{}, "rollout-offload", 8},
		{posttrain.Setup{Method: posttrain.PPO}, train.Workload{MFU: 0.4}, "mfu", 8},
	} {
		var wrong *note.Error
		err := c.setup.Check(&c.w, c.amount)
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, c.field, wrong.Field, "%+v", c.setup)
	}
}
