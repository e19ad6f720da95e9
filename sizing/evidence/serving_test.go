package evidence

import (
	"encoding/csv"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
)

func servingPredictor() *ServingPredictor {
	return &ServingPredictor{Hardware: hardware.Default(), Resolve: func(name string) (*model.Model, error) {
		e, err := catalog.Default().Find(name)
		if err == nil {
			return e.Build()
		}
		if count, notCount := quantity.ParseParams(name); notCount == nil {
			return catalog.FromCount(count)
		}
		return nil, err
	}}
}

// The built-in constants keep to the limits that the program promises on the
// shipped measurements: medians over groups of device and model.
func TestServingErrors(t *testing.T) {
	rows, err := DefaultServing()
	if err != nil {
		t.Fatal(err)
	}
	rep := servingPredictor().Validate(rows)
	limits := map[string]float64{
		"decode": 0.12, "decode-n": 0.12, "prefill": 0.20, "ttft": 0.20, "batched": 0.25, "load": 0.25,
		"memory-kv_gib": 0.005, "memory-weights_gib": 0.01, "memory-peak_mem_gib": 0.10, "memory-compute_buffer_gib": 0.10,
	}
	for _, g := range rep.Groups {
		limit, ok := limits[g.Phase]
		if !ok {
			t.Errorf("phase %q has no limit", g.Phase)
		}
		if g.MedianAPE > limit {
			t.Errorf("%s: median error %.1f %% of %d groups, want at most %.1f %%", g.Phase, 100*g.MedianAPE, g.Groups, 100*limit)
		}
		if g.Coverage < 0.70 || g.Coverage > 0.92 {
			t.Errorf("%s: %.0f %% inside the 80 %% band", g.Phase, 100*g.Coverage)
		}
		delete(limits, g.Phase)
	}
	if len(limits) > 0 {
		t.Errorf("phases without rows: %v", limits)
	}
	speeds, skipped := 0, 0
	for _, r := range rows {
		if r.Rate > 0 {
			speeds++
		}
	}
	for _, s := range rep.Skipped {
		if s.Reason == "" {
			t.Errorf("%s is skipped without a reason", s.ID)
		}
		if s.Quantity == TokensPerSecond {
			skipped++
		}
	}
	if float64(skipped) > 0.05*float64(speeds) {
		t.Errorf("%d of %d rows of speed are skipped", skipped, speeds)
	}
}

// No constant may be keyed on a model, a row or a source.
func TestServingKeys(t *testing.T) {
	allowed := map[string]bool{"runtime": true, "vendor": true, "family": true, "matrix": true, "memory": true, "class": true, "link": true,
		"device": true, "backend": true, "launch": true, "~year": true, "~peak": true, "~bandwidth": true}
	for name, factors := range serve.DefaultConstants().Factors {
		for key, v := range factors {
			for part := range strings.SplitSeq(key, ",") {
				if k, _, _ := strings.Cut(part, "="); part != "" && !allowed[k] {
					t.Errorf("%s is keyed on %q", name, part)
				}
			}
			if !(v > 0) || math.IsInf(v, 0) {
				t.Errorf("%s %q is %v", name, key, v)
			}
		}
	}
}

// A fit of a few rows, pulled to what it starts from, finds the constants that
// made them.
func TestFitServingRecovers(t *testing.T) {
	rows, err := DefaultServing()
	if err != nil {
		t.Fatal(err)
	}
	rows = rows[:100] // llama.cpp on consumer cards
	p := servingPredictor()
	other := *serve.DefaultConstants()
	other.Factors = maps.Clone(other.Factors)
	for _, name := range []string{"compute", "memory"} {
		other.Factors[name] = maps.Clone(other.Factors[name])
		other.Factors[name]["runtime=llama.cpp"] *= 0.7
	}
	p.Constants = &other
	for i := range rows {
		s, err := p.setup(&rows[i])
		if err != nil {
			t.Fatal(err)
		}
		rows[i].Rate = s.rate()
	}
	p.Constants = nil
	before := p.Validate(rows)
	for _, g := range before.Groups {
		if g.MedianAPE < 0.2 {
			t.Errorf("%s: the constants to be found are no others: %.1f %% off", g.Phase, 100*g.MedianAPE)
		}
	}
	fit, err := p.FitServing(rows, ServingFitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range fit.Fit {
		if g.MedianAPE > 0.03 {
			t.Errorf("%s: %.1f %% off rows that the model made itself", g.Phase, 100*g.MedianAPE)
		}
	}
	require.NotEmpty(t, fit.Fitted)
	for _, x := range fit.Fitted {
		key := strings.Replace(x.When, "default", "", 1)
		require.NotEqual(t, x.Before, x.After, "%s %s", x.Constant, x.When)
		require.Equal(t, fit.Constants.Factors[x.Constant][key], x.After, "%s %s", x.Constant, x.When)
		require.Positive(t, x.Error, "%s %s", x.Constant, x.When)
	}
}

// A mean waits for half of the burst that starts a test in the burst's share of
// its requests; a median, of random lengths, does not.
func TestFirstTokenOfBurst(t *testing.T) {
	burst := slices.IndexFunc(serve.ConstantFields(), func(f serve.Constant) bool { return f.Name == "burst" })
	row := ServingRow{ID: "1", Model: "llama-3.1-8b", Weights: "bf16", Device: "h100-sxm5-80gb", Devices: 1, Runtime: "vllm",
		Batch: "64", Input: 4000, Output: 500, Phase: "decode", TTFT: 1}
	at := func(random bool, share float64) (float64, *servingSetup) {
		r := row
		r.RandomLengths = random
		s, err := servingPredictor().setup(&r)
		if err != nil {
			t.Fatal(err)
		}
		e := s.p.Efficiency()
		e[burst] = share
		s.p.SetEfficiency(e)
		return s.firstToken(), s
	}
	median, _ := at(true, 0.5)
	single, _ := at(false, 0)
	tenth, _ := at(false, 0.1)
	all, s := at(false, 1)
	one, every := s.p.Prefill(4000, 0, 1), s.p.Prefill(4000, 0, 64)
	want := s.p.Efficiency().First() + one + (every-one)/2 + s.p.Decode(64, 4250)
	if math.Abs(all-want) > 1e-9*want {
		t.Errorf("all of them at once: %v s, want %v", all, want)
	}
	if math.Abs(median-single) > 1e-12 || math.Abs(tenth-(0.9*single+0.1*all)) > 1e-9 || !(single > one && single < all/5) {
		t.Errorf("one %v, single %v, median %v, a tenth %v, all %v", one, single, median, tenth, all)
	}
}

func TestIsServing(t *testing.T) {
	for _, c := range []struct {
		header string
		want   bool
	}{
		{"id,source,weights,runtime", true},
		{"\ufeffweights,runtime", true},
		{"id,source,model,stack,step_seconds", false},
		{"", false},
	} {
		if got := IsServing(strings.Split(c.header, ",")); got != c.want {
			t.Errorf("%q: %v", c.header, got)
		}
	}
}

func TestReadServingCSVErrors(t *testing.T) {
	for _, c := range []struct {
		text string
		want error
	}{
		{"", &SchemaError{"x.csv", 1, "", note.NewError("rows.empty", note.Word("serving columns"))}},
		{"id,source\n", &SchemaError{"x.csv", 1, "weights", note.NewError("rows.no-column", []string{"id", "source"})}},
		{"id,source,weights,runtime,tokens_per_second\n1,s,fp8,vllm,-3\n", &SchemaError{"x.csv", 2, "tokens_per_second", note.NewError("cell.negative", "-3")}},
		{"id,source,weights,runtime\n1,\"s\n", &SchemaError{"x.csv", 2, "", note.NewError("csv.not-parsed", 2, 6, csv.ErrQuote)}},
	} {
		_, err := faultless(ReadServingCSV, strings.NewReader(c.text), "x.csv", func(r *ServingRow) error { return r.Fault })
		assert.Equal(t, c.want, err, c.text)
	}
}

// No file makes the reader panic, and what it takes can be scored.
func FuzzReadServingCSV(f *testing.F) {
	f.Add("id,source,weights,runtime,model,device,batch_or_concurrency,tokens_per_second,phase\n1,s,fp8,vllm,llama-3.1-8b,h100,4,100,decode\n")
	f.Add("id,source,weights,runtime,model,kv_gib,context_tokens\n1,s,q8_0,llama.cpp,gemma-3-27b,1,8192\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := ReadServingCSV(strings.NewReader(text), "x.csv")
		if err == nil && len(rows) > 0 {
			servingPredictor().Validate(rows[:1])
		}
	})
}

func TestNamedBits(t *testing.T) {
	for name, want := range map[string]float64{"exl9-5.5bpw": 5.5, "iq4_k": 4.5, "w4a8-x": 4.5, "hqq-int4": 4.5, "int8-new": 8, "gguf": 0, "w40": 0, "0.1bpw": 0} {
		bits, ok := namedBits(name)
		if ok != (want > 0) || ok && bits != want {
			t.Errorf("%s: %v, %v", name, bits, ok)
		}
	}
}

// Transformers before 4.45 keeps the logits of the whole prompt, in 16 bits and
// in fp32; 4.44 is before it and 4.5 of 2021 too.
func TestLogitsByRelease(t *testing.T) {
	row := ServingRow{ID: "a", Source: "s", Model: "llama-3.1-8b", Weights: "bf16", Device: "a100-80gb", Devices: 1, Runtime: "transformers", Context: 4096, Output: 1}
	const logits = 4095 * 128256 * 6 // prompt x vocabulary x (2 B + 4 B)
	for version, want := range map[string]bool{"4.38.2": true, "4.40.0": true, "4.44.2": true, "4.5.1": true, "4.45.0": false, "4.51.3": false, "5.0.0": false} {
		r := row
		r.Version = version
		p, err := servingPredictor().memorySetup(&r)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.eagerPrefill(p) == logits; got != want {
			t.Errorf("%s: %v B beside weights and cache: logits of the whole prompt %v, want %v", version, r.eagerPrefill(p), got, want)
		}
	}
}

// A row that names the software of another maker's devices contradicts itself.
func TestServingRowThatContradictsItself(t *testing.T) {
	row := ServingRow{ID: "1", Model: "llama-3.1-8b", Weights: "bf16", Devices: 1, Runtime: "sglang", Version: "0.5.9-rocm700-mi35x",
		Batch: "1", Input: 512, Output: 128, Phase: "end_to_end_output", Rate: 100}
	for device, want := range map[string]string{"mi300x-192gb": "", "h200-sxm5-141gb": "0.5.9-rocm700-mi35x"} {
		row.Device = device
		rep := servingPredictor().Validate([]ServingRow{row})
		if want == "" {
			require.Empty(t, rep.Skipped, device)
			continue
		}
		require.Len(t, rep.Skipped, 1, device)
		require.Contains(t, rep.Skipped[0].Reason, want)
	}
}
