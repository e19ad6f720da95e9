package hardware

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// column is one field of a device in a hardware file, in the catalogue's own
// units. Its set is called with text that is not empty.
type column struct {
	name     string
	required bool
	set      func(r *record, v string) error
}

// record is a device while it is read. What needs several columns is put
// together by finish.
type record struct {
	d        Device
	torusMax []int
	torusBW  quantity.Bandwidth
	price    Price
}

// Lists in one field are divided by spaces (aliases, columns) or by " | "
// (sources, which hold spaces and semicolons of their own).
const sourceSeparator = " | "

// columns is the schema of devices.csv and of --hardware-file.
func columns() []column {
	list := []column{
		{"id", true, func(r *record, v string) error {
			if v != normaliseName(v) || !validName(v) {
				return note.NewError("device.bad-id", v)
			}
			r.d.ID = v
			return nil
		}},
		{"aliases", false, func(r *record, v string) error {
			r.d.Aliases = strings.Fields(v)
			for _, a := range r.d.Aliases {
				if a != normaliseName(a) || !validName(a) {
					return note.NewError("device.bad-alias", a)
				}
			}
			return nil
		}},
		{"name", true, text(func(r *record) *string { return &r.d.Name })},
		{"vendor", false, text(func(r *record) *string { return &r.d.Vendor })},
		{"arch", false, text(func(r *record) *string { return &r.d.Arch })},
		{"kind", true, func(r *record, v string) (err error) { r.d.Kind, err = ParseKind(v); return err }},
		{"year", false, whole(1990, 2100, func(r *record) *int { return &r.d.Year })},
		{"memory_gib", true, func(r *record, v string) error {
			err := number(1<<30, func(r *record) *quantity.Bytes { return &r.d.Memory })(r, v)
			r.d.Memory = quantity.Bytes(math.Round(float64(r.d.Memory))) // there is no part of a byte
			return err
		}},
		{"memory_label", false, text(func(r *record) *string { return &r.d.MemoryLabel })},
		{"unified", false, func(r *record, v string) error {
			switch strings.ToLower(v) {
			case "yes", "true":
				r.d.Unified = true
			case "no", "false":
				r.d.Unified = false
			default:
				return note.NewError("device.neither-yes-nor-no", v)
			}
			return nil
		}},
		{"memory_gb_per_s", true, number(1e9, func(r *record) *quantity.Bandwidth { return &r.d.MemBandwidth })},
		{"power_w", false, number(1, func(r *record) *quantity.Watts { return &r.d.Power })},
		{"link", false, text(func(r *record) *string { return &r.d.ScaleUp.Name })},
		{"link_gb_per_s", false, number(1e9, func(r *record) *quantity.Bandwidth { return &r.d.ScaleUp.Bandwidth })},
		{"link_domain", false, whole(1, MaxDevices, func(r *record) *int { return &r.d.ScaleUp.Domain })},
		{"torus_max", false, func(r *record, v string) (err error) { r.torusMax, err = parseAxes(v); return err }},
		{"torus_link_gb_per_s", false, number(1e9, func(r *record) *quantity.Bandwidth { return &r.torusBW })},
		{"host_link", false, text(func(r *record) *string { return &r.d.HostLink.Name })},
		{"host_gb_per_s", false, number(1e9, func(r *record) *quantity.Bandwidth { return &r.d.HostLink.Bandwidth })},
		{"network_gbit_per_s", false, number(1e9/8, func(r *record) *quantity.Bandwidth { return &r.d.ScaleOut })},
		{"devices_per_node", false, whole(1, 100_000, func(r *record) *int { return &r.d.DevicesPerNode })},
		{"usd_per_hour", false, number(1, func(r *record) *quantity.USD { return &r.price.PerHour })},
		{"price_date", false, text(func(r *record) *string { return &r.price.Date })},
		{"price_source", false, text(func(r *record) *string { return &r.price.Source })},
		{"confidence", false, func(r *record, v string) error {
			if v != "high" && v != "medium" && v != "low" {
				return note.NewError("device.unknown-confidence", v)
			}
			r.d.Confidence = v
			return nil
		}},
		{"derived", false, func(r *record, v string) error { r.d.Derived = strings.Fields(v); return nil }},
		{"unsourced", false, func(r *record, v string) error { r.d.Unsourced = strings.Fields(v); return nil }},
		{"sources", true, func(r *record, v string) error { r.d.Sources = strings.Split(v, sourceSeparator); return nil }},
		{"note", false, text(func(r *record) *string { return &r.d.Note })},
	}
	for t := range NumDTypes {
		list = append(list, column{rateColumn(t), false, number(1e12, func(r *record) *quantity.FLOPRate { return &r.d.Rates[t].Peak })})
	}
	return list
}

// rateColumn is the column of a peak rate, in 10^12 a second.
func rateColumn(t DType) string {
	if t == INT8 {
		return "int8_tops"
	}
	return t.String() + "_tflops"
}

func text(field func(*record) *string) func(*record, string) error {
	return func(r *record, v string) error { *field(r) = v; return nil }
}

// number reads a positive figure in units of scale. Zero is rejected: a figure
// that is not known is left blank.
func number[T ~float64](scale float64, field func(*record) *T) func(*record, string) error {
	return func(r *record, v string) error {
		f, err := parseNumber[T](v, scale)
		if err == nil {
			*field(r) = f
		}
		return err
	}
}

// The range of figures in the units of their columns: what is beyond it is a
// mistake, and would end in numbers that nothing can be said about.
const (
	leastFigure = 1e-6
	mostFigure  = 1e9
)

// parseNumber reads a figure in units of scale.
func parseNumber[T ~float64](v string, scale float64) (T, error) {
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || !(f >= leastFigure && f <= mostFigure) {
		return 0, note.NewError("device.not-in-range", v, leastFigure, mostFigure)
	}
	return T(f * scale), nil
}

func whole(least, most int, field func(*record) *int) func(*record, string) error {
	return func(r *record, v string) error {
		n, err := parseWhole(v, least, most)
		if err == nil {
			*field(r) = n
		}
		return err
	}
}

// parseWhole reads a whole number in a range.
func parseWhole(v string, least, most int) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		return 0, note.NewError("device.not-whole-in-range", v, least, most)
	}
	return n, nil
}

// parseAxes reads 16x20x28.
func parseAxes(v string) ([]int, error) {
	var axes []int
	for _, part := range strings.Split(v, "x") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || n > 1024 {
			return nil, note.NewError("torus.bad-axis", v)
		}
		axes = append(axes, n)
	}
	if len(axes) < 2 || len(axes) > 3 {
		return nil, note.NewError("torus.bad-number-of-axes", v)
	}
	slices.Sort(axes)
	return axes, nil
}

// finish puts together what several columns say, and checks that they agree.
func (r *record) finish() (*Device, error) {
	d := &r.d
	hasRate := slices.ContainsFunc(d.Rates[:], func(x Rate) bool { return x.Peak > 0 })
	switch {
	case !hasRate && d.Note == "":
		return nil, note.NewError("device.no-rates-and-no-note")
	case (d.ScaleUp.Bandwidth == 0) != (d.ScaleUp.Domain == 0):
		return nil, note.NewError("device.half-a-link")
	case (r.torusMax == nil) != (r.torusBW == 0):
		return nil, note.NewError("device.half-a-torus")
	case r.price != (Price{}) && (r.price.PerHour == 0 || r.price.Date == "" || r.price.Source == ""):
		return nil, note.NewError("device.part-of-a-price")
	}
	all := strings.Join(d.Sources, "; ")
	if d.ScaleUp.Domain == 0 {
		d.ScaleUp.Domain = 1
	} else {
		d.ScaleUp.Source = all
	}
	d.HostLink.Domain = 1
	if d.HostLink.Bandwidth > 0 {
		d.HostLink.Source = all
	}
	d.DevicesPerNode = max(d.DevicesPerNode, 1)
	if r.price != (Price{}) {
		p := r.price
		d.Price = &p
	}
	if r.torusMax != nil {
		d.Torus = &Torus{Dims: len(r.torusMax), MaxShape: r.torusMax, LinkBandwidth: r.torusBW, Source: all}
		if d.Torus.Dims == 3 {
			d.Torus.WrapRule = WrapCubes
		}
	}
	return d, nil
}

// validName reports whether a name is made of what ids are made of.
func validName(s string) bool {
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '.', c == '+':
		default:
			return false
		}
	}
	return s != ""
}

// normaliseName is the form in which names are compared: lower case, with '_'
// and ' ' as '-'.
func normaliseName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '_' || r == ' ':
			return '-'
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, strings.TrimSpace(s))
}
