// Package efficiency holds the one form of fitted constants and of their bands,
// which training and serving share: what a constant is, where an entry of a file
// holds, and how a file is read, checked and written. Which constants there are
// and what they do is defined by the timers that read them.
package efficiency

import "math"

// Constant describes one constant: its name in a file, its unit and meaning, and
// the bounds that a fit keeps.
type Constant struct {
	Name, Unit, Doc string
	Low, High       float64
	// Base is the value before any measurement of a constant that factors
	// multiply; 0 for one that entries set.
	Base float64
	// Spread is how far, in its unit, the constant of one device or stack
	// typically lies from that of its kin: what a fit takes a departure from
	// an inherited value to be measured in.
	Spread float64
}

// Bound limits a product of factors to the constant's bounds. It
// approaches the upper one smoothly, so that a fit keeps a slope:
//
//	v / (1 + (v / high)⁸)^⅛
func (f *Constant) Bound(v float64) float64 {
	r := v / f.High
	r *= r
	r *= r
	return math.Max(f.Low, v/math.Sqrt(math.Sqrt(math.Sqrt(1+r*r))))
}

// Entry is one constant where its Match holds. Of entries that set a constant
// the last one that holds wins. Of constants that have a base, all entries that
// hold count: the one that holds everywhere gives the value and the others
// multiply it.
type Entry struct {
	Name string `json:"name"`
	// Definition stands with the entry that holds everywhere.
	*Definition
	When  Match   `json:"match"`
	Value float64 `json:"value"`
	// Power names a quantity of the device that the factor is raised to.
	Power string `json:"power,omitempty"`
	// Prior is what a fit takes the constant for before it sees a measurement,
	// where that is not the value that the entry would inherit.
	Prior *float64 `json:"prior,omitempty"`
	// Fitted says that measurements decide the value; the others are facts or
	// assumptions.
	Fitted bool `json:"fitted,omitempty"`
	// Error is the standard error of a fitted value, as a share of it.
	Error float64 `json:"error,omitempty"`
	// Origin says what the value rests on, if not on what the file does, and
	// Date when it was fitted.
	Origin string `json:"origin,omitempty"`
	Date   string `json:"date,omitempty"`
}

// Definition repeats a constant's unit and bounds in a file, for its readers.
type Definition struct {
	Unit string  `json:"unit"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}
