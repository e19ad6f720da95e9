package hardware

import (
	"strings"
	"time"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Price is a price per device-hour, with its date: prices age.
type Price struct {
	PerHour quantity.USD
	Date    string // "2026-11-09"
	Source  string

	Kind     PriceKind
	Provider string // "aws"; "" if the row of a device states the price
	Instance string // "p5.48xlarge"; "" for single devices
	Region   string // "us-east-1"; "" if the provider names none

	// Providers is the number of providers whose lower median it is; 0 if it
	// was not chosen among several.
	Providers int
	// Days is its age when it was chosen; 0 without a date.
	Days int
}

// PriceKind is how a device is rented.
type PriceKind uint8

// The kinds of prices.
const (
	OnDemand PriceKind = iota
	Reserved1Y
	Reserved3Y
	Spot
	numPriceKinds
)

var priceKindNames = [numPriceKinds]string{"on-demand", "reserved-1y", "reserved-3y", "spot"}

// String returns the kind's name: "on-demand".
func (k PriceKind) String() string { return priceKindNames[min(k, numPriceKinds-1)] }

// ParsePriceKind parses on-demand, reserved-1y, reserved-3y and spot; reserved
// is reserved-1y.
func ParsePriceKind(s string) (PriceKind, error) {
	name := strings.ToLower(strings.TrimSpace(s))
	if name == "reserved" {
		return Reserved1Y, nil
	}
	for k, n := range priceKindNames {
		if n == name {
			return PriceKind(k), nil
		}
	}
	return 0, note.NewError("price.unknown-kind", s, append([]string{"reserved"}, priceKindNames[:]...))
}

// aged returns the price with its age on a day.
func (p Price) aged(today time.Time) *Price {
	if day, err := time.Parse(time.DateOnly, p.Date); err == nil && !today.IsZero() {
		p.Days = max(0, int(today.Sub(day).Hours()/24))
	}
	return &p
}

// monthsFrom is the age in days from which ages are stated in months.
const monthsFrom = 60

// Age returns the age of the price, in days or months; nil if unknown.
func (p *Price) Age() any {
	switch {
	case p.Days >= monthsFrom:
		return note.New("price.months", "", p.Days*12/365)
	case p.Days > 0:
		return note.New("price.days", "", p.Days)
	}
	return note.Word("")
}

// Note says what the price is, whose, and how old.
func (p *Price) Note() note.Note {
	if p.Provider == "" {
		return note.New("price.listed", p.Source, p.PerHour, p.Date)
	}
	median := any(note.Word(""))
	if p.Providers > 1 {
		median = note.New("price.median", "", p.Providers)
	}
	return note.New("price.chosen", p.Source, p.PerHour, note.Word(p.Kind.String()), p.Provider, p.Date, p.Age(), median)
}
