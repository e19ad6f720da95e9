package catalog

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/hardware"
	"mlsizer/sizing/internal/golden"
	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
)

func TestEveryEntryBuilds(t *testing.T) {
	all := Default().All()
	if len(all) < 140 {
		t.Errorf("%d models (want at least 140)", len(all))
	}
	for _, e := range all {
		m, err := e.Build()
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		if err := m.Check(); err != nil {
			t.Errorf("%s: %v", e.Name, err)
		}
		if m.Name != e.Name || m.Field != e.Field || m.Source != e.Source || m.Family == "" {
			t.Errorf("%s: model has name %q, field %q, family %q, source %q", e.Name, m.Name, m.Field, m.Family, m.Source)
		}
		if e.Published != 0 && m.Params() != e.Published {
			t.Errorf("%s: %d parameters, but %d are published (%s)", e.Name, m.Params(), e.Published, e.PublishedSource)
		}
		if (e.Published != 0) != (e.PublishedSource != "") {
			t.Errorf("%s: published %d, source %q", e.Name, e.Published, e.PublishedSource)
		}
	}
}

func TestEveryEntryIsSourced(t *testing.T) {
	for _, e := range Default().All() {
		if e.Source == "" {
			t.Errorf("%s has no source", e.Name)
		}
		if !slices.Contains(model.Fields(), e.Field) {
			t.Errorf("%s: field %q", e.Name, e.Field)
		}
		if e.Year < 1990 || e.Year > 2030 {
			t.Errorf("%s: year %d", e.Name, e.Year)
		}
		if e.Name != strings.ToLower(e.Name) || strings.ContainsAny(e.Name, "/_ ") {
			t.Errorf("%q is not a plain name", e.Name)
		}
		for _, r := range e.Runs {
			if r.Source == "" {
				t.Errorf("%s: a run without a source", e.Name)
			}
		}
	}
}

// Devices that published runs name and the hardware catalogue does not hold.
var otherDevices = []string{"CPU core", "Cloud TPU chip", "GeForce GTX 580 3 GB", "GeForce GTX Titan Black", "Tesla K40"}

func TestRunsNameKnownDevices(t *testing.T) {
	for _, e := range Default().All() {
		for _, r := range e.Runs {
			if r.Devices == "" || slices.Contains(otherDevices, r.Devices) {
				continue
			}
			if d, err := hardware.Default().Find(r.Devices); err != nil || d.ID != r.Devices {
				t.Errorf("%s: run on %q: %v", e.Name, r.Devices, err)
			}
		}
	}
}

// Device hours, devices and days of one run must agree, as far as a run gives
// all three: no more hours than all devices have in the time.
func TestRunsAgreeWithThemselves(t *testing.T) {
	for _, e := range Default().All() {
		for _, r := range e.Runs {
			if r.Count == 0 || r.Days == 0 || r.DeviceHours == 0 {
				continue
			}
			if most := float64(r.Count) * r.Days * 24; r.DeviceHours > 1.1*most || r.DeviceHours < 0.45*most {
				t.Errorf("%s: %g device hours, but %d devices for %g days are %g", e.Name, r.DeviceHours, r.Count, r.Days, most)
			}
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	seen := map[string]string{}
	for _, e := range Default().All() {
		for _, name := range append([]string{e.Name}, e.Aliases...) {
			k := key(name)
			if k == "" || strings.Contains(name, "/") {
				t.Errorf("%s: name %q is empty or has a slash", e.Name, name)
			}
			if other := seen[k]; other != "" {
				t.Errorf("%q names both %s and %s", name, other, e.Name)
			}
			seen[k] = e.Name
		}
	}
}

// Totals that were published independently of these data files.
func TestGoldenTotals(t *testing.T) {
	for _, g := range []struct {
		name   string
		params quantity.Params
		source string
	}{
		{"vit-b-16", 86567656, "pytorch/vision ViT_B_16_Weights num_params"},
		{"inception-v3", 27161264, "pytorch/vision Inception_V3_Weights num_params"},
		{"mistral-7b", 7241732096, "mistralai/Mistral-7B-v0.1 safetensors"},
		{"stable-diffusion-1.5-unet", 859520964, "diffusers UNet2DConditionModel.num_parameters()"},
		{"dqn", 1693362, "the common count of the Nature network with 18 actions"},
	} {
		if m := build(t, g.name); m.Params() != g.params {
			t.Errorf("%s: %d parameters (want %d, %s)", g.name, m.Params(), g.params, g.source)
		}
	}
}

// Totals that other readers of models are held to as well.
func TestSharedTotals(t *testing.T) {
	for name, of := range map[string]string{
		"bert-base":      "google-bert/bert-base-uncased",
		"resnet-50":      "torchvision/resnet50",
		"deepseek-v3":    "deepseek-ai/DeepSeek-V3",
		"bloom":          "bigscience/bloom",
		"gpt-2":          "openai-community/gpt2",
		"gpt-oss-20b":    "openai/gpt-oss-20b",
		"gpt-oss-120b":   "openai/gpt-oss-120b",
		"llama-2-7b":     "meta-llama/Llama-2-7b-hf",
		"llama-3.1-405b": "meta-llama/Meta-Llama-3.1-405B",
		"mixtral-8x7b":   "mistralai/Mixtral-8x7B-v0.1",
		"qwen2.5-7b":     "Qwen/Qwen2.5-7B",
		"gemma-2-9b":     "google/gemma-2-9b",
		"pythia-12b":     "EleutherAI/pythia-12b",
	} {
		g := golden.Find(t, of)
		assert.Equal(t, g.Params, build(t, name).Params(), "%s: %s", name, g.Source)
	}
}

// Where only a rounded total is published, the architecture must round to it.
func TestRoundedTotals(t *testing.T) {
	for _, g := range []struct {
		name            string
		billion, within float64 // half of the last published digit
		source          string
	}{
		{"gpt-3", 174.6, 0.05, "arXiv:2005.14165 table D.1 (174,600 million)"},
		{"palm-540b", 540.35, 0.01, "arXiv:2204.02311 table 1"},
		{"palm-62b", 62.50, 0.005, "arXiv:2204.02311 table 1"},
		{"palm-8b", 8.63, 0.005, "arXiv:2204.02311 table 1"},
		{"gopher-280b", 280, 0.5, "arXiv:2112.11446 table 1"},
		{"chinchilla-70b", 70, 0.5, "arXiv:2203.15556 table 4"},
		{"megatron-22b", 22, 0.5, "arXiv:2205.05198 table 3"},
		{"megatron-530b", 530, 0.5, "arXiv:2205.05198 table 3"},
		{"mt-nlg-530b", 530, 0.5, "arXiv:2201.11990"},
		{"glm-4.7-flash", 29.94, 0.005, "published with llama.cpp measurements as 29.94 B"},
		{"llama-4-maverick", 400.71, 0.005, "published with llama.cpp measurements as 400.71 B, text model"},
		{"ministral-3-14b", 13.51, 0.005, "published with llama.cpp measurements as 13.51 B, text model"},
		{"kimi-k2", 1026, 0.5, "published with measurements as 1026 B"},
	} {
		got := float64(build(t, g.name).Params()) / 1e9
		if math.Abs(got-g.billion) > g.within {
			t.Errorf("%s: %.3f billion parameters (want %v, %s)", g.name, got, g.billion, g.source)
		}
	}
}

// A token passes through the published number of parameters.
func TestActiveParams(t *testing.T) {
	for _, g := range []struct {
		name            string
		billion, within float64
		source          string
	}{
		{"deepseek-v3", 37, 1, "arXiv:2412.19437 abstract"},
		{"mixtral-8x7b", 12.9, 0.05, "arXiv:2401.04088 (12.9B at rest of 46.7B)"},
		{"mixtral-8x22b", 39, 0.5, "Mistral AI, Cheaper, Better, Faster, Stronger (2024)"},
		{"glam-1.2t", 96.6, 0.1, "arXiv:2112.06905 table 4"},
		{"dbrx", 36, 1, "databricks/dbrx-base model card"},
		{"qwen3-235b-a22b", 22, 0.5, "arXiv:2505.09388"},
		{"llama-4-scout", 17, 0.5, "Llama 4 model card"},
	} {
		got := float64(build(t, g.name).ActiveParams()) / 1e9
		if math.Abs(got-g.billion) > g.within {
			t.Errorf("%s: %.2f billion active parameters (want %v, %s)", g.name, got, g.billion, g.source)
		}
	}
}

// multiplyAdds counts the products with weights for one sample, and those of
// attention.
func multiplyAdds(m *model.Model) float64 {
	sum := 0.0
	for _, g := range m.Groups {
		tokens := float64(max(g.Tokens, 1))
		for _, b := range g.Blocks {
			for _, w := range b.Weights() {
				sum += float64(g.Repeat) * tokens * w.Uses * float64(w.Rows*w.Cols*w.Copies)
			}
			full, _ := b.Mixing(tokens)
			sum += float64(g.Repeat) * full / 2
		}
	}
	return sum
}

func TestMultiplyAddsOfAnImage(t *testing.T) {
	// Source: pytorch/vision, "GFLOPS" of the weights table, which counts a
	// multiply-add as one.
	for _, g := range []struct {
		name  string
		giga  float64
		slack float64
	}{
		{"resnet-18", 1.814, 0.002}, {"resnet-50", 4.089, 0.002}, {"resnet-101", 7.801, 0.002}, {"resnet-152", 11.514, 0.002},
		{"resnext-50-32x4d", 4.230, 0.002}, {"wide-resnet-50-2", 11.398, 0.002},
		{"alexnet", 0.714, 0.002}, {"vgg-16", 15.47, 0.002}, {"mobilenet-v2", 0.301, 0.005}, {"efficientnet-b0", 0.386, 0.005},
		{"densenet-121", 2.834, 0.002}, {"convnext-tiny", 4.456, 0.002}, {"inception-v3", 5.713, 0.003},
		{"googlenet", 1.498, 0.002}, {"squeezenet-1.0", 0.819, 0.002},
		{"retinanet-resnet-50", 151.54, 0.001},
		{"vit-b-16", 17.564, 0.005}, {"vit-h-14", 167.295, 0.005},
	} {
		got := multiplyAdds(build(t, g.name)) / 1e9
		if math.Abs(got/g.giga-1) > g.slack {
			t.Errorf("%s: %.3f G multiply-adds an image (want %v)", g.name, got, g.giga)
		}
	}
}

// Pipelines place the first and last layers by these groups.
func TestLanguageModelsHaveInputAndOutput(t *testing.T) {
	for _, e := range Default().All() {
		m, err := e.Build()
		if err != nil || m.Vocab == 0 || !m.PerToken() || e.Field != model.NLP {
			continue
		}
		if m.Groups[0].Place != model.Input || m.Groups[len(m.Groups)-1].Place != model.Output || m.Hidden == 0 || m.Context == 0 {
			t.Errorf("%s: first group %v, last group %v, hidden %d, context %d", e.Name, m.Groups[0].Place, m.Groups[len(m.Groups)-1].Place, m.Hidden, m.Context)
		}
	}
}

func TestLayers(t *testing.T) {
	for name, want := range map[string]int{
		"gpt-3": 96, "llama-3.1-405b": 126, "gemma-3-27b": 62, "gemma-3-1b": 26, "deepseek-v3": 61, "t5-large": 48,
		"whisper-large-v3": 64, "nemotron-h-56b": 118, "nemotron-3-super-120b-a12b": 88, "jamba-v0.1": 32, "qwen3-next-80b-a3b": 48,
		"llama-3.3-nemotron-super-49b": 80, "vit-h-14": 32, "clip-vit-l-14": 36, "bert-large": 24, "flux.1-dev": 57,
	} {
		if got := build(t, name).Layers(); got != want {
			t.Errorf("%s has %d layers (want %d)", name, got, want)
		}
	}
}

func TestFind(t *testing.T) {
	for query, want := range map[string]string{
		"gpt-3": "gpt-3", "GPT3": "gpt-3", "gpt_3": "gpt-3", " GPT 3 ": "gpt-3", "gpt-3-175b": "gpt-3",
		"meta-llama/Llama-3.1-70B-Instruct": "llama-3.1-70b", "meta-llama/Meta-Llama-3-8B": "llama-3-8b",
		"llama31-70b": "llama-3.1-70b", "opt-13b": "opt-13b", "opt-1.3b": "opt-1.3b", "facebook/opt_1.3b": "opt-1.3b",
		"code-llama-34b-instruct-hf": "codellama-34b", "open_llama_3b": "openllama-3b", "Inception V3": "inception-v3", "Llama-2-7b-chat-hf": "llama-2-7b", "Qwen/Qwen2.5-7B-Instruct": "qwen2.5-7b",
		"google/gemma-2-9b-it": "gemma-2-9b", "google-bert/bert-base-uncased": "bert-base", "ResNet50": "resnet-50",
		"deepseek-ai/DeepSeek-R1": "deepseek-r1", "mistralai/Mixtral-8x7B-Instruct-v0.1": "mixtral-8x7b", "BLOOM": "bloom", "ViT-B/16": "vit-b-16", "facebook/DiT-XL/2": "dit-xl-2",
	} {
		e, err := Default().Find(query)
		if err != nil || e.Name != want {
			t.Errorf("Find(%q) = %v, %v (want %s)", query, e, err, want)
		}
	}
}

func TestFindNothing(t *testing.T) {
	for query, near := range map[string]string{
		"lama-2-7b": "llama-2-7b", "bert-bass": "bert-base", "gpt-33": "gpt-3", "resnet-51": "resnet-50", "deepseek-v4": "deepseek-v3", "mixtrall": "mixtral-8x7b",
	} {
		_, err := Default().Find(query)
		var nf *NotFoundError
		if !errors.As(err, &nf) {
			t.Errorf("Find(%q): %v (want a NotFoundError)", query, err)
			continue
		}
		if nf.Name != query || len(nf.Near()) != numNear || !slices.Contains(nf.Near(), near) {
			t.Errorf("Find(%q): %v (want %s among the nearest)", query, err, near)
		}
	}
	for _, query := range []string{"", "/", "-", "-instruct", "7b-chat", strings.Repeat("x", 100000), strings.Repeat("/", 1000), "模型", "llama-3.1-70b-fp8"} {
		if e, err := Default().Find(query); err == nil {
			t.Errorf("Find(%.20q) = %s (want an error)", query, e.Name)
		}
	}
}

func TestBuildIsCached(t *testing.T) {
	if first, second := build(t, "bloom"), build(t, "bloom"); first != second {
		t.Error("two builds of one entry differ")
	}
	if _, err := (&Entry{Name: "x"}).Build(); err == nil {
		t.Error("an entry without an architecture builds")
	}
}

func build(t testing.TB, name string) *model.Model {
	t.Helper()
	e, err := Default().Find(name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := e.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		readAll()
	}
}

func BenchmarkFindAndBuild(b *testing.B) {
	raw := raws()
	for _, name := range []string{"llama-3.1-405b", "gemma-3-27b", "nemotron-3-super-120b-a12b", "inception-v3"} {
		b.Run("model="+name, func(b *testing.B) {
			for b.Loop() {
				if Default().lookup(name) == nil {
					b.Fatal("not found")
				}
				// A new slot each time: an entry keeps its model.
				s, err := newSlot(raw[name])
				if err != nil {
					b.Fatal(err)
				}
				if _, err := s.entry().Build(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func ExampleCatalog_Find() {
	e, err := Default().Find("meta-llama/Llama-3.1-405B")
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := e.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Name, m.Params().Exact(), m.Layers(), "layers")
	// Output: llama-3.1-405b 405,853,388,800 126 layers
}

func ExampleNotFoundError() {
	_, err := Default().Find("lama-2-7b")
	fmt.Println(err)
	// Output: model: unknown but near: lama-2-7b, [llama-2-7b llama-7b llama-2-70b]
}

func TestNotFoundErrorIsCoded(t *testing.T) {
	for _, c := range []struct {
		err  *NotFoundError
		code string
		args []any
	}{
		{&NotFoundError{Name: "a"}, "model.unknown", []any{"a"}},
		{&NotFoundError{Name: "a", in: &Catalog{slots: []*slot{{name: "b"}, {name: "c"}}}}, "model.unknown-but-near", []any{"a", []string{"b", "c"}}},
	} {
		assert.Equal(t, c.code, c.err.Code())
		assert.Equal(t, c.args, c.err.Args())
	}
}

// Models whose makers publish narrow weights say how they are stored, in a
// storage that is known.
// Source: quantization_config of the config.json of openai/gpt-oss-* (mxfp4),
// deepseek-ai/DeepSeek-V3 and its kin, moonshotai/Kimi-K2-Instruct and
// MiniMaxAI/MiniMax-M2 (fp8).
func TestPublishedWeights(t *testing.T) {
	want := map[string]string{"deepseek-v3": "fp8", "deepseek-r1": "fp8", "deepseek-v3.2": "fp8", "kimi-k2": "fp8", "minimax-m2": "fp8", "gpt-oss-20b": "mxfp4", "gpt-oss-120b": "mxfp4",
		"deepseek-v4-flash": "mxfp4+fp8", "deepseek-v4-pro": "mxfp4+fp8", "kimi-k2-thinking": "int4+bf16", "kimi-k2.5": "int4+bf16"}
	got := map[string]string{}
	for _, e := range Default().All() {
		if e.Weights == "" {
			continue
		}
		got[e.Name] = e.Weights
		if _, err := serve.FindQuant(e.Weights); err != nil {
			t.Errorf("%s: %v", e.Name, err)
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("published in narrow weights: %v, want %v", got, want)
	}
}
