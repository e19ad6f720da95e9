package evidence

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/limit"
	"mlsizer/sizing/note"
	"mlsizer/sizing/train"
)

func TestReadCSV(t *testing.T) {
	rows, err := ReadCSV(strings.NewReader("\ufeffid,source,layers,gated,compile,peak_mem_gib,unknown,note\n"+
		"a,s,12,1,1,3.5,x,\"tp=1 moe-layer-freq=([0]*1+[1]*15)\"\n"+
		"b,s,,0,,OOM,,\n"), "f.csv")
	require.NoError(t, err)
	require.Len(t, rows, 2)
	assert.Equal(t, int64(12), rows[0].Layers)
	assert.True(t, *rows[0].Gated)
	assert.True(t, rows[0].Compile)
	assert.Equal(t, 3.5, rows[0].PeakMemGiB)
	assert.Equal(t, "([0]*1+[1]*15)", rows[0].Options["moe-layer-freq"])
	assert.Equal(t, 2, rows[0].Line)
	assert.True(t, rows[1].OutOfMemory)
	assert.False(t, *rows[1].Gated)
	assert.Zero(t, rows[1].Layers, "a blank cell must not keep the row before's value")
}

// A row with a fault is not predicted, and the others are.
func TestFaultyRowsAreSkipped(t *testing.T) {
	shipped, err := Default()
	require.NoError(t, err)
	good := shipped[slices.IndexFunc(shipped, func(r Row) bool { return r.StepSeconds > 0 && r.Stack == "megatron-core" })]
	bad := good
	bad.ID, bad.Fault = "bad", note.NewError("cell.not-a-count", "0")
	p := runPredictor()
	p.Constants = train.DefaultConstants()
	rep := p.Validate([]Row{bad, good})
	require.NotEmpty(t, rep.Rows)
	for _, r := range rep.Rows {
		assert.Equal(t, good.ID, r.ID)
	}
	assert.Equal(t, []Skipped{newSkipped("bad", good.Source, "", bad.Fault)}, rep.Skipped)
	_, err = p.Setup(&bad)
	assert.Equal(t, bad.Fault, err)
}

func TestReadCSVRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"empty":      {"", &SchemaError{"f.csv", 1, "", note.NewError("rows.empty", note.Word("measurement columns"))}},
		"no id":      {"source,layers\n", &SchemaError{"f.csv", 1, "id", note.NewError("rows.no-column", []string{"source", "layers"})}},
		"fraction":   {"id,source,layers\na,s,1.5\n", &SchemaError{"f.csv", 2, "layers", note.NewError("cell.not-whole", "1.5")}},
		"text":       {"id,source,step_seconds\na,s,fast\n", &SchemaError{"f.csv", 2, "step_seconds", note.NewError("cell.negative", "fast")}},
		"negative":   {"id,source,tp\na,s,-1\n", &SchemaError{"f.csv", 2, "tp", note.NewError("cell.not-a-count", "-1")}},
		"zero":       {"id,source,num_devices\na,s,0\n", &SchemaError{"f.csv", 2, "num_devices", note.NewError("cell.not-a-count", "0")}},
		"twice":      {"id,source,tp,tp\na,s,1,2\n", &SchemaError{"f.csv", 1, "tp", note.NewError("rows.column-twice")}},
		"long line":  {"id,source\na," + strings.Repeat("s", maxLine) + "\n", &SchemaError{"f.csv", 2, "", &limit.Error{Most: maxLine, Line: true}}},
		"too many":   {"id,source\n" + strings.Repeat("a,s\n", maxRows+1), &SchemaError{"f.csv", maxRows + 2, "", note.NewError("rows.too-many", maxRows)}},
		"not a bit":  {"id,source,gated\na,s,maybe\n", &SchemaError{"f.csv", 2, "gated", note.NewError("cell.not-a-switch", "maybe")}},
		"ragged":     {"id,source\na\n", &SchemaError{"f.csv", 2, "", note.NewError("csv.wrong-record", 2, csv.ErrFieldCount)}},
		"open quote": {"id,source\na,s\n\"00", &SchemaError{"f.csv", 3, "", note.NewError("csv.not-parsed", 3, 4, csv.ErrQuote)}},
		"open lines": {"id,source\na,\"s\nb\"x,c\n", &SchemaError{"f.csv", 2, "", note.NewError("csv.not-parsed-within-record", 2, 3, 2, csv.ErrQuote)}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := faultless(ReadCSV, strings.NewReader(c.text), "f.csv", faultOf)
			assert.Equal(t, c.want, err)
		})
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add("id,source,layers\na,s,1\n")
	f.Add("id,source,peak_mem_gib\na,s,OOM\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := ReadCSV(strings.NewReader(text), "fuzz")
		if err != nil {
			assert.Nil(t, rows)
		}
	})
}

func TestPattern(t *testing.T) {
	for text, want := range map[string]string{
		"": "1111", "1": "1111", "2": "1010", "([0]*1+[1]*3)": "0111", "[0,1]*2": "0101", "[0, 1, 0, 1]": "0101",
	} {
		list, err := pattern(text, 4)
		require.NoError(t, err, text)
		got := ""
		for _, set := range list {
			got += map[bool]string{true: "1", false: "0"}[set]
		}
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"0", "-1", "[0,1]", "([0]*1+[1]*12)", "[0]*4x", "[2]*4", "all", "[1]*99999999999", "[1]*-4"} {
		_, err := pattern(text, 4)
		assert.Error(t, err, text)
	}
}

func TestOptions(t *testing.T) {
	opt := Options(keyValues("rank 0; --use-megatron-fsdp=true recompute-modules=[layernorm mla_up_proj] attention-dropout=0.0 q-lora-rank=None n=x"))
	assert.Equal(t, "[layernorm mla_up_proj]", opt["recompute-modules"])
	assert.True(t, opt.on("use-megatron-fsdp"))
	assert.True(t, opt.zero("attention-dropout"))
	assert.False(t, opt.zero("hidden-dropout"), "what is not stated is not off")
	v, err := opt.count("q-lora-rank", 7)
	require.NoError(t, err)
	assert.Equal(t, int64(7), v)
	_, err = opt.count("n", 0)
	assert.Equal(t, note.NewError("option.not-a-count", "n", "x"), err)
}

func TestQuantile(t *testing.T) {
	v := []float64{1, 2, 3, 4, 5}
	assert.Equal(t, 3.0, quantile(v, 0.5))
	assert.InDelta(t, 4.6, quantile(v, 0.9), 1e-12)
	assert.Equal(t, 5.0, quantile(v, 1))
	assert.Equal(t, 7.0, quantile([]float64{7}, 0.1))
}
