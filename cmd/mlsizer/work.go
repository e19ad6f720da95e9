package main

import (
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

// workOptions are the flags that say what is to be done and how: those of
// estimate and compare.
type workOptions struct {
	on []string

	tokens, samples option.Of[quantity.Tokens]
	seq, batch      int64
	batchTokens     quantity.Tokens
	precision       option.Of[train.Precision]
	optimizer       option.Of[train.Optimizer]
	methods         []train.Method // estimate takes one, compare several
	method          train.Method
	examples        run.Examples
	teacher         string
	distill         train.Distillation
	states          train.States
	loss            train.Loss
	routing         train.Routing
	loraRank        int
	loraTargets     []string
	dora            bool
	stack           *train.Stack
	fixed           search.Fixed
	mfu             float64
	convention      train.Convention
	schedule        run.Schedule
	price           quantity.USD
	pue             float64
	nvme            quantity.Bandwidth
	checkpoints     int
	network         hardware.Network
	reliability     run.Reliability
	sweep           run.Sweep
	prune           []model.Prune
	constantsFile   string
	constants       *train.Constants
	bounds          sizing.Bounds
	explain         bool
}

// addWorkFlags adds the flags of a training estimate.
func addWorkFlags(a *app, cmd *cobra.Command, o *workOptions) {
	o.bounds = sizing.DefaultBounds
	fs := cmd.Flags()
	fs.SortFlags = false
	addList(fs, &o.on, "on", "DEVICE[xN],...", "h100x8", parseList)
	addOption(fs, &o.tokens, "tokens", "", "COUNT", "1T", quantity.ParseTokens)
	addOption(fs, &o.samples, "samples", "", "COUNT", "100M", quantity.ParseTokens)
	addValue(fs, &o.seq, "seq", "", "COUNT", "4096", parseTokenCount)
	addValue(fs, &o.batch, "batch", "", "COUNT", "1024", parseWhole)
	addValue(fs, &o.batchTokens, "batch-tokens", "", "COUNT", "4M", quantity.ParseTokens)
	addOption(fs, &o.precision, "precision", "", "NAME", "bf16", train.ParsePrecision).among(named(train.ParsePrecision))
	addOption(fs, &o.optimizer, "optimizer", "", "NAME", "adamw", train.ParseOptimizer).among(named(train.ParseOptimizer))
	for _, d := range []struct {
		at            *train.StateType
		name, example string
	}{
		{&o.states.Weights, "weights-dtype", "fp8"}, {&o.states.Gradients, "grads-dtype", "bf16"},
		{&o.states.Master, "master-dtype", "fp16"},
		{&o.states.Moments, "moments-dtype", "bf16"},
	} {
		addValue(fs, d.at, d.name, "", "NAME", d.example, train.ParseStateType).among(named(train.ParseStateType))
	}
	addValue(fs, &o.loss, "loss", "", "NAME", "chunked", train.ParseLoss).among(losses)
	addValue(fs, &o.routing.Capacity, "moe-capacity", "", "FACTOR", "1.25", parseFactor)
	addValue(fs, &o.routing.Imbalance, "moe-imbalance", "", "FACTOR", "1.5", parseFactor)
	addValue(fs, &o.stack, "stack", "", "NAME", "megatron-core", train.FindStack).among(stacks)
	addList(fs, &o.methods, "method", "NAME", "lora", parseMethods).among(named(train.ParseMethod))
	addValue(fs, &o.examples.Count, "examples", "", "COUNT", "50K", parseWhole)
	addValue(fs, &o.examples.Tokens, "example-tokens", "", "COUNT", "512", parseWhole)
	addValue(fs, &o.examples.Epochs, "epochs", "", "N", "3", parseEpochs)
	addValue(fs, &o.examples.Packing, "packing", "", "NAME", "packed", run.ParsePacking).among(named(run.ParsePacking))
	addValue(fs, &o.loraRank, "lora-rank", "", "N", "16", parseDimension)
	addList(fs, &o.loraTargets, "lora-targets", "NAME,...", "all-linear", parseList).among(adapterTargets)
	fs.BoolVar(&o.dora, "dora", false, "")
	addValue(fs, &o.teacher, "teacher", "", "MODEL", "llama-3.1-70b", asTyped)
	addValue(fs, &o.distill.Logits, "teacher-logits", "", "NAME", "stored", train.ParseTeacherLogits).among(named(train.ParseTeacherLogits))
	addValue(fs, &o.distill.TopK, "top-k", "", "N", "64", parseWhole)
	addValue(fs, &o.distill.FP8, "teacher-weights", "", "NAME", "fp8", parseTeacherWeights).among(teacherWeights)
	addPrune(fs, &o.prune)
	addLayoutFlags(fs, &o.fixed)
	addValue(fs, &o.nvme, "nvme-bandwidth", "", "RATE", "3GB/s", quantity.ParseBandwidth)
	addValue(fs, &o.mfu, "mfu", "", "SHARE", "0.4", parseShare)
	addValue(fs, &o.convention, "mfu-convention", "", "NAME", "megatron", train.ParseConvention).among(named(train.ParseConvention))
	addValue(fs, &o.price, "price", "", "USD", "2.50", parsePrice)
	addValue(fs, &o.pue, "pue", "", "RATIO", "1.1", parsePUE)
	addValue(fs, &o.checkpoints, "checkpoints", "", "N", "3", parseDimension)
	addValue(fs, &o.network.ScaleOut, "scale-out", "", "RATE", "400Gb/s", quantity.ParseBandwidth)
	addValue(fs, &o.network.DevicesPerNode, "devices-per-node", "", "N", "8", parseDimension)
	addValue(fs, &o.reliability.DeviceMTBF, "mtbf", "", "TIME", "50000h", quantity.ParseDuration)
	addValue(fs, &o.reliability.Restart, "restart", "", "TIME", "10m", quantity.ParseDuration)
	addValue(fs, &o.reliability.Startup, "startup", "", "TIME", "5m", quantity.ParseDuration)
	addValue(fs, &o.reliability.Interval, "checkpoint-every", "", "TIME", "3h", quantity.ParseDuration)
	addValue(fs, &o.reliability.WriteBandwidth, "write-bandwidth", "", "RATE", "100MB/s", quantity.ParseBandwidth)
	fs.BoolVar(&o.reliability.Async, "async-checkpoint", false, "")
	addValue(fs, &o.schedule.Evaluation.Every, "eval-every", "", "STEPS", "1000", parseWhole)
	addValue(fs, &o.schedule.Evaluation.Batches, "eval-batches", "", "N", "10", parseWhole)
	addValue(fs, &o.schedule.RampUp, "rampup-batch-size", "", "3 COUNTS", "256,256,5M", parseRampUp)
	addValue(fs, &o.sweep.Trials, "trials", "", "N", "200", parseDimension)
	addValue(fs, &o.sweep.Fraction, "trial-fraction", "", "SHARE", "0.05", parseShare)
	addValue(fs, &o.sweep.Parallel, "parallel-trials", "", "N", "4", parseDimension)
	addValue(fs, &o.constantsFile, "constants", "", "FILE", "constants.json", asTyped)
	addHardwareFile(fs, a)
	addBounds(fs, &o.bounds)
	fs.BoolVar(&o.explain, "explain", false, "")
}

// addLayoutFlags adds the dimensions of a plan, and the rest of it.
func addLayoutFlags(fs *pflag.FlagSet, fixed *search.Fixed) {
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
		addValue(fs, d.at, d.name, "", "N", "8", parseDimension)
	}
	addOption(fs, &fixed.ShardGroup, "shard-group", "", "N", "8", parseDimension)
	addOption(fs, &fixed.Sharding, "sharding", "", "NAME", "zero1", train.ParseSharding).among(named(train.ParseSharding))
	addValue(fs, fixed, "recompute", "", "NAME", "full", withRecompute(fixed)).among(recomputes)
	addValue(fs, &p.Modules, "recompute-modules", "", "NAME,...", "core_attn", model.ParseModules).several().among(modules)
	addValue(fs, &p.Offload, "offload-modules", "", "NAME,...", "core_attn", model.ParseModules).several().among(modules)
	addSwitch(fs, &fixed.OffloadOptimizer, "offload-optimizer")
	fs.BoolVar(&p.OffloadParams, "offload-params", false, "")
	fs.BoolVar(&p.OffloadInputs, "offload-inputs", false, "")
	addSwitch(fs, &fixed.SequenceParallel, "sp")
}

// withRecompute reads a mode of recompute into what is fixed of a layout.
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
