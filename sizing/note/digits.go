package note

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"mlsizer/sizing/quantity"
)

// Quantities that are said with other digits, or in another unit, than their
// types are printed with: those of a sum have digits enough to add up.
type (
	// Short is a number of four digits.
	Short float64
	// Rate is a number of four digits, and a whole one from ten thousand on.
	Rate float64
	// MiB is a size that another close to it is taken from: "23440.9375 MiB".
	MiB quantity.Bytes
	// GiB is a size that is given in GiB: "0.55 GiB".
	GiB quantity.Bytes
	// MB is a size of four digits: "1.049 MB".
	MB quantity.Bytes
	// GB is a size of four digits: "15.01 GB".
	GB quantity.Bytes
	// GBps is a bandwidth of four digits: "3350 GB/s".
	GBps quantity.Bandwidth
	// TFLOP is operations of four digits: "1.5 TFLOP".
	TFLOP quantity.FLOPs
	// TFLOPps is a rate of four digits: "989 TFLOP/s".
	TFLOPps quantity.FLOPRate
	// Change is a relative difference: "+4.9 %".
	Change float64
	// Price is dollars of four digits, also where they are cents: "$0.3012".
	Price quantity.USD
	// Quoted is a price with all the digits that it was given, and at least cents.
	Quoted quantity.USD
	// Percent is a share in percent: "52.8 %".
	Percent float64
)

func (v Short) String() string { return fmt.Sprintf("%.4g", float64(v)) }

func (v Rate) String() string {
	if v >= 1e4 {
		return fmt.Sprintf("%.0f", float64(v))
	}
	return Short(v).String()
}

func (v MiB) String() string {
	return strconv.FormatFloat(math.Round(float64(v)/(1<<20)*1e4)/1e4, 'f', -1, 64) + " MiB"
}

func (v GiB) String() string { return fmt.Sprintf("%g GiB", float64(v)/(1<<30)) }

func (v MB) String() string { return Short(v/1e6).String() + " MB" }

func (v GB) String() string { return Short(v/1e9).String() + " GB" }

func (v GBps) String() string { return Short(v/1e9).String() + " GB/s" }

func (v TFLOP) String() string { return Short(v/1e12).String() + " TFLOP" }

func (v TFLOPps) String() string { return Short(v/1e12).String() + " TFLOP/s" }

func (v Change) String() string { return fmt.Sprintf("%+.1f %%", 100*float64(v)) }

func (v Price) String() string { return "$" + Short(v).String() }

func (v Quoted) String() string {
	digits := strconv.FormatFloat(float64(v), 'f', -1, 64)
	if _, cents, _ := strings.Cut(digits, "."); len(cents) < 2 {
		digits = strconv.FormatFloat(float64(v), 'f', 2, 64)
	}
	return "$" + digits
}

func (v Percent) String() string { return fmt.Sprintf("%.1f %%", 100*float64(v)) }
