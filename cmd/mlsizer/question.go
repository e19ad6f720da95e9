package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
)

// workOptions are the flags that say what is to be done and how: those of
// estimate and compare.
type workOptions struct {
	on []string

	tokens, samples quantity.Tokens
	seq, batch      int64
	batchTokens     quantity.Tokens
	precision       sizing.Precision
	optimizer       sizing.Optimizer
	methods         []sizing.Method // estimate takes one, compare several
	method          sizing.Method
	examples        sizing.Examples
	teacher         string
	distill         sizing.Distillation
	states          sizing.States
	loss            sizing.Loss
	routing         sizing.Routing
	loraRank        int
	loraTargets     []string
	dora            bool
	stack           *sizing.Stack
	plan            sizing.Plan
	mfu             float64
	convention      sizing.Convention
	schedule        sizing.Schedule
	price           quantity.USD
	pue             float64
	nvme            quantity.Bandwidth
	checkpoints     int
	networkOptions
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
	addValue(fs, &o.on, "on", "", "devices, with a count each: h100x512 (without: the fewest that hold the model)", "DEVICE[xN],...", "h100x8", parseList)
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
	addValue(fs, &o.methods, "method", "", "pretrain, full (fine-tuning), lora or qlora; compare takes several", "NAME", "lora", parseMethods)
	addValue(fs, &o.examples.Count, "examples", "", "length of a fine-tuning in examples, instead of --tokens", "COUNT", "50K", parseWhole)
	addValue(fs, &o.examples.Tokens, "example-tokens", "", "average length of an example", "COUNT", "512", parseWhole)
	addValue(fs, &o.examples.Epochs, "epochs", "", "how often the run sees every example (1)", "N", "3", parseEpochs)
	addValue(fs, &o.examples.Packing, "packing", "", "padded (a sequence for each example) or packed (joined to full sequences) (without: the stack's)", "NAME", "packed", sizing.ParsePacking)
	addValue(fs, &o.loraRank, "lora-rank", "", "rank of the adapters (without: 8)", "N", "16", parseDimension)
	addValue(fs, &o.loraTargets, "lora-targets", "", "matrices with adapters: all-linear or names (without: q_proj,v_proj)", "NAME,...", "all-linear", parseList)
	fs.BoolVar(&o.dora, "dora", false, "give every adapted matrix a trained magnitude for each output (DoRA)")
	addValue(fs, &o.teacher, "teacher", "", "train the model on the outputs of this one (distillation)", "MODEL", "llama-3.1-70b", func(s string) (string, error) { return s, nil })
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
	addValue(fs, &o.scaleOut, "scale-out", "", "network between nodes, a device and direction: 50GB/s or 400Gb/s", "RATE", "400Gb/s", quantity.ParseBandwidth)
	addValue(fs, &o.devicesPerNode, "devices-per-node", "", "devices a node", "N", "8", parseDimension)
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
	addValue(fs, &o.constantsFile, "constants", "", "constants of the step time, as calibrate writes them", "FILE", "constants.json", func(s string) (string, error) { return s, nil })
	fs.StringVar(&a.hardwareFile, "hardware-file", "", "CSV or JSON file with devices of your own")
	addValue(fs, &o.bounds, "bounds", "", "cuts between the tiers (1M,1B,100B,1T)", "4 COUNTS", "1M,1B,100B,1T", sizing.ParseBounds)
	fs.BoolVar(&o.explain, "explain", false, "derive every figure: formula, numbers, source")
	fs.Lookup("hardware-file").Value = &value[string]{at: &a.hardwareFile, parse: func(s string) (string, error) { return s, nil }, kind: "FILE"}
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

// parseMethods reads methods separated by commas.
func parseMethods(s string) ([]sizing.Method, error) {
	var list []sizing.Method
	for item := range strings.SplitSeq(s, ",") {
		m, err := sizing.ParseMethod(item)
		if err != nil {
			return nil, err
		}
		if slices.Contains(list, m) {
			return nil, fmt.Errorf("%s twice", m)
		}
		list = append(list, m)
	}
	return list, nil
}

// parseTeacherWeights reads whether a teacher's weights take a byte each.
func parseTeacherWeights(s string) (fp8 bool, err error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "bf16", "fp16":
		return false, nil
	case "fp8":
		return true, nil
	}
	return false, fmt.Errorf("%q is not a known storage of a teacher's weights (want bf16, fp8)", s)
}

// parseEpochs reads how often a run sees its data.
func parseEpochs(s string) (float64, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f > 0 && f <= 1e6) {
		return 0, errors.New("not a number of epochs (want a number above 0, such as 3)")
	}
	return f, nil
}

// defaultTrial is the share of a run that a trial takes where none is given.
const defaultTrial = 0.05

// parseFactor reads a factor above 0.
func parseFactor(s string) (float64, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f > 0 && f <= 1e3) {
		return 0, fmt.Errorf("%q is not a factor (want a number above 0, such as 1.25)", s)
	}
	return f, nil
}

// parseList reads names separated by commas.
func parseList(s string) ([]string, error) {
	list := strings.Split(s, ",")
	for i, item := range list {
		if list[i] = strings.TrimSpace(item); list[i] == "" {
			return nil, errors.New("an empty item (want devices separated by commas, such as h100x8,a100-80g)")
		}
	}
	return list, nil
}

// complete notes which flags were given.
func (o *workOptions) complete(a *app, cmd *cobra.Command) error {
	fs := cmd.Flags()
	o.precisionSet = fs.Changed("precision")
	o.optimizerSet = fs.Changed("optimizer")
	o.shardingSet = fs.Changed("sharding")
	o.recomputeSet = fs.Changed("recompute")
	o.tokensSet, o.sampled = fs.Changed("tokens"), fs.Changed("samples")
	if err := o.completeTuning(a, cmd); err != nil {
		return err
	}
	if err := o.completeTeacher(a, cmd); err != nil {
		return err
	}
	o.offloadSet, o.groupSet, o.sequenceSet = fs.Changed("offload-optimizer"), fs.Changed("shard-group"), fs.Changed("sp")
	if o.constantsFile != "" {
		var err error
		if o.constants, err = readConstants(o.constantsFile); err != nil {
			return err
		}
	}
	switch {
	case o.sweep.Fraction > 0 && o.sweep.Trials == 0:
		return usageError(errors.New("--trial-fraction needs --trials"), a.commandLine()+" --trials 200")
	case o.sweep.Parallel > 0 && o.sweep.Trials == 0:
		return usageError(errors.New("--parallel-trials needs --trials"), a.commandLine()+" --trials 200")
	case o.sweep.Trials > 0 && !o.lengthSet():
		return usageError(errors.New("--trials are shortened runs (want the length of the run with --tokens or --samples)"), a.commandLine()+" --tokens 100B")
	case o.sweep.Trials > 0 && o.sweep.Fraction == 0:
		o.sweep.Fraction = defaultTrial
	}
	switch {
	case len(o.on) == 0:
		return usageError(errors.New("--on is missing (want devices, such as --on h100x8)"), a.commandLine()+" --on h100x8")
	case (o.loraRank > 0 || o.dora || len(o.loraTargets) > 0) && !slices.ContainsFunc(o.methods, sizing.Method.Adapts):
		return usageError(errors.New("--lora-rank, --lora-targets and --dora are for --method lora or qlora"), a.commandLine()+" --method lora")
	case o.nvme > 0 && !o.plan.OffloadOptimizer && !o.plan.OffloadParams:
		return usageError(errors.New("--nvme-bandwidth is for state that is offloaded (want --offload-optimizer or --offload-params too)"), a.commandLine()+" --stack deepspeed --offload-optimizer")
	case o.batch > 0 && o.batchTokens > 0:
		return usageErrorf("--batch and --batch-tokens both give the global batch (want one of them)")
	}
	return nil
}

// lengthSet says whether the length of the run was given.
func (o *workOptions) lengthSet() bool { return o.tokensSet || o.sampled || o.examples.Count > 0 }

// completeTuning settles which weights the run changes and on what, and
// refuses what does not go together.
func (o *workOptions) completeTuning(a *app, cmd *cobra.Command) error {
	several := cmd.Name() == "compare"
	x, fs := &o.examples, cmd.Flags()
	if several && x.Count > 0 && len(o.methods) == 0 {
		o.methods = []sizing.Method{sizing.FullTune, sizing.LoRA, sizing.QLoRA}
	}
	if len(o.methods) == 0 {
		o.methods = []sizing.Method{sizing.Pretrain}
	}
	o.method = o.methods[0]
	switch {
	case len(o.methods) > 1 && !several:
		return usageError(fmt.Errorf("--method %s: %d methods (%s takes one, compare takes several)", fs.Lookup("method").Value, len(o.methods), cmd.Name()), a.commandReplacing(cmd.Name(), "compare"))
	case x.Count == 0:
		for _, name := range []string{"example-tokens", "epochs", "packing"} {
			if fs.Changed(name) {
				return usageError(fmt.Errorf("--%s needs --examples", name), a.commandLine()+" --examples 50K")
			}
		}
	case o.tokensSet:
		return usageError(errors.New("--examples and --tokens both give the length of the run (want one of them)"), a.commandWithout("tokens"))
	case o.sampled:
		return usageError(errors.New("--examples and --samples both give the length of the run (want one of them)"), a.commandWithout("samples"))
	case slices.Contains(o.methods, sizing.Pretrain):
		err := errors.New("--examples are for fine-tuning (want --method full, lora or qlora)")
		if fs.Changed("method") {
			return usageError(err, a.commandWithout("method")+" --method lora")
		}
		return usageError(err, a.commandLine()+" --method lora")
	}
	return nil
}

// completeTeacher finds the teacher, and refuses what does not go together.
func (o *workOptions) completeTeacher(a *app, cmd *cobra.Command) error {
	fs := cmd.Flags()
	if o.teacher == "" {
		for _, name := range []string{"teacher-logits", "top-k", "teacher-weights"} {
			if fs.Changed(name) {
				return usageError(fmt.Errorf("--%s needs --teacher", name), a.commandLine()+" --teacher llama-3.1-70b")
			}
		}
		return nil
	}
	if cmd.Name() == "plan" {
		return usageError(errors.New("--teacher: plan does not look for layouts with a teacher beside (want estimate)"), a.commandReplacing("plan", "estimate"))
	}
	m, err := a.resolve(cmd.Context(), o.teacher)
	if err != nil {
		return err
	}
	o.distill.Teacher = m.Model
	return nil
}

// asked finds the model of a command that takes one, pruned if that is asked, and
// its devices.
func (a *app) asked(ctx context.Context, model string, prune []sizing.Prune, on []string) (*modelArg, []target, error) {
	m, err := a.resolve(ctx, model)
	if err != nil {
		return nil, nil, err
	}
	if m, err = m.prunedOnce(prune); err != nil {
		return nil, nil, err
	}
	targets, err := a.targets(on)
	return m, targets, err
}

// oneModel takes the one MODEL of a command; none and several are refused with
// what is wanted.
func oneModel(at *string, want, hint, several string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch len(args) {
		case 0:
			return usageError(fmt.Errorf("no model (want one MODEL, such as %s)", want), hint)
		case 1:
			*at = args[0]
			return nil
		}
		return usageErrorf("%d models (want one MODEL; %s takes several)", len(args), several)
	}
}

// target is a device with a count, as typed.
type target struct {
	Input  string
	Device *hardware.Device
	Count  int // 0: the fewest that hold the model
}

// Name is the device as typed, without its count.
func (t *target) Name() string {
	if t.Count == 0 {
		return t.Input
	}
	return strings.TrimRight(t.Input[:strings.LastIndexAny(t.Input, "xX×")], " ")
}

// targets finds the devices of --on.
func (a *app) targets(on []string) ([]target, error) {
	c, err := a.hardware()
	if err != nil {
		return nil, err
	}
	list := make([]target, 0, len(on))
	for _, s := range on {
		cluster, err := hardware.ParseCluster(c, s)
		if err != nil {
			return nil, a.deviceError("--on ", s, err)
		}
		t := target{Input: s, Device: cluster.Device, Count: cluster.Count}
		// A name alone leaves the number of devices open.
		if _, err := c.Find(strings.TrimSpace(s)); err == nil {
			t.Count = 0
		}
		list = append(list, t)
	}
	return list, nil
}

// catalogueDevice is a device's name if the catalogue knows it.
func (a *app) catalogueDevice(name string) (string, error) {
	c, err := a.hardware()
	if err == nil {
		_, err = c.Find(name)
	}
	return name, err
}

// deviceError says what is wrong with a device, with the nearest name.
func (a *app) deviceError(flag, input string, err error) error {
	if strings.HasPrefix(err.Error(), `"`) {
		err = fmt.Errorf("%s%w", flag, err)
	} else {
		err = fmt.Errorf("%s%q: %w", flag, input, err)
	}
	var nf *hardware.NotFoundError
	if !errors.As(err, &nf) {
		return usageError(err, "")
	}
	if m := countFirst.FindStringSubmatch(input); m != nil {
		if d, err2 := a.catalogueDevice(m[2]); err2 == nil {
			return usageError(err, a.commandReplacing(input, d+"x"+m[1]))
		}
	}
	if len(nf.Near) == 0 {
		return usageError(err, "mlsizer hardware")
	}
	fixed := nf.Near[0]
	if i := strings.LastIndexAny(input, "xX×"); nf.Name != input && i > 0 {
		fixed += input[i:] // the count
	}
	return usageError(err, a.commandReplacing(input, fixed))
}

// ask answers for one model on one device.
func (o *workOptions) ask(m *modelArg, t target) (*sizing.Answer, error) {
	q, err := o.question(m, t)
	if err != nil {
		return nil, err
	}
	answer, err := sizing.Ask(q)
	if err == nil {
		o.noteAsked(m, answer)
	}
	return answer, err
}

// noteAsked says what is doubtful of the model and which optimizer was chosen.
func (o *workOptions) noteAsked(m *modelArg, answer *sizing.Answer) {
	answer.Notes = append(answer.Notes, m.fileNotes()...)
	if o.optimizerSet {
		return
	}
	text := both(labelOptimizerChosen, o.optimizer)
	answer.Notes = append([]sizing.Note{{Code: "optimizer", Text: text.EN, Chinese: text.ZH}}, answer.Notes...)
}

// question is what the flags ask about one model on one device.
func (o *workOptions) question(m *modelArg, t target) (q sizing.Question, err error) {
	tokens := o.tokens
	switch perToken := m.Model.PerToken(); {
	case perToken && o.sampled && !o.tokensSet:
		return q, &sizing.PlanError{Flag: "samples", Text: fmt.Sprintf("%s reads tokens (want --tokens)", m.Model.Name)}
	case !perToken && o.tokensSet && !o.sampled:
		return q, &sizing.PlanError{Flag: "tokens", Text: fmt.Sprintf("%s is counted in samples of one %s (want --samples)", m.Model.Name, m.Model.Unit)}
	case !perToken:
		tokens = o.samples
	case o.examples.Count > 0 && o.examples.Tokens == 0:
		return q, &sizing.PlanError{Flag: "examples", Text: fmt.Sprintf("%s reads tokens (want --example-tokens, the average length of an example)", m.Model.Name)}
	}
	q = sizing.Question{
		Model: m.Model, Device: t.Device, Count: t.Count, Stack: o.stack,
		Workload: sizing.Workload{
			Tokens: tokens, Seq: o.seq, Batch: o.batch, Precision: o.precision, Optimizer: o.optimizer,
			Method: o.method, Adapter: sizing.Adapter{Rank: int64(o.loraRank), Targets: o.loraTargets, Magnitudes: o.dora},
			MFU: o.mfu, Convention: o.convention, CheckpointsKept: o.checkpoints, PricePerHour: o.price, PUE: o.pue, NVMe: o.nvme, States: o.states, Loss: o.loss, Routing: o.routing,
		},
		BatchTokens:      o.batchTokens,
		Examples:         o.examples,
		Constants:        o.constants,
		Reliability:      o.reliability,
		Schedule:         o.schedule,
		Sweep:            o.sweep,
		DefaultPrecision: !o.precisionSet,
		Plan:             o.plan,
		DefaultSharding:  !o.shardingSet,
		DefaultRecompute: !o.recomputeSet,
	}
	if o.distill.Teacher != nil {
		q.Distill = &o.distill
	}
	fixed := o.fixed()
	// What is kept outside the device is the user's to say: no measurement
	// confirms the time of it, and it takes a host that has the memory.
	fixed.Offload = true
	q.Search = search.Layout(fixed)
	q.Options = append(q.Options, o.clusterOptions()...)
	if m.Entry != nil {
		for _, r := range m.Entry.Runs {
			if q.KnownSeq == 0 {
				q.KnownSeq = r.SeqLen
			}
			if q.KnownBatchTokens == 0 {
				q.KnownBatchTokens = quantity.Tokens(r.BatchTokens)
			}
		}
	}
	return q, nil
}

// fixed is what the flags leave no choice about.
func (o *workOptions) fixed() search.Fixed {
	return search.Fixed{
		Plan: o.plan, Sharding: o.shardingSet, Recompute: o.recomputeSet,
		SequenceParallel: o.sequenceSet, Offload: o.offloadSet, ShardGroup: o.groupSet,
	}
}

// flagOf is the flag that an error of the domain is about, "" if unknown.
func flagOf(err error) string {
	var plan *sizing.PlanError
	var rate *hardware.UnsupportedError
	switch {
	case errors.As(err, &plan):
		return plan.Flag
	case errors.As(err, &rate):
		return "precision"
	}
	return ""
}

// flagError names the flag that an error of the domain is about; name is "" if
// that flag was not given.
func flagError(cmd *cobra.Command, err error) (name string, wrapped error) {
	name = flagOf(err)
	flag := cmd.Flags().Lookup(name)
	if flag == nil || !flag.Changed {
		return "", err
	}
	var rate *hardware.UnsupportedError
	if errors.As(err, &rate) {
		err = noRate(rate)
	}
	return name, fmt.Errorf("--%s %s: %w", name, flag.Value, err)
}

// askError makes a usage error of an answer that could not be given. The hint
// leaves the choice of what is wrong to the program, if that gives an answer.
func (a *app) askError(cmd *cobra.Command, o *workOptions, m *modelArg, t target, err error) error {
	name, wrapped := flagError(cmd, err)
	if name == "" {
		if strings.Contains(err.Error(), "network between nodes") {
			return usageError(err, a.commandLine()+" --scale-out 50GB/s")
		}
		return usageError(err, a.relaxed(o, m, t))
	}
	switch name {
	case "tokens":
		return usageError(wrapped, a.commandReplacing("--tokens", "--samples"))
	case "samples":
		return usageError(wrapped, a.commandReplacing("--samples", "--tokens"))
	case "examples":
		if o.examples.Tokens == 0 {
			return usageError(wrapped, a.commandLine()+" --example-tokens 512")
		}
	case "example-tokens", "packing":
		return usageError(wrapped, a.commandWithout(name))
	}
	without := *o
	switch name {
	case "precision":
		without.precisionSet = false
	case "tp":
		without.plan.TP, without.plan.SequenceParallel = 0, false
	case "batch":
		without.batch = 0
	case "seq":
		without.seq = 0
	default:
		return usageError(wrapped, a.relaxed(o, m, t))
	}
	if _, err := without.ask(m, t); err != nil {
		return usageError(wrapped, a.relaxed(o, m, t))
	}
	return usageError(wrapped, a.commandWithout(name))
}

// networkOptions are the flags about the cluster.
type networkOptions struct {
	scaleOut       quantity.Bandwidth
	devicesPerNode int
}

// clusterOptions are what the flags about the cluster ask for.
func (o *networkOptions) clusterOptions() []hardware.Option {
	var list []hardware.Option
	if o.scaleOut > 0 {
		list = append(list, hardware.WithScaleOut(o.scaleOut))
	}
	if o.devicesPerNode > 0 {
		list = append(list, hardware.WithDevicesPerNode(o.devicesPerNode))
	}
	return list
}

// noRate says which precisions of training the device computes in: it may have
// a rate for formats that are none.
func noRate(e *hardware.UnsupportedError) error {
	var names []string
	for _, p := range sizing.Precisions(e.Device) {
		names = append(names, p.String())
	}
	if len(names) == 0 {
		return e
	}
	return fmt.Errorf("%q: no %s matrix rate known (want %s)", e.Device.ID, e.DType, strings.Join(names, ", "))
}

// relaxed is the command line with the whole layout left open, "" if even that
// has no answer.
func (a *app) relaxed(o *workOptions, m *modelArg, t target) string {
	open := *o
	open.plan, open.shardingSet, open.recomputeSet = sizing.Plan{}, false, false
	open.offloadSet, open.groupSet, open.sequenceSet = false, false, false
	if _, err := open.ask(m, t); err != nil {
		return ""
	}
	var names []string
	layout := pflag.NewFlagSet("", pflag.ContinueOnError)
	addLayoutFlags(layout, &sizing.Plan{})
	layout.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	line := a.commandWithout(names...)
	if line == a.commandLine() {
		return ""
	}
	return line
}

// errOneDevice says that estimate takes one machine.
func errOneDevice(on []string) error {
	return fmt.Errorf("--on %q: %d devices (estimate takes one, compare takes several)", strings.Join(on, ","), len(on))
}
