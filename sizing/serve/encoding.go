package serve

import (
	"math"
	"slices"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// forwardGroup is a group of layers with one forward pass over the same
// positions.
type forwardGroup struct {
	weights []forwardWeight
	tokens  float64 // positions of a sample; 0: the sequence
	moved   float64 // elements per sample that convolutions read and write
	widest  float64 // elements per position of the largest activation
	hidden  float64
	layers  float64 // in launches of transformer layers
	mix     []mixer
}

// blocksOfLayer is the number of blocks per transformer layer, attention and
// FFN with a norm each: the launch constants are fitted on these.
const blocksOfLayer = 4

// forwardWeight is a tensor of all layers of a group.
type forwardWeight struct {
	bytes, params float64
	uses          float64 // multiplications per position
	split         servedTensor
}

// newForward sums groups for a weight format.
func newForward(m *model.Model, q *Quant, groups []*model.Group) []forwardGroup {
	var list []forwardGroup
	moe, layers, scale := m.HasExperts(), m.Layers(), m.CountScale()
	for _, g := range groups {
		f := forwardGroup{tokens: float64(g.Tokens), hidden: float64(m.Hidden), layers: float64(g.Repeat*len(g.Blocks)) / blocksOfLayer}
		for _, b := range g.Blocks {
			for _, w := range b.Weights() {
				w.Shared = w.Shared || g.Shared
				f.add(w, float64(g.Repeat)*scale, m.StorageBits(g, q.weightBits(w, layers, moe)))
			}
			f.moved += float64(g.Repeat) * float64(b.FeatureMaps())
			if b.Role() == model.Mixer {
				f.mix = append(f.mix, mixer{block: b, layers: float64(g.Repeat), absorbed: 1})
			}
		}
		list = append(list, f)
	}
	return list
}

// add sums a tensor of repeat layers.
func (f *forwardGroup) add(w model.Weight, repeat, bits float64) {
	n := float64(w.Rows*max(w.Cols, 1)*w.Copies) * repeat
	t := forwardWeight{bytes: n * bits / 8, uses: w.Uses, split: servedTensor{split: w.Split, maxSplit: w.MaxSplit, lookup: w.Part == model.Embedding, shared: w.Shared}}
	if w.Cols > 0 {
		t.params = n
		if w.Part != model.Embedding {
			f.widest = max(f.widest, float64(w.Rows)*max(w.Uses, 1))
		}
	}
	f.weights = append(f.weights, t)
}

// positions returns the positions per sample that pass through the group.
func (f *forwardGroup) positions(seq float64) float64 {
	if f.tokens > 0 {
		return f.tokens
	}
	return seq
}

// forwardPass times passes over groups of layers on a layout with the
// constants of serving.
type forwardPass struct {
	groups       []forwardGroup
	e            Efficiency
	peak, peak16 float64 // FLOP/s of products and of attention
	memory       float64 // B/s
	links        servingLinks
	tp           int
}

// time is that of one pass over batch samples of seq positions. For each
// group
//
//	|(bytes of weights + what convolutions move) / (bandwidth x memory), 2 x parameters x uses x positions / (peak x compute)|
//	+ FLOPs of attention / (peak x attend)
//
// with |a, b| the 4-norm, and what launching the layers takes.
func (p *forwardPass) time(batch, seq float64) float64 {
	w := p.parts(batch, seq)
	work := w.products + w.scores/(p.peak16*p.e[servingAttend]) + w.layers*p.e[servingGap]
	total := smoothMax(work, w.layers*p.e[servingEager]) + p.e[servingStep] + batch*p.e[servingSeq]
	return total + 2*w.layers*p.links.allReduce(w.sent, p.e[servingHop], p.e[servingWire])
}

// forwardParts are the parts of a pass over all groups: bytes read, FLOPs of
// products and of attention, layers, bytes that each layer sends, and the time
// of products.
type forwardParts struct {
	bytes, flops, scores, layers, sent, products float64
}

// parts counts a pass over batch samples of seq positions.
func (p *forwardPass) parts(batch, seq float64) (w forwardParts) {
	for i := range p.groups {
		f := &p.groups[i]
		bytes, flops := p.productWork(f, batch, seq)
		w.bytes, w.flops = w.bytes+bytes, w.flops+flops
		w.products += smoothMax(p.readMultiply(bytes, flops))
		for _, m := range f.mix {
			_, flops := m.block.Mixing(f.positions(seq))
			w.scores += batch * m.layers * flops / float64(p.tp)
		}
		w.layers += f.layers
		w.sent = max(w.sent, 2*batch*f.hidden*f.positions(seq))
	}
	return w
}

// readMultiply returns the time to read weights and the time to multiply with
// them.
func (p *forwardPass) readMultiply(bytes, flops float64) (read, multiply float64) {
	return bytes / (p.memory * p.e[servingMemory]), flops / (p.peak * p.e[servingCompute])
}

// productWork is the bytes of a group's weights and the FLOPs of its products.
func (p *forwardPass) productWork(f *forwardGroup, batch, seq float64) (bytes, flops float64) {
	positions := batch * f.positions(seq)
	bytes = 2 * 2 * f.moved * batch // read and written in 16 bits
	for i := range f.weights {
		w := &f.weights[i]
		share := w.split.divided(p.tp)
		if !w.split.lookup {
			bytes += w.bytes * share
			flops += 2 * w.params * share * (w.uses*positions + p.e[servingTile]*min(w.uses, 1))
		}
	}
	return bytes, flops
}

// activations is the memory at the widest point of a pass over a batch: a
// layer's largest output, its input and the residual stream, in 16 bits.
func (p *forwardPass) activations(batch, seq float64) float64 {
	most := 0.0
	for i := range p.groups {
		f := &p.groups[i]
		most = max(most, batch*f.positions(seq)*(2*f.widest/float64(p.tp)+2*f.hidden)*2)
	}
	return most
}

// EncodingThroughput is the speed of a machine that encodes. Rates are over all
// devices.
type EncodingThroughput struct {
	// Latency is the time from a batch to its result, per replica.
	Latency     quantity.Seconds `json:"latency_seconds"`
	LatencyLow  quantity.Seconds `json:"latency_low_seconds"`
	LatencyHigh quantity.Seconds `json:"latency_high_seconds"`
	// Sequences is sequences or samples per second, Low and High its 80 % band.
	Sequences float64 `json:"sequences_per_second"`
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
	Tokens    float64 `json:"tokens_per_second,omitempty"`
	// ComputeBound is the smallest batch per replica that is limited by
	// arithmetic and neither by reading nor by launches; 0 if none up to a
	// million is.
	ComputeBound int64 `json:"compute_bound_batch"`
	// LoadBatch is the smallest batch within 5 % of the highest rate that fits,
	// Load that rate.
	LoadBatch int64   `json:"max_load_sequences"`
	Load      float64 `json:"max_load_sequences_per_second"`
	LoadLow   float64 `json:"max_load_low"`
	LoadHigh  float64 `json:"max_load_high"`
	LoadTime  float64 `json:"max_load_latency_seconds"`
	// The price and the energy per million sequences, at that load and at the
	// requested batch.
	PerMillion      quantity.USD `json:"usd_per_million_sequences,omitempty"`
	PerMillionBatch quantity.USD `json:"usd_per_million_sequences_at_batch,omitempty"`
	Energy          quantity.KWh `json:"kwh_per_million_sequences,omitempty"`
	EnergyBatch     quantity.KWh `json:"kwh_per_million_sequences_at_batch,omitempty"`
}

// EncodingAnswer is everything that a request for an encoder returns.
type EncodingAnswer struct {
	Request
	Weights    quantity.Bytes // of one replica
	Memory     Memory
	MaxBatch   int64
	Best       string // the weight format with the most bits that fits
	Throughput EncodingThroughput
	Notes      []note.Note
	pass       forwardPass
	price      quantity.USD // per device-hour; 0: not known
}

// EncodingRuntime returns the default program of an encoder, and why.
func EncodingRuntime(m *model.Model, d *hardware.Device, q *Quant) (*Runtime, note.Note) {
	if m.PerToken() {
		return RuntimeChoice(d, q)
	}
	r, _ := FindRuntime("transformers")
	return r, note.New("runtime.chosen", "", r.Title, note.Word("not-compiled"))
}

// Encode evaluates serving a model that [model.Model.Encodes]. Context is the
// tokens per sequence, 1 for a model that is counted in samples.
func (s Request) Encode(price quantity.USD) (*EncodingAnswer, error) {
	if s.Model == nil || s.Cluster.Device == nil || s.Quant == nil || s.Runtime == nil {
		return nil, note.NewError("serving.encoding-needs-more")
	}
	if err := s.checkEncoding(); err != nil {
		return nil, err
	}
	if s.DeviceMemory == 0 {
		s.DeviceMemory = s.Cluster.Device.Memory
	}
	a := &EncodingAnswer{Request: s, price: price}
	if err := a.layOut(); err != nil {
		return nil, err
	}
	a.Weights = s.StoredBytes
	if a.Weights == 0 {
		a.Weights = WeightBytes(s.Model, s.Quant)
	}
	a.Memory = a.memory(s.Batch)
	a.MaxBatch = search(1<<24, func(n int64) bool { m := a.memory(n); return m.Fits })
	a.Best = a.best()
	a.Throughput = a.throughput(price)
	a.note()
	return a, nil
}

// checkEncoding rejects impossible requests.
func (s *Request) checkEncoding() error {
	m, d := s.Model, s.Cluster.Device
	switch {
	case !m.Encodes():
		return note.NewError("serving.not-an-encoder", m.Name)
	case m.Field == model.Generation:
		return note.NewError("serving.many-passes", m.Name)
	case s.Context < 1 || s.Context > model.MaxDim:
		return note.FieldError("context", "serving.sequence-out-of-range", s.Context, int64(model.MaxDim))
	case m.PerToken() && m.Context > 0 && s.Context > m.Context:
		return note.FieldError("context", "serving.longer-than-context", m.Name, m.Context)
	case s.Batch < 1 || s.Batch > model.MaxDim:
		return note.FieldError("batch", "serving.batch-out-of-range", s.Batch, int64(model.MaxDim))
	case s.Quant.GGUF && !m.PerToken():
		return note.FieldError("weights", "serving.weights-of-llama-cpp", s.Quant.Name, note.Word(m.Unit))
	case s.Runtime.GGUF && !m.PerToken():
		return note.FieldError("runtime", "runtime.no-models-of-unit", s.Runtime.Title, note.Word(m.Unit))
	case !slices.ContainsFunc(servingRates, d.Supports) && !d.Supports(hardware.FP8):
		return note.NewError("serving.no-matrix-rate", d.Name)
	}
	return m.Check()
}

// layOut divides the devices into replicas of the fewest devices that fit the
// weights, unless the layout is fixed.
func (a *EncodingAnswer) layOut() error {
	s := &a.Request
	n, unit := s.Cluster.Count, s.Model.TensorUnit()
	fits := func(tp int) bool {
		return WeightBytes(s.Model, s.Quant)/quantity.Bytes(tp) < s.Runtime.budget(s.DeviceMemory)
	}
	tp := s.Layout.TP
	if tp == 0 {
		for tp = 1; !fits(tp) && 2*tp <= n && n%(2*tp) == 0 && unit > 0 && unit%int64(2*tp) == 0; {
			tp *= 2
		}
	}
	switch {
	case n%tp != 0:
		return note.FieldError("tp", "layout.tp-must-divide-devices", tp, n)
	case tp > 1 && (unit == 0 || unit%int64(tp) != 0):
		return note.FieldError("tp", "layout.tp-must-divide-heads-of", tp, s.Model.Name, unit)
	}
	s.Layout = Layout{TP: tp, PP: 1, EP: 1, Replicas: n / tp}
	p := &a.pass
	p.groups, p.tp = newForward(s.Model, s.Quant, s.Model.GroupsWhere(func(*model.Group) bool { return true })), tp
	p.memory = float64(s.Cluster.Device.MemBandwidth)
	p.peak, p.peak16 = servingPeak(s.Cluster.Device, s.Quant, s.Runtime.Year)
	var err error
	if p.links, err = newServingLinks(&s.Cluster, &s.Layout); err != nil {
		return err
	}
	keys := newServingKeys(s, s.Runtime.Year, p.peak, p.links.name)
	p.e = DefaultConstants().at(&keys)
	p.e[servingCompute] = min(p.e[servingCompute], achievableShare(s.Cluster.Device, p.peak))
	return nil
}

// achievableShare is the measured share of peak of a large product on a device.
// A pass is not faster, even where prompt constants of similar devices exceed
// it. If the format was not measured, another format's share is used; for a
// device without any, the median of the catalogue's 53 devices and 16-bit
// formats with one (2026-11).
func achievableShare(d *hardware.Device, peak float64) float64 {
	const median = 0.82
	share := median
	for _, r := range d.Rates {
		if r.Achievable <= 0 {
			continue
		}
		measured := math.Min(float64(r.Achievable/r.Peak), 1)
		if float64(r.Peak) == peak {
			return measured
		}
		share = measured
	}
	return share
}

// memory is the memory per device for a batch over all replicas.
func (a *EncodingAnswer) memory(batch int64) Memory {
	var m Memory
	for i := range a.pass.groups {
		for _, w := range a.pass.groups[i].weights {
			if !w.split.shared {
				m.Weights += quantity.Bytes(w.bytes * w.split.divided(a.pass.tp))
			}
		}
	}
	if a.StoredBytes > 0 {
		m.Weights *= a.StoredBytes / WeightBytes(a.Model, a.Quant)
	}
	each := math.Ceil(float64(batch) / float64(a.Layout.Replicas))
	m.Compute = quantity.Bytes(a.pass.activations(each, float64(a.Context)))
	m.Overhead = quantity.Bytes(a.Runtime.ContextGiB * (1 << 30))
	m.Device = a.DeviceMemory
	m.Budget = a.Runtime.budget(m.Device)
	m.sum()
	return m
}

// best returns the format with the most bits per weight that fits with the
// batch.
func (a *EncodingAnswer) best() string {
	free := a.Memory.Budget - (a.Memory.Total - a.Memory.Weights)
	for _, name := range []string{"f32", "bf16", "fp8", "q8_0", "q4_k_m"} {
		q, err := FindQuant(name)
		if err != nil || q.GGUF && !a.Model.PerToken() {
			continue
		}
		if WeightBytes(a.Model, q)/quantity.Bytes(a.pass.tp) <= free {
			return q.Name
		}
	}
	return ""
}

// throughput predicts the rates.
func (a *EncodingAnswer) throughput(price quantity.USD) EncodingThroughput {
	var t EncodingThroughput
	replicas, seq := float64(a.Layout.Replicas), float64(a.Context)
	low, high := DefaultConstants().band("prefill", 0)
	busy := math.Min(replicas, float64(a.Batch))
	time := a.pass.time(math.Ceil(float64(a.Batch)/busy), seq)
	t.Latency = quantity.Seconds(time)
	t.LatencyLow, t.LatencyHigh = quantity.Seconds(time/high), quantity.Seconds(time/low)
	t.Sequences = float64(a.Batch) / time
	t.Low, t.High = t.Sequences*low, t.Sequences*high
	if a.Model.PerToken() {
		t.Tokens = t.Sequences * seq
	}
	t.ComputeBound = a.computeBound()
	best := 0.0
	most := min(a.MaxBatch/int64(a.Layout.Replicas), mostEncoded)
	for n := int64(1); n <= most; n *= 2 {
		best = max(best, float64(n)/a.pass.time(float64(n), seq))
	}
	for n := int64(1); n <= most; n *= 2 {
		pass := a.pass.time(float64(n), seq)
		if rate := float64(n) / pass; rate >= 0.95*best {
			t.LoadBatch, t.Load, t.LoadTime = n*int64(a.Layout.Replicas), rate*replicas, pass
			t.LoadLow, t.LoadHigh = t.Load*low, t.Load*high
			break
		}
	}
	usd, kwh := float64(price)*float64(a.Cluster.Count), float64(a.Cluster.Power())/1000 // an hour
	t.PerMillion, t.PerMillionBatch = quantity.USD(perMillion(usd, t.Load)), quantity.USD(perMillion(usd, t.Sequences))
	t.Energy, t.EnergyBatch = quantity.KWh(perMillion(kwh, t.Load)), quantity.KWh(perMillion(kwh, t.Sequences))
	return t
}

// mostEncoded is the largest batch per device in the search for full load.
const mostEncoded = 1 << 12

// computeBound is the smallest batch whose products take longer than reading
// the weights and than launching the layers.
func (a *EncodingAnswer) computeBound() int64 {
	p := a.pass
	p.e[servingTile] = 0 // not arithmetic
	return smallestBatch(func(n float64) bool {
		w := p.parts(n, float64(a.Context))
		read, multiply := p.readMultiply(w.bytes, w.flops)
		return multiply >= max(read, w.layers*max(p.e[servingGap], p.e[servingEager])+p.e[servingStep])
	})
}

// note lists the assumptions.
func (a *EncodingAnswer) note() {
	var notes note.List
	d, r := a.Cluster.Device, a.Runtime
	notes = append(notes, a.weightsNote(a.Weights))
	notes.Say("runtime.takes-up-to", r.Source, r.Title, 100*r.Utilisation, r.ContextGiB)
	if a.DeviceMemory == d.Memory && d.Unified {
		notes = append(notes, sharedNote(d))
	}
	if !r.RunsOn(d) {
		notes = append(notes, a.foreignNote())
	}
	notes.Say("activations.encoding", "")
	notes.Say("speed.encoding", sourceSpeed)
	if w := d.Power; w > 0 {
		notes.Say("energy.encoding", "", w)
	}
	a.Notes = notes
}
