package hardware

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
		assert.Equal(t, &Price{1.25, "2026-11-01", "our bill"}, d.Price)
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
	for _, tt := range []struct{ name, file, want string }{
		{"empty", "", `f:1:1: empty (want a header row and one row a device)`},
		{"unknown column", "id,nmae\n", `f:1:4: "nmae": unknown or repeated column (want id, aliases, name`},
		{"repeated column", "id,id\n", `f:1:4: "id": unknown or repeated column`},
		{"missing column", "id,name,kind,memory_gib,memory_gb_per_s\n", `f:1:1: no column "sources"`},
		{"blank field", head + "a,b,gpu,,1,1,s\n", `f:2:9: memory_gib is blank (want a value in every row)`},
		{"blank source", head + "a,b,gpu,1,1,1,\n", `f:2:15: sources is blank`},
		{"negative", head + "a,b,gpu,1,-5,1,s\n", `f:2:11: memory_gb_per_s: "-5": not a number above zero`},
		{"zero", head + "a,b,gpu,0,5,1,s\n", `f:2:9: memory_gib: "0": not a number above zero`},
		{"nan", head + "a,b,gpu,nan,5,1,s\n", `f:2:9: memory_gib: "nan": not a number above zero`},
		{"inf", head + "a,b,gpu,1,5,inf,s\n", `f:2:13: bf16_tflops: "inf": not a number above zero`},
		{"overflow", head + "a,b,gpu,1,5,1e308,s\n", `f:2:13: bf16_tflops: "1e308": not a number above zero`},
		{"text", head + "a,b,gpu,80GB,5,1,s\n", `f:2:9: memory_gib: "80GB": not a number above zero (want a figure such as 80 or 79.65`},
		{"kind", head + "a,b,fpga,1,5,1,s\n", `f:2:5: kind: "fpga": unknown kind`},
		{"id", head + "My GPU,b,gpu,1,5,1,s\n", `f:2:1: id: "My GPU": not an id`},
		{"no rate", head + "a,b,gpu,1,5,,s\n", `f:2:1: no rate at all`},
		{"twice", head + "a,b,gpu,1,5,1,s\na,b,gpu,1,5,1,s\n", `f:3:1: id "a" is taken by "a"`},
		{"taken id", head + "h100-sxm5-80gb,b,gpu,1,5,1,s\n", `f:2:1: id "h100-sxm5-80gb" is taken by "h100-sxm5-80gb"`},
		{"taken alias", head + "h100,b,gpu,1,5,1,s\n", `f:2:1: id "h100" is taken by "h100-sxm5-80gb"`},
		{"row length", head + "a,b\n", `f:2:1: wrong number of fields`},
		{"quote", head + "a,\"b,gpu\n", `extraneous or missing " in quoted-field`},
		{"half a link", "link_gb_per_s," + head + "5,a,b,gpu,1,5,1,s\n", `f:2:1: half a scale-up link`},
		{"half a torus", "torus_max," + head + "4x4,a,b,gpu,1,5,1,s\n", `f:2:1: half a torus`},
		{"torus", "torus_max," + head + "4x-4,a,b,gpu,1,5,1,s\n", `f:2:1: torus_max: "4x-4": not the shape of a torus`},
		{"one axis", "torus_max," + head + "4,a,b,gpu,1,5,1,s\n", `want two or three axes`},
		{"half a price", "usd_per_hour," + head + "4,a,b,gpu,1,5,1,s\n", `f:2:1: part of a price`},
		{"year", "year," + head + "20,a,b,gpu,1,5,1,s\n", `f:2:1: year: "20": not a whole number in range (want 1990 to 2100)`},
		{"unified", "unified," + head + "maybe,a,b,gpu,1,5,1,s\n", `neither yes nor no`},
		{"confidence", "confidence," + head + "sure,a,b,gpu,1,5,1,s\n", `want high, medium or low`},

		{"no row", head, `f:1:1: a header and no device under it (want one row a device)`},
		{"json none", " []", `f:1:3: no device (want an array of objects with the columns as keys)`},
		{"json key", "[\n {\"id\": \"a\",\n  \"nmae\": 1}]", `f:3:3: "nmae": unknown or repeated key`},
		{"json repeated", `[{"id": "a", "id": "b"}]`, `f:1:14: "id": unknown or repeated key`},
		{"json negative", "[{\"id\": \"a\",\n\"memory_gib\": -1}]", `f:2:15: memory_gib: "-1": not a number above zero`},
		{"json blank", "[\n{\"id\": \"a\"}]", `f:2:1: name is blank`},
		{"json list", `[{"id": ["a"]}]`, `f:1:9: id: a list or an object`},
		{"json not a device", "[1]", `f:1:2: not a device`},
		{"json cut", `[{"id": "a"`, `unexpected end of JSON`},
		{"json syntax", "[\n{\"id\" \"a\"}]", `f:2:`},
		{"json after", strings.Trim(goodJSON, "[]") + " {}", `text after the devices`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Default().Extend(strings.NewReader(tt.file), "f")
			var fe *FileError
			require.ErrorAs(t, err, &fe)
			assert.Nil(t, c)
			assert.Contains(t, err.Error(), tt.want)
		})
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
