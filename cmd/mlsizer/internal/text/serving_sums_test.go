package text_test

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/catalog/catalogtest"
	"mlsizer/sizing/note"
	"mlsizer/sizing/serve"
)

// printedUnits are the units that derivations print, in B, FLOPs, s, W and
// tokens.
var printedUnits = map[string]float64{
	"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40, "MB": 1e6, "GB": 1e9, "GB/s": 1e9, "TFLOP": 1e12, "TFLOP/s": 1e12,
	"µs": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "days": 86400, "W": 1, "kW": 1e3, "Wh": 3600, "kWh": 3.6e6, "MWh": 3.6e9, "GWh": 3.6e12,
}

// printedSum evaluates what a derivation prints, with |a, b| the 4-norm.
type printedSum struct {
	words []string
	t     *testing.T
}

var printedWord = regexp.MustCompile(`[\d.]+(?:e[+-]?\d+)?|[A-Za-zµ]+(?:/s)?|[-+/|(),]`)

var thousands = regexp.MustCompile(`(\d),(\d{3})`)

func evaluate(t *testing.T, text string) float64 {
	text, _, _ = strings.Cut(text, ";")
	text, _, _ = strings.Cut(text, ", blocks")
	if i := strings.LastIndex(text, ", "); strings.Contains(text, " nodes, network") {
		text = text[:strings.LastIndex(text[:i], ", ")]
	}
	text = thousands.ReplaceAllString(text, "$1$2")
	s := &printedSum{printedWord.FindAllString(strings.NewReplacer("$", "", ",", " , ").Replace(text), -1), t}
	v := s.sum()
	require.Empty(t, s.words, text)
	return v
}

func (s *printedSum) next(w string) bool {
	if len(s.words) > 0 && s.words[0] == w {
		s.words = s.words[1:]
		return true
	}
	return false
}

func (s *printedSum) sum() float64 {
	for v := s.product(); ; {
		switch {
		case s.next("+"):
			v += s.product()
		case s.next("-"):
			v -= s.product()
		default:
			return v
		}
	}
}

func (s *printedSum) product() float64 {
	for v := s.value(); ; {
		switch {
		case s.next("x"):
			v *= s.value()
		case s.next("/"):
			v /= s.value()
		default:
			return v
		}
	}
}

func (s *printedSum) value() float64 {
	switch {
	case s.next("("):
		v := s.sum()
		require.True(s.t, s.next(")"), s.words)
		return v
	case s.next("|"):
		a := s.sum()
		require.True(s.t, s.next(","), s.words)
		b := s.sum()
		require.True(s.t, s.next("|"), s.words)
		return fourNorm(a, b)
	}
	require.NotEmpty(s.t, s.words)
	v, err := strconv.ParseFloat(s.words[0], 64)
	require.NoError(s.t, err)
	s.words = s.words[1:]
	if len(s.words) > 0 {
		if unit, ok := printedUnits[s.words[0]]; ok {
			v, s.words = v*unit, s.words[1:]
		} else if s.words[0] == "log" {
			s.t.Fatal(s.words)
		}
	}
	return v
}

// worded is a derivation with its words in English.
func worded(t *testing.T, list []note.Derivation) []note.Derivation {
	out := make([]note.Derivation, len(list))
	for i, d := range list {
		formula, numbers, value := text.OfDerivation(d)
		d.Formula, d.Numbers, d.Value = formula.EN, numbers.EN, value.EN
		out[i] = d
	}
	return out
}

// mustFind finds what the test names.
func mustFind[T any](t *testing.T, find func(string) (T, error), name string) T {
	t.Helper()
	v, err := find(name)
	require.NoError(t, err)
	return v
}

func fourNorm(a, b float64) float64 { return math.Pow(a*a*a*a+b*b*b*b, 0.25) }

// TestServingExplanationAddsUp: every line of an explanation that has numbers
// has the value that they make, its terms add up to the totals, and these are
// the figures of the answer, to the digits printed.
func TestServingExplanationAddsUp(t *testing.T) {
	type change = func(*serve.Request)
	layout := func(tp, pp, ep int) change {
		return func(s *serve.Request) { s.Layout = serve.Layout{TP: tp, PP: pp, EP: ep} }
	}
	with := func(runtime string, batch, context int64, more ...change) change {
		return func(s *serve.Request) {
			s.Runtime, s.Batch, s.Context = mustFind(t, serve.FindRuntime, runtime), batch, context
			for _, c := range more {
				c(s)
			}
		}
	}
	offload := func(o serve.Offload) change {
		return func(s *serve.Request) { s.Offload, s.HostMemory = o, 2<<40 }
	}
	shared := func(s *serve.Request) { s.SharedContext = true }
	for _, c := range []struct {
		model, weights, device string
		count                  int
		change                 change
	}{
		{"llama-3.1-8b", "bf16", "h100", 1, with("vllm", 1, 8192)},
		{"llama-3.1-8b", "bf16", "h100", 2, with("vllm", 3, 8192, layout(1, 1, 1))},
		{"llama-3.1-70b", "fp8", "h100", 8, with("vllm", 17, 32768, layout(2, 2, 1))},
		{"llama-3.1-8b", "bf16", "l4", 5, with("vllm", 16, 8192, layout(1, 5, 1))},
		{"llama-3.1-8b", "bf16", "l4", 2, with("vllm", 8, 8192, layout(1, 2, 1), shared)},
		{"llama-3.1-8b", "q4_k_m", "rtx-4090", 1, with("llama.cpp", 6, 32768, shared)},
		{"deepseek-v3", "fp8", "h200", 16, with("sglang", 20, 8192, layout(2, 1, 8))},
		{"deepseek-v3", "fp8", "h200", 16, with("vllm", 5, 131072, layout(8, 2, 1))},
		{"llama-3.1-405b", "bf16", "h100", 16, with("vllm", 16, 8192, layout(16, 1, 1))},
		{"llama-3.1-70b", "q4_k_m", "rtx-4090", 1, with("llama.cpp", 2, 65536, offload(serve.OffloadLayers))},
		{"qwen3-235b-a22b", "q4_k_m", "rtx-4090", 2, with("llama.cpp", 1, 8192, layout(1, 2, 1), offload(serve.OffloadExperts))},
		{"qwen3-235b-a22b", "bf16", "h100", 4, with("vllm", 9, 8192, layout(2, 1, 2), offload(serve.OffloadExperts))},
		{"qwen3.5-27b", "bf16", "h200", 2, with("vllm", 4, 65536, layout(1, 2, 1))},
		{"gemma-3-27b", "q8_0", "m2-ultra", 1, with("llama.cpp", 2, 131072)},
		{"llama-3.1-8b", "bf16", "a100-80g", 1, with("transformers", 4, 4096)},
		{"llama-3.1-70b", "bf16", "rtx-3060", 1, with("vllm", 17, 32768, offload(serve.OffloadLayers))},                      // minutes
		{"mixtral-8x7b", "bf16", "orin", 6, with("transformers", 1000, 8192, layout(2, 3, 1), offload(serve.OffloadLayers))}, // little of much is left
		{"mixtral-8x7b", "int8", "v100", 3, with("mlx", 64, 1_000_100)},                                                      // little is rounded up
		{"llama-3.2-1b", "fp8", "h100", 1, with("vllm", 64, 512)},                                                            // cents
	} {
		t.Run(fmt.Sprintf("%s on %s x %d", c.model, c.device, c.count), func(t *testing.T) {
			d, err := hardware.Default().Find(c.device)
			require.NoError(t, err)
			cluster, err := hardware.NewCluster(d, c.count)
			require.NoError(t, err)
			s := serve.Request{Model: catalogtest.Model(t, c.model), Quant: mustFind(t, serve.FindQuant, c.weights), Cluster: cluster}
			c.change(&s)
			a, err := s.Answer(2.5)
			require.NoError(t, err)
			addsUp(t, a)
		})
	}
}

// addsUp holds an answer to its explanation.
func addsUp(t *testing.T, a *serve.Answer) {
	values := linesAddUp(t, a.Explain(), &a.Memory)
	for group, total := range map[string]string{"time": "a token of each sequence", "prompt": "pass"} {
		v := values[group]
		work := fourNorm(v["read the weights"], v["multiply"]) + v["weights on the host"] + v["gaps"]
		if group == "time" {
			work += v["attention"]
		}
		sum := fourNorm(work, v["host"]) + v["between devices"] + v["between stages"] + v["scheduling and sampling"]
		assert.InEpsilon(t, v[total], sum, digits, group)
	}
	p, rates := &a.Throughput, values["rates"]
	for name, want := range map[string]float64{
		"prefill": p.Prefill, "decode, a user": p.PerUser, "decode, in all": p.Decode, "full load": p.Load, "compute-bound batch": float64(p.ComputeBound),
		"cost a million": float64(p.PerMillionBatch), "cost a million, full load": float64(p.PerMillion),
		"energy a million": float64(p.EnergyBatch) * 3.6e6, "energy a million, full load": float64(p.Energy) * 3.6e6,
	} {
		if want > 0 {
			assert.InEpsilon(t, want, rates[name], 0.006, name)
		}
	}
	if front := values["front"]; front != nil {
		passAddsUp(t, front, float64(a.Front.Time))
	}
	assert.InEpsilon(t, 1/values["time"]["a token of each sequence"], p.PerUser, digits)
	assert.InEpsilon(t, values["prompt"]["first token"], float64(p.FirstToken), digits)
}

const digits = 0.012 // sums of values of three digits

// linesAddUp evaluates the numbers of every line and returns the values by group
// and name.
func linesAddUp(t *testing.T, list []note.Derivation, m *serve.Memory) map[string]map[string]float64 {
	values := map[string]map[string]float64{}
	memory := 0.0
	for _, d := range worded(t, list) {
		if d.Group == "constants" {
			continue
		}
		if values[d.Group] == nil {
			values[d.Group] = map[string]float64{}
		}
		v := evaluate(t, d.Value)
		if d.Group == "memory" && d.Name != "total" && d.Name != "the runtime takes" {
			memory += v
		}
		values[d.Group][d.Name] = v
		if d.Numbers != "" && !strings.Contains(d.Numbers, ">=") && !strings.Contains(d.Numbers, " sequences of ") && !strings.Contains(d.Numbers, "parameters,") {
			assert.InEpsilon(t, v, evaluate(t, d.Numbers), digits, "%s: %s: %s", d.Group, d.Name, d.Numbers)
		}
	}
	assert.InEpsilon(t, float64(m.Total), memory, digits)
	assert.InEpsilon(t, float64(m.Total), values["memory"]["total"], digits)
	return values
}

// passAddsUp holds a pass over layers that generate nothing to its parts.
func passAddsUp(t *testing.T, v map[string]float64, want float64) {
	assert.LessOrEqual(t, math.Max(v["read the weights"], v["multiply"])*(1-digits), v["reading and multiplying"])
	assert.GreaterOrEqual(t, (v["read the weights"]+v["multiply"])*(1+digits), v["reading and multiplying"])
	work := v["reading and multiplying"] + v["attention"] + v["gaps"]
	assert.InEpsilon(t, want, fourNorm(work, v["host"])+v["between devices"]+v["scheduling and sampling"], digits)
	assert.InEpsilon(t, want, v["pass"], digits)
}

// TestEncodingExplanationAddsUp is the same of models that generate nothing.
func TestEncodingExplanationAddsUp(t *testing.T) {
	for _, c := range []struct {
		model, device string
		count, tp     int
		batch         int64
	}{
		{"bert-large", "l4", 2, 1, 5}, {"bert-large", "h100", 16, 16, 32}, {"vit-l-16", "h100", 4, 2, 7}, {"resnet-50", "rtx-4090", 1, 1, 64}, {"whisper-large-v3", "l4", 2, 2, 3},
	} {
		t.Run(fmt.Sprintf("%s on %s x %d", c.model, c.device, c.count), func(t *testing.T) {
			d, err := hardware.Default().Find(c.device)
			require.NoError(t, err)
			cluster, err := hardware.NewCluster(d, c.count)
			require.NoError(t, err)
			s := serve.Request{Model: catalogtest.Model(t, c.model), Quant: mustFind(t, serve.FindQuant, "bf16"), Cluster: cluster, Context: 384, Batch: c.batch,
				Layout: serve.Layout{TP: c.tp}, Runtime: mustFind(t, serve.FindRuntime, "transformers")}
			if !s.Model.Encodes() {
				a, err := s.Answer(2.5)
				require.NoError(t, err)
				addsUp(t, a)
				return
			}
			a, err := s.Encode(2.5)
			require.NoError(t, err)
			values := linesAddUp(t, a.Explain(), &a.Memory)
			passAddsUp(t, values["time"], float64(a.Throughput.Latency))
			assert.InEpsilon(t, a.Throughput.Sequences, values["rates"]["sequences"], digits)
			assert.InEpsilon(t, a.Throughput.Load, values["rates"]["full load"], digits)
			assert.InEpsilon(t, float64(a.Throughput.PerMillion), values["rates"]["cost a million, full load"], digits)
		})
	}
}
