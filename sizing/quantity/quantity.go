// Package quantity holds the units that a size or cost estimate is made of:
// parameters, tokens, bytes, floating-point operations, rates, seconds,
// dollars and kilowatt-hours. Each is a type of its own, so that swapped
// arguments do not compile; each parses the spellings that people use and
// prints a form that parses again.
package quantity

// Params is a number of trainable parameters; always exact.
type Params int64

// Tokens is a number of training tokens (or, for models that do not read
// tokens, of samples).
type Tokens int64

// Bytes is an amount of memory or storage. It is a float64 that holds whole
// bytes exactly up to 2^53 (9 PB), so that shares of a byte count (a
// parameter's 12/d bytes of sharded state) need no rounding before the sum.
type Bytes float64

// Bandwidth is a transfer rate in bytes per second.
type Bandwidth float64

// FLOPs is a number of floating-point operations; a multiply-add counts as
// two. Training totals pass 2^64, hence float64.
type FLOPs float64

// FLOPRate is a compute rate in FLOP per second.
type FLOPRate float64

// Seconds is a duration in seconds.
type Seconds float64

// USD is an amount of money in United States dollars.
type USD float64

// KWh is an amount of energy in kilowatt-hours.
type KWh float64

// Kilograms is a mass in kilograms.
type Kilograms float64

// Watts is a power draw in watts.
type Watts float64
