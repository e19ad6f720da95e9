package hardware

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"mlsizer/sizing/note"
)

//go:embed regions.csv
var regionsCSV []byte

// Region is a country or a region of a cloud, with what its grid emits.
type Region struct {
	ID      string // "us", "us-east-1"
	Country string // "us"; "" of the world
	// GramsPerKWh is the CO2 of the mean kWh of a year, in grams, by where it
	// is made and not by what a company buys.
	GramsPerKWh float64
	Year        int
	Source      string
	aliases     []string
}

// World is the id of the mean of all grids.
const World = "world"

// regionCells is the schema of regions.csv.
func regionCells() []cell[Region] {
	return []cell[Region]{
		textCell("id", true, func(r *Region) *string { return &r.ID }),
		{"aliases", false, func(r *Region, v string) error { r.aliases = strings.Fields(v); return nil }},
		textCell("country", false, func(r *Region) *string { return &r.Country }),
		numberCell("g_co2_per_kwh", true, 1, func(r *Region) *float64 { return &r.GramsPerKWh }),
		wholeCell("year", true, 2000, 2100, func(r *Region) *int { return &r.Year }),
		textCell("source", true, func(r *Region) *string { return &r.Source }),
	}
}

// regions are the regions by id and alias.
var regions = sync.OnceValue(func() map[string]*Region {
	list := mustTable(regionsCSV, "regions.csv", regionCells())
	byName := make(map[string]*Region, 2*len(list))
	for i := range list {
		r := &list[i]
		for _, name := range append([]string{r.ID}, r.aliases...) {
			byName[name] = r
		}
	}
	return byName
})

// Regions are the ids of the regions, in alphabetical order.
func Regions() []string {
	var ids []string
	for name, r := range regions() {
		if name == r.ID {
			ids = append(ids, name)
		}
	}
	slices.Sort(ids)
	return ids
}

// FindRegion is the region with an id or alias: a country by its name or two
// letters, or a region of AWS, Google Cloud or Azure.
func FindRegion(name string) (*Region, error) {
	if r, ok := regions()[normaliseName(name)]; ok {
		return r, nil
	}
	if len(name) > 60 {
		name = strings.ToValidUTF8(name[:60], "") + "…"
	}
	return nil, note.NewError("region.unknown", name)
}

// Holds reports whether a region of a cloud is this one, or lies in this country.
func (r *Region) Holds(cloudRegion string) bool {
	other := regions()[cloudRegion]
	return r.ID == World || r == other || cloudRegion == r.ID || r.ID == r.Country && other != nil && other.Country == r.Country
}

// countryOf is the country of a region, "" if it is not known.
func countryOf(region string) string {
	if r := regions()[region]; r != nil {
		return r.Country
	}
	return ""
}
