package serve

import (
	"math"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Throughput is how fast a machine serves. Rates are over all devices
// and sequences unless they say otherwise.
type Throughput struct {
	// Prefill is prompt tokens per second of one batch of prompts.
	Prefill     float64 `json:"prefill_tokens_per_second"`
	PrefillLow  float64 `json:"prefill_low"`
	PrefillHigh float64 `json:"prefill_high"`
	// Decode is generated tokens per second, Low and High its 80 % band.
	Decode  float64 `json:"decode_tokens_per_second"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	PerUser float64 `json:"decode_tokens_per_second_per_user"`
	// FirstToken is the time to the first token of one request.
	FirstToken     quantity.Seconds `json:"ttft_seconds"`
	FirstTokenLow  quantity.Seconds `json:"ttft_low_seconds"`
	FirstTokenHigh quantity.Seconds `json:"ttft_high_seconds"`
	// ComputeBound is the batch per replica from which arithmetic and no longer
	// reading the weights sets the pace; 0 if none up to a million does.
	ComputeBound int64 `json:"compute_bound_batch"`
	// LoadBatch is the most sequences at once that fit and the runtime takes,
	// or fewer where that is faster, for fewer layers then stand on the host.
	// Load is the generated tokens per second of such a server under full load,
	// prompts included in its time.
	LoadBatch int64   `json:"max_load_sequences"`
	Load      float64 `json:"max_load_tokens_per_second"`
	LoadLow   float64 `json:"max_load_low"`
	LoadHigh  float64 `json:"max_load_high"`
	// PerMillion is the price of a million generated tokens with their prompts at
	// that load.
	PerMillion quantity.USD `json:"usd_per_million_tokens,omitempty"`
	// PerMillionBatch is the same for the batch that was asked for.
	PerMillionBatch quantity.USD `json:"usd_per_million_tokens_at_batch,omitempty"`
	// Energy and EnergyBatch are the energy of the devices at their rated
	// power for a million generated tokens with their prompts, at that load and
	// at that batch.
	Energy      quantity.KWh `json:"kwh_per_million_tokens,omitempty"`
	EnergyBatch quantity.KWh `json:"kwh_per_million_tokens_at_batch,omitempty"`
}

// Answer is a serving with everything that is asked of it.
type Answer struct {
	*Prepared
	Memory     Memory
	PerToken   quantity.Bytes
	PerSeq     quantity.Bytes
	MaxContext int64
	MaxBatch   int64
	// Best names the storage of the weights with the most bits that fits.
	Best string
	// BestOtherRuntime is the same of another runtime, where this one has none.
	BestOtherRuntime *Choice
	Throughput       Throughput
	// Front is what comes before the decoder; nil where nothing does.
	Front   *Front
	Options []Option
	Notes   []note.Note
	price   quantity.USD // per device-hour; 0: not known
}

// Answer evaluates a serving: memory, limits and speed; where it does not fit,
// what would. The price is per device-hour, 0 if unknown. Its
// errors are those of [Serving.Prepare]; not to fit is none.
func (s Request) Answer(price quantity.USD) (*Answer, error) {
	p, err := s.Prepare()
	if err != nil {
		return nil, err
	}
	a := &Answer{Prepared: p, price: price}
	a.Memory = p.Memory(p.Context, p.Batch)
	p.place(&a.Memory)
	p.layersOnHost = a.Memory.HostLayers
	a.PerToken, a.PerSeq = p.KVBytesPerToken(), p.KVBytes(p.Context)
	a.MaxContext, a.MaxBatch = p.MaxContext(p.Batch), p.MaxBatch(p.Context)
	if best := p.best(); best != nil {
		a.Best = best.Name
	} else {
		a.BestOtherRuntime = p.bestOtherRuntime()
	}
	a.Throughput = p.Throughput(price)
	a.Front = p.front()
	if !a.Memory.Fits {
		a.Options = p.options(price)
	}
	a.note(p)
	return a, nil
}

// Throughput predicts the rates of a serving.
func (p *Prepared) Throughput(price quantity.USD) Throughput {
	var t Throughput
	replicas := float64(p.Layout.Replicas)
	n := p.batchEach(p.Batch)
	r := p.request(n)
	busy := math.Min(replicas, float64(p.Batch))
	t.Prefill = r.prompt * n / p.Prefill(r.prompt, 0, n) * busy
	t.PrefillLow, t.PrefillHigh = p.Band("prefill", t.Prefill)
	step := p.Decode(n, r.middle)
	t.PerUser = 1 / step
	t.Decode = n / step * busy
	phase := "batched"
	if p.Batch == 1 {
		phase = "decode"
		if p.Layout.TP*p.Layout.PP*p.Layout.EP > 1 {
			phase = "decode-n"
		}
	}
	t.Low, t.High = p.Band(phase, t.Decode)
	first, low, high := p.FirstToken(r.prompt)
	t.FirstToken, t.FirstTokenLow, t.FirstTokenHigh = quantity.Seconds(first), quantity.Seconds(low), quantity.Seconds(high)
	t.ComputeBound = p.timer.computeBound()
	load := p.fullLoad()
	t.LoadBatch, t.Load, t.LoadLow, t.LoadHigh = load.batch, load.rate, load.low, load.high
	usd, kwh := float64(price)*float64(p.Cluster.Count), float64(p.Cluster.Power())/1000 // an hour
	answered := p.answered(p.timer, p.Batch)
	t.PerMillion, t.PerMillionBatch = quantity.USD(perMillion(usd, t.Load)), quantity.USD(perMillion(usd, answered))
	t.Energy, t.EnergyBatch = quantity.KWh(perMillion(kwh, t.Load)), quantity.KWh(perMillion(kwh, answered))
	return t
}

// servingRequest is the tokens of a sequence's prompt and answer, and how many
// are cached in the middle of the answer.
type servingRequest struct{ prompt, output, middle float64 }

// batchEach is the sequences of a replica out of batch of all, a mean.
func (p *Prepared) batchEach(batch int64) float64 {
	return math.Max(1, float64(batch)/float64(p.Layout.Replicas))
}

// request is what each of the n sequences of a replica is: where they share a
// context, each has its part of it.
func (p *Prepared) request(n float64) servingRequest {
	context := p.Context
	if p.SharedContext {
		context = max(1, int64(float64(context)/math.Max(1, n/float64(p.Layout.EP))))
	}
	r := servingRequest{prompt: float64(p.prompt(context)), output: float64(p.output(context))}
	r.middle = math.Min(float64(context), r.prompt+r.output/2)
	return r
}

// answered is the tokens per second of batch requests that are read and answered
// together, over all replicas.
func (p *Prepared) answered(t *servingTimer, batch int64) float64 {
	n := p.batchEach(batch)
	r := p.request(n)
	time := t.prefill(r.prompt, 0, n) + r.output*t.decode(n, r.middle)
	return n * r.output / time * math.Min(float64(p.Layout.Replicas), float64(batch))
}

// timerFor is a timer of a batch, with the layers on the host that it pushes out.
func (p *Prepared) timerFor(batch int64) *servingTimer {
	t, m := *p.timer, p.Memory(p.Context, batch)
	p.placeFor(&t, &m)
	return &t
}

// loadedServer is a server under full load.
type loadedServer struct {
	batch           int64
	rate, low, high float64
}

// fullLoad is the fastest of the most sequences that fit and the runtime takes,
// by how many layers stand on the host: more caches leave less room for weights.
func (p *Prepared) fullLoad() (best loadedServer) {
	most := p.Runtime.MaxSequences * int64(p.Layout.Replicas)
	if p.SharedContext { // more of them are shorter ones, and no more load
		most = min(most, p.Batch)
	}
	for layers := 0; layers <= p.hostLimit(); layers++ {
		batch := min(p.maxBatch(p.Context, layers), most)
		if batch == 0 || batch == best.batch {
			continue
		}
		t := p.timerFor(batch)
		if rate := p.answered(t, batch) * t.e.Load(); rate > best.rate {
			best = loadedServer{batch: batch, rate: rate}
			best.low, best.high = p.bandOf("load", rate, p.grade(t))
		}
		if batch == most {
			break
		}
	}
	return best
}

// computeBound is the smallest batch of a replica whose arithmetic takes longer
// than reading the weights: what a product of few tokens costs beyond it is no
// arithmetic. Groups and stages divide the batch.
func (t *servingTimer) computeBound() int64 {
	arithmetic := *t
	arithmetic.e[servingTile] = 0
	parts := float64(t.layout.EP * t.layout.PP)
	bound := func(batch float64) bool {
		n := math.Max(1, batch/parts)
		w := arithmetic.passWork(n, n)
		read, multiply := arithmetic.readMultiply(&w)
		return multiply >= read
	}
	return smallestBatch(bound)
}

// smallestBatch returns the smallest batch for which ok holds; 0 if it holds for
// none up to a million. ok must not become false again once it is true.
func smallestBatch(ok func(batch float64) bool) int64 {
	const most = 1 << 20
	if !ok(most) {
		return 0
	}
	return search(most, func(n int64) bool { return !ok(float64(n)) }) + 1
}

// perMillion is what a million tokens or sequences take at a rate per second of
// what is so much an hour; 0 without a rate.
func perMillion(hourly, rate float64) float64 {
	if rate <= 0 {
		return 0
	}
	return hourly / 3600 / rate * 1e6
}
