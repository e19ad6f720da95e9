package launch

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// flagsOf are the flags of a launch on a number of devices, as they are typed.
func flagsOf(l *Launch, devices int) string {
	var list []string
	for _, s := range l.Settings(devices) {
		list = append(list, s.Key+"="+strings.Join(s.Values, ","))
	}
	return strings.Join(list, " ")
}

// notesOf are the lines and keys that notes are about.
func notesOf(l *Launch) (list []string) {
	for _, n := range l.Notes {
		list = append(list, n.Key)
	}
	return list
}

// Launches in the style of public examples, and what they ask for.
func TestExamples(t *testing.T) {
	for _, tt := range []struct {
		file    string
		devices int // that the file says
		on      int
		want    string
		notes   []string
	}{
		{"gpt3.sh", 128, 128, "stack=megatron-core tp=8 pp=16 cp=1 ep=1 vp=1 sp=false micro-batch=1 seq=2048 rampup-batch-size=16,16,5859375 eval-every=1000 eval-batches=10 sharding=none recompute=none precision=fp16 optimizer=adamw offload-optimizer=false model=gpt-3 batch=1536 tokens=1572864000000", []string{"import.unknown"}},
		{"zero3.json", 0, 8, "stack=deepspeed tp=1 pp=1 cp=1 ep=1 micro-batch=4 sharding=zero3 offload-optimizer=true offload-params=false precision=bf16 optimizer=adamw batch=32", []string{"import.auto", "import.auto", "import.unknown"}},
		{"zero2.json", 8, 8, "stack=deepspeed tp=1 pp=1 cp=1 ep=1 micro-batch=4 sharding=zero2 offload-optimizer=false offload-params=false batch=64", []string{"import.auto"}},
		{"qlora.yml", 0, 2, "stack=axolotl tp=1 pp=1 cp=1 ep=1 micro-batch=2 seq=4096 optimizer=adamw recompute=full method=qlora lora-rank=32 lora-targets=all-linear model=NousResearch/Meta-Llama-3-8B batch=16", []string{"import.epochs", "import.auto"}},
		{"llama3_lora_sft.yaml", 0, 4, "stack=transformers-peft tp=1 pp=1 cp=1 ep=1 micro-batch=1 seq=2048 precision=bf16 recompute=none method=lora lora-rank=8 lora-targets=all-linear model=meta-llama/Meta-Llama-3-8B-Instruct batch=32", []string{"import.epochs"}},
	} {
		f, err := os.Open("testdata/" + tt.file)
		require.NoError(t, err)
		defer f.Close()
		l, err := Read(f, tt.file)
		require.NoError(t, err, tt.file)
		assert.Equal(t, tt.devices, l.Devices, tt.file)
		assert.Equal(t, tt.want, flagsOf(l, tt.on), tt.file)
		assert.Equal(t, tt.notes, notesOf(l), tt.file)
	}
}

// What a script says in its own ways.
func TestScripts(t *testing.T) {
	const model = " --num-layers 96 --hidden-size 12288 --num-attention-heads 96 --max-position-embeddings 2048 --seq-length 2048"
	for _, tt := range []struct {
		name, script string
		devices      int
		has          []string
	}{
		{"a string of options", "A=\"--tensor-model-parallel-size 4 \\\n --micro-batch-size 2\"\nsrun -N 2 --ntasks-per-node=8 python pretrain_gpt.py $A" + model, 16, []string{"tp=4", "micro-batch=2"}},
		{"a default", "torchrun --nproc-per-node=${N:-8} pretrain_gpt.py --tensor-model-parallel-size ${TP:-2}" + model, 8, []string{"tp=2"}},
		{"arithmetic", "A=2\nB=4\ntorchrun --nproc_per_node 8 --nnodes $((A*$B/2)) pretrain_gpt.py --tensor-model-parallel-size $(( (A+B) % 5 ))" + model, 32, []string{"tp=1"}},
		{"an array that grows", "A=(--bf16)\nA+=(--sequence-parallel --tensor-model-parallel-size 8)\ntorchrun --nproc-per-node 8 pretrain_gpt.py \"${A[@]}\"" + model, 8, []string{"tp=8", "sp=true", "precision=bf16"}},
		{"Slurm", "#!/bin/bash\n#SBATCH --nodes=4\n#SBATCH --gpus-per-node=8\nsrun python pretrain_gpt.py --pipeline-model-parallel-size 4" + model, 32, []string{"pp=4"}},
		{"a pipe and a wrapper", "time (torchrun --nproc-per-node 8 pretrain_gpt.py --pipeline-model-parallel-size 4" + model + " 2>&1 | tee log)", 8, []string{"pp=4"}},
		{"twice the same", "torchrun --nproc-per-node 8 pretrain_gpt.py --pipeline-model-parallel-size 4 --pipeline-model-parallel-size 2" + model, 8, []string{"pp=2"}},
		{"recompute", "torchrun --nproc-per-node 8 pretrain_gpt.py --recompute-granularity full --recompute-method block --recompute-num-layers 3" + model, 8, []string{"recompute=full:block:3"}},
		{"a layout", "torchrun --nproc-per-node 8 pretrain_gpt.py --pipeline-model-parallel-size 4 --pipeline-model-parallel-layout 'Et*11|(t*12|)*6t*13L'" + model, 8, []string{"vp=2", "first-stage-layers=11", "last-stage-layers=13"}},
	} {
		l, err := Read(strings.NewReader(tt.script), "run.sh")
		require.NoError(t, err, tt.name)
		assert.Equal(t, tt.devices, l.Devices, tt.name)
		for _, want := range append(tt.has, "model=gpt-3") {
			assert.Contains(t, " "+flagsOf(l, 64)+" ", " "+want+" ", tt.name)
		}
	}
}

// What no file says is open, and said to be.
func TestOpenValues(t *testing.T) {
	for name, script := range map[string]string{
		"a parameter":           "TP=$1\npretrain_gpt.py --tensor-model-parallel-size $TP --micro-batch-size 1",
		"a command":             "TP=`nproc`\npretrain_gpt.py --tensor-model-parallel-size $TP --micro-batch-size 1",
		"a condition":           "TP=1\nif [ -z \"$X\" ]; then TP=8; fi\npretrain_gpt.py --tensor-model-parallel-size $TP --micro-batch-size 1",
		"the environment":       "pretrain_gpt.py --tensor-model-parallel-size ${TP} --micro-batch-size 1",
		"arithmetic of it":      "pretrain_gpt.py --tensor-model-parallel-size $((TP*2)) --micro-batch-size 1",
		"division by nothing":   "pretrain_gpt.py --tensor-model-parallel-size $((8/0)) --micro-batch-size 1",
		"a loop":                "for TP in 1 2; do\npretrain_gpt.py --tensor-model-parallel-size $TP --micro-batch-size 1\ndone",
		"an operation on names": "A=8x\npretrain_gpt.py --tensor-model-parallel-size ${A%x} --micro-batch-size 1",
	} {
		l, err := Read(strings.NewReader(script), "run.sh")
		require.NoError(t, err, name)
		assert.NotContains(t, flagsOf(l, 8), "tp=", name)
		assert.Contains(t, notesOf(l), "import.open", name)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, file, want string }{
		{"nothing", "", "f: no launch that is known"},
		{"prose", "Dear reader, this is no launch.", "f: no launch that is known"},
		{"another YAML", "model: 7B\n", "f: no launch that is known"},
		{"no shell", "torchrun (", "f:1: no launch that is known"},
		{"no number", "pretrain_gpt.py --tensor-model-parallel-size eight", `f:1: tensor-model-parallel-size: "eight" is not a whole number`},
		{"a negative one", "pretrain_gpt.py --tensor-model-parallel-size -8", `f:1: tensor-model-parallel-size: "-8" is not a whole number`},
		{"no value", "true\npretrain_gpt.py --tensor-model-parallel-size \\\n --bf16", "f:2: tensor-model-parallel-size: tensor-model-parallel-size: no value"},
		{"no switch", "base_model: x\nload_in_4bit: maybe\n", `f:2: load_in_4bit: "maybe" is not true or false`},
		{"two launches", "pretrain_gpt.py --tensor-model-parallel-size 8\npretrain_gpt.py --tensor-model-parallel-size 4", "f:2: a second launch"},
		{"dimensions of nothing", "pretrain_gpt.py --num-layers 3 --hidden-size 64 --num-attention-heads 4", "f:1: num-layers: no catalogued model has these dimensions"},
		{"growth", "A=xxxxxxxxxxxxxxxx\n" + strings.Repeat("A=$A$A$A\n", 40), "f: its variables grow beyond 1024 KiB"},
		{"too much", strings.Repeat("#", MaxSize+1), "f: larger than 1024 KiB"},
		{"too long a script", "A=1\n" + strings.Repeat("(", maxScript), "f: larger than 128 KiB"},
	} {
		_, err := Read(strings.NewReader(tt.file), "f")
		assert.ErrorContains(t, err, tt.want, tt.name)
	}
	_, err := Read(strings.NewReader(strings.Repeat("(", maxScript-1)), "f")
	assert.Error(t, err, "brackets to the limit")
}

// A model that no one has catalogued is that of its dimensions.
func TestBuiltModel(t *testing.T) {
	l, err := Read(strings.NewReader("pretrain_gpt.py --tensor-model-parallel-size 2 --num-layers 10 --hidden-size 1024 --num-attention-heads 8 --group-query-attention --num-query-groups 4 --swiglu --ffn-hidden-size 4096 --normalization RMSNorm --disable-bias-linear --untie-embeddings-and-output-weights --vocab-size 1000 --position-embedding-type rope"), "f")
	require.NoError(t, err)
	require.NotNil(t, l.Built)
	// by hand: 2 embeddings; per layer attention 2*1024*1024 + 2*1024*512, three
	// matrices of the FFN, two norms; the final norm
	assert.EqualValues(t, 2*1000*1024+10*(2*1024*1024+2*1024*512+3*1024*4096+2*1024)+1024, l.Built.Params())
}

// FuzzRead holds that no file makes the readers fail without its name, and that
// what is read is whole.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"gpt3.sh", "zero3.json", "qlora.yml", "llama3_lora_sft.yaml"} {
		data, err := os.ReadFile("testdata/" + name)
		require.NoError(f, err)
		f.Add(string(data))
	}
	f.Add("distributed_type: FSDP\nnum_processes: 8\nfsdp_config:\n  fsdp_sharding_strategy: FULL_SHARD\n")
	f.Add("torchrun --nproc_per_node 8 -m torchtitan.train --training.seq_len 8 --parallelism.data_parallel_shard_degree -1")
	f.Add("A=(1 2)\nA+=(3)\nx.py --num-layers ${A[1]} --hidden-size $((A*2)) ${A[@]:1} \"${A[*]}\" <<E\n$A\nE\n")
	f.Add("x.py --pipeline-model-parallel-size 2 --pipeline-model-parallel-layout 'E(t*2|)*3tL'")
	f.Fuzz(func(t *testing.T, s string) {
		l, err := Read(strings.NewReader(s), "file.sh")
		if err != nil {
			require.True(t, strings.HasPrefix(err.Error(), "file.sh:"), err)
			return
		}
		for _, set := range l.Settings(8) {
			require.NotEmpty(t, set.Key)
			require.NotEmpty(t, set.Values)
		}
	})
}
