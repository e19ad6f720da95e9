package efficiency

import (
	"maps"
	"math"
	"slices"

	"mlsizer/hardware"
	"mlsizer/sizing/note"
)

// Band is the 80 % band of the ratio of a measured value to an estimate.
type Band struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// widest bounds the ends of bands and the factors of constants.
const widest = 1e6

// BandFor is a band where its Match holds. Later ones win.
type BandFor struct {
	When Match `json:"match"`
	Band       // on the devices that the measurements ran on
	// Unmeasured is the band on any other device of their architectures, Archs.
	Unmeasured Band     `json:"elsewhere,omitzero"`
	Devices    []string `json:"devices,omitempty"`
	Archs      []string `json:"archs,omitempty"`
	// OtherShape is the band of models of other shapes (layers and their width,
	// 24x2048) than the measured ones, OtherFamily that of models of other
	// families. The family of a model that is in no catalogue is its shape.
	OtherShape  Band     `json:"other_shape,omitzero"`
	OtherFamily Band     `json:"other_family,omitzero"`
	Shapes      []string `json:"shapes,omitempty"`
	Families    []string `json:"families,omitempty"`
	// Measured is the band of what was measured itself: of the plans, on those
	// devices, of the rows whose ids are in Plans. Rows of one plan are named by
	// the first.
	Measured *Band    `json:"measured,omitempty"`
	Plans    []string `json:"plans,omitempty"`
	// Keys are the plans' hashes in order, which a plan is looked up in.
	Keys []uint32 `json:"-"`
	// Rows is how many measurements, left out of the fit in groups, it rests
	// on, LeftOut how far off these were on the mean by what they shared, and
	// Coverage the share of them inside bands that others made.
	Rows     int                `json:"rows,omitempty"`
	LeftOut  map[string]float64 `json:"left_out_mape,omitempty"`
	Coverage float64            `json:"coverage80_cross_fitted,omitempty"`
	// Covered is the share of left-out measurements inside the bands that the
	// remaining ones give them, by what they shared.
	Covered map[string]float64 `json:"coverage80_left_out,omitempty"`
}

// Of returns the band on a device, and whether measurements ran on it. On an
// unmeasured architecture the log-width of the band is √2 times that of an
// unmeasured device of a measured architecture (two independent errors).
func (b *BandFor) Of(d *hardware.Device) (Band, bool) {
	switch {
	case slices.Contains(b.Devices, d.ID):
		return b.Band, true
	case b.Unmeasured == (Band{}): // one band for all devices
		return b.Band, false
	case slices.Contains(b.Archs, d.Arch):
		return b.Unmeasured, false
	}
	return Band{math.Pow(b.Unmeasured.Low, math.Sqrt2), math.Pow(b.Unmeasured.High, math.Sqrt2)}, false
}

// Near returns the band of a model on a device, as [BandFor.Of] does, that of
// other shapes if the model has none of the measured ones, and that of other
// families if it is of none of these.
func (b *BandFor) Near(d *hardware.Device, family, shape string) (Band, bool) {
	band, measured := b.Of(d)
	switch {
	case slices.Contains(b.Shapes, shape):
		return band, measured
	case !slices.Contains(b.Families, family):
		return band.covering(b.OtherFamily), measured
	}
	return band.covering(b.OtherShape), measured
}

// covering returns the band that covers both; a zero one covers nothing.
func (b Band) covering(o Band) Band {
	if o == (Band{}) {
		return b
	}
	return Band{min(b.Low, o.Low), max(b.High, o.High)}
}

// check rejects what is no range around 1.
func (b *BandFor) check() error {
	bands := []Band{b.Band}
	if b.Unmeasured != (Band{}) || len(b.Devices) > 0 {
		bands = append(bands, b.Unmeasured)
	}
	if b.Measured != nil {
		bands = append(bands, *b.Measured)
	}
	for _, other := range []Band{b.OtherShape, b.OtherFamily} {
		if other != (Band{}) {
			bands = append(bands, other)
		}
	}
	for _, r := range bands {
		if !(r.Low >= 1/widest && r.Low <= 1 && r.High >= 1 && r.High <= widest) {
			return note.NewError("constants.bad-band", &b.When, r.Low, r.High, 1/widest, widest)
		}
	}
	return nil
}

// clone returns a copy that shares nothing with b.
func (b *BandFor) clone() BandFor {
	c := *b
	c.Devices, c.Archs = slices.Clone(b.Devices), slices.Clone(b.Archs)
	c.Plans, c.Keys = slices.Clone(b.Plans), slices.Clone(b.Keys)
	c.Shapes, c.Families = slices.Clone(b.Shapes), slices.Clone(b.Families)
	c.LeftOut, c.Covered = maps.Clone(b.LeftOut), maps.Clone(b.Covered)
	if b.Measured != nil {
		measured := *b.Measured
		c.Measured = &measured
	}
	return c
}
