package hardware

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"

	"mlsizer/sizing/quantity"
)

// addRates sets the measured rates of matrix products: for each device and
// format the best figure that was published, with the shape of the product,
// the software, and the source.
func (c *Catalog) addRates(data []byte) error {
	cr := csv.NewReader(bytes.NewReader(data))
	rows, err := cr.ReadAll()
	if err != nil {
		return csvError("rates.csv", err)
	}
	for i, row := range rows[1:] {
		fail := func(err error) error { return &FileError{"rates.csv", i + 2, 1, err} }
		d, err := c.Find(row[0])
		if err != nil {
			return fail(err)
		}
		t, err := ParseDType(row[1])
		if err != nil {
			return fail(err)
		}
		v, err := strconv.ParseFloat(row[2], 64)
		switch {
		case err != nil || !(v > 0):
			return fail(fmt.Errorf("%q: not a rate above zero", row[2]))
		case d.Rates[t].Peak == 0:
			return fail(fmt.Errorf("%q has no peak for %v", d.ID, t))
		case row[5] == "":
			return fail(fmt.Errorf("%q: no source", d.ID))
		}
		r := &d.Rates[t]
		r.Achievable = quantity.FLOPRate(v * 1e12)
		r.AchievableSource = row[5] + " (" + row[4]
		if row[3] != "" {
			r.AchievableSource += ", " + row[3]
		}
		if row[6] != "" {
			r.AchievableSource += "; " + row[6]
		}
		r.AchievableSource += ")"
	}
	return nil
}
