package hardware

import (
	"bytes"
	_ "embed"
	"io"
	"slices"
	"strings"
	"sync"

	"mlsizer/sizing/note"
)

//go:embed devices.csv
var devicesCSV []byte

//go:embed rates.csv
var ratesCSV []byte

// Catalog is a list of devices by name. It does not change.
type Catalog struct {
	devices []*Device
	byName  map[string]*Device // ids and aliases, normalised
	prices  []listedPrice
	choice  PriceChoice
}

// unpriced parses the embedded devices once.
var unpriced = sync.OnceValues(func() (*Catalog, error) {
	c, err := (&Catalog{}).extend(bytes.NewReader(devicesCSV), "devices.csv")
	if err == nil {
		err = c.addRates(ratesCSV)
	}
	return c, err
})

// loadDefault parses the embedded catalogue once, on first use.
var loadDefault = sync.OnceValue(func() *Catalog {
	prices := embeddedPrices()
	c, _ := unpriced() // the error was reported before
	c.prices = prices
	return c.Priced(PriceChoice{})
})

// Default is the embedded catalogue.
func Default() *Catalog { return loadDefault() }

// All returns every device, in the order of the file.
func (c *Catalog) All() []*Device { return slices.Clone(c.devices) }

// Find returns the device with an id or alias. Case does not matter, and '_'
// and ' ' are '-'. An unknown name is a [*NotFoundError].
func (c *Catalog) Find(name string) (*Device, error) {
	if d, ok := c.byName[normaliseName(name)]; ok {
		return d, nil
	}
	return nil, &NotFoundError{Name: name, Suggestions: c.suggestions(name)}
}

// NotFoundError says that no device has a name.
type NotFoundError struct {
	Name        string
	Suggestions []string // up to three similar names; may be empty
}

// Code says whether there are similar names.
func (e *NotFoundError) Code() string {
	if len(e.Suggestions) == 0 {
		return "device.unknown"
	}
	return "device.unknown-but-near"
}

// Args are the name, cut after 60 bytes, and the nearest names.
func (e *NotFoundError) Args() []any {
	name := e.Name
	if len(name) > 60 {
		name = strings.ToValidUTF8(name[:60], "") + "…"
	}
	if len(e.Suggestions) == 0 {
		return []any{name}
	}
	return []any{name, e.Suggestions}
}

// Error names the nearest names.
func (e *NotFoundError) Error() string { return note.NewError(e.Code(), e.Args()...).Error() }

// Extend returns the catalogue with the devices of a user's file added: CSV
// with a header, or JSON (an array of objects), in the schema of the embedded
// catalogue:
//
//	id, name, kind, memory_gib, memory_gb_per_s, sources   required
//	bf16_tflops, fp16_tflops, fp8_tflops, int8_tops, …     at least one: dense peaks
//	aliases (divided by spaces), vendor, arch, year, memory_label, unified,
//	power_w, link, link_gb_per_s, link_domain, torus_max, torus_link_gb_per_s,
//	host_link, host_gb_per_s, network_gbit_per_s, devices_per_node,
//	usd_per_hour, price_date, price_source, confidence, derived, unsourced, note
//
// Bandwidths are per device and direction, memory is what one process may
// use, sources are divided by " | ". Unknown columns, blank required fields,
// figures that are not above zero, and names that are taken already are a
// [*FileError] with line and column; name is the file's name in it.
func (c *Catalog) Extend(r io.Reader, name string) (*Catalog, error) { return c.extend(r, name) }

func (c *Catalog) extend(r io.Reader, name string) (*Catalog, error) {
	list, err := readFile(r, name)
	if err != nil {
		return nil, err
	}
	n := &Catalog{
		devices: slices.Grow(slices.Clone(c.devices), len(list)),
		byName:  make(map[string]*Device, len(c.byName)+4*len(list)),
		prices:  c.prices,
		choice:  c.choice,
	}
	for k, d := range c.byName {
		n.byName[k] = d
	}
	for _, e := range list {
		n.devices = append(n.devices, e.device)
		for i, k := range append([]string{e.device.ID}, e.device.Aliases...) {
			if other, taken := n.byName[k]; taken {
				err := note.NewError("device.id-taken", k, other.ID)
				if i > 0 {
					err = note.NewError("device.alias-taken", k, other.ID)
				}
				return nil, &FileError{name, e.at.line, e.at.column, err}
			}
			n.byName[k] = e.device
		}
	}
	return n, nil
}
