package hardware

import (
	"strings"
	"time"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Price is a price per device and hour, at a date: prices age.
type Price struct {
	PerHour quantity.USD
	Date    string // "2026-11-09"
	Source  string

	Kind     PriceKind
	Provider string // "aws"; "" where the row of a device gives the price
	Instance string // "p5.48xlarge"; "" where single devices are rented
	Region   string // "us-east-1"; "" where the provider names none

	// Providers is how many providers' prices it is the lower median of; 0
	// where it was not chosen among several.
	Providers int
	// Days is its age when it was chosen; 0 where no day was given.
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

// String is the kind as tables spell it: "on-demand".
func (k PriceKind) String() string { return priceKindNames[min(k, numPriceKinds-1)] }

// ParsePriceKind parses on-demand, reserved-1y, reserved-3y and spot; reserved
// is reserved for a year.
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

// aged is the price with its age on a day.
func (p Price) aged(today time.Time) *Price {
	if day, err := time.Parse(time.DateOnly, p.Date); err == nil && !today.IsZero() {
		p.Days = max(0, int(today.Sub(day).Hours()/24))
	}
	return &p
}

// monthsFrom is the age in days from which months tell it better.
const monthsFrom = 60

// Age says how old the price is, in days or months; nothing where it is not
// known.
func (p *Price) Age() any {
	switch {
	case p.Days >= monthsFrom:
		return note.New("price.months", "", p.Days*12/365)
	case p.Days > 0:
		return note.New("price.days", "", p.Days)
	}
	return note.Word("")
}

// Note says what the price is, of whom, and how old it is.
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
