package hardware

import "strings"

// desktopLines are the prefixes of the names of graphics cards for desktops and
// workstations; data-centre cards have other names.
var desktopLines = []string{"GeForce ", "RTX ", "Radeon ", "Arc "}

// Desktop reports whether the device stands on a desk and not in a data centre:
// a card of a desktop line, a processor without an accelerator, or a machine
// that shares its memory with one.
func (d *Device) Desktop() bool {
	switch d.Kind {
	case CPU, Edge, Phone:
		return true
	case GPU:
		for _, line := range desktopLines {
			if strings.HasPrefix(d.Name, line) {
				return true
			}
		}
	}
	return false
}
