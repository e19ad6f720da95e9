package serve

import (
	"math"
	"slices"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Request is a model that serves requests on a machine.
type Request struct {
	Model   *model.Model
	Quant   *Quant
	KV      KVType
	Runtime *Runtime
	Cluster hardware.Cluster
	Layout  Layout // zero dimensions are open
	// Context is the tokens per sequence, prompt and answer together.
	Context int64
	// Batch is the concurrent sequences, over all replicas.
	Batch int64
	// Prompt and Output split the context for the throughput of requests;
	// zero takes most of the context as prompt.
	Prompt, Output int64
	// Images is the number of images in a prompt, for a model with an image
	// tower.
	Images int64
	// SharedContext says that Context is the tokens of all sequences together,
	// as with llama.cpp's -c.
	SharedContext bool
	// Alternatives are single devices to propose if the model does not fit.
	Alternatives []*hardware.Device
	// Published is the weight format that the makers of the model published if
	// it is narrower than 16 bits: wider formats contain no more information.
	// Nil: 16 bits.
	Published *Quant
	// DeviceMemory is the memory limit per device; 0 is the device's own
	// memory.
	DeviceMemory quantity.Bytes
	// StoredBytes is the weights' exact size if a file states it.
	StoredBytes quantity.Bytes
	// Offload and HostBandwidth apply to weights beyond the device's memory.
	Offload       Offload
	HostBandwidth quantity.Bandwidth
	// HostMemory is the host memory for them, over all devices; 0 skips the
	// check.
	HostMemory quantity.Bytes
	// Year is the runtime's generation; 0 takes the runtime's own.
	Year int
	// Ledger is how the runtime's release divides memory; nil takes the newest.
	Ledger *Ledger
	// Utilisation is the share of memory that the runtime may use, BatchedTokens
	// and MaxSequences the most tokens and sequences of a pass, UBatch the
	// tokens of llama.cpp's micro-batch; 0 takes the runtime's own.
	Utilisation   float64
	BatchedTokens int64
	MaxSequences  int64
	UBatch        int64
	// Expanded stores latent keys and values per head, Copied with a transposed
	// copy: older programs.
	Expanded, Copied bool
	// FullWindows caches the whole context also in layers with a window, as
	// programs without a separate cache for them do.
	FullWindows bool
	// Unfused attention writes its scores to memory, as llama.cpp does
	// without flash attention.
	Unfused bool
	// Projected attention on latents projects those of the whole context up in
	// each pass, as the fork ik_llama.cpp does.
	Projected bool
	// Backend is the interface to the device if it is not the vendor's own:
	// "vulkan".
	Backend string
}

// Prepared is a Request that is ready to evaluate contexts and batches.
type Prepared struct {
	Request
	requested Request // before open fields were filled in
	profile   *profile
	timer     *servingTimer
	sized     *Runtime // the runtime with the requested sizes of a pass
	ledger    *Ledger  // nil: not known
	unpadded  float64  // bytes of the experts as files store them
	keys      servingKeys
	known     int // 2: the runtime on the device, 1: one of them, 0: neither
	bands     *Constants
	// layersOnHost is the number of layers on the host for the requested
	// context and batch.
	layersOnHost int
}

// DefaultHostBandwidth is the bandwidth of a desktop's two channels of
// DDR5-5600.
// Source: JEDEC JESD79-5 (2 x 8 B x 5.6 GT/s).
const DefaultHostBandwidth quantity.Bandwidth = 89.6e9

// servingRates are the formats of attention; the first that the device supports
// is used.
var servingRates = []hardware.DType{hardware.FP16, hardware.BF16, hardware.FP32, hardware.FP64}

// Prepare checks a request, fills in its open fields and reduces it to sums. It
// returns a [note.Error], with the field at fault if there is one, for a model
// that does not generate tokens or has dimensions out of range, a context or
// batch out of range, a layout that does not divide the devices or the model, a
// device without a published matrix rate, images that do not fit the prompt,
// and devices with an unknown link.
func (s Request) Prepare() (*Prepared, error) {
	if s.Model == nil || s.Cluster.Device == nil {
		return nil, note.NewError("serving.needs-model-and-device")
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	if err := s.checkLimits(); err != nil {
		return nil, err
	}
	asked := s
	if s.Runtime == nil {
		s.Runtime = DefaultRuntime(s.Cluster.Device, s.Quant)
	}
	if s.KV.Key == 0 {
		s.KV = kvTypes[0]
	}
	if s.DeviceMemory == 0 {
		s.DeviceMemory = s.Cluster.Device.Memory
	}
	if s.HostBandwidth == 0 {
		s.HostBandwidth = DefaultHostBandwidth
	}
	var err error
	if s.Layout, err = s.Layout.complete(s.Model, s.Runtime, &s.Cluster); err != nil {
		return nil, err
	}
	if err := s.checkShares(); err != nil {
		return nil, err
	}
	if n := s.perReplica(s.Batch); s.MaxSequences > 0 && n > s.MaxSequences {
		return nil, note.FieldError("max-num-seqs", "serving.more-than-sequences", n, s.MaxSequences)
	}
	p := &Prepared{Request: s, requested: asked, profile: newProfile(s.Model, s.Quant), ledger: s.Ledger}
	if p.ledger == nil {
		p.ledger = s.Runtime.Ledger(s.Runtime.Release)
	}
	p.unpadded = p.profile.expertBytes()
	if p.ledger != nil && s.StoredBytes == 0 {
		p.profile.pad(p.ledger.padding(s.Quant, s.Cluster.Device), s.Layout.TP)
	}
	if s.FullWindows {
		for i := range p.profile.caches {
			p.profile.caches[i].Window = 0
		}
	}
	if s.StoredBytes > 0 {
		p.profile.scaleTo(float64(s.StoredBytes))
	}
	if len(p.profile.caches) == 0 {
		return nil, note.NewError("serving.no-cache", s.Model.Name)
	}
	if d := s.Cluster.Device; !slices.ContainsFunc(servingRates, d.Supports) && !d.Supports(hardware.FP8) {
		return nil, note.NewError("serving.no-matrix-rate", d.Name)
	}
	year := s.Year
	if year == 0 {
		year = s.Runtime.Year
	}
	p.sized = s.sized()
	p.Copied = p.Copied || s.Runtime.copiesLatents()
	if p.timer, err = newServingTimer(p.profile, s.Layout, p.sized, year, s.KV, &s.Cluster); err != nil {
		return nil, err
	}
	p.timer.unfused, p.timer.copied = s.Unfused, p.Copied
	if s.Expanded {
		p.timer.expand()
	}
	if s.Model.ImageTokens() > 0 || s.Images != 0 {
		p.timer.images = float64(s.Images)
		if err := p.checkFront(); err != nil {
			return nil, err
		}
	}
	p.keys = newServingKeys(&s, year, p.timer.peak, p.timer.links.name)
	p.SetConstants(DefaultConstants())
	return p, nil
}

// sized is the runtime with the requested tokens of a pass: llama.cpp's
// micro-batch, or the most that are batched.
func (s *Request) sized() *Runtime {
	n := s.BatchedTokens
	if s.Runtime.KVPad > 0 {
		n = s.UBatch
	}
	if n == 0 {
		return s.Runtime
	}
	r := *s.Runtime
	r.PrefillChunk = n
	if r.KVPad > 0 {
		r.LogitRows, r.WindowExtra = n, n
	}
	return &r
}

// check rejects impossible requests.
func (s *Request) check() error {
	m := s.Model
	switch {
	case s.Quant == nil:
		return note.FieldError("weights", "serving.no-weight-storage")
	case !m.PerToken() || m.Vocab == 0:
		return note.NewError("serving.generates-no-tokens", m.Name)
	case s.Context < 1 || s.Context > model.MaxDim:
		return note.FieldError("context", "serving.context-out-of-range", s.Context, int64(model.MaxDim))
	case s.Batch < 1 || s.Batch > model.MaxDim:
		return note.FieldError("batch", "serving.batch-out-of-range", s.Batch, int64(model.MaxDim))
	case s.Prompt < 0 || s.Output < 0:
		return note.FieldError("prompt", "serving.negative-prompt-or-answer", s.Prompt, s.Output)
	}
	return m.Check()
}

// checkShares rejects a shared context that leaves a sequence less than its
// prompt and its answer.
func (s *Request) checkShares() error {
	n, each := s.perReplica(s.Batch), s.leastContext()
	if !s.SharedContext || s.Context >= n*each {
		return nil
	}
	return note.FieldError("batch", "serving.context-does-not-hold-batch", n, s.Context, each, s.Context/each)
}

// leastContext is the fewest tokens of a sequence: a prompt and an answer.
func (s *Request) leastContext() int64 { return max(s.Prompt, 1) + max(s.Output, 1) }

// scaleTo scales the tensors to a total in bytes.
func (s *profile) scaleTo(total float64) {
	have := s.stored()
	if have <= 0 {
		return
	}
	for i := range s.tensors {
		s.tensors[i].bytes *= total / have
	}
	for i := range s.experts {
		s.experts[i].bytes *= total / have
	}
}

// SetConstants replaces the constants of times.
func (p *Prepared) SetConstants(c *Constants) {
	p.bands, p.known = c, c.known(&p.keys)
	p.timer.e = c.at(&p.keys)
}

// SetEfficiency sets the constants themselves.
func (p *Prepared) SetEfficiency(e Efficiency) { p.timer.e = e }

// Efficiency returns the constants of the estimate.
func (p *Prepared) Efficiency() Efficiency { return p.timer.e }

// Keys lists the keys of a constant, the most general first.
func (p *Prepared) Keys(constant int) []Key { return p.keys.keys(constant) }

// Measured names the runtime and the family of the device, as [Constants] does:
// "vllm on Hopper".
func (p *Prepared) Measured() string {
	return p.keys.names[nameRuntime] + " on " + p.keys.names[nameFamily]
}

// grade is how much the constants cover of the runtime and the device. It is 0
// for weights on the host, and at most 1 for a replica over several nodes:
// neither was measured.
func (p *Prepared) grade(t *servingTimer) int {
	switch {
	case t.hostDense > 0 || t.hostExperts > 0:
		return 0
	case t.links.network > 0:
		return min(p.known, 1)
	}
	return p.known
}

// perReplica is the concurrent sequences of one replica, or of one attention
// group.
func (s *Request) perReplica(batch int64) int64 {
	groups := int64(s.Layout.Replicas * s.Layout.EP)
	return (batch + groups - 1) / groups
}

// Memory returns the memory of the most loaded device for batch sequences of a
// context each.
func (p *Prepared) Memory(context, batch int64) Memory {
	l := &p.Layout
	dense, experts := p.profile.weightBytes(l)
	m := p.cacheOf(float64(context), float64(p.perReplica(batch)))
	p.limits(&m, context)
	m.Weights = quantity.Bytes(dense + experts)
	if p.StoredBytes == 0 || p.Quant.GGUF { // other files include the towers
		m.Weights += quantity.Bytes(towerBytes(p.Model, l.TP))
	}
	m.sum()
	if !m.Fits && p.Offload != NoOffload && p.Runtime.Offload != "none" {
		p.offload(&m, experts)
	}
	p.judge(&m)
	return m
}

// cacheOf is the caches and the states of n sequences on a device, and what the
// runtime's allotment adds to them.
func (p *Prepared) cacheOf(tokens, n float64) (m Memory) {
	s, perStage, sequences := p.profile, p.profile.stageShare(&p.Layout), n
	shape := p.shape(p.Layout.TP)
	if p.SharedContext {
		sequences, shape.sequences = 1, n
	}
	exact, state := s.cacheBytes(tokens, &shape)*sequences*perStage, s.stateBytes(p.Layout.TP)*n*perStage
	shape.runtime = p.sized
	padded := s.cacheBytes(tokens, &shape) * sequences * perStage
	if a := p.allotment(); a != nil {
		padded = a.bytes(tokens)*n - state
	}
	m.KVCache, m.KVPadding = quantity.Bytes(exact), quantity.Bytes(math.Max(0, padded-exact))
	m.State = quantity.Bytes(state)
	return m
}

// prompt is the tokens of the prompt in a context.
func (p *Prepared) prompt(context int64) int64 {
	if p.Prompt > 0 {
		return min(p.Prompt, context)
	}
	if p.Model.Field == model.Speech { // the prompt is a sound
		return min(soundPrompt, context)
	}
	return max(context-p.output(context), 1)
}

// soundPrompt is the tokens of the instruction for a sound: start, language,
// task and no timestamps. Source: openai/whisper whisper/tokenizer.py
// (sot_sequence_including_notimestamps).
const soundPrompt = 4

// PromptTokens is the prompt tokens of the speed estimate.
func (p *Prepared) PromptTokens() int64 { return int64(p.request(p.batchEach(p.Batch)).prompt) }

// OutputTokens is the answer tokens of the speed estimate.
func (p *Prepared) OutputTokens() int64 { return int64(p.request(p.batchEach(p.Batch)).output) }

// output is the tokens of the answer in a context.
func (p *Prepared) output(context int64) int64 {
	if p.Output > 0 {
		return min(p.Output, context)
	}
	return max(1, min(512, context/4))
}

// MaxBatch returns the most sequences of a context that fit, over all
// replicas; 0 if none does.
func (p *Prepared) MaxBatch(context int64) int64 {
	return p.maxBatch(context, p.hostLimit())
}

// maxBatch is the most sequences that fit with at most that many layers on the
// host.
func (p *Prepared) maxBatch(context int64, layers int) int64 {
	most := int64(1 << 24)
	if p.MaxSequences > 0 {
		most = p.MaxSequences * int64(p.Layout.Replicas*p.Layout.EP)
	}
	if p.SharedContext {
		most = context / p.leastContext() * int64(p.Layout.Replicas*p.Layout.EP)
	}
	return search(most, func(n int64) bool { return p.fitsWith(context, n, layers) })
}

// MaxContext returns the longest context that fits for a batch, up to the
// model's own limit; 0 if none fits.
func (p *Prepared) MaxContext(batch int64) int64 {
	most := int64(1 << 30)
	if p.Model.Context > 0 && !p.SharedContext {
		most = p.Model.Context
	}
	n := search(most, func(n int64) bool { return p.fitsWith(n, batch, p.hostLimit()) })
	if p.SharedContext && n < p.perReplica(batch)*p.leastContext() {
		return 0
	}
	return n
}

func (p *Prepared) fitsWith(context, batch int64, layers int) bool {
	m := p.Memory(context, batch)
	return m.Fits && m.HostLayers <= layers
}

// search returns the largest n up to most for which ok is true, 0 if none. ok
// must not become true again after it is false.
func search(most int64, ok func(int64) bool) int64 {
	if most < 1 || !ok(1) {
		return 0
	}
	low, high := int64(1), int64(2)
	for high < most && ok(high) {
		low, high = high, high*2
	}
	if high >= most {
		high = most + 1
	}
	for high-low > 1 {
		mid := low + (high-low)/2
		if ok(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// Prefill returns the seconds in which a replica reads batch prompts of n
// tokens each after depth cached ones. The batch is that of all EP groups of
// the replica, which divide it, and may be a fractional mean over time.
func (p *Prepared) Prefill(n, depth, batch float64) float64 {
	return p.timer.prefill(n, depth, batch)
}

// Decode returns the seconds between two tokens of each of a replica's batch
// sequences, with context cached tokens each. The batch is that of all EP
// groups and stages of the replica, which divide it, and may be a fractional
// mean over time.
func (p *Prepared) Decode(batch, context float64) float64 {
	return p.timer.decode(batch, context)
}

// Band returns the 80 % band around a rate of a phase: "decode", "prefill",
// "batched" or "load"; half as wide again for an inferred model.
func (p *Prepared) Band(phase string, rate float64) (low, high float64) {
	return p.bandOf(phase, rate, p.grade(p.timer))
}

func (p *Prepared) bandOf(phase string, rate float64, known int) (low, high float64) {
	lo, hi := p.bands.band(phase, known)
	if p.Model.Inferred {
		lo, hi = math.Pow(lo, 1.5), math.Pow(hi, 1.5)
	}
	return rate * lo, rate * hi
}

// FirstToken returns the time to the first token of a prompt of n tokens that
// does not queue, with its 80 % band: that of prefill for the prompt, and that
// of load tests for the rest.
func (p *Prepared) FirstToken(n float64) (t, low, high float64) {
	first, prompt := p.timer.e.First(), p.Prefill(n, 0, 1)
	slow, fast := p.Band("prefill", 1) // of rates
	low, high = p.Band("ttft", first)
	return first + prompt, low + prompt/fast, high + prompt/slow
}

// KVBytes returns the cache of one sequence over all devices, without the
// runtime's padding.
func (p *Prepared) KVBytes(context int64) quantity.Bytes {
	shape := p.shape(1)
	return quantity.Bytes(p.profile.cacheBytes(float64(context), &shape))
}

// ActivationBytes returns the widest activations of one layer for a prompt that
// is read in one pass: the widest one, the layer's input and the residual, in
// 16 bits.
func (p *Prepared) ActivationBytes(prompt float64) float64 {
	return prompt * (p.profile.widest + 2*p.profile.hidden) * 2
}

// KVBytesPadded is KVBytes as the runtime allocates it.
func (p *Prepared) KVBytesPadded(context int64) quantity.Bytes {
	shape := p.shape(1)
	shape.runtime = p.sized
	return quantity.Bytes(p.profile.cacheBytes(float64(context), &shape))
}

// KVBytesPerToken returns the cache per token while no window is full, over all
// devices.
func (p *Prepared) KVBytesPerToken() quantity.Bytes {
	shape := p.shape(1)
	return quantity.Bytes(p.profile.tokenBytes(&shape))
}

// StateBytes returns the state of one sequence over all devices.
func (p *Prepared) StateBytes() quantity.Bytes { return quantity.Bytes(p.profile.stateBytes(1)) }

// WeightBytes returns the weights of one replica over all devices, each once.
func (p *Prepared) WeightBytes() quantity.Bytes {
	if p.StoredBytes > 0 {
		return p.StoredBytes
	}
	return WeightBytes(p.Model, p.Quant)
}
