package hardware

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFindRegion(t *testing.T) {
	for _, c := range []struct {
		name, id string
		grams    float64
	}{
		// Source: Ember 2024, via thegreenwebfoundation/co2.js@27cbe83.
		{"world", "world", 472.94}, {"USA", "us", 383.55}, {"Germany", "de", 342.06}, {"se", "se", 35.89},
		// Source: GoogleCloudPlatform/region-carbon-info@49f3f26 data/yearly/2024.csv.
		{"us-central1", "us-central1", 412.72}, {"europe-west9", "europe-west9", 16.30},
		// Source: Electricity Maps 2025, zone US-MIDA-PJM.
		{"us-east-1", "us-east-1", 418}, {"eastus", "eastus", 418},
	} {
		r, err := FindRegion(c.name)
		require.NoError(t, err, c.name)
		assert.Equal(t, c.id, r.ID)
		assert.InDelta(t, c.grams, r.GramsPerKWh, 1e-9, c.name)
	}
	_, err := FindRegion("atlantis")
	assert.Error(t, err)
}

func TestRegionTable(t *testing.T) {
	assert.Greater(t, len(Regions()), 100)
	for _, id := range Regions() {
		r := regions()[id]
		assert.NotEmpty(t, r.Source, id)
		assert.Less(t, r.GramsPerKWh, 1000., id)
		if r.Country != "" {
			assert.Contains(t, regions(), r.Country, id)
		}
	}
}

func TestRegionHolds(t *testing.T) {
	us, east := regions()["us"], regions()["us-east-1"]
	assert.True(t, us.Holds("us-east-1"))
	assert.True(t, us.Holds("us-central1"))
	assert.False(t, us.Holds("europe-west4"))
	assert.True(t, east.Holds("us-east-1"))
	assert.False(t, east.Holds("us-east1"))
	assert.True(t, regions()[World].Holds("europe-west4"))
}
