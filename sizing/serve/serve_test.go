package serve_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
	"mlsizer/sizing/wholetest"
)

func servingOn(t *testing.T, model, weights, device string, count int, change func(*serve.Request)) (*serve.Prepared, error) {
	t.Helper()
	e, err := catalog.Default().Find(model)
	if err != nil {
		t.Fatal(err)
	}
	m, err := e.Build()
	if err != nil {
		t.Fatal(err)
	}
	q, err := serve.FindQuant(weights)
	if err != nil {
		t.Fatal(err)
	}
	d, err := hardware.Default().Find(device)
	if err != nil {
		t.Fatal(err)
	}
	c, err := hardware.NewCluster(d, count)
	if err != nil {
		t.Fatal(err)
	}
	s := serve.Request{Model: m, Quant: q, Cluster: c, Context: 8192, Batch: 1}
	if change != nil {
		change(&s)
	}
	return s.Prepare()
}

func mustServe(t *testing.T, model, weights, device string, count int, change func(*serve.Request)) *serve.Prepared {
	t.Helper()
	p, err := servingOn(t, model, weights, device, count, change)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func withRuntime(t *testing.T, name string) func(*serve.Request) {
	r, err := serve.FindRuntime(name)
	if err != nil {
		t.Fatal(err)
	}
	return func(s *serve.Request) { s.Runtime = r }
}

// Source: ggml-org/llama.cpp src/llama-kv-cache-iswa.cpp: a window's cells are
// the window and a micro-batch, padded to 256; vllm-project/vllm
// v1/kv_cache_interface.py: blocks of 16, and one more for a window.
func TestWindowPadding(t *testing.T) {
	// Gemma-3-27B: 52 layers of window 1024 and 10 full ones, 8,192 B a cell.
	for _, c := range []struct {
		runtime string
		context int64
		cells   float64 // 52 x window cells + 10 x context cells
	}{
		{"llama.cpp", 131072, 52*1536 + 10*131072},
		{"llama.cpp", 1000, 62 * 1024},
		{"vllm", 131072, 52*(1024+16) + 10*131072},
		{"vllm", 1000, 62 * 1008},
		{"transformers", 131072, 52*1024 + 10*131072},
	} {
		p := mustServe(t, "gemma-3-27b", "bf16", "h200", 1, withRuntime(t, c.runtime))
		if got := float64(p.KVBytesPadded(c.context)) / 8192; got != c.cells {
			t.Errorf("%s at %d: %v cells, want %v", c.runtime, c.context, got, c.cells)
		}
	}
}

// Source: ggml/src/ggml-common.h, bytes of a block over its elements.
func TestKVTypes(t *testing.T) {
	for _, c := range []struct {
		name string
		want float64 // of Llama-3.1-8B, B a token
	}{
		{"f16", 131072}, {"fp8", 65536}, {"q8_0", 65536 * 1.0625}, {"q5_1", 65536 * 0.75}, {"q5_0", 65536 * 0.6875},
		{"q4_1", 65536 * 0.625}, {"q4_0", 65536 * 0.5625}, {"q8_0/q4_0", 32768 * (1.0625 + 0.5625)},
	} {
		kv, err := serve.ParseKVType(c.name)
		if err != nil {
			t.Fatal(err)
		}
		p := mustServe(t, "llama-3.1-8b", "bf16", "h100", 1, func(s *serve.Request) { s.KV = kv })
		if got := float64(p.KVBytesPerToken()); got != c.want {
			t.Errorf("%s: %v B a token, want %v", c.name, got, c.want)
		}
	}
	if _, err := serve.ParseKVType("q8_0/"); err == nil {
		t.Error(`"q8_0/" is taken`)
	}
}

// Tensor parallelism divides the cache by KV heads, and not at all where it
// is latent.
func TestServingDividesCache(t *testing.T) {
	for _, c := range []struct {
		model string
		tp    int
		want  float64
	}{
		{"llama-3.1-70b", 8, 1.0 / 8},
		{"llama-3.1-70b", 16, 1.0 / 8}, // 8 KV heads
		{"deepseek-v3", 8, 1},
	} {
		p := mustServe(t, c.model, "fp8", "h200", 16, func(s *serve.Request) {
			s.Layout = serve.Layout{TP: c.tp, PP: 1, Replicas: 16 / c.tp}
		})
		m := p.Memory(8192, int64(16/c.tp))
		if got := float64(m.KVCache) / float64(p.KVBytes(8192)); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s, tp %d: a device holds %v of the cache, want %v", c.model, c.tp, got, c.want)
		}
	}
}

// The limits are what fits, and one more is not.
func TestServingLimits(t *testing.T) {
	for _, model := range []string{"llama-3.1-8b", "gemma-3-27b", "qwen3-30b-a3b"} {
		p := mustServe(t, model, "fp8", "h100", 1, nil)
		n := p.MaxBatch(8192)
		if n < 1 || !p.Memory(8192, n).Fits || p.Memory(8192, n+1).Fits {
			t.Errorf("%s: %d sequences are not the most that fit", model, n)
		}
		context := p.MaxContext(4)
		if context < 1 || !p.Memory(context, 4).Fits || context < p.Model.Context && p.Memory(context+1, 4).Fits {
			t.Errorf("%s: %d tokens are not the longest context that fits", model, context)
		}
	}
}

// More bits take more time; more sequences give more tokens in all and fewer
// each; a longer context is slower.
func TestServingOrder(t *testing.T) {
	decode := func(weights string, batch, context float64) float64 {
		return mustServe(t, "llama-3.1-8b", weights, "h100", 1, withRuntime(t, "vllm")).Decode(batch, context)
	}
	if decode("bf16", 1, 1000) <= decode("fp8", 1, 1000) {
		t.Error("fp8 is no faster than bf16")
	}
	if decode("bf16", 64, 1000) <= decode("bf16", 1, 1000) || decode("bf16", 64, 1000) >= 64*decode("bf16", 1, 1000) {
		t.Error("a batch of 64 is not between one and 64 times one sequence")
	}
	if decode("bf16", 8, 100000) <= decode("bf16", 8, 1000) {
		t.Error("a long context is no slower")
	}
	gpu := mustServe(t, "llama-3.1-8b", "bf16", "h100", 1, nil)
	// Source: 8.03e9 x 2 B at 3,350 GB/s take 4.8 ms: no prediction is faster.
	if got := gpu.Decode(1, 16); got < 4.7e-3 || got > 12e-3 {
		t.Errorf("a token takes %v s", got)
	}
}

// Weights on the host make room and cost time.
func TestServingOffload(t *testing.T) {
	offload := func(how serve.Offload) *serve.Answer {
		p := mustServe(t, "qwen3-30b-a3b", "q8_0", "rtx-4090", 1, func(s *serve.Request) { s.Offload = how })
		a, err := p.Request.Answer(0)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if offload(serve.NoOffload).Memory.Fits {
		t.Fatal("30 GiB fit a 24 GB card")
	}
	layers, experts := offload(serve.OffloadLayers), offload(serve.OffloadExperts)
	for _, a := range []*serve.Answer{layers, experts} {
		if !a.Memory.Fits || a.Memory.Host <= 0 {
			t.Errorf("offload %v: fits %v, %v on the host", a.Offload, a.Memory.Fits, a.Memory.Host)
		}
		if sum := a.Memory.Host + a.Memory.Weights; math.Abs(float64(sum/a.WeightBytes())-1) > 1e-9 {
			t.Errorf("offload %v: %v of weights in all, want %v", a.Offload, sum, a.WeightBytes())
		}
	}
}

// What cannot be served is an error that names it.
func TestServingErrors(t *testing.T) {
	for _, c := range []struct {
		model  string
		change func(*serve.Request)
		want   error
	}{
		{"resnet-50", nil, note.NewError("serving.generates-no-tokens", "resnet-50")},
		{"bert-base", nil, note.NewError("serving.no-cache", "bert-base")},
		{"llama-3.1-8b", func(s *serve.Request) { s.Context = 0 }, note.FieldError("context", "serving.context-out-of-range", int64(0), int64(model.MaxDim))},
		{"llama-3.1-8b", func(s *serve.Request) { s.Batch = -1 }, note.FieldError("batch", "serving.batch-out-of-range", int64(-1), int64(model.MaxDim))},
		{"llama-3.1-8b", func(s *serve.Request) { s.Layout.TP = 3 }, note.FieldError("tp", "layout.serving-must-divide-devices", 3, 1, 1, 8)},
		{"llama-3.1-8b", func(s *serve.Request) { s.Layout.PP = -1 }, note.FieldError("tp", "layout.negative", -1)},
		{"llama-3.1-8b", func(s *serve.Request) { s.Quant = nil }, note.FieldError("weights", "serving.no-weight-storage")},
	} {
		_, err := servingOn(t, c.model, "bf16", "h100", 8, c.change)
		assert.Equal(t, c.want, err, c.model)
	}
}

// Every model, storage and runtime is answered with finite numbers or rejected.
func TestServingNeverBreaks(t *testing.T) {
	devices := []string{"h100", "m2-ultra", "jetson-agx-orin-64gb", "rtx-3060", "v100"}
	quants, runtimes := serve.Quants(), serve.Runtimes()
	i := 0
	for _, e := range catalog.Default().All() {
		// Strides that divide no list leave no device, storage or runtime out.
		if i++; i%7 >= wholetest.Size(2, 7) {
			continue
		}
		d := devices[i%len(devices)]
		q, r := quants[i%len(quants)], runtimes[i%len(runtimes)]
		p, err := servingOn(t, e.Name, q.Name, d, 1+i%2, func(s *serve.Request) { s.Runtime = r; s.Batch = int64(1 + i%40) })
		if err != nil {
			continue
		}
		a, err := p.Request.Answer(2)
		if err != nil {
			t.Errorf("%s on %s: %v", e.Name, d, err)
			continue
		}
		for name, v := range map[string]float64{
			"total": float64(a.Memory.Total), "decode": a.Throughput.Decode, "prefill": a.Throughput.Prefill,
			"low": a.Throughput.Low, "first token": float64(a.Throughput.FirstToken),
		} {
			if !(v > 0) || math.IsInf(v, 0) {
				t.Errorf("%s, %s, %s on %s: %s is %v", e.Name, q.Name, r.Name, d, name, v)
			}
		}
		if len(a.Explain()) < 10 {
			t.Errorf("%s: %d lines of derivation", e.Name, len(a.Explain()))
		}
	}
}

func TestFindQuant(t *testing.T) {
	for in, want := range map[string]string{"AWQ": "awq", " int4 ": "awq", "f16": "f16", "Q4_K_M": "q4_k_m", "exl2-4.0bpw": "exl2-4.0bpw", "fp4": "nvfp4"} {
		if q, err := serve.FindQuant(in); err != nil || q.Name != want {
			t.Errorf("%q: %v, %v, want %s", in, q, err, want)
		}
	}
	for _, in := range []string{"", "q4", "exl2-", "exl2-NaNbpw", "exl2-99bpw"} {
		if q, err := serve.FindQuant(in); err == nil {
			t.Errorf("%q: %v", in, q.Name)
		}
	}
}

// A million tokens answered by a batch take its prompts too, as those of a
// server under full load do.
func TestPerMillionWithPrompts(t *testing.T) {
	p := mustServe(t, "llama-3.1-8b", "q4_k_m", "m4-max", 1, withRuntime(t, "llama.cpp"))
	a := p.Throughput(3600) // a dollar a second
	seconds := 7680/a.Prefill + 512/a.PerUser
	assert.InEpsilon(t, seconds/512*1e6, float64(a.PerMillionBatch), 1e-12)
	assert.InEpsilon(t, float64(p.Cluster.Power())/3.6e6*seconds/512*1e6, float64(a.EnergyBatch), 1e-12)
	assert.LessOrEqual(t, a.Energy, a.EnergyBatch)
}

// Sequences that share a cache have a window each: of Gemma 3 27B 52 layers keep
// min(32,768, 4 x 1,024) cells and 10 all of them, 2 x 16 heads x 128 in f16.
// llama.cpp adds a micro-batch of 512, once, and pads to 256. Source:
// ggml-org/llama.cpp src/llama-kv-cache-iswa.cpp.
func TestWindowsOfASharedContext(t *testing.T) {
	p := mustServe(t, "gemma-3-27b", "q4_k_m", "h100", 1, func(s *serve.Request) {
		withRuntime(t, "llama.cpp")(s)
		s.Context, s.Batch, s.SharedContext = 32768, 4, true
	})
	m := p.Memory(32768, 4)
	const cell = 2 * 16 * 128 * 2
	assert.Equal(t, quantity.Bytes((52*4*1024+10*32768)*cell), m.KVCache)
	assert.Equal(t, quantity.Bytes(52*512*cell), m.KVPadding)
}

// Latents of many long sequences fit where groups divide the batch, and not
// where every device has all of them: the option that says so fits as it is typed.
func TestGroupsThatDivideTheBatch(t *testing.T) {
	ask := func(s *serve.Request) { s.Context, s.Batch = 131072, 32 }
	a, err := mustServe(t, "deepseek-v3", "fp8", "h200", 8, ask).Request.Answer(0)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(a.Options, func(o serve.Option) bool { return o.Code == "expert groups" })
	if at < 0 || a.Memory.Fits {
		t.Fatalf("fits %v, options %v", a.Memory.Fits, a.Options)
	}
	assert.Equal(t, note.Settings{{Field: "tp", Value: 1}, {Field: "ep", Value: 8}, {Field: "kv", Value: "fp8"}}, a.Options[at].Settings)
	typed := mustServe(t, "deepseek-v3", "fp8", "h200", 8, func(s *serve.Request) {
		ask(s)
		s.Layout = serve.Layout{TP: 1, EP: 8}
		s.KV, err = serve.ParseKVType("fp8")
	})
	if m := typed.Memory(131072, 32); err != nil || !m.Fits || m.Total != a.Options[at].Device {
		t.Errorf("%v, %v: %v", err, m.Fits, m.Total)
	}
}

// Every class of devices that a runtime is said to run on has a device of the
// catalogue, and what each is made for runs it.
func TestDevicesOfRuntimes(t *testing.T) {
	for _, r := range serve.Runtimes() {
		for _, class := range r.Devices {
			alone := serve.Runtime{Devices: []serve.DeviceClass{class}}
			assert.True(t, slices.ContainsFunc(hardware.Default().All(), alone.RunsOn), "%s: %+v", r.Name, class)
		}
	}
	for _, c := range []struct {
		runtime, device string
		want            bool
	}{
		{"mlx", "m4-max", true}, {"mlx", "h100", false}, {"vllm", "m4-max", false}, {"vllm", "jetson-agx-orin-64gb", true}, {"vllm", "phone-8gb", false},
		{"trt-llm", "mi300x", false}, {"exllamav2", "rtx-4090", true}, {"exllamav2", "arc-a770", false}, {"llama.cpp", "tpu-v5e", false},
		{"llama.cpp", "phone-8gb", true}, {"llama.cpp", "gaudi2", false}, {"neuronx", "trainium2", true}, {"neuronx", "h100", false}, {"transformers", "gaudi2", true},
	} {
		r, err := serve.FindRuntime(c.runtime)
		d, err2 := hardware.Default().Find(c.device)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		assert.Equal(t, c.want, r.RunsOn(d), "%s on %s", c.runtime, c.device)
	}
}

// A constant that its bound bends is derived to the value that is used:
// 0.9 x 2 = 1.8, and 1.8 / (1 + 1.8^8)^(1/8) = 0.9989.
func TestBoundedConstantIsDerived(t *testing.T) {
	a, err := mustServe(t, "llama-3.1-8b", "bf16", "h100", 1, nil).Request.Answer(0)
	if err != nil {
		t.Fatal(err)
	}
	c := *serve.DefaultConstants()
	c.Factors = map[string]map[string]float64{"memory": {"": 2}, "cache": {"": 0.8}}
	a.SetConstants(&c)
	got := map[string]note.Derivation{}
	for _, d := range a.Explain() {
		got[d.Name] = d
	}
	bent, ok := got["memory"].Inputs[0].Value.(note.Part)
	require.True(t, ok)
	assert.Equal(t, "constants.bent", bent.Rule)
	base, factor, product := note.In("base", note.Short(0.9)), note.In("factor", 2.0), note.In("product", note.Short(1.8))
	assert.Equal(t, note.Inputs{base, factor, product, note.In("bound", 1.0)}, got["memory"].Inputs.Flat())
	assert.Equal(t, "0.9989", fmt.Sprint(got["memory"].Result))
	assert.Equal(t, note.Inputs{note.In("base", note.Short(0.5)), note.In("factor", 0.8)}, got["cache"].Inputs.Flat())
}

// The stage that holds most has one share of weights, cache and state alike: of
// 32 layers in five stages 7/32.
func TestStagesHoldWholeLayers(t *testing.T) {
	for _, c := range []struct {
		pp    int
		share float64
	}{{1, 1}, {2, 0.5}, {5, 7.0 / 32}, {8, 0.125}, {32, 1.0 / 32}} {
		p := mustServe(t, "llama-3.1-8b", "bf16", "h100", 32, func(s *serve.Request) {
			s.Layout = serve.Layout{TP: 1, PP: c.pp, Replicas: 32 / c.pp}
			if c.pp == 5 {
				s.Cluster.Count, s.Layout.Replicas = 5, 1
			}
		})
		m := p.Memory(8192, int64(p.Layout.Replicas))
		assert.InDelta(t, c.share*float64(p.KVBytes(8192)), float64(m.KVCache), 1, "pp %d", c.pp)
		// Layers of 8.03B - 2 x 128,256 x 4,096 parameters, a norm of 4,096, and one of the
		// two tables beyond one stage.
		const table = 128256 * 4096.0
		ends := table
		if c.pp == 1 {
			ends *= 2
		}
		layers := 8030261248 - 2*table
		assert.InEpsilon(t, 2*(layers*c.share+ends), float64(m.Weights), 1e-5, "pp %d", c.pp)
	}
}

// Arithmetic is compute-bound from the batch at which two FLOPs per parameter and
// token take as long as reading it: groups and stages each take their part of
// the batch, and a lone token is nowhere compute-bound on a GPU.
func TestComputeBoundBatch(t *testing.T) {
	bound := func(model, device string, count int, l serve.Layout) int64 {
		p := mustServe(t, model, "bf16", device, count, func(s *serve.Request) { s.Layout = l })
		return p.Throughput(0).ComputeBound
	}
	one := bound("llama-3.1-8b", "b200", 1, serve.Layout{TP: 1, PP: 1})
	// 2,250 TFLOP/s over 8 TB/s: a balance of 281 tokens at two bytes per parameter,
	// of which products and reading reach different shares.
	assert.Greater(t, one, int64(281/4))
	assert.Less(t, one, int64(281*4))
	assert.InDelta(t, 4*one, bound("llama-3.1-8b", "b200", 4, serve.Layout{TP: 1, PP: 4}), 4)
	assert.InDelta(t, one, bound("llama-3.1-8b", "b200", 4, serve.Layout{TP: 1, PP: 1, Replicas: 4}), 1)
}

// No device multiplies faster than its matrix units: a prompt of a model whose
// weights are in 16 bits takes at least its arithmetic over the peak.
func TestPromptsKeepToThePeak(t *testing.T) {
	e, err := catalog.Default().Find("llama-2-7b")
	assert.NoError(t, err)
	m, err := e.Build()
	assert.NoError(t, err)
	weights, err := serve.FindQuant("bf16")
	assert.NoError(t, err)
	const prompt = 512
	n := 0
	for _, d := range hardware.Default().All() {
		peak := 0.0
		for _, format := range []hardware.DType{hardware.FP32, hardware.FP16, hardware.BF16} {
			if r, err := d.Rate(format); err == nil {
				peak = max(peak, float64(r.Peak))
			}
		}
		c, err := hardware.NewCluster(d, 1)
		if err != nil || peak == 0 {
			continue
		}
		for _, r := range serve.Runtimes() {
			p, err := serve.Request{Model: m, Quant: weights, Runtime: r, Cluster: c, Context: 1024, Batch: 1}.Prepare()
			if err != nil || !r.RunsOn(d) {
				continue
			}
			n++
			least := 2 * prompt * float64(m.Params()-2*32000*4096) / peak // embedding and head apart
			if got := p.Prefill(prompt, 0, 1); got < least {
				t.Errorf("%s on %s: %.3g s, and %.3g s at the peak", r.Name, d.ID, got, least)
			}
		}
	}
	assert.Greater(t, n, 500)
}

// More devices never leave more to each of them: what is not tensor parallel is
// stages, as many as the layers make, and replicas of those.
func TestMoreDevicesHoldLess(t *testing.T) {
	for _, c := range []struct{ model, weights, device, runtime string }{
		{"kimi-k2", "awq", "orin", "vllm"}, // 61 layers
		{"llama-3.1-70b", "bf16", "h100", "vllm"},
		{"qwen3-30b-a3b", "q4_k_m", "rtx-3060", "llama.cpp"},
	} {
		least := math.Inf(1)
		for n := 1; n <= 512; n *= 2 {
			p := mustServe(t, c.model, c.weights, c.device, 1, func(s *serve.Request) {
				cluster, err := hardware.NewCluster(s.Cluster.Device, n, hardware.Network{ScaleOut: 50e9}.Set)
				assert.NoError(t, err)
				s.Cluster = cluster
				withRuntime(t, c.runtime)(s)
			})
			m := p.Memory(8192, 1)
			assert.LessOrEqual(t, float64(m.Total), least, "%s on %d x %s: %v", c.model, n, c.device, p.Layout)
			least = float64(m.Total)
		}
	}
}

// Sequences that share a context each have a prompt and an answer of it.
func TestSharedContextHasRoom(t *testing.T) {
	for _, c := range []struct {
		context, batch, prompt, output int64
		most                           int64 // sequences; 0: the batch is rejected
	}{
		{8192, 4096, 0, 0, 4096},
		{8192, 4097, 0, 0, 0},
		{8192, 16, 500, 12, 16},
		{8192, 17, 500, 12, 0},
	} {
		p, err := servingOn(t, "llama-3.2-1b", "bf16", "h100", 1, func(s *serve.Request) {
			withRuntime(t, "llama.cpp")(s)
			s.SharedContext, s.Context, s.Batch, s.Prompt, s.Output = true, c.context, c.batch, c.prompt, c.output
		})
		if c.most == 0 {
			each := max(c.prompt, 1) + max(c.output, 1)
			assert.Equal(t, note.FieldError("batch", "serving.context-does-not-hold-batch", c.batch, c.context, each, c.context/each), err)
			continue
		}
		if assert.NoError(t, err) {
			assert.Equal(t, c.most, p.MaxBatch(c.context))
			assert.LessOrEqual(t, (p.PromptTokens()+p.OutputTokens())*c.batch, c.context)
		}
	}
}

// What a file stores has no name to type: what would fit is proposed by one
// that has, unless the question has the file's own.
func TestOptionsHaveNames(t *testing.T) {
	file := serve.StoredQuant(5.71, false)
	for _, asked := range []*serve.Quant{mustFind(t, serve.FindQuant, "bf16"), file} {
		p := mustServe(t, "llama-3.1-8b", "bf16", "rtx-3060", 1, withRuntime(t, "vllm"))
		s := p.Request
		s.Quant, s.Published, s.Context = asked, file, 8192
		a, err := s.Answer(0)
		assert.NoError(t, err)
		if asked == file {
			assert.Equal(t, file.Name, a.Best)
			continue
		}
		assert.Equal(t, "awq", a.Best)
		i := slices.IndexFunc(a.Options, func(o serve.Option) bool { return o.Code == "weights" })
		if assert.GreaterOrEqual(t, i, 0) {
			assert.Equal(t, note.Settings{{Field: "weights", Value: "awq"}}, a.Options[i].Settings)
		}
		assert.Equal(t, "devices", a.Options[0].Code) // more devices come first
	}
}

// Where every expert is launched on its own, all layers' are, however a model
// lists them: gpt-oss-20b has 24 layers, alternating, of 32 experts, each of
// which takes as long as a tenth of a layer.
func TestEveryLayersExpertsAreLaunched(t *testing.T) {
	p := mustServe(t, "gpt-oss-20b", "bf16", "h200", 1, withRuntime(t, "transformers"))
	a, err := p.Request.Answer(0)
	assert.NoError(t, err)
	i := slices.IndexFunc(a.Explain(), func(d note.Derivation) bool { return d.Name == "gaps" })
	assert.InDelta(t, 100.8, a.Explain()[i].Inputs[0].Value, 1e-9) // 24 + 24 x 32 / 10
}
