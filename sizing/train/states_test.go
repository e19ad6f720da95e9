package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/model/modeltest"
	"mlsizer/sizing/note"
)

// TestStateTypes holds the bytes of a parameter to what the stacks' options
// add up to: Megatron's 6 + 12/d becomes (1 + 2) + (4 + 2·2)/d with fp8
// weights, bf16 gradients and moments; pure bf16 is 2 + 2 + 4, fp32 is 16.
// Source: NVIDIA/Megatron-LM@d98e8a6
// docs/user-guide/features/dist_optimizer.md:19 (6 + 12/d); facts of each option in stacks.json.
func TestStateTypes(t *testing.T) {
	m := modeltest.GPT(4, 512, 8, 1000, 128)
	n := float64(m.Params())
	const d = 8
	for name, c := range map[string]struct {
		stack     string
		precision Precision
		sharding  Sharding
		states    States
		want      float64 // bytes per parameter in the optimizer step
	}{
		"megatron":             {"megatron-core", BF16, Zero1, States{}, 6 + 12./d},
		"precision-aware":      {"megatron-core", BF16, Zero1, States{Gradients: BF16State, Moments: BF16State}, 4 + 8./d},
		"8-bit moments":        {"megatron-core", BF16, Zero1, States{Moments: FP8State}, 6 + 6./d},
		"remainders":           {"megatron-core", BF16, Zero1, States{Gradients: BF16State, Master: Remainder}, 4 + 10./d},
		"stated defaults":      {"megatron-core", BF16, Zero1, States{Weights: BF16State, Gradients: FP32State, Master: FP32State, Moments: FP32State}, 6 + 12./d},
		"torchtitan":           {"torchtitan", BF16, Zero3, States{}, 16. / d},
		"torchtitan all bf16":  {"torchtitan", BF16, Zero3, States{Weights: BF16State}, 8. / d},
		"transformers":         {"transformers-peft", BF16, NoSharding, States{}, 8},
		"transformers in fp32": {"transformers-peft", BF16, NoSharding, States{Weights: FP32State}, 16},
		"bf16 optimizer":       {"deepspeed", BF16, Zero2, States{Master: NoState, Moments: BF16State}, 2 + 6./d},
	} {
		t.Run(name, func(t *testing.T) {
			p := mustPrepare(m, Workload{Seq: 128, Precision: c.precision, States: c.states}, c.stack, d)
			plan := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: d, MicroBatch: 1, GlobalBatch: 2 * d, Sharding: c.sharding}
			require.NoError(t, p.Check(&plan))
			got := p.StageMemory(&plan, 0)
			assert.InDelta(t, c.want*n, float64(got.Weights+p.gradientsOf(&plan)+got.Optimizer), 3)
		})
	}
	b := mustStack("megatron-core").states(FP8, &States{Weights: FP8State})
	assert.Equal(t, stateBytes{1, 4, 4, 4}, b, "fp8 primary weights with an fp32 master copy")
	b = mustStack("megatron-core").states(MXFP8, &States{Weights: FP8State})
	assert.Equal(t, 2.0625, b.weight, "mxfp8 is kept by rows and by columns")
}

func TestStateTypesThatCannotBe(t *testing.T) {
	m := modeltest.GPT(4, 512, 8, 1000, 128)
	for name, c := range map[string]struct {
		stack string
		w     Workload
		want  error
	}{
		"stack":     {"torchtitan", Workload{States: States{Weights: FP8State}}, note.FieldError("weights-dtype", "states.not-in-stack", "torchtitan", note.Word("state.weights"), FP8State, []string{"fp32", "bf16"})},
		"master":    {"torchtitan", Workload{States: States{Master: FP32State}}, note.FieldError("master-dtype", "states.not-in-stack", "torchtitan", note.Word("state.master"), FP32State, []string{"none"})},
		"products":  {"megatron-core", Workload{States: States{Weights: FP8State}}, note.FieldError("weights-dtype", "states.fp8-needs-8-bit-products", BF16)},
		"gradients": {"megatron-core", Workload{States: States{Gradients: FP16State}}, note.FieldError("grads-dtype", "states.not-in-stack", "megatron-core", note.Word("state.gradients"), FP16State, []string{"fp32", "bf16"})},
		"optimizer": {"megatron-core", Workload{Optimizer: SGD, States: States{Moments: BF16State}}, note.FieldError("moments-dtype", "states.moments-are-fixed", SGD)},
		"remainder": {"megatron-core", Workload{Precision: FP16, States: States{Weights: FP8State}}, note.FieldError("weights-dtype", "states.fp8-needs-8-bit-products", FP16)},
		"frozen":    {"litgpt", Workload{Method: LoRA, Adapter: DefaultAdapter, States: States{Weights: FP32State}}, note.FieldError("weights-dtype", "states.weights-are-frozen", LoRA)},
	} {
		t.Run(name, func(t *testing.T) {
			c.w.Seq = 128
			s, err := FindStack(c.stack)
			require.NoError(t, err)
			_, err = Prepare(m, c.w, s, testCluster(8))
			assert.Equal(t, c.want, err)
		})
	}
	_, err := ParseStateType("fp12")
	assert.Equal(t, note.NewError("states.unknown-format", "fp12", []string{"fp32", "bf16", "fp16", "fp8", "int16", "none"}), err)
}
