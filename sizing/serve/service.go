package serve

import (
	"cmp"
	"math"
	"slices"

	"mlsizer/hardware"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Level is what a service has to deliver. At least Users or Rate is set.
type Level struct {
	// Users is the requests that are in the service at once; each user sends
	// the next request when the last is answered. 0: as many as Rate brings.
	Users int64
	// Rate is the requests per second, which arrive at random. 0: as many as
	// Users send.
	Rate float64
	// FirstToken limits the 99th percentile of the time to the first token,
	// PerToken the mean time per further token; 0: no limit. The 99th
	// percentile is that of the server scenario of MLPerf Inference.
	// Source: mlcommons/inference_policies inference_rules.adoc (server, TTFT
	// and TPOT).
	FirstToken, PerToken quantity.Seconds
	// PrefixShare is the share of a prompt's tokens that are in the cache
	// already.
	PrefixShare float64
	// Prefill and Decode are the ratio of devices that read prompts to those
	// that answer; 0: each device does both.
	Prefill, Decode int
}

// IsZero reports whether no level is asked for.
func (l *Level) IsZero() bool { return l.Users == 0 && l.Rate == 0 }

// check rejects levels out of range.
func (l *Level) check() error {
	const most = 1e9
	switch {
	case l.Users < 0 || l.Users > most:
		return note.FieldError("users", "service.users-out-of-range", l.Users, int64(most))
	case !(l.Rate >= 0 && l.Rate <= most):
		return note.FieldError("rate", "service.rate-out-of-range", l.Rate, int64(most))
	case !(l.PrefixShare >= 0 && l.PrefixShare < 1):
		return note.FieldError("prefix-share", "service.prefix-out-of-range", l.PrefixShare)
	case (l.Prefill > 0) != (l.Decode > 0) || l.Prefill < 0 || l.Prefill+l.Decode > MostServiceDevices:
		return note.FieldError("disaggregate", "service.ratio-out-of-range", l.Prefill, l.Decode)
	}
	return nil
}

// MostServiceDevices is the most devices that a search for a service tries.
const MostServiceDevices = 4096

// ServicePoint is a service at one load.
type ServicePoint struct {
	// Layout is that of the replicas that answer.
	Layout Layout `json:"layout"`
	// PrefillReplicas read prompts for Layout.Replicas; 0: each does both.
	PrefillReplicas int `json:"prefill_replicas,omitempty"`
	Devices         int `json:"devices"`
	// Users are the requests in the service at once, Rate those per second.
	Users float64 `json:"users"`
	Rate  float64 `json:"requests_per_second"`
	// Busy is the share of time in which a replica reads prompts.
	Busy float64 `json:"prefill_utilisation"`
	// P50 and P99 are percentiles of the time to the first token, P99High the
	// upper end of the 80 % band of the latter.
	P50     quantity.Seconds `json:"ttft_p50_seconds"`
	P99     quantity.Seconds `json:"ttft_p99_seconds"`
	P99High quantity.Seconds `json:"ttft_p99_high_seconds"`
	// PerToken is the mean time per further token, with its 80 % band.
	PerToken     quantity.Seconds `json:"tpot_seconds"`
	PerTokenLow  quantity.Seconds `json:"tpot_low_seconds"`
	PerTokenHigh quantity.Seconds `json:"tpot_high_seconds"`
	// Tokens is the generated tokens per second over all devices.
	Tokens float64 `json:"output_tokens_per_second"`
}

// Service is the fewest devices that deliver a level.
type Service struct {
	ServicePoint
	Replicas int `json:"replicas"`
	// Sure says that the level is met at the upper ends of the bands too.
	Sure bool `json:"meets_at_band"`
	// Input and Output are the prices per million tokens read and generated:
	// the devices' hours, divided by the time that prompts and answers take.
	Input  quantity.USD `json:"usd_per_million_input_tokens,omitempty"`
	Output quantity.USD `json:"usd_per_million_output_tokens,omitempty"`
	// Curve is throughput against latency: the points that no other point
	// exceeds in both, per device, of all layouts that fit.
	Curve []ServicePoint `json:"curve"`
	// Transfer is the time in which a prompt's cache moves from the devices
	// that read it to those that answer.
	Transfer quantity.Seconds `json:"cache_transfer_seconds,omitempty"`
	// Request is the request on these devices.
	Request Request     `json:"-"`
	Notes   []note.Note `json:"-"`
}

// replica is one replica of a layout under load.
type replica struct {
	p     *Prepared
	level *Level
	r     servingRequest
	// most is the most sequences at once, prompt the time of one prompt.
	most, prompt float64
	transfer     float64
}

// newReplica prepares a replica; false if it fits no request.
func newReplica(p *Prepared, level *Level) (*replica, bool) {
	s := &replica{p: p, level: level, r: p.request(1)}
	fits := float64(p.MaxBatch(p.Context)) / float64(p.Layout.Replicas)
	limit := float64(cmp.Or(p.MaxSequences, p.Runtime.MaxSequences)) * float64(p.Layout.EP)
	s.most = math.Min(fits, limit)
	cached := math.Floor(s.r.prompt * level.PrefixShare)
	s.prompt = p.Prefill(s.r.prompt-cached, cached, 1)
	if level.Prefill > 0 {
		s.transfer = p.cacheTransfer(s.r.prompt)
	}
	return s, s.most >= 1
}

// cacheTransfer is the time in which the cache of a prompt moves between
// devices: over the network between nodes if it is known, else over the link
// inside the node. Every device of a replica sends its part.
func (p *Prepared) cacheTransfer(prompt float64) float64 {
	d := p.Cluster.Device
	rate := float64(cmp.Or(p.Cluster.ScaleOut, d.ScaleOut, d.HostLink.Bandwidth))
	if rate <= 0 {
		return 0
	}
	l := &p.Layout
	return float64(p.KVBytes(int64(prompt))) / (rate * float64(l.TP*l.PP*l.EP))
}

// serviceLoad is a replica at a rate of requests.
type serviceLoad struct {
	rate, busy, p50, p99, tpot, batch, users float64
}

// at evaluates a replica at a rate of requests per second, of which prefill
// replicas per decoding one read the prompts (0: the replica itself). Prompts
// arrive at random and are read one after the other, so that they wait as in
// an M/D/1 queue whose tail is exponential with the mean of Pollaczek and
// Khinchine:
//
//	busy = rate x prompt,  E[W] = busy x prompt / (2 (1 - busy))
//	P(W > t) = busy x exp(-busy x t / E[W])
//
// and, where users send the next request only when the last is answered, no
// longer than the prompts of all others. Answers are generated between prompts: a token takes step / (1 - busy), and
// by Little's law the batch is rate x answer x that. Sources: Kleinrock,
// "Queueing Systems", volume 1, section 5.6; Little, "A proof for the queuing
// formula L = λW", 1961.
func (s *replica) at(rate float64, readers float64) (l serviceLoad, ok bool) {
	apart := readers > 0
	l.rate, l.busy = rate, rate*s.prompt
	if apart {
		l.busy /= readers
	}
	if l.busy >= 0.999 {
		return l, false
	}
	mean := meanWait(l.busy, s.prompt)
	shared := l.busy
	if apart {
		shared = 0
	}
	if l.batch, ok = s.batchAt(rate, shared); !ok {
		return l, false
	}
	step := s.p.Decode(math.Max(1, l.batch), s.r.middle)
	l.tpot = step / (1 - shared)
	first := s.p.timer.e.First() + s.prompt + s.transfer + step
	l.users = rate * (first + mean + s.r.output*l.tpot)
	longest := math.Inf(1)
	if s.level.Rate == 0 && !apart {
		longest = math.Max(0, l.users-1) * s.prompt
	}
	wait := func(q float64) float64 { return math.Min(longest, waitAt(q, l.busy, s.prompt)) }
	l.p50, l.p99 = first+wait(0.5), first+wait(0.99)
	return l, l.users <= s.most || apart && l.batch <= s.most
}

// meanWait is the mean wait of an M/D/1 queue.
func meanWait(busy, service float64) float64 { return busy * service / (2 * (1 - busy)) }

// waitAt is a quantile of the wait of an M/D/1 queue with an exponential tail.
func waitAt(q, busy, service float64) float64 {
	if busy <= 1-q {
		return 0
	}
	return meanWait(busy, service) / busy * math.Log(busy/(1-q))
}

// batchAt is the sequences that are answered at once at a rate: the fixed point
// of batch = rate x answer x step(batch) / (1 - busy).
func (s *replica) batchAt(rate, busy float64) (float64, bool) {
	need := func(n float64) float64 {
		return rate * s.r.output * s.p.Decode(math.Max(1, n), s.r.middle) / (1 - busy)
	}
	if need(s.most) > s.most {
		return 0, false
	}
	low, high := 0.0, s.most
	for range 40 {
		mid := (low + high) / 2
		if need(mid) > mid {
			low = mid
		} else {
			high = mid
		}
	}
	return high, true
}

// meets reports whether a load is within the limits.
func (l *Level) meets(x *serviceLoad) bool {
	return (l.FirstToken == 0 || x.p99 <= float64(l.FirstToken)) && (l.PerToken == 0 || x.tpot <= float64(l.PerToken))
}

// bisectRate returns the largest rate for which ok holds, 0 if none. ok must
// not become true again once it is false.
func bisectRate(ok func(rate float64) bool) float64 {
	const least, most = 1e-7, 1e6
	if !ok(least) {
		return 0
	}
	low, high := least, most
	for high/low > 1.0001 {
		mid := math.Sqrt(low * high)
		if ok(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// readers is the replicas that read prompts per replica that answers.
func (l *Level) readers() float64 {
	if l.Prefill == 0 {
		return 0
	}
	return float64(l.Prefill) / float64(l.Decode)
}

// capacity is the most that a replica delivers within the limits: its rate, and
// the users at it.
func (s *replica) capacity(readers float64) (x serviceLoad) {
	rate := bisectRate(func(rate float64) bool {
		l, ok := s.at(rate, readers)
		return ok && s.level.meets(&l)
	})
	if rate > 0 {
		x, _ = s.at(rate, readers)
	}
	return x
}

// underLoad is a replica at its part of the users and of the rate.
func (s *replica) underLoad(users, rate, readers float64) (serviceLoad, bool) {
	byUsers := bisectRate(func(rate float64) bool {
		l, ok := s.at(rate, readers)
		return ok && l.users <= users
	})
	if rate == 0 {
		rate = byUsers
	} else if users > 0 {
		rate = math.Max(rate, byUsers)
	}
	if rate == 0 {
		return serviceLoad{}, false
	}
	return s.at(rate, readers)
}

// serviceLayouts are the layouts of one replica on n devices that a request
// leaves open: tensor parallelism inside a domain with stages beyond, and for
// experts groups that divide them and the batch.
func (s *Request) serviceLayouts(n int) []Layout {
	var list []Layout
	for tp := 1; tp <= n; tp *= 2 {
		rest := n / tp
		list = append(list, Layout{TP: tp, PP: rest, EP: 1, Replicas: 1})
		if s.Model.HasExperts() && rest > 1 {
			list = append(list, Layout{TP: tp, PP: 1, EP: rest, Replicas: 1})
		}
	}
	fixed := func(want, have int) bool { return want > 0 && want != have }
	return slices.DeleteFunc(list, func(l Layout) bool {
		return l.TP*l.PP*l.EP != n || fixed(s.Layout.TP, l.TP) || fixed(s.Layout.PP, l.PP) || fixed(s.Layout.EP, l.EP)
	})
}

// clusterOf is a cluster of n devices of the request's, in nodes and a network as
// its own.
func (s *Request) clusterOf(n int) (hardware.Cluster, error) {
	c, err := hardware.NewCluster(s.Cluster.Device, n)
	c.ScaleOut, c.DevicesPerNode = s.Cluster.ScaleOut, s.Cluster.DevicesPerNode
	return c, err
}

// mostReplica is the most devices of one replica that a search tries.
const mostReplica = 64

// replicas prepares a replica of each layout that fits a request.
func (s *Request) replicas(level *Level) (list []*replica, err error) {
	for n := 1; n <= mostReplica; n *= 2 {
		c, clusterErr := s.clusterOf(n)
		if clusterErr != nil {
			continue
		}
		for _, l := range s.serviceLayouts(n) {
			one := *s
			one.Cluster, one.Layout, one.Batch = c, l, int64(max(l.EP, 1))
			p, e := one.Prepare()
			if e != nil {
				err = cmp.Or(err, e)
				continue
			}
			if r, ok := newReplica(p, level); ok {
				list = append(list, r)
			}
		}
	}
	return list, err
}

// Service finds the fewest devices that deliver a level, with the layout whose
// first token comes soonest among those. It returns a [note.Error] if no number
// of devices that it tries does.
func (s Request) Service(level Level, price quantity.USD) (*Service, error) {
	if err := level.check(); err != nil {
		return nil, err
	}
	list, err := s.replicas(&level)
	if len(list) == 0 {
		if err != nil {
			return nil, err
		}
		return nil, note.NewError("service.fits-no-devices", s.Model.Name, s.Cluster.Device.Name, mostReplica)
	}
	var best *Service
	for _, r := range list {
		if x := r.service(); x != nil && (best == nil || x.Devices < best.Devices || x.Devices == best.Devices && x.P99 < best.P99) {
			best = x
		}
	}
	if best == nil {
		return nil, fastestOf(list).missed(s.Cluster.Device)
	}
	best.Input, best.Output = best.prices(price, list[0].r)
	best.Curve = curveOf(list)
	best.Notes = level.notes(best)
	return best, nil
}

// service is the fewest replicas of a layout that deliver the level, nil if
// none do.
func (s *replica) service() *Service {
	level := s.level
	readers := level.readers()
	each := s.capacity(readers)
	if each.rate == 0 {
		return nil
	}
	replicas := math.Max(1, math.Max(math.Ceil(float64(level.Users)/each.users), math.Ceil(level.Rate/each.rate)))
	unit, reading := float64(s.p.Layout.Devices()), 0.0
	if level.Prefill > 0 { // whole groups of the ratio
		groups := math.Ceil(replicas / float64(level.Decode))
		replicas, reading = groups*float64(level.Decode), groups*float64(level.Prefill)
	}
	if (replicas+reading)*unit > MostServiceDevices {
		return nil
	}
	load, ok := s.underLoad(float64(level.Users)/replicas, level.Rate/replicas, readers)
	if !ok {
		return nil
	}
	if level.Rate == 0 {
		load.users = float64(level.Users) / replicas
	}
	out := &Service{ServicePoint: s.point(&load, int(replicas), int(reading)), Replicas: int(replicas), Transfer: quantity.Seconds(s.transfer)}
	out.Sure = (level.FirstToken == 0 || out.P99High <= level.FirstToken) && (level.PerToken == 0 || out.PerTokenHigh <= level.PerToken)
	out.Request = s.on(out)
	return out
}

// on is the request on the devices of a service.
func (s *replica) on(x *Service) Request {
	r := s.p.Request
	c, err := r.clusterOf(x.Devices)
	if err != nil {
		return r
	}
	r.Cluster, r.Layout = c, x.Layout
	r.Layout.Replicas = x.Replicas + x.PrefillReplicas
	r.Batch = max(1, int64(math.Ceil(x.Users)))
	return r
}

// point is replicas of a layout, each at a load.
func (s *replica) point(l *serviceLoad, replicas, reading int) ServicePoint {
	n := float64(replicas)
	x := ServicePoint{Layout: s.p.Layout, PrefillReplicas: reading, Users: l.users * n, Rate: l.rate * n, Busy: l.busy, Tokens: l.rate * n * s.r.output}
	x.Devices = (replicas + reading) * s.p.Layout.Devices()
	x.Layout.Replicas = replicas
	x.P50, x.P99, x.PerToken = quantity.Seconds(l.p50), quantity.Seconds(l.p99), quantity.Seconds(l.tpot)
	_, high := s.p.Band("ttft", l.p99)
	x.P99High = quantity.Seconds(high)
	slow, fast := s.p.Band("batched", 1) // of rates
	x.PerTokenLow, x.PerTokenHigh = quantity.Seconds(l.tpot/fast), quantity.Seconds(l.tpot/slow)
	return x
}

// prices divides the devices' hours between prompts and answers by the share of
// time that each takes, and by the tokens.
func (x *Service) prices(price quantity.USD, r servingRequest) (input, output quantity.USD) {
	read := x.Busy
	if x.PrefillReplicas > 0 {
		read = float64(x.PrefillReplicas) / float64(x.PrefillReplicas+x.Replicas)
	}
	usd := float64(price) * float64(x.Devices)
	return quantity.USD(perMillion(usd*read, x.Rate*r.prompt)), quantity.USD(perMillion(usd*(1-read), x.Rate*r.output))
}

// fastestOf is the replica with the shortest time to the first token of a
// request alone.
func fastestOf(list []*replica) *replica {
	return slices.MinFunc(list, func(a, b *replica) int {
		return cmp.Or(cmp.Compare(a.prompt, b.prompt), cmp.Compare(a.p.Decode(1, a.r.middle), b.p.Decode(1, b.r.middle)))
	})
}

// missed is the error of a level that no layout delivers, with what the fastest
// one reaches alone.
func (s *replica) missed(d *hardware.Device) error {
	l, _ := s.at(1e-6, s.level.readers())
	return note.FieldError("ttft", "service.no-devices", d.Name, s.p.Layout.String(), quantity.Seconds(l.p99), quantity.Seconds(l.tpot), MostServiceDevices)
}

// sourceQueue is the source of the model of waiting.
const sourceQueue = "Kleinrock, Queueing Systems, volume 1, section 5.6; Little 1961"

// notes say what the answer assumes.
func (l *Level) notes(x *Service) []note.Note {
	var notes note.List
	notes.Say("service.queue", sourceQueue, 100*x.Busy)
	if l.PrefixShare > 0 {
		notes.Say("service.prefix", "", 100*l.PrefixShare)
	}
	if l.Prefill > 0 {
		notes.Say("service.apart", "", l.Prefill, l.Decode, x.Transfer)
	}
	if !x.Sure {
		notes.Say("service.not-sure", "")
	}
	return notes
}
