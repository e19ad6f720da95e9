package train

import (
	"math"
	"slices"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// profile is a model, a workload and a stack, reduced to the sums that a plan
// scales. It is computed once per estimate; evaluating a plan reads it and
// allocates nothing.
type profile struct {
	model  *model.Model
	stack  *Stack
	rules  ruleSet // of the stack's framework
	kinds  []layerKind
	body   []run // the body layers in order, as runs of one kind
	input  []int // kinds of the groups on the first stage
	output []int // kinds of the groups on the last stage
	layers int   // body layers
	// tpUnit is the number that tensor parallelism must divide: the greatest
	// common divisor of the heads of all blocks; 0 if there is nothing to
	// divide.
	tpUnit int64
	// experts is the same for expert parallelism.
	experts int64

	weightBytes, gradBytes, masterBytes float64 // per parameter
	momentBytes                         float64 // per full-precision moment
	gatherBytes                         float64 // per gathered weight
	stepGradBytes                       float64 // per parameter of a rank's shard, during the optimizer step
	storedBytes                         float64 // per weight as stored, on average
	actBytes                            float64 // per activation

	// Whole-model figures.
	params, active quantity.Params
	fwd            sampleFLOPs // of the forward pass of one sample
	bodyFLOPs      float64     // of the body layers: what full recompute repeats
	// moduleFLOPs are those of the body layers that selective recompute can
	// repeat by module.
	moduleFLOPs [model.NumModules]float64
	// operatorFLOPs are those of the body layers that selective recompute
	// repeats operator by operator: every second product, and scans.
	operatorFLOPs float64
	// FLOPs of one sample, forward and backward, by convention.
	palm, megatron, sixND float64
	logits                float64 // elements of the loss input per sample
	oneLoss               float64 // of the largest single loss
	logitsBytes           float64 // per logit at the peak of its loss
	unpacked              float64 // bytes of the largest packed matrix after unpacking
	unpackBytes           float64 // bytes read and written per unpacked parameter; 0: none is packed
	boundary              float64 // bytes per sample of hidden states between two stages
	embeddingMoments      float64 // bytes of optimizer state per embedding parameter
	scale                 float64
}

// run is a number of consecutive layers of one kind. full is how many of them a
// partial recompute method recomputes.
type run struct{ kind, count, full int }

// The classes that parallelism divides parameters into.
const (
	clsTensor  = iota // divided by TP
	clsKV             // divided by TP up to the number of KV heads
	clsWhole          // on every TP rank
	clsExperts        // divided by EP and TP
	numClasses
)

// layerKind is one layer of a group: its parameters, FLOPs and activations for
// one sample.
type layerKind struct {
	name    string
	layers  int
	params  [numClasses]float64
	stored  [numClasses]float64 // bytes of the weights as stored
	packed  [numClasses]float64 // parameters that a product unpacks first
	trained [numClasses]float64 // parameters with a gradient
	moments [numClasses]float64 // bytes of optimizer state
	shared  float64             // parameters that another stage also stores, divided by TP
	maxKV   float64             // KV heads
	flops   sampleFLOPs
	modules [model.NumModules]float64 // the part of flops that belongs to each module
	sixND   float64                   // 6 FLOPs per parameter and token, in a product or not
	// saved are the activations that the forward pass saves of one sample;
	// written are the same in the precision in which operators write them.
	saved, written activations
	// products is the part of saved that matrix products or attention output:
	// what operator-level recompute saves.
	products [model.NumAxes]float64
	// input is the layer's input in bytes: what full recompute saves.
	input  float64
	tokens float64
	hidden float64
	topK   float64 // experts per token
	// reductions is how many of the layer's blocks end in a matrix that tensor
	// parallelism divides by its inputs, so that an all-reduce sums the
	// outputs.
	reductions float64
	ops        layerOps // for the step time
	// scores is the buffer of one sample's attention scores in bytes.
	scores float64
}

// sampleFLOPs are the forward FLOPs of one sample, by what divides them.
type sampleFLOPs struct {
	tensor  float64 // products divided by TP
	whole   float64 // products that every TP rank repeats
	experts float64 // products of routed experts
	mixing  float64 // attention and scans as executed, divided by TP
	full    float64 // mixing as the full-attention conventions count it
}

func (w sampleFLOPs) total() float64 { return w.products() + w.mixing }

// products returns the FLOPs of products with weights.
func (w sampleFLOPs) products() float64 { return w.tensor + w.whole + w.experts }

func (w sampleFLOPs) times(f float64) sampleFLOPs {
	return sampleFLOPs{w.tensor * f, w.whole * f, w.experts * f, w.mixing * f, w.full * f}
}

func (w *sampleFLOPs) add(o sampleFLOPs) {
	w.tensor += o.tensor
	w.whole += o.whole
	w.experts += o.experts
	w.mixing += o.mixing
	w.full += o.full
}

// Prepared is a model with a workload, a stack and a cluster. It evaluates any
// number of plans and is safe for concurrent use.
type Prepared struct {
	Workload Workload
	Cluster  hardware.Cluster
	profile  *profile
	rate     hardware.Rate
	// network is the bandwidth between nodes, per device and direction.
	network   quantity.Bandwidth
	constants *Constants
	timing    timing
	workspace quantity.Bytes // allocated by libraries on the device
	Teacher   *Teacher       // nil: none
	Others    *Others        // nil: the step is the update alone
	// makeOthers makes Others for another cluster; nil: none.
	makeOthers func(*Prepared) (*Others, error)
	// draw is the power per device, with its share of the node and the network.
	draw hardware.Draw
	// memoryBands are the bands of large and of small memory estimates.
	memoryBands [2]MemoryBand
}

// Model returns the prepared model.
func (p *Prepared) Model() *model.Model { return p.profile.model }

// Params returns the model's parameter count.
func (p *Prepared) Params() quantity.Params { return p.profile.params }

// ActiveParams returns the parameters that one token uses.
func (p *Prepared) ActiveParams() quantity.Params { return p.profile.active }

// HasExperts reports whether a layer of the model has experts.
func (p *Prepared) HasExperts() bool { return p.profile.experts > 0 }

// Stack returns the training framework of the estimate.
func (p *Prepared) Stack() *Stack { return p.profile.stack }

// Prepare reduces a model, a workload, a stack and a cluster to what plans are
// evaluated on. It returns an error if the model's dimensions are wrong, the
// workload is incomplete or the device does not support the workload's
// precision.
func Prepare(m *model.Model, w Workload, s *Stack, c hardware.Cluster) (*Prepared, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	if err := w.Check(m); err != nil {
		return nil, err
	}
	if err := w.States.check(s, &w); err != nil {
		return nil, err
	}
	if err := s.checkLoss(&w); err != nil {
		return nil, err
	}
	p, err := Prepared{Workload: w, profile: newProfile(m, w, s), constants: DefaultConstants()}.On(c)
	return &p, err
}

// TrainedParams returns how many parameters the workload trains: those of the
// adapters, or all.
func (p *Prepared) TrainedParams() quantity.Params {
	n := 0.0
	for i := range p.profile.kinds {
		k := &p.profile.kinds[i]
		n += sum(k.trained[:]) * float64(k.layers)
	}
	return quantity.Params(math.Round(n))
}

// Check returns an error for an impossible workload.
func (w *Workload) Check(m *model.Model) error {
	switch {
	case w.Seq < 1 || w.Seq > model.MaxDim:
		return note.FieldError("seq", "workload.sequence-out-of-range", w.Seq, int64(model.MaxDim))
	case w.Batch > model.MaxDim:
		return note.FieldError("batch", "batch.out-of-range", w.Batch, int64(model.MaxDim))
	case w.Batch < 0 || w.Tokens < 0:
		return note.FieldError("batch", "workload.negative", w.Batch, w.Tokens)
	case !m.PerToken() && w.Seq != 1:
		return note.FieldError("seq", "workload.no-sequence-length", m.Name, note.Word(m.Unit))
	case w.Precision >= numPrecisions || w.Optimizer >= numOptimizers:
		return note.FieldError("precision", "workload.unknown-precision-or-optimizer")
	case w.FreezesWeights() && (w.Adapter.Rank < 1 || w.Adapter.Rank > model.MaxDim || len(w.Adapter.Targets) == 0):
		return note.FieldError("lora-rank", "workload.adapter-needs-rank-and-targets", w.Method, w.Adapter.Rank)
	case !(w.MFU >= 0 && w.MFU <= 1):
		return note.FieldError("mfu", "workload.mfu-out-of-range", w.MFU)
	case w.Convention >= numConventions:
		return note.FieldError("mfu-convention", "workload.unknown-mfu-convention", w.Convention)
	}
	return w.Routing.check(m)
}

// newProfile sums the blocks of every group.
func newProfile(m *model.Model, w Workload, s *Stack) *profile {
	c := &profile{model: m, stack: s, rules: rulesOf(s.Name), tpUnit: m.TensorUnit(), experts: m.ExpertUnit(), params: m.Params(), active: m.ActiveParams(), scale: m.CountScale(), actBytes: w.Precision.Bytes()}
	b := s.states(w.Precision, &w.States)
	c.weightBytes, c.gradBytes, c.masterBytes, c.momentBytes = b.weight, b.gradient, b.master, b.moment
	c.gatherBytes = min(c.actBytes, b.weight)
	switch c.stepGradBytes = s.StepGradientBytes; {
	case w.States.Gradients != DefaultState:
		c.stepGradBytes = 0 // the optimizer reads them unconverted
	case s.narrow(w.Precision):
		c.stepGradBytes = 4
	}
	c.kinds = make([]layerKind, 0, len(m.Groups))
	index := map[*model.Group]int{}
	for i := range m.Groups {
		g := &m.Groups[i]
		k := c.sameKind(index, g)
		if k < 0 {
			k = len(c.kinds)
			c.kinds = append(c.kinds, c.newLayerKind(g, w))
			index[g] = k
		}
		c.kinds[k].layers += g.Repeat
		switch g.Place {
		case model.Input:
			c.input = appendOnce(c.input, k)
		case model.Output:
			c.output = appendOnce(c.output, k)
			c.logits += logits(g) * float64(g.Repeat) * c.kinds[k].tokens
			c.oneLoss = max(c.oneLoss, logits(g)*c.kinds[k].tokens)
		default:
			c.body = append(c.body, run{kind: k, count: g.Repeat})
			c.layers += g.Repeat
			c.bodyFLOPs += c.kinds[k].flops.total() * float64(g.Repeat)
			c.addModules(&c.kinds[k], float64(g.Repeat))
		}
		c.fwd.add(c.kinds[k].flops.times(float64(g.Repeat)))
		c.sixND += c.kinds[k].sixND * float64(g.Repeat)
	}
	c.logitsBytes = s.LogitsBytes[s.loss(&w)]
	// The conventions count forward and backward. Frozen weights need one third
	// less; an MFU that counted it would exceed 100 %.
	passes := float64(w.passes())
	c.megatron = passes*c.fwd.products() + 3*c.fwd.mixing
	c.palm = c.sixND*passes/3 + 3*c.fwd.full
	c.boundary, c.embeddingMoments = c.widest(), c.momentsPerParam()
	c.storedBytes = c.meanStored()
	return c
}

// addModules adds what selective recompute can repeat of n layers of a kind.
func (c *profile) addModules(k *layerKind, n float64) {
	for m, f := range k.modules {
		c.moduleFLOPs[m] += n * f
	}
	scans := k.flops.mixing - k.modules[model.CoreAttention]
	c.operatorFLOPs += n * (k.flops.products()/2 + scans)
}

// appendOnce appends a layer kind unless it is listed: the kind counts its
// layers itself.
func appendOnce(kinds []int, k int) []int {
	if slices.Contains(kinds, k) {
		return kinds
	}
	return append(kinds, k)
}

// logits returns the outputs per token of the group's heads: each prediction of
// a multi-token head has its own loss.
func logits(g *model.Group) float64 {
	var n int64
	for _, b := range g.Blocks {
		n += b.Logits()
	}
	return float64(n)
}

// sameKind finds an earlier group of the same place with equal blocks, so that
// alternating layers (Gemma's sliding and full attention) give two layer kinds
// and not one per run.
func (c *profile) sameKind(index map[*model.Group]int, g *model.Group) int {
	for other, k := range index {
		if other.Place == g.Place && other.Tokens == g.Tokens && other.Shared == g.Shared && slices.Equal(other.Blocks, g.Blocks) {
			return k
		}
	}
	return -1
}

// newLayerKind sums one layer of the group.
func (c *profile) newLayerKind(g *model.Group, w Workload) layerKind {
	k := layerKind{name: g.Name, tokens: g.Positions(w.Seq), hidden: float64(c.model.Hidden)}
	k.input = k.hidden * k.tokens * c.actBytes
	element := c.momentBytes
	for _, b := range g.Blocks {
		for _, t := range b.Weights() {
			n := float64(t.Rows*max(t.Cols, 1)*t.Copies) * c.scale
			flops := 2 * n * t.Uses * k.tokens
			k.modules[t.Module] += flops
			class := clsWhole
			switch {
			case t.Split == model.ExpertSplit:
				class = clsExperts
				k.flops.experts += flops
			case t.Split == model.TensorSplit:
				class = clsTensor
				if t.MaxSplit > 0 {
					class = clsKV
					k.maxKV = float64(t.MaxSplit)
				}
				k.flops.tensor += flops
			default:
				k.flops.whole += flops
			}
			switch {
			case g.Shared:
				continue
			case t.Shared && !c.stack.UntiedHead:
				k.shared += n
				continue
			}
			t.Shared = false
			k.sixND += 6 * n * max(t.Uses, t.Active) * k.tokens
			k.params[class] += n
			c.addState(&k, t, class, n, &w, element)
		}
		full, executed := b.Mixing(k.tokens)
		if !c.stack.FusedAttention {
			executed = full
		}
		k.flops.full += full
		k.flops.mixing += executed
		if b.Core().Heads > 0 {
			k.modules[model.CoreAttention] += executed
		}
		if r := b.Routing(); r.Experts > 0 {
			k.topK = float64(r.TopK)
		}
		if model.Reduces(b) {
			k.reductions++
		}
		c.addSaved(&k, b, &w)
	}
	if sum(k.trained[:]) > 0 && w.FreezesWeights() {
		k.save(model.NoModule, model.SequenceAxis, k.hidden*k.tokens*c.stack.AdapterBytes)
	}
	k.saved.sum()
	k.written.sum()
	k.ops = c.newLayerOps(g, w)
	return k
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}

// addState adds the weights, gradients and optimizer state of a tensor with n
// parameters. LoRA trains only the tensor's adapter, if it has one.
func (c *profile) addState(k *layerKind, t model.Weight, class int, n float64, w *Workload, element float64) {
	if !w.FreezesWeights() {
		k.stored[class] += n * c.weightBytes
		k.trained[class] += n
		k.moments[class] += w.Optimizer.moments(t, element) * c.scale
		return
	}
	bytes := w.Precision.Bytes()
	if bits := w.Adapter.BaseBits; bits > 0 && t.Cols > 1 && t.Part != model.Embedding && t.Part != model.HeadPart {
		c.unpacked = max(c.unpacked, float64(t.Rows*t.Cols)*bytes)
		k.packed[class] += n
		c.unpackBytes = bits/8 + bytes
		bytes = bits / 8
	}
	k.stored[class] += n * bytes
	if w.Adapter.targets(t) {
		n := w.Adapter.params(t)
		k.stored[class] += n * c.weightBytes
		k.trained[class] += n
		adapter := model.Weight{Rows: w.Adapter.Rank, Cols: t.Rows + t.Cols, Copies: t.Copies}
		k.moments[class] += w.Optimizer.moments(adapter, element)
		if n := w.Adapter.magnitudes(t); n > 0 {
			k.moments[class] += w.Optimizer.moments(model.Weight{Rows: t.Rows, Copies: t.Copies}, element)
			k.save(model.NoModule, [numClasses]model.Axis{clsTensor: model.HeadAxis, clsKV: model.HeadAxis, clsWhole: model.SequenceAxis, clsExperts: model.ExpertAxis}[class], w.Adapter.scaled(t)*k.tokens*c.actBytes)
		}
	}
}
