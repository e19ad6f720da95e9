package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/model"
	"mlsizer/sizing/model/modeltest"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// factMemory is the memory of a small decoder on one device under a stack.
func factMemory(t *testing.T, stack string, w Workload) Memory {
	t.Helper()
	p := mustPrepare(modeltest.GPT(4, 1024, 8, 32000, 2048), w, stack, 1)
	e, err := p.Evaluate(&Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 1})
	require.NoError(t, err)
	return e.Memory
}

// LitGPT stores a tied head a second time: vocabulary x hidden x 2 bytes in
// bf16, beside the weights that torchtune holds.
func TestUntiedHeadIsStoredTwice(t *testing.T) {
	w := Workload{Seq: 2048, Method: LoRA, Adapter: DefaultAdapter}
	assert.Equal(t, quantity.Bytes(32000*1024*2), factMemory(t, "litgpt", w).Weights-factMemory(t, "torchtune", w).Weights)
}

// Megatron-LM adds fp16 gradients up in fp16, and bf16 ones in fp32.
// Source: NVIDIA/Megatron-LM@d98e8a6 megatron/training/arguments.py:1216
// (accumulate_allreduce_grads_in_fp32 is set with bf16 alone).
func TestHalfPrecisionGradients(t *testing.T) {
	bf16, fp16 := factMemory(t, "megatron-core", Workload{Seq: 2048}), factMemory(t, "megatron-core", Workload{Seq: 2048, Precision: FP16})
	assert.Equal(t, bf16.Gradients, 2*fp16.Gradients)
	assert.Equal(t, bf16.Activations, fp16.Activations)
}

// Under fp8 Transformer Engine keeps a product's input in one byte an element:
// those of the queries, keys and values (h), of the two FFN matrices (h, 4h)
// lose a byte an element; the attention output, which attention needs in bf16,
// gains one (h). Source: NVIDIA/TransformerEngine
// transformer_engine/pytorch/module/linear.py (save_for_backward of the
// quantised input).
func TestQuantisedOperands(t *testing.T) {
	layer := func(stack string, p Precision) float64 {
		c := newProfile(modeltest.GPT(4, 1024, 8, 32000, 2048), Workload{Seq: 2048, Precision: p}, mustStack(stack))
		var l layout
		l.init(&Prepared{profile: c}, &Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 1})
		return l.saved(&c.kinds[c.body[0].kind], 0)
	}
	assert.Equal(t, 2048*1024*(1+1+4-1.0), layer("megatron-core", BF16)-layer("megatron-core", FP8))
	// torchao keeps the inputs in bf16. Source: pytorch/ao
	// torchao/float8/float8_linear.py (save_for_backward of input_hp).
	assert.Equal(t, layer("torchtitan", BF16), layer("torchtitan", FP8))
}

// Transformer Engine's workspace is 32 MiB a stream from Hopper on and 4 MiB
// before; grouped products of experts have four streams more.
// Source: NVIDIA/TransformerEngine@d0067d0
// transformer_engine/pytorch/cpp_extensions/gemm.py:40-66.
func TestStreamWorkspace(t *testing.T) {
	s := mustStack("megatron-core")
	const mib = 1 << 20
	assert.Equal(t, quantity.Bytes(28*mib), s.workspace("Hopper GH100", false)-s.workspace("Ampere GA100", false))
	assert.Equal(t, quantity.Bytes(28*5*mib), s.workspace("Blackwell", true)-s.workspace("Ada", true))
	assert.Equal(t, quantity.Bytes(4*32*mib), s.workspace("", true)-s.workspace("", false))
}

// Megatron-LM's own attention keeps a buffer of one layer's scores: batch x
// heads x sequence² in bf16, divided by tensor parallelism.
// Source: NVIDIA/Megatron-LM@d98e8a6 megatron/core/transformer/dot_product_attention.py:189.
func TestScoreBuffer(t *testing.T) {
	s := *mustStack("megatron-core")
	s.FusedAttention = false
	activations := func() quantity.Bytes {
		p, err := Prepare(modeltest.GPT(4, 1024, 8, 32000, 2048), Workload{Seq: 2048}, &s, testCluster(2))
		require.NoError(t, err)
		e, err := p.Evaluate(&Plan{TP: 2, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 1})
		require.NoError(t, err)
		return e.Memory.Activations
	}
	without := activations()
	s.ScoreBuffer = true
	assert.Equal(t, quantity.Bytes(8*2048*2048*2/2), activations()-without)
}

// Experts keep what the router's weights are multiplied with: their output (6 x
// 5120 elements per token of DeepSeek-V2), or what leaves an ungated activation (6
// x 1536), and nothing of a gated one, whose kernel weights it.
func TestWhereExpertsAreWeighted(t *testing.T) {
	for gated, want := range map[bool]float64{true: -6 * 5120, false: 6*1536 - 6*5120} {
		m := model.MoE{Hidden: 5120, Experts: 160, TopK: 6, Width: 1536, Gated: gated}
		sum := func(inside bool) (n float64) {
			for _, s := range m.Saved() {
				if refKeeps(&Stack{WeightsInside: inside}, s) {
					n += s.PerToken
				}
			}
			return n
		}
		assert.Equal(t, want, sum(true)-sum(false))
	}
}

// A loss that a stack does not have is rejected and does not weigh nothing.
func TestUnknownLossIsRefused(t *testing.T) {
	s := *mustStack("maxtext")
	s.Loss = FusedLoss
	_, err := Prepare(modeltest.GPT(4, 1024, 8, 32000, 2048), Workload{Seq: 2048}, &s, testCluster(1))
	assert.Equal(t, note.FieldError("loss", "loss.not-in-stack", "maxtext", FusedLoss, []string{"chunked", "plain"}), err)
}

// Tensor parallelism in torchtitan stores two tensors of the whole sequence in
// the backward pass of a recomputed layer, unless its collectives are split: 2
// x 2048 x 1024 in bf16.
func TestWholeSequenceTensors(t *testing.T) {
	const micro = 16 // so that the peak is in the backward pass
	s := *mustStack("torchtitan")
	activations := func() quantity.Bytes {
		p, err := Prepare(modeltest.GPT(4, 1024, 8, 32000, 2048), Workload{Seq: 2048}, &s, testCluster(2))
		require.NoError(t, err)
		e, err := p.Evaluate(&Plan{TP: 2, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: micro, GlobalBatch: micro, Sharding: Zero3, SequenceParallel: true, Recompute: FullRecompute})
		require.NoError(t, err)
		return e.Memory.Activations
	}
	whole := activations()
	s.Variant.AsyncTP = true
	assert.Equal(t, quantity.Bytes(micro*2*2048*1024*2), whole-activations())
}

// FSDP keeps the unit around the layers gathered, and its gradients whole: an
// embedding and a head of 32000 x 1024 with a norm of 1024, 2 + 2 bytes each in
// LitGPT, beside two gathered layers.
// Source: pytorch/pytorch torch/distributed/fsdp/_runtime_utils.py (the root does
// not reshard after its forward pass).
func TestRootUnitStaysGathered(t *testing.T) {
	m := modeltest.GPT(4, 1024, 8, 32000, 2048)
	p, err := Prepare(m, Workload{Seq: 2048, Method: FullTune}, mustStack("litgpt"), testCluster(2))
	require.NoError(t, err)
	e, err := p.Evaluate(&Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 2, MicroBatch: 1, GlobalBatch: 2, Sharding: Zero3})
	require.NoError(t, err)
	outer, layer := int64(0), int64(0)
	for i := range m.Groups {
		for _, b := range m.Groups[i].Blocks {
			for _, w := range b.Weights() {
				w.Shared = false // LitGPT stores a tied head again
				if m.Groups[i].Place == model.Body {
					layer += w.Params()
				} else {
					outer += w.Params()
				}
			}
		}
	}
	assert.Equal(t, quantity.Bytes(outer*4+2*layer*2), e.Memory.Communication)
}

// DeepSpeed reduces gradients of sharded states in a bucket of 5e8 elements,
// whatever the model; with one rank or no sharding there is none.
// Source: deepspeedai/DeepSpeed@edaa722 docs/_pages/config-json.md:522
// (reduce_bucket_size).
func TestReduceBucket(t *testing.T) {
	buffers := func(ranks int, sharding Sharding) quantity.Bytes {
		p := mustPrepare(modeltest.GPT(4, 1024, 8, 32000, 2048), Workload{Seq: 2048}, "deepspeed", ranks)
		e, err := p.Evaluate(&Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: ranks, MicroBatch: 1, GlobalBatch: int64(ranks), Sharding: sharding})
		require.NoError(t, err)
		return e.Memory.Communication
	}
	assert.Equal(t, quantity.Bytes(5e8*2), buffers(8, Zero2))
	assert.Zero(t, buffers(8, NoSharding))
	assert.Zero(t, buffers(1, Zero2))
}
