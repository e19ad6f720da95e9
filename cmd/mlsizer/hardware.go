package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/quantity"
)

// hardwareOptions are the arguments of the hardware command.
type hardwareOptions struct {
	*cli.App
	kind    hardware.Kind
	kindSet bool
	vendor  string
	name    string
}

func newHardwareCmd(a *cli.App) *cobra.Command {
	o := &hardwareOptions{App: a}
	list := func(cmd *cobra.Command, _ []string) error {
		o.kindSet = cmd.Flags().Changed("kind")
		return hardwareRun(o)
	}
	cmd := &cobra.Command{
		Use:  "hardware [list|show NAME]",
		Args: a.NoSubcommand(a.NearestDevices),
		RunE: list,
	}
	flags := func(c *cobra.Command) *cobra.Command {
		fs := c.Flags()
		cli.AddValue(fs, &o.kind, "kind", "", "KIND", "gpu", hardware.ParseKind).Among(cli.Named(hardware.ParseKind))
		cli.AddValue(fs, &o.vendor, "vendor", "", "NAME", "NVIDIA", cli.AsTyped).Among(a.Vendors)
		cli.AddHardwareFile(fs, a)
		return c
	}
	show := &cobra.Command{
		Use: "show NAME",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cli.UsageError(text.OneDeviceName.Error(len(args)), "mlsizer hardware show h100")
			}
			o.name = args[0]
			return nil
		},
		RunE: func(*cobra.Command, []string) error { return deviceRun(o) },
	}
	cli.AddHardwareFile(show.Flags(), a)
	cmd.AddCommand(flags(&cobra.Command{Use: "list", Args: noArguments, RunE: list}), show)
	return flags(cmd)
}

// deviceJSON is a device of the catalogue.
type deviceJSON struct {
	ID             string                       `json:"id"`
	Name           string                       `json:"name"`
	Vendor         string                       `json:"vendor,omitempty"`
	Arch           string                       `json:"arch,omitempty"`
	Kind           string                       `json:"kind"`
	Year           int                          `json:"year,omitempty"`
	Aliases        []string                     `json:"aliases,omitempty"`
	Memory         quantity.Bytes               `json:"memory_bytes"`
	MemoryRate     quantity.Bandwidth           `json:"memory_bytes_per_second"`
	Peak           map[string]quantity.FLOPRate `json:"peak_flops_per_second"`
	Measured       map[string]quantity.FLOPRate `json:"measured_flops_per_second,omitempty"`
	Power          quantity.Watts               `json:"power_watts,omitempty"`
	Link           string                       `json:"link,omitempty"`
	LinkRate       quantity.Bandwidth           `json:"link_bytes_per_second,omitempty"`
	LinkDomain     int                          `json:"link_domain,omitempty"`
	ScaleOut       quantity.Bandwidth           `json:"scale_out_bytes_per_second,omitempty"`
	DevicesPerNode int                          `json:"devices_per_node,omitempty"`
	TorusMax       []int                        `json:"torus_max,omitempty"`
	PerHour        quantity.USD                 `json:"usd_per_hour,omitempty"`
	PriceDate      string                       `json:"price_date,omitempty"`
	PriceSource    string                       `json:"price_source,omitempty"`
	Confidence     string                       `json:"confidence,omitempty"`
	Note           string                       `json:"note,omitempty"`
	Sources        []string                     `json:"sources"`
}

func newDeviceJSON(d *hardware.Device) deviceJSON {
	j := deviceJSON{
		ID: d.ID, Name: d.Name, Vendor: d.Vendor, Arch: d.Arch, Kind: d.Kind.String(), Year: d.Year, Aliases: d.Aliases,
		Memory: d.Memory, MemoryRate: d.MemBandwidth, Peak: map[string]quantity.FLOPRate{}, Measured: map[string]quantity.FLOPRate{},
		Power: d.Power, Link: d.ScaleUp.Name, LinkRate: d.ScaleUp.Bandwidth, LinkDomain: d.ScaleUp.Domain,
		ScaleOut: d.ScaleOut, DevicesPerNode: d.DevicesPerNode, Confidence: d.Confidence, Note: d.Note, Sources: d.Sources,
	}
	for _, t := range d.Supported() {
		j.Peak[t.String()] = d.Rates[t].Peak
		if r := d.Rates[t].Achievable; r > 0 {
			j.Measured[t.String()] = r
		}
	}
	if d.Torus != nil {
		j.TorusMax = d.Torus.MaxShape
	}
	if d.Price != nil {
		j.PerHour, j.PriceDate, j.PriceSource = d.Price.PerHour, d.Price.Date, d.Price.Source
	}
	return j
}

// checkVendor rejects a vendor that no device is of.
func (o *hardwareOptions) checkVendor(c *hardware.Catalog) error {
	vendors := cli.VendorsOf(c)
	if o.vendor == "" || slices.Contains(vendors, strings.ToLower(o.vendor)) {
		return nil
	}
	hint := ""
	if near := cli.Nearest(strings.ToLower(o.vendor), vendors); near != "" {
		hint = o.CommandReplacing(o.vendor, near)
	}
	return cli.UsageError(text.NoSuchVendor.Error(o.vendor, strings.Join(vendors, ", ")), hint)
}

func hardwareRun(o *hardwareOptions) error {
	c, err := o.Hardware()
	if err != nil {
		return err
	}
	if err := o.checkVendor(c); err != nil {
		return err
	}
	list := []deviceJSON{}
	t := render.Table{Columns: []render.Column{
		{Name: "id", Head: text.Hardware},
		{Name: "kind", Head: text.Kind, Drop: 4},
		{Name: "year", Head: text.Year, Right: true, Drop: 5},
		{Name: "memory_bytes", Head: text.Memory, Right: true, Own: true},
		{Name: "memory_bytes_per_second", Head: text.Bandwidth, Right: true, Own: true, Drop: 3},
		{Name: "bf16_flops_per_second", Head: text.BF16, Right: true, Own: true},
		{Name: "power_watts", Head: text.Power, Right: true, Drop: 2},
		{Name: "usd_per_hour", Head: text.PriceHour, Right: true, Own: true, Drop: 1},
	}}
	or := func(v float64, cell any) any {
		if v > 0 {
			return cell
		}
		return nil
	}
	for _, d := range c.All() {
		if o.kindSet && d.Kind != o.kind || o.vendor != "" && !strings.EqualFold(d.Vendor, o.vendor) {
			continue
		}
		j := newDeviceJSON(d)
		list = append(list, j)
		rate := any(nil)
		if d.Supports(hardware.BF16) {
			rate = d.Rates[hardware.BF16].Peak
		} else if d.Supports(hardware.FP16) {
			rate = text.InFP16.With(d.Rates[hardware.FP16].Peak)
		}
		t.Rows = append(t.Rows, []render.Cell{
			{Value: d.ID}, {Value: d.Kind.String()}, {Value: or(float64(d.Year), d.Year)}, {Value: d.Memory}, {Value: or(float64(d.MemBandwidth), d.MemBandwidth)},
			{Value: rate}, {Value: or(float64(d.Power), d.Power)}, {Value: or(float64(j.PerHour), j.PerHour)},
		})
	}
	return o.Print(&render.Document{
		Title:  text.DevicesTitle.With(len(list)),
		Tables: []render.Table{t},
		JSON: struct {
			report.Head
			Devices []deviceJSON `json:"devices"`
		}{report.NewHead("hardware"), list},
		Records: list,
	})
}

func deviceRun(o *hardwareOptions) error {
	c, err := o.Hardware()
	if err != nil {
		return err
	}
	d, err := c.Find(o.name)
	if err != nil {
		return o.DeviceError("", o.name, err)
	}
	j := newDeviceJSON(d)
	var sources deviceSources
	return o.Print(&render.Document{
		Title:  text.Same(d.Name),
		Tables: append([]render.Table{sources.facts(d), sources.rates(d)}, priceTable(c.PricesOf(d))...),
		Notes:  sources,
		JSON: struct {
			report.Head
			Device deviceJSON `json:"device"`
		}{report.NewHead("hardware"), j},
		Records: []deviceJSON{j},
	})
}

// deviceSources are the notes on a device: where its figures are from.
type deviceSources []render.Note

// note adds a source and returns its number, as a list.
func (n *deviceSources) note(form text.Text, with ...any) []int {
	*n = append(*n, render.Note{Text: form.With(with...)})
	return []int{len(*n)}
}

// facts is everything about a device but its rates.
func (n *deviceSources) facts(d *hardware.Device) render.Table {
	t := render.Table{Columns: report.FactColumns()}
	add := func(label text.Text, value any, notes ...int) {
		row := report.Fact(label, value)
		row[len(row)-1].Notes = notes
		t.Rows = append(t.Rows, row)
	}
	var general []int
	for _, s := range d.Sources {
		general = append(general, n.note(text.Same("%s"), s)...)
	}
	add(text.Name, d.ID, general...)
	if len(d.Aliases) > 0 {
		add(text.Aliases, strings.Join(d.Aliases, ", "))
	}
	add(text.Kind, strings.TrimSpace(fmt.Sprintf("%s %s %s", d.Vendor, d.Arch, d.Kind)))
	if d.Year > 0 {
		add(text.Year, d.Year)
	}
	add(text.Memory, text.At.With(d.Memory, d.MemBandwidth))
	if d.Power > 0 {
		add(text.Power, d.Power)
	}
	if d.ScaleUp.Bandwidth > 0 {
		add(text.Link, text.LinkOf.With(d.ScaleUp.Name, d.ScaleUp.Bandwidth, d.ScaleUp.Domain))
	}
	if d.Torus != nil {
		add(text.Torus, strings.Trim(strings.ReplaceAll(fmt.Sprint(d.Torus.MaxShape), " ", "x"), "[]"))
	}
	if d.HostLink.Bandwidth > 0 {
		add(text.HostLink, text.Join.With(d.HostLink.Name, d.HostLink.Bandwidth))
	}
	if d.ScaleOut > 0 {
		add(text.Network, d.ScaleOut)
	}
	if d.DevicesPerNode > 0 {
		add(text.DevicesNode, d.DevicesPerNode)
	}
	if d.Price != nil {
		var source []int
		if d.Price.Source != "" {
			source = n.note(text.PriceSource, d.Price.Source)
		}
		add(text.PriceHour, text.InBrackets.With(d.Price.PerHour, d.Price.Date), source...)
	}
	if d.Note != "" {
		add(text.Note, d.Note)
	}
	return t
}

// rates is the matrix rates by number format.
func (n *deviceSources) rates(d *hardware.Device) render.Table {
	t := render.Table{Columns: []render.Column{
		{Name: "format", Head: text.Format},
		{Name: "peak_flops_per_second", Head: text.Peak, Right: true},
		{Name: "measured_flops_per_second", Head: text.Measured, Right: true},
	}}
	for _, f := range d.Supported() {
		r := d.Rates[f]
		var measured render.Cell
		if r.Achievable > 0 {
			measured.Value = r.Achievable
		}
		if r.AchievableSource != "" {
			measured.Notes = n.note(text.MeasuredSource, f.String(), r.AchievableSource)
		}
		t.Rows = append(t.Rows, []render.Cell{{Value: f.String()}, {Value: r.Peak}, measured})
	}
	return t
}

// priceTable is what clouds ask for a device; nil where none is known to.
func priceTable(prices []hardware.Price) []render.Table {
	if len(prices) == 0 {
		return nil
	}
	t := render.Table{Title: text.PricesHour, Columns: []render.Column{
		{Name: "provider", Head: text.Provider}, {Name: "instance", Head: text.Instance}, {Name: "region", Head: text.Region},
		{Name: "kind", Head: text.Kind}, {Name: "usd_per_hour", Head: text.PriceHour, Right: true}, {Name: "date", Head: text.Date},
	}}
	for _, p := range prices {
		t.Rows = append(t.Rows, []render.Cell{{Value: p.Provider}, {Value: p.Instance}, {Value: p.Region}, {Value: p.Kind.String()}, {Value: p.PerHour}, {Value: p.Date}})
	}
	return []render.Table{t}
}
