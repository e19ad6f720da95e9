package evidence

import (
	"bytes"
	"encoding/csv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/note"
)

// file is a CSV file of one row.
func file(t *testing.T, header, row []string) *bytes.Buffer {
	var b bytes.Buffer
	require.NoError(t, csv.NewWriter(&b).WriteAll([][]string{header, row}))
	return &b
}

// A note of an older file states launch options and facts in fixed phrases; in a
// file with a column of options it states nothing.
func TestOlderOptions(t *testing.T) {
	const said = "rank that logs (last pipeline stage); --disable-bias-linear=true recompute-modules=[layernorm mla_up_proj]; fp32 grad accumulation"
	older, err := ReadCSV(file(t, []string{"id", "source", "note"}, []string{"a", "s", said}), "f.csv")
	require.NoError(t, err)
	assert.Equal(t, Row{ID: "a", Source: "s", Note: said, Line: 2, LastStage: true, FP32Accumulation: true,
		Options: Options{"disable-bias-linear": "true", "recompute-modules": "[layernorm mla_up_proj]"}}, older[0])
	for cell, want := range map[string]Options{"": nil, "{}": {}, `{"mtp-num-layers":"1"}`: {"mtp-num-layers": "1"}, "{\"a\":\"b\",\n\"c\":\"d\"}": {"a": "b", "c": "d"}} {
		today, err := ReadCSV(file(t, []string{"id", "source", "options", "note"}, []string{"a", "s", cell, said}), "f.csv")
		require.NoError(t, err)
		assert.Equal(t, Row{ID: "a", Source: "s", Note: said, Line: 2, Options: want}, today[0])
	}
	for _, cell := range []string{"disable-bias-linear=true", `{"mtp-num-layers":1}`, `["a"]`} {
		rows, err := ReadCSV(file(t, []string{"id", "source", "options"}, []string{"a", "s", cell}), "f.csv")
		require.NoError(t, err)
		assert.Equal(t, &SchemaError{"f.csv", 2, "options", note.NewError("cell.not-options", cell)}, rows[0].Fault)
	}
}

func TestOlderMethods(t *testing.T) {
	for method, want := range map[string]Row{
		"":                                      {},
		"full finetune":                         {Method: "full"},
		"pretrain":                              {Method: "full"},
		"FULL r= targets= trainable=3212749824": {Method: "full"},
		"plain LoRA + FA2":                      {Method: "lora"},
		"LoRA trainable=6,553,600":              {Method: "lora", Trainable: 6553600},
		"LORA r=32 targets=['q_proj', 'v_proj'] trainable=9,289,728": {Method: "lora", LoRARank: 32, LoRATargets: []string{"q_proj", "v_proj"}, Trainable: 9289728},
		"lora r=none targets=all-linear":                             {Method: "lora", LoRATargets: []string{"all-linear"}},
		"DORA r=8":                                                   {Method: "dora", LoRARank: 8},
		"QLoRA":                                                      {Method: "qlora"},
		"IA3":                                                        {Method: "ia3"},
		"whole run, median seconds, samples=3072": {WholeRun: true, Samples: 3072},
		"whole run; samples=":                     {WholeRun: true},
	} {
		rows, err := ReadCSV(file(t, []string{"id", "source", "method"}, []string{"a", "s", method}), "f.csv")
		require.NoError(t, err, method)
		want.ID, want.Source, want.Line = "a", "s", 2
		assert.Equal(t, want, rows[0], method)
	}
	for method, want := range map[string]error{
		"whole run, samples=many": note.NewError("cell.of-method", "samples", note.NewError("cell.negative", "many")),
		"lora r=x":                note.NewError("cell.of-method", "r", note.NewError("cell.not-whole", "x")),
	} {
		rows, err := ReadCSV(file(t, []string{"id", "source", "method"}, []string{"a", "s", method}), "f.csv")
		require.NoError(t, err)
		assert.Equal(t, &SchemaError{"f.csv", 2, "", want}, rows[0].Fault)
	}
	rows, err := ReadCSV(file(t, []string{"id", "source", "samples"}, []string{"a", "s", "many"}), "f.csv")
	require.NoError(t, err)
	assert.Equal(t, &SchemaError{"f.csv", 2, "samples", note.NewError("cell.negative", "many")}, rows[0].Fault)
}

// The detail of the precision says how frozen weights are packed.
func TestOlderPacking(t *testing.T) {
	for _, c := range []struct {
		method, detail string
		want           string
		double         bool
	}{
		{"lora", "bf16-true+bnb.nf4", "qlora", false}, {"lora", "bf16-true+bnb.nf4-dq", "qlora", true}, {"dora", "4-bit", "qdora", false},
		{"lora", "nvfp4", "lora", false}, {"qlora", "bf16", "qlora", false}, {"full", "nf4", "full", false},
	} {
		rows, err := ReadCSV(file(t, []string{"id", "source", "method", "precision_detail"}, []string{"a", "s", c.method, c.detail}), "f.csv")
		require.NoError(t, err, c)
		assert.Equal(t, c.want, rows[0].Method, c)
		assert.Equal(t, c.double, rows[0].DoubleQuantised, c)
	}
}

// A run's facts that an older note states as key=value.
func TestOlderRuns(t *testing.T) {
	rows, err := ReadCSV(file(t, []string{"id", "source", "training_flops", "note"}, []string{"a", "s", "1", "domain=Language; training_compute_flop=1.5e+22; base=Llama 2"}), "f.csv")
	require.NoError(t, err)
	assert.Equal(t, "Language", rows[0].Domain)
	assert.Equal(t, "Llama", rows[0].BaseModel)
	assert.Equal(t, 1.5e22, rows[0].TrainingFLOPs)
}

func TestOlderServing(t *testing.T) {
	for _, c := range []struct {
		version, definition, note string
		want                      ServingRow
	}{
		{"", "", "n_batch=n_ubatch=2048, separate prompts", ServingRow{UBatch: 2048}},
		{"", "", "n_ubatch=512 flash_attn=1 mla_attn=3; compute buffer", ServingRow{UBatch: 512, MLAAttention: 3, Flash: "on"}},
		{"b9187 vulkan_radv", "", "default ubatch 512; random lengths", ServingRow{Version: "b9187 vulkan_radv", Backend: "vulkan", UBatch: 512, RandomLengths: true}},
		{"", "KV cache only: allocated size", "", ServingRow{MemDefinition: "kv-cache"}},
		{"", "sum over GPUs of torch.cuda.max_memory_allocated", "", ServingRow{MemDefinition: "torch-allocated"}},
		{"", "per-GPU ledger of vLLM start-up: weights (KV pool excluded)", "", ServingRow{MemDefinition: "start-up-ledger"}},
		{"", "something else", "", ServingRow{MemDefinition: "something else"}},
	} {
		c.want.FigureKind = "ttft+tpot"
		rows, err := ReadServingCSV(file(t, []string{"id", "source", "weights", "runtime", "runtime_version", "figure_kind", "mem_definition", "note"},
			[]string{"a", "s", "q8_0", "llama.cpp", c.version, "ttft+tpot measured, total derived", c.definition, c.note}), "f.csv")
		require.NoError(t, err, c)
		c.want.ID, c.want.Source, c.want.Weights, c.want.Runtime, c.want.Note, c.want.Line = "a", "s", "q8_0", "llama.cpp", c.note, 2
		assert.Equal(t, c.want, rows[0])
	}
}

// What the notes of published files of the older form say in words.
func TestOlderPhrases(t *testing.T) {
	te := Options{"cross-entropy-loss-fusion": "true", "cross-entropy-fusion-impl": "te"}
	for note, want := range map[string]Row{
		"4 slices; architecture computed":                      {Slices: 4},
		"batch not stated; CPU offload with fused optimizer":   {CPUOffload: true},
		"cef = cross-entropy fusion; seq 4096 assumed":         {Options: te},
		"recompute on every stage but the last (as that does)": {Recompute: "none"},
		"model Llama-2-70B LoRA r16; of a system":              {Model: "Llama-2-70B LoRA r16", Method: "lora", LoRARank: 16},
		"model SD v2 (512px latents); of a system":             {Model: "SD v2 (512px latents)", ImagePixels: 512},
	} {
		r := Row{Note: note, DeviceHours: 1}
		r.olderPhrases()
		want.Note, want.DeviceHours = note, 1
		assert.Equal(t, want, r)
	}
	noted := Row{Note: "cross-entropy fusion", Options: Options{"disable-bias-linear": "true"}}
	noted.olderPhrases()
	assert.Equal(t, Options{"disable-bias-linear": "true", "cross-entropy-loss-fusion": "true", "cross-entropy-fusion-impl": "te"}, noted.Options)
	for note, want := range map[string]ServingRow{
		"Offline llama2-70b-99.9 B200-SXM, submitter X":            {Task: "llama2-70b", Scenario: "offline"},
		"300 ShareGPT-style requests arriving at about 10/s, here": {Requests: 300, ArrivalRate: 10},
		"llama-bench, llama.cpp-vulkan; micro-batch 256":           {Backend: "vulkan", UBatch: 256},
	} {
		r := ServingRow{Note: note}
		r.olderPhrases()
		want.Note = note
		assert.Equal(t, want, r)
	}
}
