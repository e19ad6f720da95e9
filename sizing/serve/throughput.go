package serve

import (
	"cmp"
	"math"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Throughput is the speed of a machine that serves. Rates are over all devices
// and sequences unless they say otherwise.
type Throughput struct {
	// Prefill is the prompt tokens per second of one batch of prompts.
	Prefill     float64 `json:"prefill_tokens_per_second"`
	PrefillLow  float64 `json:"prefill_low"`
	PrefillHigh float64 `json:"prefill_high"`
	// Decode is the generated tokens per second, Low and High its 80 % band.
	Decode  float64 `json:"decode_tokens_per_second"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	PerUser float64 `json:"decode_tokens_per_second_per_user"`
	// FirstToken is the time to the first token of one request.
	FirstToken     quantity.Seconds `json:"ttft_seconds"`
	FirstTokenLow  quantity.Seconds `json:"ttft_low_seconds"`
	FirstTokenHigh quantity.Seconds `json:"ttft_high_seconds"`
	// ComputeBound is the smallest batch per replica that is limited by
	// arithmetic and not by reading the weights; 0 if none up to a million is.
	ComputeBound int64 `json:"compute_bound_batch"`
	// LoadBatch is the largest number of concurrent sequences that fit and that
	// the runtime accepts, or a smaller one if it is faster because fewer
	// layers are on the host. Load is the generated tokens per second of such a
	// server under full load; its time includes the prompts.
	LoadBatch int64   `json:"max_load_sequences"`
	Load      float64 `json:"max_load_tokens_per_second"`
	LoadLow   float64 `json:"max_load_low"`
	LoadHigh  float64 `json:"max_load_high"`
	// PerMillion is the price per million generated tokens with their prompts
	// at that load.
	PerMillion quantity.USD `json:"usd_per_million_tokens,omitempty"`
	// PerMillionBatch is the same at the requested batch.
	PerMillionBatch quantity.USD `json:"usd_per_million_tokens_at_batch,omitempty"`
	// Energy and EnergyBatch are the energy of the devices at rated power per
	// million generated tokens with their prompts, at that load and at the
	// requested batch.
	Energy      quantity.KWh `json:"kwh_per_million_tokens,omitempty"`
	EnergyBatch quantity.KWh `json:"kwh_per_million_tokens_at_batch,omitempty"`
}

// Answer is everything that a serving request returns.
type Answer struct {
	*Prepared
	Memory     Memory
	PerToken   quantity.Bytes
	PerSeq     quantity.Bytes
	MaxContext int64
	MaxBatch   int64
	// Best is the name of the weight format with the most bits that fits.
	Best string
	// BestOtherRuntime is the same for another runtime, if this one has none.
	BestOtherRuntime *Choice
	Throughput       Throughput
	// CacheTokens is the tokens that the cache of a replica fits, CacheLow and
	// CacheHigh its 80 % band; see [Prepared.CacheTokens].
	CacheTokens, CacheLow, CacheHigh int64
	// Front is the part of the model before the decoder; nil without one.
	Front   *Front
	Options []Option
	// Service is the fewest devices that deliver a level, if one is asked for.
	Service *Service
	Notes   []note.Note
	price   quantity.USD // per device-hour; 0: not known
}

// Answer evaluates a request: memory, limits and speed, and the options that
// would fit if it does not. The price is per device-hour, 0 if unknown. The
// errors are those of [Request.Prepare]; a model that does not fit is not an
// error.
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
	a.CacheTokens, a.CacheLow, a.CacheHigh = p.CacheTokens()
	a.Front = p.front()
	if !a.Memory.Fits {
		a.Options = p.options(price)
	}
	a.note(p)
	return a, nil
}

// Throughput predicts the rates of a request.
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

// servingRequest is the number of tokens of a prompt and its answer, and of
// cached tokens in the middle of the answer.
type servingRequest struct{ prompt, output, middle float64 }

// batchEach is the mean number of sequences per replica for a batch over all
// replicas.
func (p *Prepared) batchEach(batch int64) float64 {
	return math.Max(1, float64(batch)/float64(p.Layout.Replicas))
}

// request is the request of each of the n sequences of a replica. Sequences
// that share a context have an equal part of it.
func (p *Prepared) request(n float64) servingRequest {
	context := p.Context
	if p.SharedContext {
		context = max(1, int64(float64(context)/math.Max(1, n/float64(p.Layout.EP))))
	}
	r := servingRequest{prompt: float64(p.prompt(context)), output: float64(p.output(context))}
	r.middle = math.Min(float64(context), r.prompt+r.output/2)
	return r
}

// answered is the tokens per second of a batch of requests that are read and
// answered together, over all replicas.
func (p *Prepared) answered(t *servingTimer, batch int64) float64 {
	n := p.batchEach(batch)
	r := p.request(n)
	time := t.prefill(r.prompt, 0, n) + r.output*t.decode(n, r.middle)
	return n * r.output / time * math.Min(float64(p.Layout.Replicas), float64(batch))
}

// timerFor is the timer of a batch, with the layers that the batch moves to the
// host.
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

// fullLoad is the fastest of the largest batches that fit and that the runtime
// accepts, for each number of layers on the host: larger caches leave less
// memory for weights.
func (p *Prepared) fullLoad() (best loadedServer) {
	most := cmp.Or(p.MaxSequences, p.Runtime.MaxSequences) * int64(p.Layout.Replicas)
	if p.SharedContext { // more sequences are shorter and no more load
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

// computeBound is the smallest batch per replica whose arithmetic takes longer
// than reading the weights. Tile overhead of small products does not count as
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

// perMillion is the amount per million tokens or sequences, given an hourly
// amount and a rate per second; 0 without a rate.
func perMillion(hourly, rate float64) float64 {
	if rate <= 0 {
		return 0
	}
	return hourly / 3600 / rate * 1e6
}
