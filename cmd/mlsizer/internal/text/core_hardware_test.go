package text

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
)

const (
	head      = "id,name,kind,memory_gib,memory_gb_per_s,bf16_tflops,sources\n"
	oneDevice = `[
  {"id": "my-gpu", "name": "My GPU", "kind": "gpu", "memory_gib": 48, "memory_gb_per_s": 1e3,
   "bf16_tflops": "200", "aliases": "mine own-gpu", "unified": false, "power_w": null,
   "sources": "our own benchmark, 2026-11 | data sheet", "usd_per_hour": 1.25, "price_date": "2026-11-01", "price_source": "our bill"}
]`
)

// deviceFiles are faults of files of devices, and what is said of them.
var deviceFiles = []struct{ name, file, want string }{
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
	{"json after", strings.Trim(oneDevice, "[]") + " {}", `text after the devices`},
	{"bad alias", "aliases," + head + "My GPU!,a,b,gpu,1,5,1,s\n", `f:2:1: aliases: "My": not an alias (want lower-case letters, digits, dots, plus signs and dashes)`},
	{"other alias taken", "aliases," + head + "h100,a,b,gpu,1,5,1,s\n", `f:2:1: alias "h100" is taken by "h100-sxm5-80gb" (want a name of its own)`},
	{"too large", strings.Repeat(" ", 16<<20+1), `f: more than 16 MiB (want a file of device rows)`}}

func TestSentencesOfDeviceFiles(t *testing.T) {
	for _, tt := range deviceFiles {
		_, err := hardware.Default().Extend(strings.NewReader(tt.file), "f")
		require.Error(t, err, tt.name)
		assert.Contains(t, ErrorIn(err, English), tt.want, tt.name)
	}
	_, err := hardware.Default().Extend(strings.NewReader("kind\nfpga\n"), "f")
	assert.Equal(t, `f:1:1：没有列 "id"（至少应有 id、name、kind、memory_gib、memory_gb_per_s、sources 与一个速率）`, ErrorIn(err, Chinese))
	_, err = hardware.Default().Extend(strings.NewReader(head+"a,b,fpga,1,5,1,s\n"), "f")
	assert.Equal(t, `f:2:5：kind："fpga"：未知设备类别（应为 gpu、tpu、npu、cpu、edge、phone）`, ErrorIn(err, Chinese))
}

// What is said of a device with a count.
func TestSentencesOfClusters(t *testing.T) {
	for in, want := range map[string]string{
		"":                          `no device`,
		"h100x0":                    `"0": zero (want 1 to 10000000)`,
		"h100x-1":                   `"-1": negative`,
		"h100x+8":                   `does not start with a digit`,
		"h100x10000001":             `"h100x10000001": 10000001 devices (want 1 to 10000000)`,
		"h100x99999999999999999999": `too large for a count`,
		"h100x1.5":                  `"h100x1.5": not a whole number of devices`,
		"h100x8x8":                  `"h100x8": unknown device`,
		"h100x":                     `"h100x": unknown device`,
		"x8":                        `"x8": unknown device`,
		"h1o0x8":                    `"h1o0": unknown device (want an id or alias of the hardware catalogue, such as h100`,
		"h100x8 nodes":              `unknown suffix "nodes"`,
		"tpu-v5ex12":                `"tpu-v5e": 12 chips: no 2D torus slice, nor equal large ones, make that many (want 8 or 16)`,
		"tpu-v5ex300":               `(want 256, or a multiple of 256)`,
		"tpu-v4x65":                 `(want 64 or 128)`,
		"mi300xyz":                  `"mi300xyz": unknown device`,
	} {
		_, err := hardware.ParseCluster(hardware.Default(), in)
		require.Error(t, err, in)
		assert.Contains(t, ErrorIn(err, English), want, in)
	}
}
