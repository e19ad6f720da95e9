package train_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog/catalogtest"
	"mlsizer/sizing/train"
)

func TestStackFor(t *testing.T) {
	for _, c := range []struct {
		model, device string
		count         int
		method        train.Method
		stack         string
		work          train.Task
	}{
		{"llama-3.1-8b", "h100", 8, train.Pretrain, "megatron-core", train.PretrainTask},
		{"llama-3.1-8b", "mi300x", 8, train.Pretrain, "megatron-core", train.PretrainTask},
		{"llama-3.1-8b", "l40s", 8, train.Pretrain, "megatron-core", train.PretrainTask},
		{"llama-3.1-8b", "h100", 8, train.FullTune, "deepspeed", train.TuningTask},
		{"llama-3.1-8b", "h100", 8, train.LoRA, "transformers-peft", train.AdapterTask},
		{"llama-3.1-8b", "h100", 8, train.QLoRA, "transformers-peft", train.AdapterTask},
		{"llama-3.1-8b", "tpu-v5p", 8, train.Pretrain, "maxtext", train.TPUTask},
		{"llama-3.1-8b", "tpu-v5p", 8, train.FullTune, "maxtext", train.TPUTask},
		{"resnet-50", "tpu-v5p", 8, train.Pretrain, "maxtext", train.TPUTask},
		{"llama-3.1-8b", "rtx-4090", 1, train.Pretrain, "transformers-peft", train.DesktopTask},
		{"llama-3.1-8b", "rtx-4090", 4, train.Pretrain, "deepspeed", train.CardsTask},
		{"llama-3.1-8b", "rtx-4090", 0, train.Pretrain, "deepspeed", train.CardsTask},
		{"llama-3.1-8b", "h100", 1, train.Pretrain, "megatron-core", train.PretrainTask},
		{"llama-3.1-8b", "rtx-4090", 1, train.FullTune, "transformers-peft", train.DesktopTask},
		{"llama-3.1-8b", "rtx-4090", 8, train.FullTune, "deepspeed", train.CardsTask},
		{"llama-3.1-8b", "rtx-4090", 8, train.QLoRA, "transformers-peft", train.AdapterTask},
		{"llama-3.1-8b", "m3-max-128gb", 8, train.Pretrain, "transformers-peft", train.DesktopTask},
		{"resnet-50", "h100", 8, train.Pretrain, "pytorch-ddp", train.VisionTask},
		{"resnet-50", "h100", 8, train.FullTune, "pytorch-ddp", train.VisionTask},
		{"resnet-50", "rtx-4090", 8, train.Pretrain, "pytorch-ddp", train.VisionTask},
	} {
		d, err := hardware.Default().Find(c.device)
		require.NoError(t, err)
		s, assumed := train.StackFor(catalogtest.Model(t, c.model), &train.Workload{Method: c.method}, d, c.count)
		assert.Equal(t, c.stack, s.Name, c)
		assert.Equal(t, c.work, assumed.Task, c)
		assert.NotEmpty(t, assumed.Source, c)
	}
}

// Each kind of work has one stack.
func TestOneStackIsAssumed(t *testing.T) {
	stacks := map[train.Task][]string{}
	for _, s := range train.Stacks() {
		for _, a := range s.AssumedFor {
			stacks[a.Task] = append(stacks[a.Task], s.Name)
		}
	}
	for _, w := range []train.Task{train.AdapterTask, train.TPUTask, train.VisionTask, train.DesktopTask, train.CardsTask, train.TuningTask, train.PretrainTask} {
		assert.Len(t, stacks[w], 1, w)
		delete(stacks, w)
	}
	assert.Empty(t, stacks)
}
