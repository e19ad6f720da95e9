package hardware

import (
	"cmp"
	_ "embed"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

//go:embed prices.csv
var pricesCSV []byte

// listedPrice is a row of a list of prices.
type listedPrice struct {
	Price
	device  string
	devices int  // of the instance
	own     bool // of the user's file
}

// priceCells is the schema of prices.csv and of a user's own prices. Devices are
// ids or aliases of the catalogue.
func priceCells(c *Catalog) []cell[listedPrice] {
	type row = listedPrice
	return []cell[row]{
		{"device", true, func(r *row, v string) error {
			d, err := c.Find(v)
			if err == nil {
				r.device = d.ID
			}
			return err
		}},
		{"provider", true, func(r *row, v string) error { r.Provider = normaliseName(v); return nil }},
		{"instance", false, func(r *row, v string) error { r.Instance = normaliseName(v); return nil }},
		wholeCell("devices", false, 1, MaxDevices, func(r *row) *int { return &r.devices }),
		{"region", false, func(r *row, v string) error { r.Region = normaliseName(v); return nil }},
		{"kind", true, func(r *row, v string) (err error) { r.Kind, err = ParsePriceKind(v); return err }},
		numberCell("usd_per_device_hour", true, 1, func(r *row) *quantity.USD { return &r.PerHour }),
		{"date", true, func(r *row, v string) error {
			if _, err := time.Parse(time.DateOnly, v); err != nil {
				return note.NewError("price.bad-date", v)
			}
			r.Date = v
			return nil
		}},
		textCell("source", true, func(r *row) *string { return &r.Source }),
	}
}

// embeddedPrices are the prices of the catalogue.
var embeddedPrices = sync.OnceValue(func() []listedPrice {
	c, err := unpriced()
	if err != nil {
		panic("hardware: embedded catalogue: " + err.Error()) // a test reads every row
	}
	return mustTable(pricesCSV, "prices.csv", priceCells(c))
})

// WithPrices is the catalogue with the prices of a user's file, CSV with the
// header
//
//	device, provider, kind, usd_per_device_hour, date, source   required
//	instance, devices, region
//
// For a device that has a price in the file which meets a [PriceChoice], those
// of the catalogue are passed over. What is wrong is a [*FileError] with line and
// column. The prices take effect with [Catalog.Priced].
func (c *Catalog) WithPrices(r io.Reader, name string) (*Catalog, error) {
	list, err := readTable(r, name, priceCells(c))
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].own = true
	}
	n := *c
	n.prices = append(list, c.prices...)
	return &n, nil
}

// Clouds are the providers of the prices, in alphabetical order.
func (c *Catalog) Clouds() []string {
	var list []string
	for i := range c.prices {
		list = append(list, c.prices[i].Provider)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// PricesOf are all prices of a device, in the order of the list.
func (c *Catalog) PricesOf(d *Device) []Price {
	var list []Price
	for i := range c.prices {
		if r := &c.prices[i]; r.device == d.ID {
			list = append(list, r.Price)
		}
	}
	return list
}

// PriceChoice says which of several prices a device has. The zero value is the
// default: on demand, in the home region, of any provider.
type PriceChoice struct {
	Kind   PriceKind
	Cloud  string    // "" is any
	Region *Region   // nil is the home region
	Today  time.Time // ages are counted to it; zero counts none
}

// homeCountry is the region whose prices are taken where none is asked for: most
// list prices are of it.
const homeCountry = "us"

// Priced is the catalogue whose devices have the prices of a choice: for each
// device the lower median of the newest price of each provider. A provider that
// names no region sells in all of them; without a region asked for, the prices of
// other regions count where the home region has none. A device whose own row
// gives a price keeps it.
func (c *Catalog) Priced(choice PriceChoice) *Catalog {
	n := *c
	n.choice = choice
	n.devices = make([]*Device, len(c.devices))
	n.byName = make(map[string]*Device, len(c.byName))
	for i, d := range c.devices {
		e := *d
		if e.Price == nil || e.Price.Provider != "" {
			e.Price = choice.of(c.prices, d.ID, nil)
		}
		n.devices[i] = &e
		for _, name := range append([]string{e.ID}, e.Aliases...) {
			n.byName[name] = &e
		}
	}
	return &n
}

// of is the price of a device, or of the device in an instance; nil if no price
// of the list meets the choice.
func (ch *PriceChoice) of(list []listedPrice, device string, in *Instance) *Price {
	var met []*listedPrice
	for i := range list {
		if r := &list[i]; r.device == device && ch.meets(r) && (in == nil || r.Provider == in.Cloud) {
			met = append(met, r)
		}
	}
	met = only(met, func(r *listedPrice) bool { return r.own })
	if in != nil {
		met = only(met, func(r *listedPrice) bool { return r.Instance == in.Name })
	}
	if ch.Region == nil {
		met = only(met, func(r *listedPrice) bool { return r.Region == "" || countryOf(r.Region) == homeCountry })
	}
	best := eachProviders(met)
	if len(best) == 0 {
		return nil
	}
	p := best[(len(best)-1)/2].Price
	p.Providers = len(best)
	return p.aged(ch.Today)
}

// meets reports whether a price is of the kind, the cloud and the region.
func (ch *PriceChoice) meets(r *listedPrice) bool {
	return r.Kind == ch.Kind && (ch.Cloud == "" || r.Provider == ch.Cloud) &&
		(ch.Region == nil || r.Region == "" || ch.Region.Holds(r.Region))
}

// only are the prices for which ok holds, all where it holds for none.
func only(list []*listedPrice, ok func(*listedPrice) bool) []*listedPrice {
	var some []*listedPrice
	for _, r := range list {
		if ok(r) {
			some = append(some, r)
		}
	}
	if len(some) == 0 {
		return list
	}
	return some
}

// eachProviders is the newest price of each provider, the lowest of several of a
// day, from the lowest to the highest; of equal prices the newest comes first.
func eachProviders(list []*listedPrice) []*listedPrice {
	of := map[string]*listedPrice{}
	for _, r := range list {
		if old := of[r.Provider]; old == nil || r.Date > old.Date || r.Date == old.Date && r.PerHour < old.PerHour {
			of[r.Provider] = r
		}
	}
	var best []*listedPrice
	for _, r := range of {
		best = append(best, r)
	}
	slices.SortFunc(best, func(a, b *listedPrice) int {
		return cmp.Or(cmp.Compare(a.PerHour, b.PerHour), strings.Compare(b.Date, a.Date), strings.Compare(a.Provider, b.Provider))
	})
	return best
}
