package cli

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/model"
	"mlsizer/sizing/option"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// TrainingOptions are the flags of a training estimate: those of estimate and
// compare.
type TrainingOptions struct {
	On []string

	Tokens, Data  option.Of[Length] // of models that read tokens: one of the two
	Samples       option.Of[quantity.Tokens]
	Seq, Batch    int64
	batchTokens   quantity.Tokens
	Precision     option.Of[train.Precision]
	optimizer     option.Of[train.Optimizer]
	Methods       []Tuning // estimate takes one, compare several
	Tuning        Tuning   // of them
	post          postTraining
	Examples      run.Examples
	Teacher       string
	distill       train.Distillation
	states        train.States
	loss          train.Loss
	routing       train.Routing
	loraRank      int
	loraTargets   []string
	dora          bool
	Stacks        []*train.Stack // compare takes several
	Stack         *train.Stack
	Fixed         search.Fixed
	Mfu           float64
	Convention    train.Convention
	Schedule      run.Schedule
	simulator     run.Simulator
	Price         quantity.USD
	pue           float64
	region        *hardware.Region
	nvme          quantity.Bandwidth
	checkpoints   int
	Network       hardware.Network
	reliability   run.Reliability
	Sweep         run.Sweep
	Prune         []model.Prune
	constantsFile string
	constants     *train.Constants
	Bounds        sizing.Bounds
	Explain       bool
	Strict        bool
	interrupt     context.Context // of the program
}

// Holds reports whether the exit code says that a plan fits: with --strict only
// if it surely does.
func (o *TrainingOptions) Holds(m *train.Memory) bool {
	return m.Fits && (!o.Strict || m.Verdict == train.FitsSurely)
}

// AddTrainingFlags adds the flags of a training estimate.
func AddTrainingFlags(a *App, cmd *cobra.Command, o *TrainingOptions) {
	o.Bounds = sizing.DefaultBounds
	fs := cmd.Flags()
	fs.SortFlags = false
	AddList(fs, &o.On, "on", "DEVICE[xN],...", "h100x8", ParseList)
	addOption(fs, &o.Tokens, "tokens", "", "COUNT", "1T", parseLength)
	addOption(fs, &o.Data, "data", "", "SIZE", "3TB", parseText)
	addOption(fs, &o.Samples, "samples", "", "COUNT", "100M", quantity.ParseTokens)
	AddValue(fs, &o.Seq, "seq", "", "COUNT", "4096", ParseTokenCount)
	AddValue(fs, &o.Batch, "batch", "", "COUNT", "1024", ParseWhole)
	AddValue(fs, &o.batchTokens, "batch-tokens", "", "COUNT", "4M", quantity.ParseTokens)
	addOption(fs, &o.Precision, "precision", "", "NAME", "bf16", train.ParsePrecision).Among(Named(train.ParsePrecision))
	addOption(fs, &o.optimizer, "optimizer", "", "NAME", "adamw", train.ParseOptimizer).Among(Named(train.ParseOptimizer))
	for _, d := range []struct {
		at            *train.StateType
		name, example string
	}{
		{&o.states.Weights, "weights-dtype", "fp8"}, {&o.states.Gradients, "grads-dtype", "bf16"},
		{&o.states.Master, "master-dtype", "fp16"},
		{&o.states.Moments, "moments-dtype", "bf16"},
	} {
		AddValue(fs, d.at, d.name, "", "NAME", d.example, train.ParseStateType).Among(Named(train.ParseStateType))
	}
	AddValue(fs, &o.loss, "loss", "", "NAME", "chunked", train.ParseLoss).Among(losses)
	AddValue(fs, &o.routing.Capacity, "moe-capacity", "", "FACTOR", "1.25", parseFactor)
	AddValue(fs, &o.routing.Imbalance, "moe-imbalance", "", "FACTOR", "1.5", parseFactor)
	AddList(fs, &o.Stacks, "stack", "NAME", "megatron-core", parseStacks).Among(train.StackNames)
	AddList(fs, &o.Methods, "method", "NAME", "lora", parseTunings).Among(tuningNames)
	o.post.add(fs)
	AddValue(fs, &o.Examples.Count, "examples", "", "COUNT", "50K", ParseWhole)
	AddValue(fs, &o.Examples.Tokens, "example-tokens", "", "COUNT", "512", ParseWhole)
	AddValue(fs, &o.Examples.Epochs, "epochs", "", "N", "3", parseEpochs)
	AddValue(fs, &o.Examples.Packing, "packing", "", "NAME", "packed", run.ParsePacking).Among(Named(run.ParsePacking))
	AddValue(fs, &o.loraRank, "lora-rank", "", "N", "16", ParseDimension)
	AddList(fs, &o.loraTargets, "lora-targets", "NAME,...", "all-linear", ParseList).Among(adapterTargets)
	fs.BoolVar(&o.dora, "dora", false, "")
	AddValue(fs, &o.Teacher, "teacher", "", "MODEL", "llama-3.1-70b", AsTyped)
	AddValue(fs, &o.distill.Logits, "teacher-logits", "", "NAME", "stored", train.ParseTeacherLogits).Among(Named(train.ParseTeacherLogits))
	AddValue(fs, &o.distill.TopK, "top-k", "", "N", "64", ParseWhole)
	AddValue(fs, &o.distill.FP8, "teacher-weights", "", "NAME", "fp8", parseTeacherWeights).Among(teacherWeights)
	AddPrune(fs, &o.Prune)
	AddLayoutFlags(fs, &o.Fixed)
	AddValue(fs, &o.nvme, "nvme-bandwidth", "", "RATE", "3GB/s", quantity.ParseBandwidth)
	AddValue(fs, &o.Mfu, "mfu", "", "SHARE", "0.4", ParseShare)
	AddValue(fs, &o.Convention, "mfu-convention", "", "NAME", "megatron", train.ParseConvention).Among(Named(train.ParseConvention))
	AddMoneyFlags(fs, a, &o.Price)
	AddValue(fs, &o.pue, "pue", "", "RATIO", "1.1", parsePUE)
	AddValue(fs, &o.checkpoints, "checkpoints", "", "N", "3", ParseDimension)
	AddValue(fs, &o.Network.ScaleOut, "scale-out", "", "RATE", "400Gb/s", quantity.ParseBandwidth)
	AddValue(fs, &o.Network.DevicesPerNode, "devices-per-node", "", "N", "8", ParseDimension)
	AddValue(fs, &o.reliability.DeviceMTBF, "mtbf", "", "TIME", "50000h", quantity.ParseDuration)
	AddValue(fs, &o.reliability.Restart, "restart", "", "TIME", "10m", quantity.ParseDuration)
	AddValue(fs, &o.reliability.Startup, "startup", "", "TIME", "5m", quantity.ParseDuration)
	AddValue(fs, &o.reliability.Interval, "checkpoint-every", "", "TIME", "3h", quantity.ParseDuration)
	AddValue(fs, &o.reliability.WriteBandwidth, "write-bandwidth", "", "RATE", "100MB/s", quantity.ParseBandwidth)
	fs.BoolVar(&o.reliability.Async, "async-checkpoint", false, "")
	AddValue(fs, &o.Schedule.Evaluation.Every, "eval-every", "", "STEPS", "1000", ParseWhole)
	AddValue(fs, &o.Schedule.Evaluation.Batches, "eval-batches", "", "N", "10", ParseWhole)
	AddValue(fs, &o.Schedule.RampUp, "rampup-batch-size", "", "3 COUNTS", "256,256,5M", parseRampUp)
	AddValue(fs, &o.simulator.FPS, "env-fps", "", "RATE", "10000", parseFrames)
	AddValue(fs, &o.simulator.Actors, "actors", "", "N", "16", ParseWhole)
	AddValue(fs, &o.Sweep.Trials, "trials", "", "N", "200", ParseDimension)
	AddValue(fs, &o.Sweep.Fraction, "trial-fraction", "", "SHARE", "0.05", ParseShare)
	AddValue(fs, &o.Sweep.Parallel, "parallel-trials", "", "N", "4", ParseDimension)
	AddValue(fs, &o.constantsFile, "constants", "", "FILE", "constants.json", AsTyped)
	AddHardwareFile(fs, a)
	AddBounds(fs, &o.Bounds)
	fs.BoolVar(&o.Explain, "explain", false, "")
	fs.BoolVar(&o.Strict, "strict", false, "")
}

// AddLayoutFlags adds the dimensions of a plan, and the rest of it.
func AddLayoutFlags(fs *pflag.FlagSet, fixed *search.Fixed) {
	p := &fixed.Plan
	for _, d := range []struct {
		at   *int
		name string
	}{
		{&p.TP, "tp"},
		{&p.PP, "pp"},
		{&p.VP, "vp"},
		{&p.CP, "cp"},
		{&p.EP, "ep"},
		{&p.DP, "dp"},
		{&p.MicroBatch, "micro-batch"},
		{&p.ETP, "etp"},
		{&p.FirstLayers, "first-stage-layers"},
		{&p.LastLayers, "last-stage-layers"},
	} {
		AddValue(fs, d.at, d.name, "", "N", "8", ParseDimension)
	}
	addOption(fs, &fixed.ShardGroup, "shard-group", "", "N", "8", ParseDimension)
	addOption(fs, &fixed.Sharding, "sharding", "", "NAME", "zero1", train.ParseSharding).Among(Named(train.ParseSharding))
	AddValue(fs, fixed, "recompute", "", "NAME", "full", withRecompute(fixed)).Among(recomputes)
	AddValue(fs, &p.Modules, "recompute-modules", "", "NAME,...", "core_attn", model.ParseModules).Several().Among(modules)
	AddValue(fs, &p.Offload, "offload-modules", "", "NAME,...", "core_attn", model.ParseModules).Several().Among(modules)
	addSwitch(fs, &fixed.OffloadOptimizer, "offload-optimizer")
	fs.BoolVar(&p.OffloadParams, "offload-params", false, "")
	fs.BoolVar(&p.OffloadInputs, "offload-inputs", false, "")
	addSwitch(fs, &fixed.SequenceParallel, "sp")
}

// withRecompute reads a recompute mode into the fixed part of a layout.
func withRecompute(fixed *search.Fixed) func(string) (search.Fixed, error) {
	return func(s string) (search.Fixed, error) {
		plan, err := fixed.Plan.WithRecompute(s)
		if err != nil {
			return *fixed, err
		}
		f := *fixed
		f.Plan, f.Recompute = plan, option.Set(plan.Recompute)
		return f, nil
	}
}
