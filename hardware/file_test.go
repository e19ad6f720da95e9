package hardware

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/limit"
	"mlsizer/sizing/note"
)

const goodCSV = `id,name,kind,memory_gib,memory_gb_per_s,bf16_tflops,aliases,sources,usd_per_hour,price_date,price_source
my-gpu,My GPU,gpu,48,1000,200,mine own-gpu,"our own benchmark, 2026-11 | data sheet",1.25,2026-11-01,our bill
`

const goodJSON = `[
  {"id": "my-gpu", "name": "My GPU", "kind": "gpu", "memory_gib": 48, "memory_gb_per_s": 1e3,
   "bf16_tflops": "200", "aliases": "mine own-gpu", "unified": false, "power_w": null,
   "sources": "our own benchmark, 2026-11 | data sheet", "usd_per_hour": 1.25, "price_date": "2026-11-01", "price_source": "our bill"}
]`

func TestExtend(t *testing.T) {
	for _, file := range []string{goodCSV, goodJSON, "\ufeff" + goodCSV, strings.ReplaceAll(goodCSV, "\n", "\r\n"), strings.Trim(goodJSON, "[]")} {
		c, err := Default().Extend(strings.NewReader(file), "mine")
		require.NoError(t, err)
		d, err := c.Find("Own GPU")
		require.NoError(t, err)
		assert.Equal(t, "my-gpu", d.ID)
		assert.InDelta(t, 48*gib, float64(d.Memory), 0)
		assert.InDelta(t, 1e12, float64(d.MemBandwidth), 0)
		r, err := d.Rate(BF16)
		require.NoError(t, err)
		assert.InDelta(t, 2e14, float64(r.Peak), 0)
		assert.Equal(t, []string{"our own benchmark, 2026-11", "data sheet"}, d.Sources)
		assert.Equal(t, &Price{PerHour: 1.25, Date: "2026-11-01", Source: "our bill"}, d.Price)
		assert.Equal(t, 1, d.DevicesPerNode)
		assert.Equal(t, 1, d.ScaleUp.Domain)
		assert.Len(t, c.All(), len(Default().All())+1)
		_, err = c.Find("h100")
		require.NoError(t, err)
	}
	_, err := Default().Find("my-gpu")
	assert.Error(t, err, "the catalogue that was extended is as it was")
}

func TestExtendRefuses(t *testing.T) {
	const head = "id,name,kind,memory_gib,memory_gb_per_s,bf16_tflops,sources\n"
	for _, tt := range []struct {
		name, file string
		at         place
		err        error
	}{
		{"empty", "", place{1, 1}, note.NewError("device-file.empty")},
		{"unknown column", "id,nmae\n", place{1, 4}, note.NewError("device-file.unknown-column", "nmae", columnNames())},
		{"repeated column", "id,id\n", place{1, 4}, note.NewError("device-file.unknown-column", "id", columnNames())},
		{"missing column", "id,name,kind,memory_gib,memory_gb_per_s\n", place{1, 1}, note.NewError("device-file.no-column", "sources")},
		{"blank field", head + "a,b,gpu,,1,1,s\n", place{2, 9}, note.NewError("device-file.blank-cell", "memory_gib")},
		{"blank source", head + "a,b,gpu,1,1,1,\n", place{2, 15}, note.NewError("device-file.blank-cell", "sources")},
		{"negative", head + "a,b,gpu,1,-5,1,s\n", place{2, 11}, note.NewError("device-file.column-fails", "memory_gb_per_s", note.NewError("device.not-in-range", "-5", 1e-6, 1e9))},
		{"zero", head + "a,b,gpu,0,5,1,s\n", place{2, 9}, note.NewError("device-file.column-fails", "memory_gib", note.NewError("device.not-in-range", "0", 1e-6, 1e9))},
		{"nan", head + "a,b,gpu,nan,5,1,s\n", place{2, 9}, note.NewError("device-file.column-fails", "memory_gib", note.NewError("device.not-in-range", "nan", 1e-6, 1e9))},
		{"inf", head + "a,b,gpu,1,5,inf,s\n", place{2, 13}, note.NewError("device-file.column-fails", "bf16_tflops", note.NewError("device.not-in-range", "inf", 1e-6, 1e9))},
		{"overflow", head + "a,b,gpu,1,5,1e308,s\n", place{2, 13}, note.NewError("device-file.column-fails", "bf16_tflops", note.NewError("device.not-in-range", "1e308", 1e-6, 1e9))},
		{"too small", head + "a,b,gpu,1,5,1e-300,s\n", place{2, 13}, note.NewError("device-file.column-fails", "bf16_tflops", note.NewError("device.not-in-range", "1e-300", 1e-6, 1e9))},
		{"text", head + "a,b,gpu,80GB,5,1,s\n", place{2, 9}, note.NewError("device-file.column-fails", "memory_gib", note.NewError("device.not-in-range", "80GB", 1e-6, 1e9))},
		{"kind", head + "a,b,fpga,1,5,1,s\n", place{2, 5}, note.NewError("device-file.column-fails", "kind", note.NewError("device.unknown-kind", "fpga", kindNames[:]))},
		{"id", head + "My GPU,b,gpu,1,5,1,s\n", place{2, 1}, note.NewError("device-file.column-fails", "id", note.NewError("device.bad-id", "My GPU"))},
		{"no rate", head + "a,b,gpu,1,5,,s\n", place{2, 1}, note.NewError("device.no-rates-and-no-note")},
		{"twice", head + "a,b,gpu,1,5,1,s\na,b,gpu,1,5,1,s\n", place{3, 1}, note.NewError("device.id-taken", "a", "a")},
		{"taken id", head + "h100-sxm5-80gb,b,gpu,1,5,1,s\n", place{2, 1}, note.NewError("device.id-taken", "h100-sxm5-80gb", "h100-sxm5-80gb")},
		{"taken alias", head + "h100,b,gpu,1,5,1,s\n", place{2, 1}, note.NewError("device.id-taken", "h100", "h100-sxm5-80gb")},
		{"row length", head + "a,b\n", place{2, 1}, csv.ErrFieldCount},
		{"quote", head + "a,\"b,gpu\n", place{2, 10}, csv.ErrQuote},
		{"half a link", "link_gb_per_s," + head + "5,a,b,gpu,1,5,1,s\n", place{2, 1}, note.NewError("device.half-a-link")},
		{"half a torus", "torus_max," + head + "4x4,a,b,gpu,1,5,1,s\n", place{2, 1}, note.NewError("device.half-a-torus")},
		{"torus", "torus_max," + head + "4x-4,a,b,gpu,1,5,1,s\n", place{2, 1}, note.NewError("device-file.column-fails", "torus_max", note.NewError("torus.bad-axis", "4x-4"))},
		{"one axis", "torus_max," + head + "4,a,b,gpu,1,5,1,s\n", place{2, 1}, note.NewError("device-file.column-fails", "torus_max", note.NewError("torus.bad-number-of-axes", "4"))},
		{"half a price", "usd_per_hour," + head + "4,a,b,gpu,1,5,1,s\n", place{2, 1}, note.NewError("device.part-of-a-price")},
		{"year", "year," + head + "20,a,b,gpu,1,5,1,s\n", place{2, 1}, note.NewError("device-file.column-fails", "year", note.NewError("device.not-whole-in-range", "20", 1990, 2100))},
		{"unified", "unified," + head + "maybe,a,b,gpu,1,5,1,s\n", place{2, 1}, note.NewError("device-file.column-fails", "unified", note.NewError("device.neither-yes-nor-no", "maybe"))},
		{"confidence", "confidence," + head + "sure,a,b,gpu,1,5,1,s\n", place{2, 1}, note.NewError("device-file.column-fails", "confidence", note.NewError("device.unknown-confidence", "sure"))},
		{"no row", head, place{1, 1}, note.NewError("device-file.header-alone")},
		{"json none", " []", place{1, 3}, note.NewError("device-file.no-device")},
		{"json key", "[\n {\"id\": \"a\",\n  \"nmae\": 1}]", place{3, 3}, note.NewError("device-file.unknown-key", "nmae", columnNames())},
		{"json repeated", `[{"id": "a", "id": "b"}]`, place{1, 14}, note.NewError("device-file.unknown-key", "id", columnNames())},
		{"json negative", "[{\"id\": \"a\",\n\"memory_gib\": -1}]", place{2, 15}, note.NewError("device-file.column-fails", "memory_gib", note.NewError("device.not-in-range", "-1", 1e-6, 1e9))},
		{"json blank", "[\n{\"id\": \"a\"}]", place{2, 1}, note.NewError("device-file.blank-key", "name")},
		{"json list", `[{"id": ["a"]}]`, place{1, 9}, note.NewError("device-file.nested-value", "id")},
		{"json not a device", "[1]", place{1, 2}, note.NewError("device-file.not-a-device")},
		{"json cut", `[{"id": "a"`, place{1, 12}, note.NewError("device-file.json-ends")},
		{"json after", strings.Trim(goodJSON, "[]") + " {}", place{5, 2}, note.NewError("device-file.text-after-devices")},
		{"bad alias", "aliases," + head + "My GPU!,a,b,gpu,1,5,1,s\n", place{2, 1}, note.NewError("device-file.column-fails", "aliases", note.NewError("device.bad-alias", "My"))},
		{"other alias taken", "aliases," + head + "h100,a,b,gpu,1,5,1,s\n", place{2, 1}, note.NewError("device.alias-taken", "h100", "h100-sxm5-80gb")},
		{"too large", strings.Repeat(" ", 16<<20+1), place{}, &limit.Error{Most: 16 << 20}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Default().Extend(strings.NewReader(tt.file), "f")
			assert.Equal(t, &FileError{"f", tt.at.line, tt.at.column, tt.err}, err)
			assert.Nil(t, c)
		})
	}
	_, err := Default().Extend(strings.NewReader("[\n{\"id\" \"a\"}]"), "f")
	var fe *FileError
	var syntax *json.SyntaxError
	require.ErrorAs(t, err, &fe)
	require.ErrorAs(t, err, &syntax)
	assert.Equal(t, place{2, 6}, place{fe.Line, fe.Column})
}

func TestFileErrorSaysWhere(t *testing.T) {
	inner := note.NewError("device-file.empty")
	for _, c := range []struct {
		err  *FileError
		code string
		args []any
		line string
	}{
		{&FileError{"f", 1, 2, inner}, "device-file.fails-at", []any{"f", 1, 2, inner}, "f:1:2: device-file: empty"},
		{&FileError{File: "f", Err: inner}, "device-file.fails", []any{"f", inner}, "f: device-file: empty"},
	} {
		assert.Equal(t, c.code, c.err.Code())
		assert.Equal(t, c.args, c.err.Args())
		assert.EqualError(t, c.err, c.line)
		assert.ErrorIs(t, c.err, inner)
	}
}

func FuzzExtend(f *testing.F) {
	for _, s := range []string{goodCSV, goodJSON, "", "[", "{", "[]", "[{}]", "id\n", `{"id":{}}`, "id,name,kind,memory_gib,memory_gb_per_s,bf16_tflops,sources\na,b,gpu,1,-5,1,s\n", "[null]", "\"\n\"", `[{"id":"a"},]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Default().Extend(strings.NewReader(s), "f")
		if err != nil {
			require.IsType(t, (*FileError)(nil), err)
			require.Nil(t, c)
			return
		}
		for _, d := range c.All()[len(Default().All()):] {
			require.NotEmpty(t, d.Sources)
			require.Positive(t, d.Memory)
			require.Positive(t, d.MemBandwidth)
			got, err := c.Find(d.ID)
			require.NoError(t, err)
			require.Same(t, d, got)
			_, err = NewCluster(d, 8)
			_ = err // a torus may have no slice of 8; it may not panic
		}
	})
}
