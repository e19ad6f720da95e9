package train

import (
	"math"
	"slices"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// costs is a model with a workload and a stack, reduced to the sums that a
// plan scales: the part of an estimate that is computed once. Evaluating a
// plan reads it and allocates nothing.
type costs struct {
	model  *model.Model
	stack  *Stack
	rules  ruleSet // of the stack's framework
	kinds  []kind
	body   []run // the body layers in order, as runs of one kind
	input  []int // kinds of the groups on the first stage
	output []int // kinds of the groups on the last stage
	layers int   // body layers
	// tpUnit is what tensor parallelism must divide: the greatest common
	// divisor of all blocks' heads; 0 where there is nothing to divide.
	tpUnit int64
	// experts is the same for expert parallelism.
	experts int64

	weightBytes, gradBytes, masterBytes float64 // a parameter
	momentBytes                         float64 // a full-precision moment
	gatherBytes                         float64 // a weight that is gathered
	stepGradBytes                       float64 // of a rank's own parameters, at the step
	storedBytes                         float64 // of an average weight as it is stored
	actBytes                            float64 // an activation

	// Whole-model figures.
	params, active quantity.Params
	fwd            work    // forward of one sample
	bodyFLOPs      float64 // those of the body layers, which full recompute repeats
	// moduleFLOPs are those of the body layers that selective recompute may
	// repeat by name.
	moduleFLOPs [model.NumModules]float64
	// operatorFLOPs are those of the body layers that selective recompute
	// repeats operator by operator: every other product, and scans.
	operatorFLOPs float64
	// FLOPs of one sample, forward and backward, by convention.
	palm, megatron, sixND float64
	logits                float64 // elements of the loss input, a sample
	oneLoss               float64 // those of the largest single loss
	logitsBytes           float64 // kept of each at the peak of its loss
	unpacked              float64 // bytes of the largest packed matrix when it is used
	unpackBytes           float64 // bytes read and written to unpack a parameter; 0: none is packed
	boundary              float64 // bytes of a sample's hidden states between two stages
	embeddingMoments      float64 // bytes of optimizer state of an embedding's parameter
	scale                 float64
}

// run is a number of consecutive layers of one kind, and how many of them a
// recompute method that leaves some out takes.
type run struct{ kind, count, full int }

// The classes that parallelism divides parameters into.
const (
	clsTensor  = iota // divided by TP
	clsKV             // divided by TP up to the number of KV heads
	clsWhole          // on every TP rank
	clsExperts        // divided by EP and TP
	numClasses
)

// kind is one layer of a group: what it costs for one sample.
type kind struct {
	name    string
	layers  int
	params  [numClasses]float64
	stored  [numClasses]float64 // bytes of the weights as they are stored
	packed  [numClasses]float64 // parameters that are unpacked before a product reads them
	trained [numClasses]float64 // parameters that have a gradient
	moments [numClasses]float64 // bytes of optimizer state
	shared  float64             // parameters that another stage stores, divided by TP
	maxKV   float64             // KV heads
	work    work
	modules [model.NumModules]float64 // of work, what belongs to a module
	sixND   float64                   // 6 FLOPs a parameter and token, multiplied with or not
	// saved is the activations that the forward pass saves of one sample; written
	// is the same in the precision that the operators write it in.
	saved, written activations
	// products is the part of saved that is the output of a matrix product or
	// attention: what operator-level recompute keeps.
	products [model.NumAxes]float64
	// input is the layer's input in bytes: what full recompute keeps.
	input  float64
	tokens float64
	hidden float64
	topK   float64 // experts a token is sent to
	// reductions is how many of the layer's blocks end in a matrix that tensor
	// parallelism divides by its inputs, so that their outputs are summed.
	reductions float64
	shape      shape // for the step time
	// scores is the buffer of one sample's attention scores in bytes.
	scores float64
}

// work is the forward FLOPs of one sample, by what divides them.
type work struct {
	tensor  float64 // products divided by TP
	whole   float64 // products every TP rank repeats
	experts float64 // products of routed experts
	mixing  float64 // executed attention and scans, divided by TP
	full    float64 // mixing as the full-attention conventions count it
}

func (w work) total() float64 { return w.products() + w.mixing }

// products are the FLOPs of the matrices of weights.
func (w work) products() float64 { return w.tensor + w.whole + w.experts }

func (w work) times(f float64) work {
	return work{w.tensor * f, w.whole * f, w.experts * f, w.mixing * f, w.full * f}
}

func (w *work) add(o work) {
	w.tensor += o.tensor
	w.whole += o.whole
	w.experts += o.experts
	w.mixing += o.mixing
	w.full += o.full
}

// Prepared is a model with a workload, a stack and a cluster, ready to
// evaluate any number of plans. It is safe for concurrent use.
type Prepared struct {
	Workload Workload
	Cluster  hardware.Cluster
	costs    *costs
	rate     hardware.Rate
	// network is the bandwidth between nodes, a device and direction.
	network   quantity.Bandwidth
	constants *Constants
	timing    timing
	workspace quantity.Bytes // what libraries allocate on the device
	Teacher   *Teacher       // nil: none
	// draw is the power of a device with its parts of the node and the network.
	draw hardware.Draw
	// memoryBands is what measured peaks say of the memory, and of a small one.
	memoryBands [2]MemoryBand
}

// Model returns the prepared model.
func (p *Prepared) Model() *model.Model { return p.costs.model }

// Params returns the model's parameters.
func (p *Prepared) Params() quantity.Params { return p.costs.params }

// ActiveParams returns those that a token passes.
func (p *Prepared) ActiveParams() quantity.Params { return p.costs.active }

// HasExperts reports whether a layer of the model has experts.
func (p *Prepared) HasExperts() bool { return p.costs.experts > 0 }

// Stack returns the software that the estimate is for.
func (p *Prepared) Stack() *Stack { return p.costs.stack }

// Prepare reduces a model and a workload to what plans are evaluated on. It
// returns an error if the model's dimensions are wrong, the workload is
// incomplete or the device does not compute in the workload's precision.
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
	p, err := Prepared{Workload: w, costs: newCosts(m, w, s), constants: DefaultConstants()}.On(c)
	return &p, err
}

// TrainedParams returns how many parameters the workload changes: those of
// the adapters, or all.
func (p *Prepared) TrainedParams() quantity.Params {
	n := 0.0
	for i := range p.costs.kinds {
		k := &p.costs.kinds[i]
		n += sum(k.trained[:]) * float64(k.layers)
	}
	return quantity.Params(math.Round(n))
}

// Check refuses a workload that cannot be.
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

// newCosts sums the blocks of every group.
func newCosts(m *model.Model, w Workload, s *Stack) *costs {
	c := &costs{model: m, stack: s, rules: rulesOf(s.Name), tpUnit: m.TensorUnit(), experts: m.ExpertUnit(), params: m.Params(), active: m.ActiveParams(), scale: m.CountScale(), actBytes: w.Precision.Bytes()}
	b := s.states(w.Precision, &w.States)
	c.weightBytes, c.gradBytes, c.masterBytes, c.momentBytes = b.weight, b.gradient, b.master, b.moment
	c.gatherBytes = min(c.actBytes, b.weight)
	switch c.stepGradBytes = s.StepGradientBytes; {
	case w.States.Gradients != DefaultState:
		c.stepGradBytes = 0 // the optimizer reads them as they are
	case s.narrow(w.Precision):
		c.stepGradBytes = 4
	}
	c.kinds = make([]kind, 0, len(m.Groups))
	index := map[*model.Group]int{}
	for i := range m.Groups {
		g := &m.Groups[i]
		k := c.sameKind(index, g)
		if k < 0 {
			k = len(c.kinds)
			c.kinds = append(c.kinds, c.newKind(g, w))
			index[g] = k
		}
		c.kinds[k].layers += g.Repeat
		switch g.Place {
		case model.Input:
			c.input = once(c.input, k)
		case model.Output:
			c.output = once(c.output, k)
			c.logits += logits(g) * float64(g.Repeat) * c.kinds[k].tokens
			c.oneLoss = max(c.oneLoss, logits(g)*c.kinds[k].tokens)
		default:
			c.body = append(c.body, run{kind: k, count: g.Repeat})
			c.layers += g.Repeat
			c.bodyFLOPs += c.kinds[k].work.total() * float64(g.Repeat)
			c.addModules(&c.kinds[k], float64(g.Repeat))
		}
		c.fwd.add(c.kinds[k].work.times(float64(g.Repeat)))
		c.sixND += c.kinds[k].sixND * float64(g.Repeat)
	}
	c.logitsBytes = s.LogitsBytes[s.loss(&w)]
	// The conventions count forward and backward. Frozen weights need a third
	// less, and an MFU of work that is not done would pass 100 %.
	passes := float64(w.passes())
	c.megatron = passes*c.fwd.products() + 3*c.fwd.mixing
	c.palm = c.sixND*passes/3 + 3*c.fwd.full
	c.boundary, c.embeddingMoments = c.widest(), c.momentsPerParam()
	c.storedBytes = c.meanStored()
	return c
}

// addModules adds what selective recompute may repeat of n layers of a kind.
func (c *costs) addModules(k *kind, n float64) {
	for m, f := range k.modules {
		c.moduleFLOPs[m] += n * f
	}
	scans := k.work.mixing - k.modules[model.CoreAttention]
	c.operatorFLOPs += n * (k.work.products()/2 + scans)
}

// once adds a kind, which counts its layers itself, unless it is listed.
func once(kinds []int, k int) []int {
	if slices.Contains(kinds, k) {
		return kinds
	}
	return append(kinds, k)
}

// logits returns the outputs of the group's heads, a token: each prediction of
// a multi-token head has a loss of its own.
func logits(g *model.Group) float64 {
	var n int64
	for _, b := range g.Blocks {
		n += b.Logits()
	}
	return float64(n)
}

// sameKind finds an earlier group of the same place whose blocks are equal, so
// that alternating layers (Gemma's sliding and full) make two kinds and not
// one for every run.
func (c *costs) sameKind(index map[*model.Group]int, g *model.Group) int {
	for other, k := range index {
		if other.Place == g.Place && other.Tokens == g.Tokens && other.Shared == g.Shared && slices.Equal(other.Blocks, g.Blocks) {
			return k
		}
	}
	return -1
}

// newKind sums one layer of the group.
func (c *costs) newKind(g *model.Group, w Workload) kind {
	k := kind{name: g.Name, tokens: g.Positions(w.Seq), hidden: float64(c.model.Hidden)}
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
				k.work.experts += flops
			case t.Split == model.TensorSplit:
				class = clsTensor
				if t.MaxSplit > 0 {
					class = clsKV
					k.maxKV = float64(t.MaxSplit)
				}
				k.work.tensor += flops
			default:
				k.work.whole += flops
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
		k.work.full += full
		k.work.mixing += executed
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
		k.keep(model.NoModule, model.SequenceAxis, k.hidden*k.tokens*c.stack.AdapterBytes)
	}
	k.saved.sum()
	k.written.sum()
	k.shape = c.newShape(g, w)
	return k
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}

// addState adds what a tensor of n parameters takes as weights, gradients and
// optimizer state: with LoRA only its adapter, if it has one, is trained.
func (c *costs) addState(k *kind, t model.Weight, class int, n float64, w *Workload, element float64) {
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
			k.keep(model.NoModule, [numClasses]model.Axis{clsTensor: model.HeadAxis, clsKV: model.HeadAxis, clsWhole: model.SequenceAxis, clsExperts: model.ExpertAxis}[class], w.Adapter.scaled(t)*k.tokens*c.actBytes)
		}
	}
}
