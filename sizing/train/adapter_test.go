package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/model/modeltest"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// DoRA on the queries and values of a model of hidden size 1024 and four layers:
// 1024 magnitudes for each of eight matrices more than LoRA, and for every token
// the outputs of the matrix and of its adapter.
// Source: arXiv:2402.09353 section 4; huggingface/peft src/peft/tuners/lora/dora.py.
func TestMagnitudes(t *testing.T) {
	memory := func(magnitudes bool) (Memory, quantity.Params) {
		a := DefaultAdapter
		a.Magnitudes = magnitudes
		p := mustPrepare(modeltest.GPT(4, 1024, 8, 32000, 2048), Workload{Seq: 2048, Method: LoRA, Adapter: a}, "transformers-peft", 1)
		e, err := p.Evaluate(&Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 1})
		require.NoError(t, err)
		assert.InDelta(t, a.Count(p.Model()), float64(p.TrainedParams()), 0.5)
		return e.Memory, p.TrainedParams()
	}
	lora, n := memory(false)
	dora, with := memory(true)
	assert.Equal(t, quantity.Params(8*1024), with-n)
	assert.Equal(t, quantity.Bytes(8*1024*2), dora.Weights-lora.Weights)
	assert.Equal(t, quantity.Bytes(8*1024*2*2), dora.Optimizer-lora.Optimizer)
	assert.Equal(t, quantity.Bytes(8*2048*2*1024*2), dora.Activations-lora.Activations)
}

// Adapters on experts: 4 layers of 8 experts with r(512 + 1024) for each of
// three matrices. The input of a frozen expert is not saved, so that adapters
// on attention alone need less memory than adapters on all, and these less than
// full fine-tuning.
func TestAdaptersOnExperts(t *testing.T) {
	m := drawExperts()
	hold := func(method Method, targets ...string) Memory {
		p, err := Prepare(m, Workload{Seq: 2048, Method: method, Adapter: Adapter{Rank: 8, Targets: targets}}, mustStack("transformers-peft"), testCluster(1))
		require.NoError(t, err)
		e, err := p.Evaluate(&Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 4, GlobalBatch: 4})
		require.NoError(t, err)
		return e.Memory
	}
	experts := Adapter{Rank: 8, Targets: []string{"experts.gate_proj", "experts.up_proj", "experts.down_proj"}}
	assert.Equal(t, float64(4*8*3*8*(512+1024)), experts.Count(m))
	attention, all := hold(LoRA, "q_proj", "v_proj"), hold(LoRA, "all-linear")
	full := hold(FullTune)
	// The inputs of the products of 4 x 2048 tokens to 2 experts each: 512 wide
	// and 1024 wide, in bf16 and 4 layers; all-linear keeps those of attention too.
	inputs := float64(4 * 4 * 2048 * 2 * (512 + 1024) * 2)
	assert.GreaterOrEqual(t, float64(all.Activations-attention.Activations), inputs)
	assert.Less(t, attention.Total, all.Total)
	assert.Less(t, all.Total, full.Total)
}

// Weights in 4 bits are unpacked for each pass: of a micro-batch forward and
// backward 2 x layers x (4 x 1024^2 + 2 x 1024 x 4096) x (4.5 / 8 + 2) bytes at the
// bandwidth reached, whatever the micro-batch holds, and nothing else differs.
func TestUnpackedWeightsTakeTime(t *testing.T) {
	lora := Workload{Seq: 2048, PUE: 1, Method: LoRA, Adapter: DefaultAdapter}
	qlora := lora
	qlora.Method, qlora.Adapter.BaseBits = QLoRA, NF4Bits
	m := modeltest.GPT(4, 1024, 8, 32000, 2048)
	for _, micro := range []int{1, 4} {
		plan := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: micro, GlobalBatch: 8}
		p := mustPrepare(m, qlora, "torchtune", 1)
		plain, err := mustPrepare(m, lora, "torchtune", 1).StepTime(&plan)
		require.NoError(t, err)
		packed, err := p.StepTime(&plan)
		require.NoError(t, err)
		want := float64(8/micro) * 2 * 4 * (4*1024*1024 + 2*1024*4096) * (4.5/8 + 2) / p.timing.memory
		assert.InEpsilon(t, want, float64(packed.MemoryOps-plain.MemoryOps), 1e-9)
		assert.Equal(t, plain.Products, packed.Products)
	}
}

// What --explain puts into the weights' formula comes to the weights, though
// those of QLoRA take 4 bits and others 16.
func TestStoredWeightsAreDerived(t *testing.T) {
	packed := DefaultAdapter
	packed.BaseBits = NF4Bits
	for _, w := range []Workload{{Seq: 256}, {Seq: 256, Method: LoRA, Adapter: DefaultAdapter}, {Seq: 256, Method: QLoRA, Adapter: packed}} {
		p := mustPrepare(modeltest.GPT(4, 512, 8, 1000, 256), w, "torchtune", 1)
		e, err := p.Evaluate(&Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 1})
		require.NoError(t, err)
		for _, d := range p.Explain(&e) {
			if d.Name != "weights" || d.Group != "memory" {
				continue
			}
			params, bytes := d.Inputs[0].Value.(note.Count), d.Inputs[1].Value.(float64)
			require.InEpsilon(t, float64(e.Memory.Weights), float64(params)*bytes, 1e-3, "%s: %v", w.Method, d.Inputs)
		}
	}
}
