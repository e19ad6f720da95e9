package serve

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"mlsizer/hardware"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Option is a change that makes a model fit.
type Option struct {
	Code string `json:"code"`
	// Label says what changes, Settings which request fields it sets, in order.
	Label    note.Note     `json:"-"`
	Settings note.Settings `json:"-"`
	// Device is the memory per device that the option needs, Host that of the
	// host.
	Device quantity.Bytes `json:"memory_bytes"`
	Host   quantity.Bytes `json:"host_bytes,omitempty"`
	// Decode is the tokens per second with the change, Low and High its 80 %
	// band.
	Decode float64 `json:"decode_tokens_per_second"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	// PerMillion is the price per million generated tokens at full load; 0 if
	// no price is known.
	PerMillion quantity.USD `json:"usd_per_million_tokens,omitempty"`
}

// OtherDevice is the code of an option on another device.
const OtherDevice = "other device"

// Choice is a runtime with a weight format.
type Choice struct {
	Runtime string `json:"runtime"`
	Weights string `json:"weights"`
}

// offeredQuants lists the weight formats of the runtime and the device, the
// most bits first: the published one and narrower ones.
func (p *Prepared) offeredQuants() []*Quant {
	var list []*Quant
	most := quantity.Bytes(0)
	if q := p.Published; q != nil {
		most = WeightBytes(p.Model, q)
		switch {
		case !p.Runtime.GGUF && (q.typed() || q.Name == p.Quant.Name):
			list = append(list, q)
		case q.Linear == "mxfp4": // its files leave the experts unchanged
			file, _ := FindQuant("mxfp4-q8_0")
			list, most = append(list, file), WeightBytes(p.Model, file)/1.06
		}
	}
	d := p.Cluster.Device
	for _, name := range p.Runtime.Ladder {
		q, err := FindQuant(name)
		switch {
		case err != nil:
		case most > 0 && WeightBytes(p.Model, q) > most*1.05:
		case q.compute == hardware.FP4 && !d.Supports(hardware.FP4):
		case q.compute == hardware.FP8 && !d.Supports(hardware.FP8) && !d.Supports(hardware.INT8):
		default:
			list = append(list, q)
		}
	}
	return list
}

// withQuant is the request with another weight format.
func (s Request) withQuant(q *Quant) Request {
	s.Quant, s.StoredBytes = q, 0
	return s
}

// withRuntime is the request with another runtime and an open layout.
func (s Request) withRuntime(r *Runtime) Request {
	s.Runtime, s.Layout, s.Expanded, s.Copied, s.Year = r, Layout{}, false, false, 0
	s.Ledger, s.Utilisation, s.BatchedTokens, s.MaxSequences, s.UBatch = nil, 0, 0, 0, 0
	return s
}

// best is the weight format with the most bits that fits without the host, nil
// if none does.
func (p *Prepared) best() *Quant {
	for _, q := range p.offeredQuants() {
		o, err := p.Request.withQuant(q).Prepare()
		if err != nil {
			continue
		}
		o.Offload = NoOffload
		if m := o.Memory(p.Context, p.Batch); m.Fits {
			return q
		}
	}
	return nil
}

// desktopRuntimes lists the desktop runtimes that also support the device:
// their files have fewer bits.
func (p *Prepared) desktopRuntimes() []*Runtime {
	var list []*Runtime
	for _, r := range loadRuntimes() {
		if r.Desktop && r.Name != p.Runtime.Name && r.RunsOn(p.Cluster.Device) && p.Cluster.Count <= 8 {
			list = append(list, r)
		}
	}
	return list
}

// bestOtherRuntime is the weight format with the most bits that fits in another
// runtime, nil if there is none.
func (p *Prepared) bestOtherRuntime() *Choice {
	for _, r := range p.desktopRuntimes() {
		if o, err := p.Request.withRuntime(r).Prepare(); err == nil {
			if best := o.best(); best != nil {
				return &Choice{r.Name, best.Name}
			}
		}
	}
	return nil
}

// optionList collects what fits.
type optionList struct {
	p     *Prepared
	price quantity.USD
	list  []Option
}

// add appends a change if it fits.
func (l *optionList) add(code string, s Request, label note.Note) bool {
	o, err := s.Prepare()
	if err != nil {
		return false
	}
	m := o.Memory(o.Context, o.Batch)
	if !m.Fits {
		return false
	}
	o.place(&m)
	o.layersOnHost = m.HostLayers
	price := l.price
	if d := o.Cluster.Device; d != l.p.Cluster.Device {
		price = 0
		if d.Price != nil {
			price = d.Price.PerHour
		}
	}
	t := o.Throughput(price)
	if told := o.HostSettings(&m); len(told) > 0 {
		label = note.New("option.told", "", label, told)
	}
	l.list = append(l.list, Option{code, label, l.settings(o, price), m.Total, o.hostNeed(&m), t.Decode, t.Low, t.High, t.PerMillion})
	return true
}

// typed reports whether a format has a name that a request can give. The format
// of a file is requested by naming none.
func (q *Quant) typed() bool {
	_, err := FindQuant(q.Name)
	return err == nil
}

// settings are the differences between the request and an option with a device
// price: what the option sets, and what it unsets.
func (l *optionList) settings(o *Prepared, price quantity.USD) (list note.Settings) {
	p := l.p
	add := func(changed bool, field string, value any) {
		if changed {
			list.Set(field, value)
		}
	}
	elsewhere := o.Cluster.Device != p.Cluster.Device
	on := o.Cluster.Device.ID
	if n := o.Cluster.Count; n > 1 {
		on += fmt.Sprintf("x%d", n)
	}
	add(elsewhere || o.Cluster.Count != p.Cluster.Count, "on", on)
	open := p.Runtime == DefaultRuntime(p.Cluster.Device, p.Quant) // possibly not given
	add(o.Runtime != p.Runtime || open && o.Runtime != DefaultRuntime(o.Cluster.Device, o.Quant), "runtime", o.Runtime.Name)
	add(o.Quant.Name != p.Quant.Name, "weights", o.Quant.Name)
	shorter := o.Context != p.Context // the division was that of the longer one
	add(shorter, "context", o.Context)
	add(shorter && o.Prompt > 0, "prompt", o.Prompt)
	add(shorter && o.Output > 0, "answer", o.Output)
	add(shorter && o.Images > 0, "images", o.Images)
	add(o.Batch != p.Batch, "batch", o.Batch)
	list = append(list, p.layoutSettings(o)...)
	open = p.KV.Name == p.Runtime.CacheFor(p.Model, p.Cluster.Device, p.Quant.Name)
	add(o.KV.Name != p.KV.Name || open && o.KV.Name != o.Runtime.CacheFor(o.Model, o.Cluster.Device, o.Quant.Name), "kv", o.KV.Name)
	add(o.Offload != p.Offload, "offload", o.Offload)
	add(o.BatchedTokens != p.BatchedTokens, "max-num-batched-tokens", o.BatchedTokens)
	add(o.MaxSequences != p.MaxSequences, "max-num-seqs", o.MaxSequences)
	add(o.Utilisation != p.Utilisation, "gpu-memory-utilization", o.Utilisation)
	add(elsewhere && p.requested.DeviceMemory > 0, "memory", int64(o.DeviceMemory))
	given := p.Cluster.Device.Price == nil || p.Cluster.Device.Price.PerHour != l.price
	add(elsewhere && given && l.price > 0 && price > 0, "price", float64(price))
	return list
}

// layoutSettings are the layout dimensions of an option that the requested ones
// do not already imply.
func (p *Prepared) layoutSettings(o *Prepared) (list note.Settings) {
	l := p.requested.Layout
	dimensions := []struct {
		field string
		at    *int
		want  int
	}{{"tp", &l.TP, o.Layout.TP}, {"pp", &l.PP, o.Layout.PP}, {"ep", &l.EP, o.Layout.EP}}
	reached := func() bool {
		got, err := l.complete(o.Model, o.Runtime, &o.Cluster)
		return err == nil && got == o.Layout
	}
	for _, fixed := range []bool{true, false} { // first what prevents it
		for _, d := range dimensions {
			if *d.at == d.want || fixed != (*d.at > 0) || reached() {
				continue
			}
			*d.at = d.want
			list.Set(d.field, d.want)
		}
	}
	return list
}

// options lists what would fit, first what changes neither the model nor the
// work: more devices, then narrower weights, a shorter context, a batch that
// groups divide, a smaller cache, another runtime, weights on the host, or other
// devices.
func (p *Prepared) options(price quantity.USD) []Option {
	l := &optionList{p: p, price: price}
	l.moreDevices()
	if best := p.best(); best != nil && best.Name != p.Quant.Name {
		l.add("weights", p.Request.withQuant(best), note.New("option.weights", "", best.Name))
	}
	if n := p.MaxContext(p.Batch); n > 1 && n < p.Context {
		s := p.Request
		s.Context, s.Output = n, min(p.Output, n/2)
		s.Prompt = min(p.Prompt, n-max(s.Output, 1))
		l.add("context", s, note.New("option.context", "", n))
	}
	if n := p.MaxBatch(p.Context); n > 0 && n < p.Batch {
		s := p.Request
		s.Batch = n
		l.add("batch", s, note.New("option.batch", "", n))
	}
	l.tuneRuntime()
	l.divideBatch()
	l.narrowCache()
	l.otherRuntimes()
	l.toHost()
	l.otherDevices()
	return l.list
}

// mostUtilisation is the largest share of memory that an option proposes, as
// graphs and the driver's context are beside it; fewestTokens is the shortest
// pass, for which windows reserve less.
const (
	mostUtilisation = 0.95
	fewestTokens    = 2048
)

// tuneRuntime offers other limits of the runtime: fewer sequences per pass,
// whose sampling takes less, a larger share of the memory, shorter passes, and
// all of them with an 8-bit cache.
func (l *optionList) tuneRuntime() {
	p := l.p
	if p.ledger == nil || p.ledger.Static {
		return
	}
	sequences := func(s *Request) {
		if n := max(16, int64(1)<<bits.Len64(uint64(p.perReplica(p.Batch)-1))); float64(n) < p.sequencesPerPass() {
			s.MaxSequences = n
		}
	}
	share := func(s *Request) {
		if p.share() < mostUtilisation {
			s.Utilisation = mostUtilisation
		}
	}
	tokens := func(s *Request) {
		if p.tokensPerPass() > fewestTokens {
			s.BatchedTokens = fewestTokens
		}
	}
	cache := func(s *Request) {
		if kv, err := ParseKVType("fp8"); err == nil && kv.Key < p.KV.Key {
			s.KV = kv
		}
	}
	for _, changes := range [][]func(*Request){{sequences}, {share}, {sequences, share}, {sequences, share, tokens}, {sequences, share, tokens, cache}} {
		s := p.Request
		for _, change := range changes {
			change(&s)
		}
		if l.add("limits", s, note.New("option.limits", "")) {
			return
		}
	}
}

// divideBatch offers groups that share the experts and divide the batch. Each
// has only the cache of its own sequences, in 8 bits if it does not fit
// otherwise. Tensor parallelism stores the latents of every sequence on every
// device.
// Source: arXiv:2412.19437 section 3.4 (attention in data-parallel groups over
// experts that all of them share).
func (l *optionList) divideBatch() {
	p := l.p
	if !p.Model.HasExperts() || p.Layout.EP > 1 || p.Runtime.Layout != "tensor" || p.Batch < 2 {
		return
	}
	kv, err := ParseKVType("fp8")
	if err != nil {
		return
	}
	for n := p.Cluster.Count; n > 1; n /= 2 {
		s := p.Request
		s.Layout = Layout{EP: n, TP: p.Cluster.Count / n, PP: 1}
		if l.add("expert groups", s, note.New("option.expert-groups", "", n)) {
			return
		}
		if p.KV.Key <= kv.Key {
			continue
		}
		s.KV = kv
		if l.add("expert groups", s, note.New("option.expert-groups-kv", "", n, kv.Name)) {
			return
		}
	}
}

// narrowCache offers an 8-bit cache, alone or with narrower weights.
func (l *optionList) narrowCache() {
	p, name := l.p, "fp8"
	if p.Runtime.GGUF {
		name = "q8_0"
	}
	kv, err := ParseKVType(name)
	if err != nil || p.KV.Key <= kv.Key {
		return
	}
	s := p.Request
	s.KV = kv
	if l.add("kv", s, note.New("option.kv", "", name)) || p.best() != nil {
		return
	}
	o, err := s.Prepare()
	if err != nil {
		return
	}
	if best := o.best(); best != nil {
		l.add("weights and kv", s.withQuant(best), note.New("option.weights-kv", "", best.Name, name))
	}
}

// otherRuntimes offers the runtimes whose files have fewer bits.
func (l *optionList) otherRuntimes() {
	for _, r := range l.p.desktopRuntimes() {
		s := l.p.Request.withRuntime(r)
		o, err := s.Prepare()
		if err != nil {
			continue
		}
		if best := o.best(); best != nil {
			l.add("runtime", s.withQuant(best), note.New("option.runtime", "", r.Title, best.Name))
		}
	}
}

// toHost offers weights in host memory: with a runtime that computes there, in
// 4 bits, and in the requested format.
func (l *optionList) toHost() {
	p := l.p
	if p.Offload != NoOffload || p.Cluster.Device.Unified {
		return
	}
	s := p.Request
	for _, r := range loadRuntimes() {
		if r.Offload != "host" || p.Runtime.Name == r.Name || !r.RunsOn(p.Cluster.Device) || p.Cluster.Count > 1 {
			continue
		}
		q, _ := FindQuant("q4_k_m")
		if o := p.Published; o != nil && o.Linear == "mxfp4" {
			q, _ = FindQuant("mxfp4-q8_0")
		}
		l.offload(s.withRuntime(r).withQuant(q), func(what note.Word, share float64) note.Note {
			return note.New("option.offload-with", "", r.Title, q.Name, what, share)
		})
	}
	if p.Runtime.Offload != "none" {
		l.offload(s, func(what note.Word, share float64) note.Note { return note.New("option.offload", "", what, share) })
	}
}

// offload offers experts and layers on the host, unless nothing needs to move.
// The label gets what moves, and its percentage of the weights.
func (l *optionList) offload(s Request, label func(what note.Word, share float64) note.Note) {
	try := func(how Offload, what note.Word) {
		s.Offload = how
		o, err := s.Prepare()
		if err != nil {
			return
		}
		if m := o.Memory(o.Context, o.Batch); m.HostLayers > 0 {
			l.add("offload", s, label(what, 100*float64(m.Host/(m.Host+m.Weights))))
		}
	}
	if l.p.Model.HasExperts() && s.Runtime.Offload == "host" {
		try(OffloadExperts, note.Word("experts-offloaded"))
	}
	try(OffloadLayers, note.Word("layers-offloaded"))
}

// moreDevices offers the fewest devices, doubling, that fit the model, and
// before them the fewest that fit it with narrower weights.
func (l *optionList) moreDevices() {
	p := l.p
	id, narrower := p.Cluster.Device.ID, p.best() != nil
	for n := p.Cluster.Count * 2; n <= 1024; n *= 2 {
		c, err := hardware.NewCluster(p.Cluster.Device, n)
		if err != nil {
			continue
		}
		c.ScaleOut, c.DevicesPerNode = p.Cluster.ScaleOut, p.Cluster.DevicesPerNode
		s := p.Request
		s.Cluster, s.Layout = c, Layout{}
		o, err := s.Prepare()
		if err != nil {
			continue
		}
		if l.add("devices", s, note.New("option.devices", "", n, id, o.Layout.String())) {
			return
		}
		if narrower || n > 16 {
			continue
		}
		if best := o.best(); best != nil {
			narrower = l.add("devices and weights", s.withQuant(best), note.New("option.devices-and-weights", "", n, id, o.Layout.String(), best.Name))
		}
	}
}

// otherDevices offers another single device: the cheapest per hour, and the
// smallest GPU and machine with shared memory that fit.
func (l *optionList) otherDevices() {
	type candidate struct {
		d *hardware.Device
		s Request
	}
	var fit []candidate
	for _, d := range l.p.Alternatives {
		c, err := hardware.NewCluster(d, 1)
		if err != nil || d.ID == l.p.Cluster.Device.ID {
			continue
		}
		s := l.p.Request
		s.Cluster, s.Layout, s.DeviceMemory, s.Offload = c, Layout{}, 0, NoOffload
		if r := DefaultRuntime(d, s.Quant); r.Name != s.Runtime.Name {
			s = s.withRuntime(r)
		}
		o, err := s.Prepare()
		if err != nil || !o.Runtime.RunsOn(d) {
			continue
		}
		if m := o.Memory(o.Context, o.Batch); m.Fits {
			fit = append(fit, candidate{d, s})
		}
	}
	hour := func(d *hardware.Device) quantity.USD {
		if d.Price != nil {
			return d.Price.PerHour
		}
		return 1e9
	}
	taken := map[*hardware.Device]bool{}
	take := func(ok func(*hardware.Device) bool, key func(*hardware.Device) float64) {
		var list []candidate
		for _, c := range fit {
			if ok(c.d) && !taken[c.d] {
				list = append(list, c)
			}
		}
		if len(list) == 0 {
			return
		}
		c := slices.MinFunc(list, func(a, b candidate) int {
			return cmp.Or(cmp.Compare(key(a.d), key(b.d)), cmp.Compare(b.d.MemBandwidth, a.d.MemBandwidth))
		})
		taken[c.d] = true
		l.add(OtherDevice, c.s, note.New("option.other-device", "", c.d.Name))
	}
	memory := func(d *hardware.Device) float64 { return float64(d.Memory) }
	take(func(d *hardware.Device) bool { return d.Price != nil }, func(d *hardware.Device) float64 { return float64(hour(d)) })
	take(func(d *hardware.Device) bool { return d.Kind == hardware.GPU }, memory)
	take(func(d *hardware.Device) bool { return d.Kind == hardware.Edge }, memory)
}
