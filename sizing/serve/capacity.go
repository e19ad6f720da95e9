package serve

import (
	"cmp"
	"math"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Verdict says whether a model fits its devices, and how certain that is.
type Verdict string

// The verdicts.
const (
	FitsSurely Verdict = "fits"
	MayNotFit  Verdict = "may-not-fit"
	DoesNotFit Verdict = "does-not-fit"
)

// The 80 % bands of what the start-up of a runtime takes: weights as loaded,
// and what it uses beside weights and cache where its ledger is known or only
// assumed. Caches are exact.
// Source: the logs that ledgers.json names, whose terms beside weights and
// cache differ from the formula by at most a fifth; twice that for the rest.
const (
	weightsBand = 0.005
	restLow     = 0.80
	restHigh    = 1.25
	assumedLow  = 0.6
	assumedHigh = 1.6
)

// tokensPerPass is the most tokens of a pass: as requested, or the runtime's
// default for the device.
func (p *Prepared) tokensPerPass() float64 {
	switch {
	case p.BatchedTokens > 0:
		return float64(p.BatchedTokens)
	case p.ledger != nil:
		return pick(p.ledger.BatchedTokens, p.Cluster.Device, p.replicaDevices())
	}
	return float64(p.sized.PrefillChunk)
}

// sequencesPerPass is the most sequences of a pass.
func (p *Prepared) sequencesPerPass() float64 {
	switch {
	case p.MaxSequences > 0:
		return float64(p.MaxSequences)
	case p.ledger != nil:
		return pick(p.ledger.Sequences, p.Cluster.Device, p.replicaDevices())
	}
	return float64(p.Runtime.MaxSequences)
}

// PassTokens is the most tokens of a pass.
func (p *Prepared) PassTokens() int64 { return int64(p.tokensPerPass()) }

// PassSequences is the most sequences of a pass.
func (p *Prepared) PassSequences() int64 { return int64(p.sequencesPerPass()) }

// Share is the share of memory that the runtime uses.
func (p *Prepared) Share() float64 { return p.share() }

// replicaDevices is the devices of one replica.
func (p *Prepared) replicaDevices() int { return p.Layout.Devices() / p.Layout.Replicas }

// share is the share of memory that the runtime uses.
func (p *Prepared) share() float64 {
	switch {
	case p.Utilisation > 0:
		return p.Utilisation
	case p.ledger != nil:
		return p.ledger.share(p.Cluster.Device, p.replicaDevices(), p.tokensPerPass(), p.sequencesPerPass())
	}
	return p.Runtime.Utilisation
}

// libraries is the memory of a device outside the tensor library: the
// runtime's libraries, and the buffers of collectives between devices.
func (p *Prepared) libraries() (libraries, collectives float64) {
	l := p.ledger
	if l == nil {
		return p.Runtime.ContextGiB * (1 << 30), 0
	}
	switch {
	case p.replicaDevices() == 1:
	case p.timer.links.name == "scale-up":
		collectives = l.GroupGiB
	default:
		collectives = l.LinkGiB
	}
	return l.LibraryGiB * (1 << 30), collectives * (1 << 30)
}

// sampling is the memory of sampling for as many sequences as a pass may have,
// as the runtime profiles it: copies of their fp32 logits, gathered on every
// device, beside the hidden states and the residual of all tokens.
func (p *Prepared) sampling() float64 {
	tokens := p.tokensPerPass()
	rows := math.Min(p.sequencesPerPass(), tokens)
	return p.ledger.SampleCopies*rows*p.profile.vocab*4 + tokens*2*p.profile.hidden*2
}

// forward is the widest activations of a layer for the most tokens of a pass,
// and what the experts of a layer exchange.
func (p *Prepared) forward() float64 {
	s, tokens := p.profile, p.tokensPerPass()
	return tokens*(s.widest/float64(p.Layout.TP)*2+2*s.hidden)*2*p.ledger.ForwardPasses + tokens*p.expertElements()*2
}

// expertElements is the elements per token of the buffers of routed experts:
// for each chosen expert the larger of its gate and up projection and of its
// output, and its activation.
// Source: vllm-project/vllm vllm/model_executor/layers/fused_moe/fused_moe.py
// (intermediate_cache13 and intermediate_cache2).
func (p *Prepared) expertElements() float64 {
	most := 0.0
	for i := range p.profile.experts {
		e := &p.profile.experts[i]
		if e.layers == 0 || e.experts == 0 {
			continue
		}
		ffn := e.params / (e.layers * e.experts * 3 * p.profile.hidden) / float64(p.Layout.TP*p.Layout.EP)
		most = max(most, e.topK*(max(2*ffn, p.profile.hidden)+ffn))
	}
	return most
}

// limits fills in what the runtime takes besides weights and cache, and how
// much it may take. A static runtime sets aside a share of what is free before
// the weights are loaded.
func (p *Prepared) limits(m *Memory, context int64) {
	prompt := float64(p.prompt(context))
	libraries, collectives := p.libraries()
	m.Device = p.DeviceMemory
	m.Overhead = quantity.Bytes(libraries + collectives)
	front := p.timer.frontBytes(prompt)
	switch l := p.ledger; {
	case l == nil:
		compute := p.profile.computeBytes(p.sized, &p.Layout, prompt)
		if p.sized.HiddenCopies > 0 {
			compute = p.newGraphBuffer(float64(context)).last()
		}
		m.Compute = quantity.Bytes(math.Max(compute, front))
		m.Budget = wholeBytes(float64(m.Device) * p.share())
	case l.Static:
		m.Budget = visible(p.Cluster.Device, m.Device)
		m.Compute = (m.Budget - wholeBytes(float64(m.Overhead))) * quantity.Bytes(1-p.share())
	default:
		m.Compute = quantity.Bytes(math.Max(math.Max(p.forward(), p.sampling()), front))
		m.Budget = wholeBytes(float64(visible(p.Cluster.Device, m.Device)) * p.share())
	}
}

// restBand is the bounds of what the runtime takes beside weights and cache.
func (p *Prepared) restBand(m *Memory) (low, high quantity.Bytes) {
	lo, hi := quantity.Bytes(assumedLow), quantity.Bytes(assumedHigh)
	if p.ledger != nil {
		lo, hi = restLow, restHigh
		if p.ledger.Static { // the share is set, whatever it is used for
			return m.Compute + lo*m.Overhead, m.Compute + hi*m.Overhead
		}
	}
	return lo * (m.Compute + m.Overhead), hi * (m.Compute + m.Overhead)
}

// judge fills in the band of a device's memory and the verdict.
func (p *Prepared) judge(m *Memory) {
	low, high := p.restBand(m)
	cache, slack := m.KVCache+m.KVPadding+m.State, quantity.Bytes(weightsBand)
	if p.Model.Inferred {
		slack *= 4
	}
	m.Low = wholeBytes(float64(m.Weights*(1-slack) + cache + low))
	m.High = wholeBytes(float64(m.Weights*(1+slack) + cache + high))
	switch {
	case !m.Fits:
		m.Verdict = DoesNotFit
	case m.High > m.Budget:
		m.Verdict = MayNotFit
	default:
		m.Verdict = FitsSurely
	}
}

// CacheTokens is the tokens of sequences of the requested context that the
// cache of a replica fits, with the band of what is left for it. For pages of
// several kinds it is the concurrency times the context, as vLLM prints it.
func (p *Prepared) CacheTokens() (tokens, low, high int64) {
	m := p.Memory(p.Context, p.Batch)
	if m.HostLayers > 0 {
		return 0, 0, 0
	}
	less, more := p.restBand(&m)
	left := m.Budget - m.Weights
	slack := quantity.Bytes(weightsBand) * m.Weights
	return p.pool(left - m.Compute - m.Overhead), p.pool(left - slack - more), p.pool(left + slack - less)
}

// pool is the tokens that a device's memory fits as cache.
func (p *Prepared) pool(memory quantity.Bytes) int64 {
	groups := float64(p.Layout.EP)
	if memory <= 0 {
		return 0
	}
	context := float64(p.Context)
	if a := p.allotment(); a != nil {
		return int64(a.pool(float64(memory), context) * groups)
	}
	one := p.cacheOf(context, 1)
	each := float64(one.KVCache + one.KVPadding + one.State)
	if each <= 0 {
		return 0
	}
	return int64(float64(memory) / each * context * groups)
}

// allotment is how the runtime allots caches of several kinds; nil if it does
// not page them, or if all layers cache alike.
func (p *Prepared) allotment() *allotment {
	if p.ledger == nil || p.ledger.Windows != "pages" || p.FullWindows || p.SharedContext {
		return nil
	}
	shape := p.shape(p.Layout.TP)
	return newAllotment(p.profile, &shape, cmp.Or(p.Runtime.ConvBytes, fp32Bytes), p.tokensPerPass(), p.profile.stageShare(&p.Layout))
}

// checkLimits rejects shares and limits out of range.
func (s *Request) checkLimits() error {
	switch owner := ownerOf(s.Quant); {
	case owner != nil && s.Runtime != nil && s.Runtime.GGUF:
		return note.FieldError("weights", "serving.weights-of-other-runtime", s.Quant.Name, owner.Title, s.Runtime.Title)
	case s.Utilisation < 0 || s.Utilisation > 1 || math.IsNaN(s.Utilisation):
		return note.FieldError("gpu-memory-utilization", "serving.share-out-of-range", s.Utilisation)
	case s.BatchedTokens < 0 || s.BatchedTokens > 1<<30:
		return note.FieldError("max-num-batched-tokens", "serving.limit-out-of-range", s.BatchedTokens, int64(1<<30))
	case s.MaxSequences < 0 || s.MaxSequences > 1<<24:
		return note.FieldError("max-num-seqs", "serving.limit-out-of-range", s.MaxSequences, int64(1<<24))
	case s.UBatch < 0 || s.UBatch > 1<<20:
		return note.FieldError("ubatch", "serving.limit-out-of-range", s.UBatch, int64(1<<20))
	}
	return nil
}
