package export

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog/catalogtest"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
	"mlsizer/sizing/wholetest"
)

// launchCase is a question whose plan is exported.
type launchCase struct {
	model   string
	devices int
	batch   int64
}

// launchCases are the models, devices and batches of the sweep.
func launchCases(devices []int, batches []int64) (list []launchCase) {
	for _, m := range []string{"llama-3.1-8b", "llama-3.1-70b", "gpt-3", "mixtral-8x22b", "qwen3-32b", "qwen3-30b-a3b"} {
		for _, n := range devices {
			for _, b := range batches {
				list = append(list, launchCase{m, n, b})
			}
		}
	}
	return list
}

// best is the plan that a search for a framework finds; ok is false where no plan
// fits.
func (c *launchCase) best(t *testing.T, f Format) (p Plan, ok bool) {
	t.Helper()
	d, err := hardware.Default().Find("h100")
	require.NoError(t, err)
	cluster, err := hardware.NewCluster(d, c.devices)
	require.NoError(t, err)
	s, err := train.FindStack(f.Stack())
	require.NoError(t, err)
	on, err := train.Prepare(catalogtest.Model(t, c.model), train.Workload{Seq: 2048, Batch: c.batch, Tokens: 300e9, PUE: 1.1}, f.StackOf(s), cluster)
	require.NoError(t, err)
	var fixed search.Fixed
	f.Within(&fixed.Plan)
	e, _, ok := search.Best(on, fixed, d.Memory)
	return Plan{Prepared: on, Estimate: &e}, ok
}

// Every launch of the sweep keeps to the rules of its framework.
func TestMegatronLaunches(t *testing.T) {
	cases := launchCases([]int{8, 64, 256, 384, 1024, 2048, 3000}, []int64{128, 256, 512, 1024, 1536, 3000})
	launched := 0
	for _, c := range wholetest.Sample(cases, 11) {
		p, ok := c.best(t, Megatron)
		if !ok {
			continue
		}
		launched++
		r := written(t, Megatron, p)
		assert.Empty(t, megatronFaults(launchOf(t, r.Text)), "%v: %s", c, r.Text)
	}
	require.GreaterOrEqual(t, launched, wholetest.Size(15, 200))
}

// launch is a command line: the variables before it, and its options.
type launch struct {
	env   string
	flags map[string]string
}

func launchOf(t *testing.T, text string) launch {
	t.Helper()
	command := regexp.MustCompile(`(?m)^([A-Z_]+=\S+ )*torchrun`).FindString(text)
	require.NotEmpty(t, command)
	return launch{env: command, flags: flags(t, text)}
}

// has reports whether an option is given.
func (l *launch) has(name string) bool { _, ok := l.flags[name]; return ok }

// int is an option's number, 1 if it is not given.
func (l *launch) int(name string) int {
	n, err := strconv.Atoi(l.flags[name])
	if err != nil {
		return 1
	}
	return n
}

// megatronFaults lists the rules of NVIDIA/Megatron-LM@d98e8a64 that a launch
// breaks, by file and line.
func megatronFaults(l launch) (faults []string) {
	const (
		arguments = "megatron/training/arguments.py"
		config    = "megatron/core/transformer/transformer_config.py"
		schedules = "megatron/core/pipeline_parallel/schedules.py"
	)
	want := func(ok bool, place string) {
		if !ok {
			faults = append(faults, place)
		}
	}
	tp, pp, cp := l.int("tensor-model-parallel-size"), l.int("pipeline-model-parallel-size"), l.int("context-parallel-size")
	dp := l.int("nproc-per-node") * l.int("nnodes") / (tp * pp * cp)
	micros := l.int("global-batch-size") / (l.int("micro-batch-size") * dp)
	want(micros*l.int("micro-batch-size")*dp == l.int("global-batch-size"), "megatron/core/num_microbatches_calculator.py")
	if chunks := l.chunks(); chunks > pp {
		group := pp
		if l.has("microbatch-group-size-per-virtual-pipeline-stage") {
			group = l.int("microbatch-group-size-per-virtual-pipeline-stage")
		}
		want(pp <= group && group <= micros, schedules+":1159-1168")
		want(micros%group == 0 || micros%group >= pp, schedules+":1170-1180")
	}
	want(l.chunks()%pp == 0, arguments+":943-949")
	if kv := l.int("num-query-groups"); l.has("num-query-groups") {
		want(kv%tp == 0 || tp%kv == 0, config+":1460-1464")
	}
	fsdp := l.has("use-megatron-fsdp")
	want(tp*cp == 1 || fsdp || strings.Contains(l.env, "CUDA_DEVICE_MAX_CONNECTIONS=1 "), arguments+":1452-1479")
	want(!fsdp || l.flags["ckpt-format"] == "fsdp_dtensor", arguments+":1169")
	want(!l.has("optimizer-cpu-offload") || l.has("use-precision-aware-optimizer"), arguments+":1884-1888")
	want(!l.has("use-precision-aware-optimizer") || l.has("use-distributed-optimizer"), "megatron/core/optimizer/__init__.py:1057-1060")
	want(!l.has("sequence-parallel") || tp > 1, "megatron/core/model_parallel_config.py:504")
	want(l.flags["position-embedding-type"] == "learned_absolute" || l.has("rotary-base"), arguments+":2397")
	want(l.flags["hidden-dropout"] == "0.0" && l.flags["attention-dropout"] == "0.0", config+":188")
	return faults
}

// chunks is how many model chunks the options make.
func (l *launch) chunks() int {
	pp := l.int("pipeline-model-parallel-size")
	if each := l.int("num-layers-per-virtual-pipeline-stage"); l.has("num-layers-per-virtual-pipeline-stage") {
		return l.int("num-layers") / each
	}
	layout := l.flags["pipeline-model-parallel-layout"]
	if layout == "" {
		return pp
	}
	chunks := strings.Count(layout, "|") + 1
	for _, run := range regexp.MustCompile(`\(t\*\d+\|\)\*(\d+)`).FindAllStringSubmatch(layout, -1) {
		n, _ := strconv.Atoi(run[1])
		chunks += n - 1
	}
	return chunks
}

// Each rule sees the launch that breaks it.
func TestMegatronFaultsAreSeen(t *testing.T) {
	c := launchCase{"llama-3.1-70b", 64, 128}
	p, ok := c.best(t, Megatron)
	require.True(t, ok)
	sound := launchOf(t, written(t, Megatron, p).Text)
	require.Empty(t, megatronFaults(sound))
	for place, change := range map[string]map[string]string{
		"schedules.py:1159":            {"num-layers-per-virtual-pipeline-stage": "1", "pipeline-model-parallel-size": "8", "tensor-model-parallel-size": "2", "micro-batch-size": "8"},
		"schedules.py:1170":            {"num-layers-per-virtual-pipeline-stage": "1", "pipeline-model-parallel-size": "8", "tensor-model-parallel-size": "8", "micro-batch-size": "1", "global-batch-size": "11"},
		"arguments.py:943":             {"pipeline-model-parallel-layout": "Et*40|t*20|t*20L", "pipeline-model-parallel-size": "8"},
		"transformer_config.py:1460":   {"num-query-groups": "7", "tensor-model-parallel-size": "8"},
		"arguments.py:1169":            {"use-megatron-fsdp": ""},
		"arguments.py:1884":            {"optimizer-cpu-offload": ""},
		"arguments.py:2397":            {"rotary-base": "-"},
		"transformer_config.py:188":    {"hidden-dropout": "0.1"},
		"model_parallel_config.py:504": {"sequence-parallel": "", "tensor-model-parallel-size": "1"},
	} {
		broken := launch{env: sound.env, flags: map[string]string{}}
		for name, value := range sound.flags {
			broken.flags[name] = value
		}
		for name, value := range change {
			broken.flags[name] = value
			if value == "-" {
				delete(broken.flags, name)
			}
		}
		assert.Contains(t, strings.Join(megatronFaults(broken), " "), place)
	}
	sound.env = "torchrun"
	sound.flags["tensor-model-parallel-size"] = "8"
	assert.Contains(t, strings.Join(megatronFaults(sound), " "), "arguments.py:1452")
}

// Every export of the other frameworks keeps to their rules, or is refused with
// a reason.
func TestOtherLaunches(t *testing.T) {
	launched := map[Format]int{}
	for _, c := range wholetest.Sample(launchCases([]int{8, 64, 1024}, []int64{128, 1024}), 5) {
		for _, f := range []Format{Torchtitan, DeepSpeed, Accelerate, MaxText} {
			p, ok := c.best(t, f)
			if !ok {
				continue
			}
			r, err := Write(f, p)
			if err != nil {
				assert.NotEmpty(t, err.Error())
				continue
			}
			launched[f]++
			faults := map[Format]func(*testing.T, string, *launchCase) []string{Torchtitan: torchtitanFaults, MaxText: maxTextFaults, Accelerate: accelerateFaults, DeepSpeed: deepSpeedFaults}[f](t, r.Text, &c)
			assert.Empty(t, faults, "%s %v: %s", f, c, r.Text)
		}
	}
	for _, f := range []Format{Torchtitan, DeepSpeed, Accelerate, MaxText} {
		require.Positive(t, launched[f], f)
	}
}

// torchtitanFaults are the rules of pytorch/torchtitan@b5bcd76 that a launch
// breaks.
func torchtitanFaults(t *testing.T, text string, c *launchCase) (faults []string) {
	l := launch{flags: flags(t, text)}
	degree := func(name string) int { return l.int("parallelism." + name + "_degree") }
	pp, tp := degree("pipeline_parallel"), degree("tensor_parallel")
	if degree("data_parallel_replicate")*degree("data_parallel_shard")*degree("context_parallel")*tp*pp != c.devices {
		faults = append(faults, "torchtitan/distributed/parallel_dims.py:182")
	}
	if degree("data_parallel_shard")*degree("context_parallel")*tp%degree("expert_parallel") != 0 {
		faults = append(faults, "torchtitan/distributed/parallel_dims.py:187")
	}
	if pp > 1 && !l.has("training.disable_cuda_graphs") {
		faults = append(faults, "torchtitan/trainer.py:168")
	}
	if strings.Contains(text, " true") || c.devices > 8 && !l.has("rdzv_endpoint") {
		faults = append(faults, "run_train.sh")
	}
	return append(faults, torchtitanStageFaults(&l, pp, catalogtest.Model(t, c.model).Layers())...)
}

// torchtitanStageFaults are those of pipelines.
func torchtitanStageFaults(l *launch, pp, layers int) (faults []string) {
	if pp == 1 {
		return nil
	}
	number := func(name string) int {
		n, _ := strconv.Atoi(l.flags["parallelism."+name])
		return n
	}
	each := number("pipeline_parallel_layers_per_stage")
	stages := (layers + number("pipeline_parallel_first_stage_less_layers") + number("pipeline_parallel_last_stage_less_layers") + each - 1) / each
	single := l.flags["parallelism.pipeline_parallel_schedule"] == "1F1B"
	if stages%pp != 0 || single != (stages == pp) {
		faults = append(faults, fmt.Sprintf("torchtitan/distributed/pipeline_parallel.py:233: %d stages", stages))
	}
	micros := number("num_pp_microbatches")
	if rounds := max(1, micros/pp); !single && micros%rounds != 0 {
		faults = append(faults, "torch/distributed/pipelining/schedules.py ScheduleInterleaved1F1B")
	}
	return faults
}

// maxTextFaults are the rules of AI-Hypercomputer/maxtext@e591f30 that a config
// breaks.
func maxTextFaults(t *testing.T, text string, c *launchCase) (faults []string) {
	var got map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &got))
	number := func(name string) int {
		n, _ := got[name].(int)
		return max(n, 1)
	}
	product := 1
	for name := range got {
		if strings.HasSuffix(name, "_parallelism") {
			product *= number(name)
		}
	}
	if product != c.devices {
		faults = append(faults, "src/maxtext/configs/types.py:4152")
	}
	stages := number("ici_pipeline_parallelism") * number("dcn_pipeline_parallelism")
	if stages > 1 && stages*number("num_pipeline_repeats")*number("num_layers_per_pipeline_stage") != number("base_num_decoder_layers") {
		faults = append(faults, "src/maxtext/configs/types.py:3598")
	}
	if stages > 1 && number("num_pipeline_microbatches")%stages != 0 {
		faults = append(faults, "src/maxtext/configs/types.py:3612")
	}
	if got["base_moe_mlp_dim"] != nil && got["base_moe_mlp_dim"] != got["base_mlp_dim"] {
		faults = append(faults, "src/maxtext/configs/types.py:3902")
	}
	if got["hardware"] != "gpu" || got["decoder_block"] == nil {
		faults = append(faults, "src/maxtext/configs/base.yml:521")
	}
	return faults
}

// accelerateFaults are the rules of huggingface/accelerate@16cb6eb8 that a config
// breaks.
func accelerateFaults(t *testing.T, text string, c *launchCase) (faults []string) {
	var got map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &got))
	if got["num_processes"] != c.devices {
		faults = append(faults, "num_processes")
	}
	if got["num_machines"] != 1 && (got["machine_rank"] == nil || got["main_process_ip"] == nil || got["main_process_port"] == nil) {
		faults = append(faults, "src/accelerate/utils/launch.py:218")
	}
	return faults
}

// deepSpeedFaults are the rules of deepspeedai/DeepSpeed@edaa722 that a config
// breaks.
func deepSpeedFaults(t *testing.T, text string, c *launchCase) (faults []string) {
	var got struct {
		Batch int `yaml:"train_batch_size"`
		Micro int `yaml:"train_micro_batch_size_per_gpu"`
		Steps int `yaml:"gradient_accumulation_steps"`
		Zero  struct {
			Stage   int            `yaml:"stage"`
			Offload map[string]any `yaml:"offload_optimizer"`
		} `yaml:"zero_optimization"`
	}
	require.NoError(t, yaml.Unmarshal([]byte(text), &got)) // JSON is YAML
	if got.Batch != got.Micro*got.Steps*c.devices {
		faults = append(faults, "deepspeed/runtime/config.py train_batch_size")
	}
	if got.Zero.Offload != nil && got.Zero.Stage < 1 {
		faults = append(faults, "deepspeed/ops/adam/cpu_adam.py:138")
	}
	return faults
}
