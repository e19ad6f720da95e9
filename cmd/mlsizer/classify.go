package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/batch"
	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// classifyOptions are the arguments of the classify command.
type classifyOptions struct {
	*cli.App
	models       []string
	from         string
	column       string
	bounds       sizing.Bounds
	field        model.Field
	sort         bool
	limit        int
	allowNoCount bool
}

func newClassifyCmd(a *cli.App) *cobra.Command {
	o := &classifyOptions{App: a, bounds: sizing.DefaultBounds}
	cmd := &cobra.Command{
		Use: "classify MODEL... | --from FILE",
		Args: func(cmd *cobra.Command, args []string) error {
			o.models = args
			return o.check(cmd)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return classifyRun(cmd.Context(), o) },
	}
	fs := cmd.Flags()
	fs.StringVar(&o.from, "from", "", "")
	fs.StringVar(&o.column, "column", "", "")
	cli.AddValue(fs, &o.bounds, "bounds", "", "COUNTS", "1M,1B,100B,1T", sizing.ParseBounds)
	cli.AddValue(fs, &o.field, "field", "", "FIELD", "nlp", model.ParseField).Among(cli.Fields)
	fs.BoolVar(&o.sort, "sort", false, "")
	fs.IntVar(&o.limit, "limit", 50, "")
	fs.BoolVar(&o.allowNoCount, "allow-no-count", false, "")
	return cmd
}

// check rejects arguments that do not go together.
func (o *classifyOptions) check(cmd *cobra.Command) error {
	switch {
	case o.from != "" && len(o.models) > 0:
		return cli.UsageError(text.FromOrModel.Error(o.from, o.models[0]), "")
	case cmd.Flags().Changed("from") && o.from == "":
		return cli.UsageError(text.FromEmpty.Error(), "")
	case o.from == "" && len(o.models) == 0:
		return cli.UsageError(text.NoModelToClassify.Error(), "mlsizer classify gpt-3 7B")
	case o.limit < 0:
		return cli.UsageError(text.BadLimit.Error(o.limit), "")
	}
	if o.from == "" {
		for _, name := range []string{"column", "limit", "allow-no-count"} {
			if cmd.Flags().Changed(name) {
				return cli.UsageError(text.WithoutFrom.Error(name), "")
			}
		}
	}
	return nil
}

// batchOptions are the options as package batch takes them.
func (o *classifyOptions) batchOptions() batch.Options {
	opt := batch.Options{Bounds: o.bounds, Column: o.column, Field: o.field, Sort: o.sort, Limit: o.limit, Lang: o.Lang}
	switch o.Output {
	case render.CSV:
		opt.Format = batch.CSV
	case render.JSON:
		opt.Format = batch.JSON
	case render.JSONL:
		opt.Format = batch.JSONL
	default:
		opt.Format = batch.Rows
	}
	return opt
}

func classifyRun(ctx context.Context, o *classifyOptions) error {
	if ctx == nil {
		ctx = context.Background()
	}
	if o.from != "" {
		return classifyFile(ctx, o)
	}
	var rows []batch.Row
	for _, name := range o.models {
		m, err := o.Resolve(ctx, name)
		if err != nil {
			return err
		}
		rows = append(rows, rowOf(m))
	}
	opt := o.batchOptions()
	opt.Limit = len(rows)
	sum, err := batch.Write(o.Stdout, rows, opt)
	if err != nil {
		return cli.ReadError(text.Writing.Error(err), "")
	}
	if opt.Format != batch.Rows {
		return nil
	}
	return o.Print(o.document(sum))
}

// rowOf is the answer for a model but for its tier. A bare count has the name
// that it was typed as, and no field: nothing says what it is for.
func rowOf(m *cli.ModelArg) batch.Row {
	r := batch.Row{
		Input: m.Input, Name: m.Model.Name, Params: m.Model.Params(), ActiveParams: m.Model.ActiveParams(),
		Field: m.Model.Field, Inferred: m.Model.Inferred, Scope: m.Model.Scope,
	}
	if r.Inferred {
		r.Name, r.Field = strings.TrimSpace(m.Input), ""
	}
	return r
}

// classifyFile classifies the rows of --from.
func classifyFile(ctx context.Context, o *classifyOptions) error {
	in, size, err := o.open()
	if err != nil {
		return err
	}
	defer in.Close()
	// A batch needs little memory at any length; without a limit the
	// collector lets garbage grow to as much again.
	const memoryLimit = 40 << 20
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(memoryLimit))
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	opt := o.batchOptions()
	opt.Resolve = o.resolver(ctx)
	opt.Progress = new(batch.Progress)
	endProgress := func() {}
	if cli.IsTerminal(o.Stderr) {
		endProgress = batch.ShowProgress(o.Stderr, opt.Progress, size, o.Lang)
	}
	sum, err := batch.Run(ctx, in, o.Stdout, opt)
	endProgress()
	return o.outcome(sum, err, opt.Format)
}

// open opens --from. size is 0 where it is not known.
func (o *classifyOptions) open() (in io.ReadCloser, size int64, err error) {
	if o.from == "-" {
		return io.NopCloser(o.Stdin), 0, nil
	}
	f, err := cli.OpenFlag("--from", o.from, text.FileOfModels)
	if err != nil {
		return nil, 0, err
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	return f, size, nil
}

// resolver finds the models of cells that are no counts: names of the
// catalogue and paths. Nothing is fetched for a cell. To look for the names
// nearest to an unknown one takes as long as a thousand counts, so only the
// first get them.
func (o *classifyOptions) resolver(ctx context.Context) func(string) (batch.Model, error) {
	const hinted = 100
	known := sync.OnceValue(func() nameSet { return newNameSet(o.App.Models().All()) })
	var unknown atomic.Int64
	return func(name string) (batch.Model, error) {
		switch {
		case strings.HasPrefix(strings.ToLower(name), "hf:"):
			return batch.Model{}, text.NothingFetched.Error(name, text.WantModel)
		case known().mayHold(name) || cli.IsPath(name) || exists(name):
		case unknown.Add(1) > hinted:
			return batch.Model{}, text.NoSuchModel.Error(name, text.WantModel)
		}
		m, err := o.Resolve(ctx, name)
		if err != nil {
			return batch.Model{}, aboutCell(err)
		}
		r := rowOf(m)
		return batch.Model{Name: r.Name, Params: r.Params, Active: r.ActiveParams, Field: r.Field, Inferred: r.Inferred, Scope: r.Scope}, nil
	}
}

// aboutCell is the error of a MODEL as one of a cell, which says what a cell
// may hold.
func aboutCell(err error) error {
	var count *cli.CountFault
	if errors.As(err, &count) {
		err = count.Err
	}
	if text.SaysWanted(err) {
		return err
	}
	return text.InBrackets.Error(err, text.WantModel)
}

// exists reports whether there is a file of that name.
func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// nameSet tells quickly that a name is not in the catalogue.
type nameSet map[string]bool

func newNameSet(entries []*catalog.Entry) nameSet {
	s := make(nameSet, 4*len(entries))
	for _, e := range entries {
		s[foldName(e.Name)] = true
		for _, a := range e.Aliases {
			s[foldName(a)] = true
		}
	}
	return s
}

// mayHold is false for a name that the catalogue does not find. The catalogue
// leaves off some words at the end of a name; mayHold leaves off any.
func (s nameSet) mayHold(name string) bool {
	for {
		if s[foldName(name)] {
			return true
		}
		i := strings.LastIndexAny(name, "-_ ")
		if i <= 0 {
			return false
		}
		name = name[:i]
	}
}

// foldName makes one of the spellings that the catalogue takes for the same.
func foldName(name string) string {
	name = name[strings.LastIndexByte(name, '/')+1:]
	return strings.ToLower(strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_. ", r) {
			return -1
		}
		return r
	}, name))
}

// outcome prints what is left to print and says on stderr which rows were not
// classified.
func (o *classifyOptions) outcome(sum *batch.Summary, err error, format batch.Format) error {
	if format == batch.Rows && sum.Rows > 0 {
		if err := o.Print(o.document(sum)); err != nil {
			return err
		}
	}
	from := o.from
	if from == "-" {
		from = "stdin"
	}
	failed := sum.Bad > 0 || sum.NoCount > 0 && !o.allowNoCount
	var unanswered error
	if failed {
		unanswered = text.Colon.Error(from, unansweredText(sum, format))
		if format != batch.Rows {
			o.sayFirst(from, sum.Errors)
		}
	}
	var file *batch.FileError
	switch {
	case errors.As(err, &file):
		return cli.ReadError(withMore(text.Colon.Error(from, file), unanswered), o.fileHint(file))
	case errors.Is(err, context.Canceled):
		return cli.ReadError(text.Interrupted.Error(from, sum.Rows), "")
	case err != nil:
		return cli.ReadError(text.Writing.Error(err), "")
	case failed:
		return cli.ReadError(unanswered, "")
	}
	return nil
}

// sayFirst says on stderr what is wrong with the first rows that are not
// answered.
func (o *classifyOptions) sayFirst(from string, list []batch.RowError) {
	const most = 5
	for i := range list[:min(most, len(list))] {
		fmt.Fprintf(o.Stderr, "mlsizer: %s: %s: %s\n", o.Say(text.LineError), from, list[i].In(o.Lang))
	}
}

// unansweredText says how many rows are not classified, and where the reasons
// stand.
func unansweredText(sum *batch.Summary, format batch.Format) text.Text {
	count := text.RowsUnanswered.With(sum.Unanswered(), sum.Rows, sum.NoCount, sum.Bad)
	switch format {
	case batch.CSV:
		return text.SeeColumn.With(count)
	case batch.JSON:
		return text.SeeErrors.With(count)
	case batch.JSONL:
		return text.SeeField.With(count)
	}
	return count
}

// withMore is an error with another one on a line of its own, if there is one.
func withMore(err, more error) error {
	if more == nil {
		return err
	}
	return text.Same("%v\n%v").Error(err, more)
}

// fileHint is what to do about an error in a file as a whole.
func (o *classifyOptions) fileHint(file *batch.FileError) string {
	switch hint := o.Say(file.Hint); {
	case file.Column != "":
		return o.CommandWithout("column") + " --column " + cli.ShellWord(file.Column)
	case o.from != "-":
		return strings.ReplaceAll(hint, "FILE", cli.ShellWord(o.from))
	default:
		return hint
	}
}

// document is the answer as tables.
func (o *classifyOptions) document(sum *batch.Summary) *render.Document {
	b := o.bounds
	d := &render.Document{Title: text.SizeClasses}
	d.Notes = append(d.Notes, render.Note{Text: text.BoundsNote.With(cut(b[0]), cut(b[1]), cut(b[2])), Source: text.ReportTiers})
	beyond := 0
	if sum.Counts.Beyond > 0 {
		d.Notes = append(d.Notes, render.Note{Text: text.BeyondNote.With(cut(b[3])), Source: text.ReportTiers})
		beyond = len(d.Notes)
	}
	models := render.Table{Columns: []render.Column{
		{Name: "name", Head: text.Model, Wrap: true},
		{Name: "params", Head: text.Parameters, Right: true},
		{Name: "active_params", Head: text.Active, Right: true, Drop: 2},
		{Name: "tier", Head: text.Tier},
		{Name: "field", Head: text.Field, Drop: 1},
	}}
	for _, r := range sum.Kept {
		active := ""
		if r.ActiveParams != r.Params {
			active = r.ActiveParams.Exact()
		}
		tier := render.Cell{Value: text.OfTier(r.Tier)}
		if r.Beyond {
			tier.Notes = []int{beyond}
		}
		if r.Scope != "" {
			d.Notes = append(d.Notes, render.Note{Text: text.Colon.With(r.Name, report.ScopeText(r.Scope))})
		}
		models.Rows = append(models.Rows, []render.Cell{
			{Value: r.Name}, {Value: r.Params.Exact()}, {Value: active}, tier, {Value: report.FieldText(r.Field)},
		})
	}
	if len(models.Rows) > 0 {
		d.Tables = append(d.Tables, models)
	}
	d.Tables = append(d.Tables, tierTable(b, sum.Counts))
	if more := sum.Classified() - int64(len(sum.Kept)); more > 0 {
		d.Notes = append(d.Notes, render.Note{Text: text.MoreRows.With(more)})
	}
	if sum.Unit != "" {
		d.Notes = append(d.Notes, render.Note{Text: text.CountUnit.With(sum.Unit, sum.Column)})
	}
	if sum.OtherField > 0 {
		d.Notes = append(d.Notes, render.Note{Text: text.OtherFields.With(sum.OtherField)})
	}
	if len(sum.Errors) > 0 {
		d.Tables = append(d.Tables, errorTable(sum))
		if more := sum.Unanswered() - int64(len(sum.Errors)); more > 0 {
			d.Notes = append(d.Notes, render.Note{Text: text.MoreErrors.With(more)})
		}
	}
	return d
}

// tierTable says how many models fell in each tier.
func tierTable(b sizing.Bounds, c sizing.Counts) render.Table {
	t := render.Table{Title: text.PerTier, Columns: []render.Column{
		{Name: "tier", Head: text.Tier},
		{Name: "range", Head: text.TierRange},
		{Name: "models", Head: text.Models, Right: true},
	}}
	ranges := [sizing.NumTiers]text.Text{
		text.Below.With(cut(b[0])),
		text.FromTo.With(cut(b[0]), cut(b[1])),
		text.FromTo.With(cut(b[1]), cut(b[2])),
		text.FromUp.With(cut(b[2])),
	}
	for tier, n := range c.ByTier {
		t.Rows = append(t.Rows, []render.Cell{{Value: text.OfTier(sizing.Tier(tier))}, {Value: ranges[tier]}, {Value: n}})
	}
	if c.Beyond > 0 {
		t.Rows = append(t.Rows, []render.Cell{{}, {Value: text.OfWhichBeyond.With(cut(b[3]))}, {Value: c.Beyond}})
	}
	return t
}

// errorTable lists the first rows that are not classified.
func errorTable(sum *batch.Summary) render.Table {
	t := render.Table{Title: text.RowsNotClassified, Columns: []render.Column{
		{Name: "line", Head: text.Line, Right: true},
		{Name: "column", Head: text.Column, Right: true, Drop: 1},
		{Name: "input", Head: text.Input, Wrap: true},
		{Name: "error", Head: text.Problem, Wrap: true},
	}}
	for _, e := range sum.Errors {
		t.Rows = append(t.Rows, []render.Cell{{Value: e.Line}, {Value: e.Column}, {Value: e.Input}, {Value: e.Problem}})
	}
	return t
}

// cut is a bound as short as it is exact: 1M, 1.5B, 123,456.
func cut(p quantity.Params) string {
	for _, u := range []struct {
		size quantity.Params
		name string
	}{{1e12, "T"}, {1e9, "B"}, {1e6, "M"}, {1e3, "K"}} {
		switch {
		case p >= u.size && p%u.size == 0:
			return quantity.Params(p/u.size).Exact() + u.name
		case p >= u.size && p%(u.size/10) == 0:
			return fmt.Sprintf("%.1f%s", float64(p)/float64(u.size), u.name)
		}
	}
	return p.Exact()
}
