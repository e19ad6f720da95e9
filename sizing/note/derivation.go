package note

import (
	"encoding/json"
	"math"
	"reflect"

	"mlsizer/sizing/quantity"
)

// Derivation is one line of an explanation: a term, its formula, the numbers put
// into it, its value, and where it comes from.
type Derivation struct {
	Group string `json:"group"` // "memory", "compute", "time", "storage", "cost"
	Name  string `json:"name"`
	// Rule names the formula, Inputs are its numbers in the order of the formula,
	// and Result is its value.
	Rule   string `json:"-"`
	Inputs Inputs `json:"inputs,omitempty"`
	Result any    `json:"-"`
	// Formula, Numbers and Value are the same in words.
	Formula string `json:"formula"`
	Numbers string `json:"numbers"`
	Value   string `json:"value"`
	Source  string `json:"source,omitempty"`
}

// Input is a number of a formula by its name. Value is a quantity, a number, or
// a name where the formula takes one.
type Input struct {
	Name  string
	Value any
}

// In returns an input.
func In(name string, value any) Input { return Input{name, value} }

// Fine is a time that is said with digits enough to add up, which minutes and
// hours are not printed with.
type Fine quantity.Seconds

// String is "82.41 s" also beyond a minute.
func (f Fine) String() string { return InSeconds(float64(f)) }

// unit is the base unit that a value is in, "" for a number without one.
func unit(value any) string {
	switch value.(type) {
	case quantity.Bytes, MiB, GiB, MB, GB:
		return "bytes"
	case quantity.FLOPs, TFLOP:
		return "flops"
	case quantity.FLOPRate, TFLOPps:
		return "flops_per_second"
	case quantity.Bandwidth, GBps:
		return "bytes_per_second"
	case quantity.Seconds, Fine:
		return "seconds"
	case quantity.USD, Price, Quoted:
		return "usd"
	case quantity.KWh:
		return "kwh"
	case quantity.Kilograms:
		return "kilograms"
	case quantity.Watts:
		return "watts"
	case Decimal:
		return "bytes"
	}
	return ""
}

// MarshalJSON writes the number in its base unit, null for one that JSON has no
// number for, and a word by its name.
func (i Input) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Name  string `json:"name"`
		Value any    `json:"value"`
		Unit  string `json:"unit,omitempty"`
	}{i.Name, plain(i.Value), unit(i.Value)})
}

// plain is a value as JSON has it.
func plain(value any) any {
	if w, ok := value.(Word); ok {
		return w.Name()
	}
	switch v := reflect.ValueOf(value); {
	case v.CanFloat() && (math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0)):
		return nil
	case v.CanFloat():
		return v.Float()
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return v.Uint()
	}
	return value
}
