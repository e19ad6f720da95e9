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
		work          train.Work
	}{
		{"llama-3.1-8b", "h100", 8, train.Pretrain, "megatron-core", train.PretrainWork},
		{"llama-3.1-8b", "mi300x", 8, train.Pretrain, "megatron-core", train.PretrainWork},
		{"llama-3.1-8b", "l40s", 8, train.Pretrain, "megatron-core", train.PretrainWork},
		{"llama-3.1-8b", "h100", 8, train.FullTune, "deepspeed", train.TuningWork},
		{"llama-3.1-8b", "h100", 8, train.LoRA, "transformers-peft", train.AdapterWork},
		{"llama-3.1-8b", "h100", 8, train.QLoRA, "transformers-peft", train.AdapterWork},
		{"llama-3.1-8b", "tpu-v5p", 8, train.Pretrain, "maxtext", train.TPUWork},
		{"llama-3.1-8b", "tpu-v5p", 8, train.FullTune, "maxtext", train.TPUWork},
		{"resnet-50", "tpu-v5p", 8, train.Pretrain, "maxtext", train.TPUWork},
		{"llama-3.1-8b", "rtx-4090", 1, train.Pretrain, "transformers-peft", train.DesktopWork},
		{"llama-3.1-8b", "rtx-4090", 4, train.Pretrain, "deepspeed", train.CardsWork},
		{"llama-3.1-8b", "rtx-4090", 0, train.Pretrain, "deepspeed", train.CardsWork},
		{"llama-3.1-8b", "h100", 1, train.Pretrain, "megatron-core", train.PretrainWork},
		{"llama-3.1-8b", "rtx-4090", 1, train.FullTune, "transformers-peft", train.DesktopWork},
		{"llama-3.1-8b", "rtx-4090", 8, train.FullTune, "deepspeed", train.CardsWork},
		{"llama-3.1-8b", "rtx-4090", 8, train.QLoRA, "transformers-peft", train.AdapterWork},
		{"llama-3.1-8b", "m3-max-128gb", 8, train.Pretrain, "transformers-peft", train.DesktopWork},
		{"resnet-50", "h100", 8, train.Pretrain, "pytorch-ddp", train.VisionWork},
		{"resnet-50", "h100", 8, train.FullTune, "pytorch-ddp", train.VisionWork},
		{"resnet-50", "rtx-4090", 8, train.Pretrain, "pytorch-ddp", train.VisionWork},
	} {
		d, err := hardware.Default().Find(c.device)
		require.NoError(t, err)
		s, assumed := train.StackFor(catalogtest.Model(t, c.model), &train.Workload{Method: c.method}, d, c.count)
		assert.Equal(t, c.stack, s.Name, c)
		assert.Equal(t, c.work, assumed.Work, c)
		assert.NotEmpty(t, assumed.Source, c)
	}
}

// Each kind of work has one stack.
func TestOneStackIsAssumed(t *testing.T) {
	stacks := map[train.Work][]string{}
	for _, s := range train.Stacks() {
		for _, a := range s.AssumedFor {
			stacks[a.Work] = append(stacks[a.Work], s.Name)
		}
	}
	for _, w := range []train.Work{train.AdapterWork, train.TPUWork, train.VisionWork, train.DesktopWork, train.CardsWork, train.TuningWork, train.PretrainWork} {
		assert.Len(t, stacks[w], 1, w)
		delete(stacks, w)
	}
	assert.Empty(t, stacks)
}
