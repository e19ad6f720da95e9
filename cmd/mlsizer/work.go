package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
)

// workOptions are the flags that say what is to be done and how: those of
// estimate and compare.
type workOptions struct {
	on []string

	tokens, samples    quantity.Tokens
	seq, batch         int64
	batchTokens        quantity.Tokens
	precision          sizing.Precision
	optimizer          sizing.Optimizer
	methods            []sizing.Method // estimate takes one, compare several
	method             sizing.Method
	examples           sizing.Examples
	teacher            string
	distill            sizing.Distillation
	states             sizing.States
	loss               sizing.Loss
	routing            sizing.Routing
	loraRank           int
	loraTargets        []string
	dora               bool
	stack              *sizing.Stack
	plan               sizing.Plan
	mfu                float64
	convention         sizing.Convention
	schedule           sizing.Schedule
	price              quantity.USD
	pue                float64
	nvme               quantity.Bandwidth
	checkpoints        int
	network            hardware.Network
	reliability        sizing.Reliability
	sweep              sizing.Sweep
	prune              []sizing.Prune
	constantsFile      string
	constants          *sizing.Constants
	bounds             sizing.Bounds
	explain            bool
	precisionSet       bool
	optimizerSet       bool
	shardingSet        bool
	recomputeSet       bool
	tokensSet, sampled bool

	offloadSet, groupSet, sequenceSet bool
}

// addWorkFlags adds the flags of a training estimate.
func addWorkFlags(a *app, cmd *cobra.Command, o *workOptions) {
	o.bounds = sizing.DefaultBounds
	fs := cmd.Flags()
	fs.SortFlags = false
	addList(fs, &o.on, "on", "devices, with a count each: h100x512 (without: the fewest that hold the model)", "DEVICE[xN],...", "h100x8", parseList)
	addValue(fs, &o.tokens, "tokens", "", "length of the run in tokens: 15T (without: one step)", "COUNT", "1T", quantity.ParseTokens)
	addValue(fs, &o.samples, "samples", "", "length of the run in samples, for models that count images or frames", "COUNT", "100M", quantity.ParseTokens)
	addValue(fs, &o.seq, "seq", "", "sequence length in tokens: 4096 or 4k", "COUNT", "4096", parseTokenCount)
	addValue(fs, &o.batch, "batch", "", "global batch in sequences or samples", "COUNT", "1024", parseWhole)
	addValue(fs, &o.batchTokens, "batch-tokens", "", "global batch in tokens: 4M", "COUNT", "4M", quantity.ParseTokens)
	addValue(fs, &o.precision, "precision", "", "bf16, fp16, fp8, mxfp8, nvfp4, tf32 or fp32", "NAME", "bf16", sizing.ParsePrecision)
	addValue(fs, &o.optimizer, "optimizer", "", "adamw, adam8bit, adafactor, lion, muon, sgd-momentum or sgd", "NAME", "adamw", sizing.ParseOptimizer)
	for _, d := range []struct {
		at                  *sizing.StateType
		name, what, example string
	}{
		{&o.states.Weights, "weights-dtype", "weights: fp32, bf16 or fp8", "fp8"}, {&o.states.Gradients, "grads-dtype", "gradients: fp32 or bf16", "bf16"},
		{&o.states.Master, "master-dtype", "the copy of the weights that is updated: fp32, fp16, int16 (the half that bf16 weights lack) or none", "fp16"},
		{&o.states.Moments, "moments-dtype", "moments: fp32, bf16, fp16 or fp8", "bf16"},
	} {
		addValue(fs, d.at, d.name, "", "format of "+d.what+" (without: the stack's)", "NAME", d.example, sizing.ParseStateType)
	}
	addValue(fs, &o.loss, "loss", "", "cross-entropy: plain, fused (one kernel) or chunked (a part of the tokens at a time) (without: the stack's)", "NAME", "chunked", sizing.ParseLoss)
	addValue(fs, &o.routing.Capacity, "moe-capacity", "", "tokens an expert takes over its even share, padded to it", "FACTOR", "1.25", parseFactor)
	addValue(fs, &o.routing.Imbalance, "moe-imbalance", "", "tokens of the busiest expert rank over the mean", "FACTOR", "1.5", parseFactor)
	addValue(fs, &o.stack, "stack", "", "training software: megatron-core, torchtitan, deepspeed, maxtext, transformers, ...", "NAME", "megatron-core", sizing.FindStack)
	addList(fs, &o.methods, "method", "pretrain, full (fine-tuning), lora or qlora; compare takes several", "NAME", "lora", parseMethods)
	addValue(fs, &o.examples.Count, "examples", "", "length of a fine-tuning in examples, instead of --tokens", "COUNT", "50K", parseWhole)
	addValue(fs, &o.examples.Tokens, "example-tokens", "", "average length of an example", "COUNT", "512", parseWhole)
	addValue(fs, &o.examples.Epochs, "epochs", "", "how often the run sees every example (1)", "N", "3", parseEpochs)
	addValue(fs, &o.examples.Packing, "packing", "", "padded (a sequence for each example) or packed (joined to full sequences) (without: the stack's)", "NAME", "packed", sizing.ParsePacking)
	addValue(fs, &o.loraRank, "lora-rank", "", "rank of the adapters (without: 8)", "N", "16", parseDimension)
	addList(fs, &o.loraTargets, "lora-targets", "matrices with adapters: all-linear or names (without: q_proj,v_proj)", "NAME,...", "all-linear", parseList)
	fs.BoolVar(&o.dora, "dora", false, "give every adapted matrix a trained magnitude for each output (DoRA)")
	addValue(fs, &o.teacher, "teacher", "", "train the model on the outputs of this one (distillation)", "MODEL", "llama-3.1-70b", asTyped)
	addValue(fs, &o.distill.Logits, "teacher-logits", "", "online (the teacher's forward pass in every step) or stored (one pass over the data before) (online)", "NAME", "stored", sizing.ParseTeacherLogits)
	addValue(fs, &o.distill.TopK, "top-k", "", "logits a token that are stored (without: all)", "N", "64", parseWhole)
	addValue(fs, &o.distill.FP8, "teacher-weights", "", "storage of the teacher's weights: bf16 or fp8 (without: the run's precision)", "NAME", "fp8", parseTeacherWeights)
	addPrune(fs, &o.prune)
	addLayoutFlags(fs, &o.plan)
	addValue(fs, &o.nvme, "nvme-bandwidth", "", "offloaded state lies on NVMe disks that read and write so much a device", "RATE", "3GB/s", quantity.ParseBandwidth)
	addValue(fs, &o.mfu, "mfu", "", "take this model FLOPs utilisation instead of predicting the time", "SHARE", "0.4", parseShare)
	addValue(fs, &o.convention, "mfu-convention", "", "what --mfu and the MFU shown first count: palm, megatron, 6nd or hardware (HFU)", "NAME", "megatron", sizing.ParseConvention)
	addValue(fs, &o.price, "price", "", "dollars a device and hour, instead of the catalogue's", "USD", "2.50", parsePrice)
	addValue(fs, &o.pue, "pue", "", "power of the facility over that of the machines (1.1)", "RATIO", "1.1", parsePUE)
	addValue(fs, &o.checkpoints, "checkpoints", "", "full checkpoints that storage keeps (3)", "N", "3", parseDimension)
	addValue(fs, &o.network.ScaleOut, "scale-out", "", "network between nodes, a device and direction: 50GB/s or 400Gb/s", "RATE", "400Gb/s", quantity.ParseBandwidth)
	addValue(fs, &o.network.DevicesPerNode, "devices-per-node", "", "devices a node", "N", "8", parseDimension)
	addValue(fs, &o.reliability.DeviceMTBF, "mtbf", "", "mean time between failures of a device (50.7K hours, as Llama 3 reports)", "TIME", "50000h", quantity.ParseDuration)
	addValue(fs, &o.reliability.Restart, "restart", "", "time to restart after a failure (10 min)", "TIME", "10m", quantity.ParseDuration)
	addValue(fs, &o.reliability.Startup, "startup", "", "from the start to the first step: scheduling, compilation, first data (without: as --restart)", "TIME", "5m", quantity.ParseDuration)
	addValue(fs, &o.reliability.Interval, "checkpoint-every", "", "time between checkpoints (without: the best)", "TIME", "3h", quantity.ParseDuration)
	addValue(fs, &o.reliability.WriteBandwidth, "write-bandwidth", "", "what a device's share of the storage takes", "RATE", "100MB/s", quantity.ParseBandwidth)
	fs.BoolVar(&o.reliability.Async, "async-checkpoint", false, "copy a checkpoint to the host and write it while training goes on")
	addValue(fs, &o.schedule.Evaluation.Every, "eval-every", "", "steps between evaluations (without: none)", "STEPS", "1000", parseWhole)
	addValue(fs, &o.schedule.Evaluation.Batches, "eval-batches", "", "global batches of an evaluation, forward only", "N", "10", parseWhole)
	addValue(fs, &o.schedule.RampUp, "rampup-batch-size", "", "grow the batch from a start by an increment over so many samples: START,INCREMENT,SAMPLES", "3 COUNTS", "256,256,5M", parseRampUp)
	addValue(fs, &o.sweep.Trials, "trials", "", "shortened runs of a search over architectures or hyper-parameters", "N", "200", parseDimension)
	addValue(fs, &o.sweep.Fraction, "trial-fraction", "", "length of a trial as a share of the run (without: 0.05)", "SHARE", "0.05", parseShare)
	addValue(fs, &o.sweep.Parallel, "parallel-trials", "", "trials at once, each on an equal part of the devices (1)", "N", "4", parseDimension)
	addValue(fs, &o.constantsFile, "constants", "", "constants of the step time, as calibrate writes them", "FILE", "constants.json", asTyped)
	fs.StringVar(&a.hardwareFile, "hardware-file", "", "CSV or JSON file with devices of your own")
	addValue(fs, &o.bounds, "bounds", "", "cuts between the tiers (1M,1B,100B,1T)", "4 COUNTS", "1M,1B,100B,1T", sizing.ParseBounds)
	fs.BoolVar(&o.explain, "explain", false, "derive every figure: formula, numbers, source")
	fs.Lookup("hardware-file").Value = &value[string]{at: &a.hardwareFile, parse: asTyped, kind: "FILE"}
}

// addLayoutFlags adds the dimensions of a plan.
func addLayoutFlags(fs *pflag.FlagSet, p *sizing.Plan) {
	for _, d := range []struct {
		at          *int
		name, usage string
	}{
		{&p.TP, "tp", "tensor parallel"},
		{&p.PP, "pp", "pipeline stages"},
		{&p.VP, "vp", "virtual stages a device"},
		{&p.CP, "cp", "context parallel"},
		{&p.EP, "ep", "expert parallel"},
		{&p.DP, "dp", "data parallel"},
		{&p.MicroBatch, "micro-batch", "sequences of a micro-batch"},
		{&p.ETP, "etp", "tensor parallel inside an expert"},
		{&p.ShardGroup, "shard-group", "ranks that shard together (HSDP)"},
		{&p.FirstLayers, "first-stage-layers", "layers of the first pipeline stage (with vp: model chunk)"},
		{&p.LastLayers, "last-stage-layers", "layers of the last pipeline stage (with vp: model chunk)"},
	} {
		addValue(fs, d.at, d.name, "", d.usage+" (without: chosen)", "N", "8", parseDimension)
	}
	addValue(fs, &p.Sharding, "sharding", "", "none, zero1, zero2, zero3 or fsdp (without: chosen)", "NAME", "zero1", sizing.ParseSharding)
	addValue(fs, p, "recompute", "", "none, selective, full, full:uniform:N, full:block:N or every:N layers (without: chosen)", "NAME", "full", p.WithRecompute)
	addValue(fs, &p.Modules, "recompute-modules", "", "what selective recompute drops: core_attn,layernorm,mlp,moe_act,moe,shared_experts,mla_up_proj", "NAME,...", "core_attn", sizing.ParseModules)
	addValue(fs, &p.Offload, "offload-modules", "", "modules whose activations wait in the host's memory", "NAME,...", "core_attn", sizing.ParseModules)
	fs.BoolVar(&p.OffloadOptimizer, "offload-optimizer", false, "keep the optimizer state in the host's memory")
	fs.BoolVar(&p.OffloadParams, "offload-params", false, "keep the weights in the host's memory (zero3; with FSDP gradients and optimizer state too)")
	fs.BoolVar(&p.OffloadInputs, "offload-inputs", false, "keep the layer inputs of full recompute in the host's memory")
	fs.BoolVar(&p.SequenceParallel, "sp", false, "sequence parallel along with --tp")
}
