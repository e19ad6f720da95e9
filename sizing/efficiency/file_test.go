package efficiency

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/limit"
	"mlsizer/sizing/note"
)

// fields are one constant that entries set and one that factors multiply.
var fields = []Constant{{Name: "speed", Unit: "share", Low: 0.1, High: 2, Spread: 0.1}, {Name: "gap", Unit: "s", Low: 0, High: 9, Base: 1}}

const oneBand = `"bands":[{"match":{},"low":0.9,"high":1.1}]`

// wholeEntry sets a constant everywhere.
const wholeEntry = `{"name":"speed","match":{},"value":1,"fitted":true,"prior":1}`

func TestRead(t *testing.T) {
	const whole = wholeEntry
	everywhere := &Match{}
	for entries, want := range map[string]error{
		whole: nil,
		whole + `,{"name":"gap","match":{"device":"h100"},"value":50,"origin":"x"}`:            nil,
		whole + `,{"name":"speed","match":{"arch":"Hopper"},"value":1.5,"fitted":true}`:        nil,
		`{"name":"speed","unit":"share","low":0.1,"high":2,"match":{},"value":1,"origin":"x"}`: nil,
		`{"name":"speed","unit":"s","low":0.1,"high":2,"match":{},"value":1,"origin":"x"}`:     note.NewError("constants.other-definition", everywhere, "speed", "s", 0.1, 2.0, "share", 0.1, 2.0),
		`{"name":"gap","match":{},"value":1,"origin":"x"}`:                                     note.NewError("constants.not-set-everywhere", "speed"),
		`{"name":"speed","match":{"arch":"Hopper"},"value":1,"origin":"x"}`:                    note.NewError("constants.first-not-everywhere", &Match{Arch: "Hopper"}, "speed"),
		`{"name":"speed","match":{},"value":1,"fitted":true}`:                                  note.NewError("constants.first-without-prior", "speed"),
		`{"name":"speed","match":{},"value":3,"origin":"x"}`:                                   note.NewError("constants.out-of-bounds", everywhere, "speed", 3.0, 0.1, 2.0, "share"),
		`{"name":"speed","match":{},"value":1}`:                                                note.NewError("constants.no-origin", everywhere, "speed"),
		`{"name":"speed","match":{},"value":1,"prior":1,"origin":"x"}`:                         note.NewError("constants.bad-prior", everywhere, 1.0, "speed"),
		`{"name":"speed","match":{},"value":1,"prior":7,"fitted":true}`:                        note.NewError("constants.bad-prior", everywhere, 7.0, "speed"),
		whole + `,{"name":"gap","match":{},"value":-1,"origin":"x"}`:                           note.NewError("constants.out-of-bounds", everywhere, "gap", -1.0, 1e-6, 1e6, "s"),
		`{"name":"tide","match":{},"value":1,"origin":"x"}`:                                    note.NewError("constants.unknown", everywhere, "tide"),
		``: note.NewError("constants.none"),
	} {
		_, err := Read(strings.NewReader(`{"constants":[`+entries+`],`+oneBand+`}`), fields)
		if want == nil {
			assert.NoError(t, err, entries)
		} else {
			assert.Equal(t, want, err, entries)
		}
	}
	_, err := Read(strings.NewReader(`{"constants":[`+whole+`]}`), fields)
	assert.Equal(t, note.NewError("constants.no-bands"), err)
	_, err = Read(strings.NewReader(strings.Repeat(" ", largest)+"{}"), fields)
	assert.Equal(t, &limit.Error{Most: largest}, err)
}

// What is no file of constants is rejected for what it is.
func TestReadOtherFiles(t *testing.T) {
	for file, want := range map[string]error{
		"":                                 note.NewError("constants.empty"),
		"{\"constants\":":                  note.NewError("constants.json-ends"),
		"[1]":                              note.NewError("constants.not-an-object", "array"),
		`{"factors":[]}`:                   note.NewError("constants.older-form", "factors"),
		`{"constants":[{"when":{}}]}`:      note.NewError("constants.older-form", "when"),
		`{"constants":[{"nmae":"speed"}]}`: note.NewError("constants.unknown-field", "nmae"),
		`{"constants":[]} {}`:              note.NewError("constants.text-after"),
		`{"constants":[` + wholeEntry + `],` + oneBand + `,"source":"a","source":"b"}`:              note.NewError("json.key-twice", "source"),
		`{"constants":[` + wholeEntry + `],"bands":[{"match":{"arch":"Hopper"},"low":2,"high":3}]}`: note.NewError("constants.bad-band", &Match{Arch: "Hopper"}, 2.0, 3.0, 1e-6, 1e6),
	} {
		_, err := Read(strings.NewReader(file), fields)
		assert.Equal(t, want, err, file)
	}
	var wrong *json.UnmarshalTypeError
	_, err := Read(strings.NewReader(`{"constants":[{"value":"fast"}]}`), fields)
	require.ErrorAs(t, err, &wrong)
}

// What is inherited stands with the last entry that holds wherever an entry does.
func TestUnfitted(t *testing.T) {
	prior := 0.7
	f := &File{Entries: []Entry{
		{Name: "speed", Value: 1, Prior: &prior, Fitted: true, Error: 0.1},
		{Name: "speed", When: Match{Arch: "Hopper"}, Value: 1.2, Fitted: true},
		{Name: "speed", When: Match{Stack: "a"}, Value: 1.3},
		{Name: "gap", When: Match{Arch: "Hopper", Stack: "a"}, Value: 5},
		{Name: "speed", When: Match{Arch: "Hopper", Stack: "a"}, Value: 1.4, Fitted: true},
	}}
	for i, want := range []int{-1, 0, 0, -1, 2} {
		assert.Equal(t, want, f.Parent(i), i)
	}
	u := f.Unfitted()
	for i, want := range []float64{0.7, 0.7, 1.3, 5, 1.3} {
		assert.Equal(t, want, u.Entries[i].Value, i)
	}
	assert.Zero(t, u.Entries[0].Error)
	assert.Equal(t, 1.4, f.Entries[4].Value, "the file itself stays")
}

func TestBandOf(t *testing.T) {
	b := BandFor{Band: Band{0.9, 1.1}, Unmeasured: Band{0.8, 1.25}, Devices: []string{"a"}, Archs: []string{"X"}}
	for _, c := range []struct {
		device, arch string
		want         Band
		measured     bool
	}{
		{"a", "X", Band{0.9, 1.1}, true},
		{"b", "X", Band{0.8, 1.25}, false},
		{"c", "Y", Band{math.Pow(0.8, math.Sqrt2), math.Pow(1.25, math.Sqrt2)}, false},
	} {
		got, measured := b.Of(&hardware.Device{ID: c.device, Arch: c.arch})
		assert.Equal(t, c.want, got, c.device)
		assert.Equal(t, c.measured, measured, c.device)
	}
}

// A band that tells no devices apart holds for all.
func TestBandOfAllDevices(t *testing.T) {
	b := BandFor{Band: Band{0.9, 1.1}}
	got, measured := b.Of(&hardware.Device{ID: "a", Arch: "X"})
	assert.Equal(t, Band{0.9, 1.1}, got)
	assert.False(t, measured)
}

// The keys of measured plans are the file's own, else those that are known.
func TestKeyed(t *testing.T) {
	f := &File{Bands: []BandFor{{Band: Band{1, 1}, Plans: []string{"c", "a", "b"}}}, PlanKeys: map[string]uint32{"a": 7, "b": 5}}
	require.NoError(t, f.Keyed(map[string]uint32{"a": 1, "c": 5}))
	assert.Equal(t, []uint32{5, 7}, f.Bands[0].Keys)
	assert.Equal(t, note.NewError("constants.no-plan-key", &Match{}, "c"), f.Keyed(nil))
}

// A written file is read back, with units and bounds where a constant is set for
// all, and a copy shares nothing with it.
func TestWrite(t *testing.T) {
	half := 0.5
	f := &File{Source: "s", Date: "2026-01-02", Inferred: 1.1, Measured: []string{"x"}, PlanKeys: map[string]uint32{"p": 1},
		Entries: []Entry{{Name: "speed", Value: 1, Prior: &half, Fitted: true, Error: 0.1}, {Name: "speed", When: Match{Arch: "Hopper"}, Value: 1.5, Origin: "a < b"}},
		Bands:   []BandFor{{Band: Band{0.9, 1.1}, Measured: &Band{0.95, 1.05}, Plans: []string{"p"}, LeftOut: map[string]float64{"shape": 0.1}, Devices: []string{"a"}, Unmeasured: Band{0.8, 1.2}}}}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b, fields))
	assert.Contains(t, b.String(), "\"unit\": \"share\",\n   \"low\": 0.1,\n   \"high\": 2,")
	assert.Contains(t, b.String(), `"origin": "a < b"`)
	got, err := Read(&b, fields)
	require.NoError(t, err)
	assert.Equal(t, &Definition{"share", 0.1, 2}, got.Entries[0].Definition)
	assert.Nil(t, got.Entries[1].Definition)
	got.Entries[0].Definition = nil
	assert.Equal(t, f, got)
	c := f.Clone()
	c.Entries[0].Value, c.Bands[0].Plans[0], c.Bands[0].LeftOut["shape"], c.Bands[0].Measured.Low, c.PlanKeys["p"] = 9, "q", 9, 9, 9
	assert.Equal(t, f, got)
}

// Well below the upper bound a product is kept as it is, and it never passes it.
func TestBound(t *testing.T) {
	c := Constant{Low: 0.5, High: 2}
	assert.Equal(t, 0.5, c.Bound(0.1))
	assert.InEpsilon(t, 1, c.Bound(1), 0.001)
	assert.InEpsilon(t, 2/math.Pow(2, 1./8), c.Bound(2), 1e-12)
	assert.Less(t, c.Bound(100), 2.0)
}
