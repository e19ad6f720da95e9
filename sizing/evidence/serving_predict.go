package evidence

import (
	"cmp"
	"math"
	"regexp"
	"strconv"
	"strings"

	"mlsizer/hardware"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
)

// The quantities of serving.
const (
	TokensPerSecond Quantity = "tokens_per_second"
	FirstToken      Quantity = "ttft_s"
	KVMemory        Quantity = "kv_gib"
	WeightsMemory   Quantity = "weights_gib"
	ComputeMemory   Quantity = "compute_buffer_gib"
)

// ServingPredictor predicts rows of serving measurements.
type ServingPredictor struct {
	Resolve   Resolve
	Hardware  *hardware.Catalog
	Constants *serve.Constants // nil: the program's own
}

// servingSetup is a row that is ready to evaluate.
type servingSetup struct {
	row       *ServingRow
	p         *serve.Prepared
	batch     float64 // sequences per replica
	replicas  float64
	load      bool    // the engine chose the batch
	requested float64 // requested sequences per replica
	input     float64
	output    float64
	context   float64 // in the middle of the answer
	limit     float64 // seconds per token, at most; 0: any
}

// The defaults of sources that omit them.
const (
	unknownPrompt = 300 // tokens; the mean of the chat data sets that load tests use
	unknownAnswer = 294 // tokens; the mean answer of OpenOrca in MLPerf Inference
	shortPrompt   = 16  // tokens; "short prompt"
)

// fusedYear is the year since which llama.cpp uses flash attention by default.
// Source: ggml-org/llama.cpp pull request 15434 (-fa auto, August 2025).
const fusedYear = 2025

// setup prepares the serving of a row, or returns an error that says which part
// of the row is not supported.
func (sp *ServingPredictor) setup(r *ServingRow) (*servingSetup, error) {
	base, err := sp.serving(r)
	if err != nil {
		return nil, err
	}
	s := &servingSetup{row: r, input: r.Input, output: r.Output}
	if s.batch, s.load, err = r.batch(); err != nil {
		return nil, err
	}
	if task, limit := r.mlperf(); task != nil {
		s.limit = limit
		if s.input == 0 {
			s.input = task.input
		}
		if s.output == 0 {
			s.output = task.output
		}
	}
	if s.input == 0 && (r.Phase == "end_to_end_output" || r.Phase == "total") {
		s.input = unknownPrompt
	}
	if s.output == 0 && r.Phase != "prefill" {
		s.output = unknownAnswer
	}
	if s.input == 0 && r.Phase == "decode" && r.Output == 0 {
		s.input = shortPrompt
	}
	s.context = math.Max(s.input, r.Depth) + s.output/2
	base.Context = int64(math.Max(1, math.Ceil(math.Max(s.input, r.Depth)+s.output)))
	base.Prompt, base.Output = int64(s.input), int64(math.Ceil(s.output))
	base.Batch = int64(math.Max(1, s.batch))
	if err := s.layOut(base); err != nil {
		return nil, err
	}
	if sp.Constants != nil {
		s.p.SetConstants(sp.Constants)
	}
	return s, nil
}

// serving reads a row's model, machine and software.
func (sp *ServingPredictor) serving(r *ServingRow) (serve.Request, error) {
	var s serve.Request
	var err error
	if s.Model, err = sp.model(r); err != nil {
		return s, err
	}
	if s.Model.Inferred { // neither its cache nor its speed is known
		return s, note.NewError("row.model-only-counted", r.Model)
	}
	device := r.Device
	if device == "" {
		if r.Rate > 0 {
			return s, note.NewError("row.no-device")
		}
		device = unknownDevice
	}
	d, err := sp.Hardware.Find(device)
	if err != nil {
		return s, err
	}
	if strings.Contains(strings.ToLower(r.Version), "rocm") && d.Vendor != "AMD" {
		return s, note.NewError("row.runtime-of-other-vendor", r.Version, d.ID, d.Vendor)
	}
	if s.Runtime, err = r.runtime(d); err != nil {
		return s, err
	}
	if s.Quant, err = r.quant(s.Runtime); err != nil {
		return s, err
	}
	if s.KV, err = serve.ParseKVType(cmp.Or(r.KV, s.Runtime.DefaultCache(r.Weights))); err != nil {
		return s, err
	}
	s.Year = r.year(s.Runtime)
	s.Ledger = s.Runtime.LedgerOf(r.Version, cmp.Or(s.Year, versionYear(r.Version)))
	s.Backend = r.Backend
	s.Unfused = r.Flash == "off" || r.Flash == "" && s.Runtime.KVPad > 0 && s.Year > 0 && s.Year < fusedYear
	if s.Cluster, err = hardware.NewCluster(d, max(r.Devices, 1)); err != nil {
		return s, err
	}
	if s.Runtime.KVPad > 0 {
		s.UBatch = r.UBatch
	}
	return s, nil
}

// runtime finds the row's runtime, if necessary without a remark in brackets.
// An unknown runtime behaves like the device's default, but without its fitted
// constants.
func (r *ServingRow) runtime(d *hardware.Device) (*serve.Runtime, error) {
	if r.Runtime == "" {
		return nil, note.NewError("row.no-runtime")
	}
	name, found, err := r.knownRuntime()
	if err == nil {
		return found, nil
	}
	q, _ := serve.FindQuant(r.Weights)
	unknown := *serve.DefaultRuntime(d, q)
	unknown.Name, unknown.Title, unknown.Releases = name, name, nil
	return &unknown, nil
}

// knownRuntime finds the row's runtime by its name, else by the name without a
// remark in brackets, which it returns.
func (r *ServingRow) knownRuntime() (name string, found *serve.Runtime, err error) {
	name, _, _ = strings.Cut(r.Runtime, " (")
	if found, err = serve.FindRuntime(r.Runtime); err != nil {
		found, err = serve.FindRuntime(name)
	}
	return name, found, err
}

// quant finds the format of a row's weights: "mxfp4" is a separate file format
// in llama.cpp.
func (r *ServingRow) quant(runtime *serve.Runtime) (*serve.Quant, error) {
	name := r.Weights
	if name == "" {
		return nil, note.NewError("serving.no-weight-storage")
	}
	if name == "mxfp4" && runtime.KVPad > 0 {
		name = "mxfp4-q8_0"
	}
	if name == "int4" && runtime.KVPad > 0 {
		name = "q4_0"
	}
	q, err := serve.FindQuant(name)
	if err == nil {
		return q, nil
	}
	if bits, ok := namedBits(name); ok {
		return serve.StoredQuant(bits, runtime.KVPad > 0), nil
	}
	return nil, err
}

var (
	bitsPerWeight = regexp.MustCompile(`(?i)(\d+(?:\.\d+)?) ?bpw`)
	bitsInName    = regexp.MustCompile(`(?i)(?:int|w|q|fp|nf|hqq|bnb)[-_]?(\d)(?:\D|$)`)
)

// namedBits reads the bits per weight of an unknown format from its name:
// "5.5bpw", or the 4 of "iq4_k", to which blocks of few bits add half a bit for
// their scales.
func namedBits(name string) (bits float64, ok bool) {
	const scales = 0.5
	if m := bitsPerWeight.FindStringSubmatch(name); m != nil {
		bits, _ = strconv.ParseFloat(m[1], 64)
	} else if m := bitsInName.FindStringSubmatch(name); m != nil {
		bits, _ = strconv.ParseFloat(m[1], 64)
		if bits < 8 {
			bits += scales
		}
	}
	return bits, bits >= 1 && bits <= 16
}

// layOut divides the model as the row says, or over the fewest devices with
// memory for a batch, with replicas on the rest.
func (s *servingSetup) layOut(base serve.Request) error {
	r := s.row
	n := base.Cluster.Count
	tp, pp := min(max(r.TP, 0), n), max(r.PP, 0)
	if tp == 0 && s.load {
		if err := s.layForLoad(base, n); err != nil {
			return err
		}
	} else {
		if tp <= 1 && pp <= 1 && n > 1 && base.Runtime.Layout == "layers" {
			tp, pp = 1, n
		}
		if pp == 0 {
			pp = 1
		}
		base.Layout = serve.Layout{TP: tp, PP: pp}
		p, err := base.Prepare()
		if err != nil {
			return err
		}
		s.p = p
	}
	if m := s.p.Memory(1, 1); m.Weights > m.Device {
		return note.NewError("row.does-not-fit-device", r.Weights, m.Weights, r.Device, m.Device)
	}
	s.replicas = float64(s.p.Layout.Replicas)
	s.requested = s.batch
	limit := float64(s.p.MaxBatch(s.cachedTokens(base.Context)))
	most := limit
	if s.load {
		most = math.Min(most, float64(s.p.Runtime.MaxSequences)*s.replicas)
		s.batch = math.Max(most, s.replicas)
	} else if limit >= 1 {
		s.batch = math.Min(s.batch, limit) // the rest queues
	}
	s.batch, s.requested = math.Max(1, s.batch/s.replicas), s.requested/s.replicas
	return nil
}

// layForLoad takes the layout of the fewest devices per replica that fit 64
// sequences each, in pipeline stages, which communicate least: that of a server
// under load with an open layout.
func (s *servingSetup) layForLoad(base serve.Request, n int) error {
	for _, devices := range []int{1, 2, 4, 8, 16} {
		if devices > n || n%devices != 0 {
			continue
		}
		for _, layout := range []serve.Layout{{TP: 1, PP: devices}, {TP: devices, PP: 1}} {
			base.Layout = layout
			p, err := base.Prepare()
			if err != nil {
				continue
			}
			s.p = p
			if p.MaxBatch(s.cachedTokens(base.Context)) >= int64(64*n/devices) {
				return nil
			}
		}
	}
	if s.p == nil {
		return note.NewError("row.no-serving-layout", s.row.Model, n, s.row.Device)
	}
	return nil
}

// cachedTokens is the tokens per sequence in the cache: if pages are allocated
// as an answer grows, those in the middle of the answer.
func (s *servingSetup) cachedTokens(context int64) int64 {
	if s.p.Runtime.Grows {
		return max(1, min(context, int64(s.input+s.output/2)))
	}
	return context
}

// rate predicts the row's tokens per second, over all devices and sequences.
func (s *servingSetup) rate() float64 {
	r := s.row
	switch r.Phase {
	case "prefill":
		return s.batch * s.input / s.p.Prefill(s.input, r.Depth, s.batch) * s.replicas
	case "decode":
		if r.FigureKind != latenciesFigure {
			return s.batch / s.p.Decode(s.batch, s.context) * s.replicas
		}
	}
	tokens := s.output
	if r.Phase == "total" {
		tokens += s.input
	}
	batch := s.batch
	time := s.request(batch)
	if s.limit > 0 && time > s.limit*s.output {
		batch = s.within()
		time = s.request(batch)
	}
	rate := batch * tokens / time * s.replicas
	if s.load {
		rate *= s.p.Efficiency().Load()
	}
	return rate
}

// request is the time of a batch of requests, prompts and answers.
func (s *servingSetup) request(batch float64) float64 {
	return s.p.Prefill(s.input, 0, batch) + s.output*s.p.Decode(batch, s.input+s.output/2)
}

// within is the largest batch whose time per token meets the limit, including
// the prompts of others.
func (s *servingSetup) within() float64 {
	low, high := 1.0, s.batch
	for range 20 {
		middle := math.Sqrt(low * high)
		if s.request(middle) > s.limit*s.output {
			high = middle
		} else {
			low = middle
		}
	}
	return low
}

// firstToken predicts the time to the first token: the row's own prompt, the
// prompts before it, and a step of the sequences that are answered. A runtime
// with a fixed batch reads all prompts together. If the cache does not fit the
// batch, earlier requests come first.
func (s *servingSetup) firstToken() float64 {
	if s.batch <= 1 {
		t, _, _ := s.p.FirstToken(s.input)
		return t
	}
	e := s.p.Efficiency()
	one := s.p.Prefill(s.input, 0, 1)
	all := s.p.Prefill(s.input, 0, s.batch)
	if s.p.Runtime.Static {
		return e.First() + all
	}
	step := s.p.Decode(s.batch, s.context)
	if r := s.row; r.Requests >= 1 && r.ArrivalRate > 0 { // an open test
		return e.First() + one + step + s.backlog(r.Requests, r.ArrivalRate)
	}
	t := e.First() + s.promptWait(one, all, step) + step
	if over := s.requested/s.batch - 1; over > 0 { // the cache fits fewer: the rest queues
		t += over * (all + s.output*step)
	}
	return t
}

// backlog is the median wait of n requests at an arrival rate per second, with
// or without a free place: the last one starts a request's time before the end,
// and earlier ones wait in proportion.
func (s *servingSetup) backlog(n, rate float64) float64 {
	request := s.request(s.batch)
	end := n / (s.batch * s.replicas) * request
	return math.Max(0, end-request-n/rate) / 2
}

// promptWait is the time until a prompt is read in a load test with N
// concurrent requests; one is the time of a prompt, all that of N.
//
// Requests arrive one by one if answers end at different times: each queues, is
// read within R and then answered for Z seconds, during which others' prompts
// are read too. With Schweitzer's approximation of such a closed queue
//
//	R = S (1 + (N-1) R / (R + Z)),  Z = answer x step + (N-1) S
//
// The N requests at the start of the test arrive together: half of the others
// are read first. They are a share, burst, of all requests in a mean: a tenth
// in a test of ten requests per place, more if answers of equal length keep the
// waves together. Medians, as in tests with random lengths, exclude them.
// Sources: Schweitzer, "Approximate analysis of multiclass closed networks of
// queues", 1979; SemiAnalysisAI/InferenceMAX benchmarks (num-prompts ten times
// max-concurrency).
func (s *servingSetup) promptWait(one, all, step float64) float64 {
	rest := math.Max(0, all-one)
	each := rest / (s.batch - 1)
	answer := s.output*step + rest
	b := each*s.batch - answer
	single := one + (b+math.Sqrt(b*b+4*each*answer))/2 - each
	if s.row.RandomLengths {
		return single
	}
	return single + s.p.Efficiency().Burst()*math.Max(0, one+rest/2-single)
}

// phase is the phase that the row is scored in.
func (s *servingSetup) phase(q Quantity) string {
	switch {
	case q == FirstToken:
		return "ttft"
	case s.row.Phase == "prefill":
		return "prefill"
	case s.load:
		return "load"
	case s.row.Batch != "" && s.row.Batch != "1":
		return "batched"
	case s.row.Devices > 1:
		return "decode-n"
	}
	return "decode"
}

// inGiB is a size in GiB.
func inGiB(b quantity.Bytes) float64 { return float64(b) / (1 << 30) }
