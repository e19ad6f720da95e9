package serve

import (
	"fmt"
	"math"

	"mlsizer/hardware"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Throughput is how fast a machine serves. Rates are over all devices
// and sequences unless they say otherwise.
type Throughput struct {
	// Prefill is prompt tokens a second of one batch of prompts.
	Prefill     float64 `json:"prefill_tokens_per_second"`
	PrefillLow  float64 `json:"prefill_low"`
	PrefillHigh float64 `json:"prefill_high"`
	// Decode is generated tokens a second, Low and High its 80 % band.
	Decode  float64 `json:"decode_tokens_per_second"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	PerUser float64 `json:"decode_tokens_per_second_per_user"`
	// FirstToken is the time to the first token of one request.
	FirstToken     quantity.Seconds `json:"ttft_seconds"`
	FirstTokenLow  quantity.Seconds `json:"ttft_low_seconds"`
	FirstTokenHigh quantity.Seconds `json:"ttft_high_seconds"`
	// ComputeBound is the batch a replica from which arithmetic and no longer
	// reading the weights sets the pace; 0 if none up to a million does.
	ComputeBound int64 `json:"compute_bound_batch"`
	// LoadBatch is the most sequences at once that fit and the runtime takes,
	// or fewer where that is faster, for fewer layers then stand on the host.
	// Load is the generated tokens a second of such a server under full load,
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
	// BestElsewhere is the same of another runtime, where this one has none.
	BestElsewhere *Choice
	Throughput    Throughput
	// Front is what comes before the decoder; nil where nothing does.
	Front   *Front
	Options []Option
	Notes   []note.Note
	price   quantity.USD // a device and hour; 0: not known
}

// Answer evaluates a serving: memory, limits and speed; where it does not fit,
// what would. The price is that of a device and hour, 0 if it is not known. Its
// errors are those of [Serving.Prepare]; not to fit is none.
func (s Request) Answer(price quantity.USD) (*Answer, error) {
	p, err := s.Prepare()
	if err != nil {
		return nil, err
	}
	a := &Answer{Prepared: p, price: price}
	a.Memory = p.Memory(p.Context, p.Batch)
	p.place(&a.Memory)
	p.placed = a.Memory.HostLayers
	a.PerToken, a.PerSeq = p.KVBytesPerToken(), p.KVBytes(p.Context)
	a.MaxContext, a.MaxBatch = p.MaxContext(p.Batch), p.MaxBatch(p.Context)
	if best := p.best(); best != nil {
		a.Best = best.Name
	} else {
		a.BestElsewhere = p.bestElsewhere()
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

// answered is the tokens a second of batch requests that are read and answered
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
		w := arithmetic.work(n, n)
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

// perMillion is what a million tokens or sequences take at a rate a second of
// what is so much an hour; 0 without a rate.
func perMillion(hourly, rate float64) float64 {
	if rate <= 0 {
		return 0
	}
	return hourly / 3600 / rate * 1e6
}

// weightsNote says how the weights are stored.
func (s *Request) weightsNote(weights quantity.Bytes) note.Note {
	bits := 8 * float64(weights) / float64(s.Model.Params())
	return note.Note{Code: "weights", Text: fmt.Sprintf("weights in %s: %.4g bits a parameter on average", s.Quant.Name, bits),
		Chinese: fmt.Sprintf("权重 %s：平均每参数 %.4g 比特", s.Quant.Name, bits), Source: s.Quant.Source}
}

// foreignNote says that the runtime is not known to run on the device.
func (s *Request) foreignNote() note.Note {
	d := s.Cluster.Device
	return note.Note{Code: "runtime", Text: fmt.Sprintf("%s is not known to run on %s: its figures are as if it did", s.Runtime.Title, d.Name),
		Chinese: fmt.Sprintf("未见 %s 支持 %s：数字按可运行计", s.Runtime.Title, d.Name), Source: s.Runtime.Source}
}

// note writes what was assumed.
func (a *Answer) note(p *Prepared) {
	add := func(code, text, zh, source string) {
		a.Notes = append(a.Notes, note.Note{Code: code, Text: text, Chinese: zh, Source: source})
	}
	d := p.Cluster.Device
	a.Notes = append(a.Notes, p.weightsNote(p.WeightBytes()))
	add("runtime", fmt.Sprintf("%s takes %.0f %% of the device's memory, of it %.2g GiB for context and libraries", p.Runtime.Title, 100*p.Runtime.Utilisation, p.Runtime.ContextGiB),
		fmt.Sprintf("%s 占用设备显存的 %.0f %%，其中上下文与库 %.2g GiB", p.Runtime.Title, 100*p.Runtime.Utilisation, p.Runtime.ContextGiB), p.Runtime.Source)
	if k := &p.timer.links; k.network > 0 {
		rate := quantity.Bandwidth(k.network)
		add("scale-out", fmt.Sprintf("%d devices serve a request over several nodes, with %v a device and direction between them: --scale-out sets another network", p.Layout.Devices()/p.Layout.Replicas, rate),
			fmt.Sprintf("每条请求由跨节点的 %d 个设备处理，节点间每设备每方向 %v；可用 --scale-out 另设", p.Layout.Devices()/p.Layout.Replicas, rate), "")
	}
	if a.Memory.KVPadding > 0 {
		add("padding", fmt.Sprintf("%s rounds the cache up: blocks of %d", p.Runtime.Title, max(p.Runtime.KVBlock, p.Runtime.KVPad)),
			fmt.Sprintf("%s 将缓存向上取整：每块 %d", p.Runtime.Title, max(p.Runtime.KVBlock, p.Runtime.KVPad)), p.Runtime.Source)
	}
	if p.Quant.pruned {
		add("weights", "pruned 2:4: half of the values of linear layers, and 2 bits of place for each; reading them is faster by what they shrink, and the up to twofold rate of sparse products is not counted: no measurement of serving has it",
			"2:4 剪枝：线性层保留一半数值，每个另加 2 比特位置；读取按缩小的字节加快，稀疏乘法至多两倍的速率未计入：无推理实测", "arXiv:2104.08378 section 3")
	}
	if p.Runtime.GGUF && !p.Quant.GGUF && p.Quant.compute != hardware.BF16 && p.Quant.compute != hardware.FP16 && p.Quant.compute != hardware.FP32 {
		add("weights", fmt.Sprintf("%s has no %s weights: the nearest it stores are q8_0 or q4_k_m", p.Runtime.Title, p.Quant.Name),
			fmt.Sprintf("%s 不支持 %s 权重：最接近的是 q8_0 或 q4_k_m", p.Runtime.Title, p.Quant.Name), p.Runtime.Source)
	}
	switch {
	case p.DeviceMemory != d.Memory:
		add("unified", fmt.Sprintf("%s a device as asked for, where %s has %s", p.DeviceMemory, d.Name, d.Memory),
			fmt.Sprintf("按所给每设备 %s 计，%s 为 %s", p.DeviceMemory, d.Name, d.Memory), "")
	case d.Unified:
		shared := sharedMemory(d)
		add("unified", shared.en, shared.zh, "")
	}
	if !p.Runtime.RunsOn(d) {
		a.Notes = append(a.Notes, p.foreignNote())
	}
	if p.Model.Context > 0 && p.Context > p.Model.Context && !p.SharedContext {
		add("context", fmt.Sprintf("%s was made for %d tokens: a context of %d needs more than memory", p.Model.Name, p.Model.Context, p.Context),
			fmt.Sprintf("%s 的上下文为 %d token：%d 不只是显存问题", p.Model.Name, p.Model.Context, p.Context), "")
	}
	if m := &a.Memory; m.HostLayers > 0 {
		limits := bilingual{"limits are with as many", "各上限以同样层数计"}
		if p.HostMemory > 0 {
			limits = bilingual{"limits are with what its memory holds", "各上限以主机内存可容者计"}
		}
		text := fmt.Sprintf("%d layers on the host: it needs %s of memory for them beside its system, used at %.3g GB/s; %s", m.HostLayers*p.Layout.PP, p.hostNeed(m), p.timer.hostRate/1e9, limits.en)
		zh := fmt.Sprintf("%d 层放在主机：主机除系统外需内存 %s，按 %.3g GB/s 使用；%s", m.HostLayers*p.Layout.PP, p.hostNeed(m), p.timer.hostRate/1e9, limits.zh)
		if chunk := min(p.Runtime.PrefillChunk, p.prompt(p.Context)); p.timer.copyRate > 0 && chunk >= copiedFrom {
			text += fmt.Sprintf("; prompts copy them to the device for every %d tokens, at %.3g GB/s at most (less from memory that is not pinned)", chunk, p.timer.copyRate/1e9)
			zh += fmt.Sprintf("；读提示时每 %d 个 token 拷贝到设备一次，至多 %.3g GB/s（未锁页内存更慢）", chunk, p.timer.copyRate/1e9)
		}
		if command := p.HostCommand(m); command != "" {
			text, zh = text+": "+command, zh+"："+command
		}
		add("offload", text, zh, "")
	}
	if p.Model.ReadsPrompt() {
		add("context", fmt.Sprintf("the encoder reads up to %d tokens and the decoder writes up to as many: each has caches of that length", p.Context),
			fmt.Sprintf("编码器至多读 %d 个 token，解码器至多写同样多：两者各有该长度的缓存", p.Context), "")
	}
	if p.Model.Inferred {
		add("inferred-shape", "only the parameter count is known: the shape, and with it the cache, is that of comparable models",
			"仅知参数量：结构及缓存取自相近模型", "")
	}
	if w := p.Cluster.Device.Power; w > 0 {
		add("energy", fmt.Sprintf("devices at their rated %s: reading weights draws less, so that this is an upper end; hosts, network and cooling are not counted", w),
			fmt.Sprintf("设备按额定 %s 计：读取权重时功耗更低，故为上限；主机、网络与制冷未计", w), "")
	}
	known := []bilingual{
		{"no measurement of this runtime: constants of comparable ones, and a wider band", "该运行时无实测：取相近者的常数，区间加宽"},
		{"no measurement of this runtime on this architecture: constants of comparable devices, and a wider band", "该运行时在此架构上无实测：取相近设备的常数，区间加宽"},
		{"fitted on published measurements of this runtime on this architecture", "按该运行时在此架构上的公开实测拟合"},
	}[p.grade(p.timer)]
	if p.timer.links.network > 0 && p.known > 0 {
		known = bilingual{"no measurement of this runtime over several nodes: constants of one node, and a wider band", "该运行时跨节点无实测：取单节点的常数，区间加宽"}
	}
	if a.Memory.HostLayers > 0 {
		known = bilingual{"no measurement has weights on the host: the widest band", "无权重置于主机的实测：取最宽区间"}
	}
	add("speed", known.en, known.zh, "sizing/serving_constants.json; mlsizer validate")
}

// bilingual is a text in both languages.
type bilingual struct{ en, zh string }
