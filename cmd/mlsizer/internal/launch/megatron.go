package launch

import (
	"slices"
	"strconv"
	"strings"

	"mlsizer/sizing/train"
)

// megatronFormat is the arguments of pretrain_gpt.py, with the defaults of
// NVIDIA/Megatron-LM@d98e8a64 megatron/training/arguments.py.
var megatronFormat = &format{
	is: func(b *builder) bool {
		return b.has("tensor-model-parallel-size", "pipeline-model-parallel-size") || b.has("num-layers") && b.has("hidden-size")
	},
	read:     (*builder).megatron,
	harmless: []string{"lr*", "min-lr", "weight-decay*", "start-weight-decay", "end-weight-decay", "adam-*", "clip-grad", "init-method-*", "seed", "data-*", "train-data-path", "valid-data-path", "test-data-path", "split", "tokenizer-*", "vocab-file", "merge-file", "vocab-size", "make-vocab-size-divisible-by", "max-position-embeddings", "save*", "load*", "log-*", "tensorboard-*", "wandb-*", "timing-log-*", "num-workers", "distributed-backend", "distributed-timeout-minutes", "exit-*", "override-opt_param-scheduler", "no-load-*", "no-save-*", "finetune", "mock-data", "overlap-*", "attention-backend", "use-flash-attn", "transformer-impl", "use-mcore-models", "no-masked-softmax-fusion", "attention-softmax-in-fp32", "moe-grouped-gemm", "moe-token-dispatcher-type", "moe-aux-loss-coeff", "moe-router-load-balancing-type", "moe-router-dtype", "moe-permute-fusion", "manual-gc*", "dist-ckpt-*", "ckpt-format", "position-embedding-type", "rotary-base", "rotary-percent", "use-rope-scaling", "rope-*", "rotary-scaling-factor", "use-rotary-position-embeddings", "norm-epsilon", "layernorm-epsilon", "attention-dropout", "hidden-dropout", "data-parallel-sharding-strategy", "optimizer-offload-fraction", "microbatch-group-size-per-virtual-pipeline-stage", "cross-entropy-*", "loss-scale", "initial-loss-scale", "num-dataset-builder-threads", "no-create-attention-mask-in-dataloader", "cp-comm-type", "tp-comm-*"},
}

func (b *builder) megatron() {
	b.set("stack", "megatron-core", nil)
	b.megatronLayout()
	b.micro = b.takes("micro-batch", "micro-batch-size", "1")
	b.batch, _ = b.count("global-batch-size")
	b.seq = b.takes("seq", "seq-length", "")
	b.steps, _ = b.count("train-iters")
	b.samples, _ = b.count("train-samples")
	b.megatronRun()
	b.megatronSharding()
	b.megatronRecompute()
	b.megatronPrecision()
	b.megatronOptimizer()
	b.decoder(b.megatronDecoder())
}

func (b *builder) megatronLayout() {
	tp := b.takes("tp", "tensor-model-parallel-size", "1")
	pp := b.takes("pp", "pipeline-model-parallel-size", "1")
	cp := b.takes("cp", "context-parallel-size", "1")
	b.takes("ep", "expert-model-parallel-size", "1")
	b.takes("etp", "expert-tensor-parallel-size", "")
	b.divided = max(times(max(tp, 1), times(max(pp, 1), max(cp, 1))), 1)
	b.megatronStages(max(pp, 1))
	b.takes("first-stage-layers", "decoder-first-pipeline-num-layers", "")
	b.takes("last-stage-layers", "decoder-last-pipeline-num-layers", "")
	switch {
	case b.is("sequence-parallel"):
		b.set("sp", "true", b.find("sequence-parallel"))
	case tp > 1:
		b.set("sp", "false", nil)
	}
}

// megatronStages is the virtual stages: by number, by the layers of each, or by a
// layout of which the even ones are understood.
func (b *builder) megatronStages(pp int64) {
	layers, _ := b.count("num-layers")
	each, e := b.count("num-layers-per-virtual-pipeline-stage")
	layout, l, laid := b.word("pipeline-model-parallel-layout")
	switch {
	case each > 0 && layers > 0 && layers%(pp*each) == 0:
		b.set("vp", itoa(layers/(pp*each)), e)
	case each > 0:
		b.unknown(e)
	case laid:
		b.layout(layout, pp, l)
	default:
		b.takes("vp", "num-virtual-stages-per-pipeline-rank", "1")
	}
}

// layout reads E|t*3|…|L: how many chunks, and how many layers stand in the first
// and the last.
func (b *builder) layout(s string, pp int64, e *entry) {
	chunks, ok := layers(s)
	n := int64(len(chunks))
	if !ok || n%pp != 0 {
		b.unknown(e)
		return
	}
	b.set("vp", itoa(n/pp), e)
	if pp == 1 {
		return
	}
	all := 0
	for _, c := range chunks {
		all += c
	}
	ends := [2]int{chunks[0], chunks[n-1]}
	for _, fixed := range [][2]int{{}, {ends[0], 0}, {0, ends[1]}, ends} {
		if n == 2 && fixed == ends || !slices.Equal(train.SpreadLayers(all, int(n), fixed[0], fixed[1]), chunks) {
			continue
		}
		for i, flag := range []string{"first-stage-layers", "last-stage-layers"} {
			if fixed[i] > 0 {
				b.set(flag, strconv.Itoa(fixed[i]), e)
			}
		}
		return
	}
	b.unknown(e)
}

// mostChunks is how many chunks a layout may have.
const mostChunks = 4096

// layers are those of each chunk of a layout.
func layers(s string) (chunks []int, ok bool) {
	flat, ok := unfold(strings.ReplaceAll(s, " ", ""))
	if !ok {
		return nil, false
	}
	for part := range strings.SplitSeq(flat, "|") {
		if strings.Trim(part, "EtL") != "" || len(chunks) >= mostChunks {
			return nil, false
		}
		chunks = append(chunks, strings.Count(part, "t"))
	}
	return chunks, true
}

// unfold writes the repetitions of a layout out: (t*2|)*3 is tt|tt|tt|.
func unfold(s string) (string, bool) {
	for {
		at := strings.IndexByte(s, '*')
		if at < 1 || len(s) > 1<<16 {
			return s, at < 0 && len(s) <= 1<<16
		}
		end := at + 1
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		n, err := strconv.Atoi(s[at+1 : end])
		from, what := at-1, s[at-1:at]
		if what == ")" {
			from = strings.LastIndexByte(s[:at], '(')
			if from < 0 {
				return "", false
			}
			what = s[from+1 : at-1]
		}
		if err != nil || n < 1 || n*len(what) > 1<<16 {
			return "", false
		}
		s = s[:from] + strings.Repeat(what, n) + s[end:]
	}
}

// megatronRun is the ramp-up and the evaluation, which belong to a run with a
// length.
func (b *builder) megatronRun() {
	long := b.steps > 0 || b.samples > 0
	if e := b.find("rampup-batch-size"); e != nil {
		if len(e.values) == 3 && long {
			b.set("rampup-batch-size", e.values[0].text+","+e.values[1].text+","+e.values[2].text, e)
		} else {
			b.unknown(e)
		}
	}
	batches, e := b.count("eval-iters")
	every, _ := b.count("eval-interval")
	switch {
	case batches > 0 && long:
		if every == 0 {
			every = 1000 // its default
		}
		b.set("eval-every", itoa(every), e)
		b.set("eval-batches", itoa(batches), e)
	case batches > 0:
		b.unknown(e)
	}
}

func (b *builder) megatronSharding() {
	zero1, fsdp := b.is("use-distributed-optimizer"), b.is("use-megatron-fsdp")
	switch {
	case fsdp:
		b.choose("sharding", "data-parallel-sharding-strategy", map[string]string{"no_shard": "none", "optim": "zero1", "optim_grads": "zero2", "optim_grads_params": "zero3"})
	case zero1:
		b.set("sharding", "zero1", b.find("use-distributed-optimizer"))
	default:
		b.set("sharding", "none", nil)
	}
}

func (b *builder) megatronRecompute() {
	granularity, e, _ := b.word("recompute-granularity")
	method, _, _ := b.word("recompute-method")
	n, _ := b.count("recompute-num-layers")
	modules := b.find("recompute-modules")
	if b.is("recompute-activations") && granularity == "" {
		granularity, e = "selective", b.find("recompute-activations")
	}
	switch granularity {
	case "selective":
		b.set("recompute", "selective", e)
		if modules != nil {
			b.set("recompute-modules", joinWords(modules), modules)
		}
	case "full":
		name := "full"
		if method == "block" || method == "uniform" && n > 1 {
			name += ":" + method + ":" + itoa(max(n, 1))
		}
		b.set("recompute", name, e)
	case "":
		if b.find("recompute-granularity") == nil {
			b.set("recompute", "none", nil)
		}
	default:
		b.unknown(e)
	}
}

// joinWords are the values of an entry with commas between them.
func joinWords(e *entry) string {
	var list []string
	for _, w := range e.values {
		list = append(list, w.text)
	}
	return strings.Join(list, ",")
}

func (b *builder) megatronPrecision() {
	fp16, bf16 := b.is("fp16"), b.is("bf16")
	fp8, fp4 := b.find("fp8-format"), b.find("fp4-format")
	recipe, _, _ := b.word("fp8-recipe")
	switch {
	case fp4 != nil:
		b.set("precision", "nvfp4", fp4)
	case fp8 != nil && recipe == "mxfp8":
		b.set("precision", "mxfp8", fp8)
	case fp8 != nil:
		b.set("precision", "fp8", fp8)
	case fp16:
		b.set("precision", "fp16", b.find("fp16"))
	case bf16:
		b.set("precision", "bf16", b.find("bf16"))
	default:
		b.set("precision", "fp32", nil)
	}
}

func (b *builder) megatronOptimizer() {
	name, e, ok := b.word("optimizer")
	momentum, _, _ := b.word("sgd-momentum")
	switch {
	case !ok:
		b.set("optimizer", "adamw", nil)
	case name == "sgd" && momentum != "0.0" && momentum != "0":
		b.set("optimizer", "sgd-momentum", e)
	default:
		b.choose("optimizer", "optimizer", map[string]string{"adam": "adamw", "sgd": "sgd", "lion": "lion", "muon": "muon"})
	}
	if b.is("optimizer-cpu-offload") {
		b.set("offload-optimizer", "true", b.find("optimizer-cpu-offload"))
	} else {
		b.set("offload-optimizer", "false", nil)
	}
	if b.is("fine-grained-activation-offloading") {
		if e := b.find("offload-modules"); e != nil {
			b.unknown(e) // a part of a module of this program each
		}
	}
	b.is("use-precision-aware-optimizer")
	if b.is("fp8-param-gather") {
		b.set("weights-dtype", "fp8", b.find("fp8-param-gather"))
	}
	types := map[string]string{"fp32": "fp32", "bf16": "bf16", "fp16": "fp16", "fp8": "fp8"}
	b.choose("grads-dtype", "main-grads-dtype", types)
	b.choose("master-dtype", "main-params-dtype", types)
	b.choose("moments-dtype", "exp-avg-dtype", types)
	b.find("exp-avg-sq-dtype")
}
