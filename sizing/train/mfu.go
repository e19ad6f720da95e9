package train

import (
	"fmt"
	"strings"

	"mlsizer/sizing/quantity"
)

// Convention says which FLOPs a utilisation counts. Published figures differ by
// it: for Llama 3 8B at a sequence length of 8,192 the same step has an MFU one
// eighth higher by palm than by megatron's causal count.
//
// The zero value is Megatron: it counts no more than the devices execute, so
// that the MFU never exceeds the HFU. The MFU by PaLM may exceed it where
// masked attention is skipped.
type Convention uint8

// The conventions, as [Compute] counts them.
const (
	Megatron      Convention = iota // products, and the causal half of attention
	PaLM                            // 6N and full attention (arXiv:2204.02311 appendix B)
	SixND                           // 6N alone (arXiv:2001.08361 section 2.1)
	HardwareFLOPs                   // what is executed, recompute included: HFU
	numConventions
)

var conventionNames = [numConventions]string{"megatron", "palm", "6nd", "hardware"}

// String returns the convention's name.
func (c Convention) String() string {
	if c < numConventions {
		return conventionNames[c]
	}
	return fmt.Sprintf("Convention(%d)", uint8(c))
}

// MarshalText writes the convention's name.
func (c Convention) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// ParseConvention reads a convention's name; "hfu" is hardware, "6n" is 6nd.
func ParseConvention(s string) (Convention, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "hfu":
		return HardwareFLOPs, nil
	case "6n":
		return SixND, nil
	}
	return quantity.ByName(s, "MFU convention", numConventions, Convention.String)
}

// Conventions lists them all, the default first.
func Conventions() []Convention { return []Convention{Megatron, PaLM, SixND, HardwareFLOPs} }

// By returns the FLOPs that a convention counts.
func (c *Compute) By(convention Convention) quantity.FLOPs {
	switch convention {
	case Megatron:
		return c.Megatron
	case SixND:
		return c.SixND
	case HardwareFLOPs:
		return c.Hardware
	}
	return c.Model
}

// Utilisation returns the FLOPs of a convention as a share of the devices'
// peak: the MFU by that convention, or the HFU.
//
//	utilisation = FLOPs of a step by the convention / (step x devices x peak)
func (e *Estimate) Utilisation(c Convention) float64 {
	if e.Compute.Model == 0 {
		return 0
	}
	return e.Time.MFUPaLM * float64(e.Compute.By(c)/e.Compute.Model)
}
