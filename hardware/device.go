// Package hardware holds what a machine is: devices with their memory, rates
// and links, clusters of them, and an embedded catalogue in which every row
// names its sources.
//
// All figures are dense (no structured sparsity), per device, and per
// direction where a link has two. A zero means "not supported or not known",
// never a rate of zero.
package hardware

import (
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Device is one accelerator, as a training or serving program sees it: one
// GPU, one TPU chip, one socket of a CPU.
type Device struct {
	ID      string   // lower case with dashes: "h100-sxm5-80gb"
	Name    string   // for people: "H100 SXM5 80GB"
	Vendor  string   // "NVIDIA"
	Arch    string   // "Hopper GH100"
	Aliases []string // what people type: "h100"
	Year    int      // first shipped
	Kind    Kind

	Memory       quantity.Bytes     // usable by one process
	MemoryLabel  string             // as sold: "80 GB"
	Unified      bool               // the memory is shared with the host's processor
	MemBandwidth quantity.Bandwidth // peak, of the memory

	Rates [NumDTypes]Rate // by DType; see [Device.Rate]
	Power quantity.Watts  // board or chip limit; 0: not published

	ScaleUp        Link               // between devices of one domain
	HostLink       Link               // between device and host, per device
	ScaleOut       quantity.Bandwidth // usual network between nodes, per device and direction; 0: not known
	DevicesPerNode int                // usual node
	Torus          *Torus             // nil: the scale-up link is switched, a mesh, or none

	Price *Price // nil: no price known

	Sources    []string // where the figures come from; never empty
	Confidence string   // "high", "medium" or "low"
	Note       string   // what to know about the row
	Derived    []string // columns computed from other figures
	Unsourced  []string // columns that no source of the row backs
}

// Rate is a compute rate for one number format.
type Rate struct {
	Peak quantity.FLOPRate // dense, by the vendor; 0: not supported or not published

	// Achievable is the best measured rate of a large matrix product; 0: not
	// measured. It may exceed Peak where a card boosts above its reference
	// clock or accumulates in fewer bits: AchievableSource says so.
	Achievable       quantity.FLOPRate
	AchievableSource string
}

// Link is a connection of a device.
type Link struct {
	Name      string             // "NVLink4", "PCIe 5.0 x16"; "" or "none": there is none
	Bandwidth quantity.Bandwidth // per device and direction; 0: none or not known
	Domain    int                // devices that share it; 1: none
	Source    string             // where the bandwidth comes from
}

// String returns the ID.
func (d *Device) String() string { return d.ID }

// Supports reports whether the device has a known rate for t.
func (d *Device) Supports(t DType) bool { return t < NumDTypes && d.Rates[t].Peak > 0 }

// Supported returns the formats with a known rate.
func (d *Device) Supported() []DType {
	var list []DType
	for t := range NumDTypes {
		if d.Supports(t) {
			list = append(list, t)
		}
	}
	return list
}

// Rate returns the compute rate for t, whose Peak is above zero. A format
// without a known rate is an [*UnsupportedError]: the rate is never zero or
// guessed.
func (d *Device) Rate(t DType) (Rate, error) {
	if !d.Supports(t) {
		return Rate{}, &UnsupportedError{Device: d, DType: t}
	}
	return d.Rates[t], nil
}

// UnsupportedError says that a device has no known rate for a number format.
type UnsupportedError struct {
	Device *Device
	DType  DType
}

// Code says whether the device has a rate for other formats.
func (e *UnsupportedError) Code() string {
	if len(e.Device.Supported()) == 0 {
		return "device.no-rate-at-all"
	}
	return "device.no-rate-for-format"
}

// Args are the device, the format, and the formats that have a rate.
func (e *UnsupportedError) Args() []any {
	var names note.Choice
	for _, t := range e.Device.Supported() {
		names = append(names, t.String())
	}
	if len(names) == 0 {
		return []any{e.Device.ID, e.DType}
	}
	return []any{e.Device.ID, e.DType, names}
}

// Error names the device, the format, and the formats that have a rate.
func (e *UnsupportedError) Error() string { return note.NewError(e.Code(), e.Args()...).Error() }
