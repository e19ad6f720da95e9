// Package fits is the command that ranks the models of the catalogue that run on
// a machine.
package fits

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/detect"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/shell"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
)

// options are the arguments of the command.
type options struct {
	*cli.App
	on      []string
	detect  bool
	context int64
	speed   int64
	field   model.Field
	sort    string
	memory  quantity.Bytes
	found   *detect.Found
}

// defaultContext is the tokens per sequence where none is given.
const defaultContext = 8192

// orders are the orders of the rows, the largest first.
var orders = map[string]func(a, b *row) int{
	"params": func(a, b *row) int { return cmp.Compare(b.Params, a.Params) },
	"active": func(a, b *row) int { return cmp.Compare(b.Active, a.Active) },
	"speed":  func(a, b *row) int { return cmp.Compare(b.Speed, a.Speed) },
}

func orderNames() []string { return []string{"params", "active", "speed"} }

// NewCmd is the command.
func NewCmd(a *cli.App) *cobra.Command {
	o := &options{App: a, context: defaultContext, sort: "params"}
	cmd := &cobra.Command{
		Use: "fit --on DEVICE[xN] | --detect",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return cli.UsageError(text.NoArgument.Error(args[0]), "mlsizer infer "+shell.Word(args[0])+" --on h100")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	cli.AddList(fs, &o.on, "on", "DEVICE[xN]", "rtx-4090", cli.ParseList)
	fs.BoolVar(&o.detect, "detect", false, "")
	cli.AddValue(fs, &o.context, "context", "", "COUNT", "32k", cli.ParseTokenCount)
	cli.AddValue(fs, &o.speed, "min-speed", "", "COUNT", "20", cli.ParseWhole)
	cli.AddValue(fs, &o.memory, "memory", "", "SIZE", "28GiB", quantity.ParseBytes)
	cli.AddValue(fs, &o.field, "field", "", "FIELD", "nlp", model.ParseField).Among(cli.Fields)
	cli.AddValue(fs, &o.sort, "sort", "", "KEY", "speed", parseOrder).Among(orderNames)
	cli.AddHardwareFile(fs, a)
	return cmd
}

// parseOrder reads an order of the rows. A minus, as for the largest first
// elsewhere, changes nothing: they are so anyway.
func parseOrder(s string) (string, error) {
	name := strings.TrimPrefix(s, "-")
	if _, ok := orders[name]; !ok {
		return "", text.UnknownOrder.Error(s, strings.Join(orderNames(), ", "))
	}
	return name, nil
}

// row is a model that runs on the machine, with the weights of the most bits
// that do.
type row struct {
	Model   string          `json:"model"`
	Field   model.Field     `json:"field"`
	Params  quantity.Params `json:"params"`
	Active  quantity.Params `json:"active_params"`
	Weights string          `json:"weights"`
	Runtime string          `json:"runtime"`
	Verdict serve.Verdict   `json:"verdict"`
	Context int64           `json:"context"`
	Memory  quantity.Bytes  `json:"memory_bytes"`
	Speed   float64         `json:"tokens_per_second"`
	Low     float64         `json:"low"`
	High    float64         `json:"high"`
}

func (o *options) run(cmd *cobra.Command) error {
	cluster, err := o.cluster(cmd)
	if err != nil {
		return err
	}
	rows, models := o.rows(cluster)
	slices.SortStableFunc(rows, func(a, b row) int { return orders[o.sort](&a, &b) })
	if err := o.Print(o.document(cluster, rows, models)); err != nil {
		return err
	}
	if len(rows) == 0 {
		return cli.ExitCode(cli.ExitNoFit)
	}
	return nil
}

// cluster is the machine: as given, or as detected.
func (o *options) cluster(cmd *cobra.Command) (c hardware.Cluster, err error) {
	if o.detect {
		if len(o.on) > 0 {
			return c, cli.UsageError(text.OnOrDetect.Error(), o.CommandWithout("on"))
		}
		return o.detected(cmd)
	}
	switch {
	case len(o.on) == 0:
		return c, cli.UsageError(text.NoDevice.Error(), o.CommandLine()+" --on rtx-4090")
	case len(o.on) > 1:
		return c, cli.UsageError(text.FitOneDevice.Error(len(o.on)), o.CommandWithout("on")+" --on "+shell.Word(o.on[0]))
	}
	targets, err := o.Targets(o.on)
	if err != nil {
		return c, err
	}
	return hardware.NewCluster(targets[0].Device, max(targets[0].Count, 1), targets[0].Options...)
}

// detected is the machine that the program runs on, or an error that says what
// was found.
func (o *options) detected(cmd *cobra.Command) (c hardware.Cluster, err error) {
	catalogue, err := o.Hardware()
	if err != nil {
		return c, err
	}
	found := detect.Machine(cmd.Context())
	o.found = &found
	name, count := found.Processor, 1
	if len(found.Names) > 0 {
		name, count = found.Names[0], len(found.Names)
	}
	d := detect.Device(catalogue, name, found.Memory)
	switch {
	case d != nil && d.Kind == hardware.CPU && o.memory == 0:
		o.memory = found.Host
	case d == nil && len(found.Names) > 0:
		return c, cli.ReadError(text.DetectedUnknown.Error(name, count, found.Tool), "mlsizer hardware")
	case d == nil:
		return c, cli.ReadError(text.DetectedNone.Error(cmp.Or(found.Processor, "?"), found.Host), "mlsizer fit --on cpu-epyc-9654 --memory "+wholeGiB(found.Host))
	}
	return hardware.NewCluster(d, count)
}

// wholeGiB spells the whole GiB of a memory, at least one.
func wholeGiB(b quantity.Bytes) string { return strconv.FormatInt(max(1, int64(b)>>30), 10) + "GiB" }

// rows are the models of the catalogue that run, and how many were tried.
func (o *options) rows(c hardware.Cluster) (rows []row, models int) {
	for _, e := range o.Models().All() {
		m, err := e.Build()
		if err != nil || !m.PerToken() || m.Encodes() || o.field != "" && m.Field != o.field {
			continue
		}
		models++
		q, err := serve.FindQuant(cmp.Or(e.Weights, "bf16"))
		if err != nil {
			continue
		}
		s := serve.Request{Model: m, Quant: q, Cluster: c, Context: o.context, Batch: 1, DeviceMemory: o.memory}
		if e.Weights != "" {
			s.Published = q
		}
		if m.Context > 0 {
			s.Context = min(s.Context, m.Context)
		}
		if p := s.BestFit(float64(o.speed)); p != nil {
			rows = append(rows, newRow(e.Name, p))
		}
	}
	return rows, models
}

// newRow is a model as it runs best.
func newRow(name string, p *serve.Prepared) row {
	t, memory := p.Throughput(0), p.Memory(p.Context, p.Batch)
	return row{Model: name, Field: p.Model.Field, Params: p.Model.Params(), Active: p.Model.ActiveParams(), Weights: p.Quant.Name, Runtime: p.Runtime.Name,
		Verdict: memory.Verdict, Context: p.MaxContext(1), Memory: memory.Total, Speed: t.Decode, Low: t.Low, High: t.High}
}

// document is one table.
func (o *options) document(c hardware.Cluster, rows []row, models int) *render.Document {
	t := render.Table{Columns: []render.Column{
		{Name: "model", Head: text.Model},
		{Name: "params", Head: text.Params, Right: true},
		{Name: "active_params", Head: text.Active, Right: true, Drop: 4},
		{Name: "weights", Head: text.Weights},
		{Name: "runtime", Head: text.Runtime, Drop: 3},
		{Name: "memory_bytes", Head: text.MemoryDevice, Right: true, Drop: 2},
		{Name: "verdict", Head: text.FitsHead},
		{Name: "context", Head: text.MaxContext, Right: true, Drop: 5},
		{Name: "tokens_per_second", Head: text.DecodeHead, Right: true},
		{Name: "band", Head: text.Band, Right: true, Drop: 1},
	}}
	for i := range rows {
		r := &rows[i]
		active := any(nil)
		if r.Active != r.Params {
			active = r.Active
		}
		t.Rows = append(t.Rows, []render.Cell{{Value: r.Model}, {Value: r.Params}, {Value: active}, {Value: r.Weights}, {Value: r.Runtime}, {Value: r.Memory},
			{Value: r.Verdict == serve.FitsSurely}, {Value: r.Context}, {Value: render.Rate(r.Speed)}, {Value: report.BandText(r.Low, r.High)}})
	}
	if rows == nil {
		rows = []row{}
	}
	d := &render.Document{
		Title:  text.FitTitle.With(c.Count, c.Device.Name, len(rows), models, o.context),
		Tables: []render.Table{t},
		Notes:  []render.Note{{Text: text.FitNote}},
		JSON: struct {
			report.Head
			Hardware string `json:"hardware"`
			Devices  int    `json:"devices"`
			Rows     []row  `json:"rows"`
		}{report.NewHead("fit"), c.Device.ID, c.Count, rows},
		Records: rows,
	}
	if f := o.found; f != nil {
		name, tool := f.Processor, "/proc/cpuinfo"
		if len(f.Names) > 0 {
			name, tool = f.Names[0], f.Tool
		}
		d.Notes = append(d.Notes, render.Note{Text: text.DetectedNote.With(name, tool, c.Count, c.Device.Name)})
	}
	return d
}
