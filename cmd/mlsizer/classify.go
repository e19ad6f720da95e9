package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/batch"
	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/shell"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
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
	order        string // of the rows; "" is that of the input
	unit         string
	sheet        string
	by           string
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
	cli.AddValue(fs, &o.order, "sort", "", "KEY", "size", parseOrder).Among(orders)
	fs.Lookup("sort").NoOptDefVal = bySize
	cli.AddValue(fs, &o.unit, "unit", "", "UNIT", "B", parseUnit)
	fs.StringVar(&o.sheet, "sheet", "", "")
	fs.StringVar(&o.by, "by", "", "")
	fs.IntVar(&o.limit, "limit", 50, "")
	fs.BoolVar(&o.allowNoCount, "allow-no-count", false, "")
	cli.AddForm(a, cmd)
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
		if o.by != "" && o.by != text.GroupYear && o.by != text.GroupField {
			return cli.UsageError(text.ByOfCatalogue.Error(o.by), "")
		}
		for _, name := range []string{"column", "limit", "allow-no-count", "unit", "sheet"} {
			if cmd.Flags().Changed(name) {
				return cli.UsageError(text.WithoutFrom.Error(name), "")
			}
		}
	}
	if err := o.CheckForm(false); err != nil {
		return err
	}
	if o.Short(false) && !cmd.Flags().Changed("limit") {
		o.limit = briefLimit
	}
	return nil
}

// briefLimit is how many rows of a file the short form shows.
const briefLimit = 10

// batchOptions are the options as package batch takes them.
func (o *classifyOptions) batchOptions() batch.Options {
	opt := batch.Options{
		Bounds: o.bounds, Column: o.column, Field: o.field, Sort: o.order != "", Descending: o.order == bySizeDown, Limit: o.limit, Lang: o.Lang,
		Unit: o.unit, AskUnit: true, Sheet: o.sheet, By: o.by, Repeats: namesLookedAt, Unpublished: unpublished, Similar: o.SimilarModel,
	}
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
	if o.from != "" {
		return classifyFile(ctx, o)
	}
	return classifyNames(ctx, o)
}

// classifyNames classifies the models of the command line. One that is not
// known is said beside the others; where none is known the first is the error.
func classifyNames(ctx context.Context, o *classifyOptions) error {
	opt := o.batchOptions()
	var rows []batch.Row
	var groups []string
	var errs []batch.RowError
	var first error
	for _, name := range o.models {
		row, group, err := o.named(ctx, name, opt)
		if err == nil {
			rows, groups = append(rows, row), append(groups, group)
			continue
		}
		first = cmp.Or(first, err)
		known := unpublished(name)
		errs = append(errs, batch.NameError(name, text.ErrorIn(cmp.Or(known, aboutCell(err)), o.Lang), known != nil))
	}
	if len(rows) == 0 {
		return first
	}
	opt.Limit = len(rows)
	sum, err := batch.Write(o.Stdout, rows, groups, errs, opt)
	if err != nil {
		return cli.ReadError(text.Writing.Error(err), "")
	}
	if opt.Format == batch.Rows {
		if err := o.Print(o.document(sum)); err != nil {
			return err
		}
	}
	if len(errs) == 0 {
		return nil
	}
	if opt.Format != batch.Rows {
		for i := range errs {
			fmt.Fprintf(o.Stderr, "mlsizer: %s: %s\n", o.Say(text.LineError), errs[i].In(o.Lang))
		}
	}
	return cli.ReadError(text.NamesUnanswered.Error(len(errs), len(o.models)), "")
}

// named is the row of a model of the command line, but for its tier, with its
// value of --by: a MODEL, or a size as sheets write it.
func (o *classifyOptions) named(ctx context.Context, name string, opt batch.Options) (row batch.Row, group string, err error) {
	m, err := o.Resolve(ctx, name)
	if err == nil {
		if m.Entry != nil {
			group = groupOf(m, o.by)
		}
		return rowOf(m), group, nil
	}
	size, sizeErr := quantity.ParseSize(name)
	if sizeErr != nil {
		return batch.Row{}, "", err
	}
	b := batch.ModelOf(name, size, opt.Similar)
	return batch.Row{Input: name, Name: strings.TrimSpace(name), Params: b.Params, ActiveParams: b.Active, Inferred: true, Spelled: b.Spelled}, "", nil
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
	opt := o.batchOptions()
	opt.Resolve = o.resolver(ctx)
	opt.Progress = new(batch.Progress)
	endProgress := func() {}
	if cli.IsTerminal(o.Stderr) && o.TakeLine() {
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
	f, err := o.OpenFlag("--from", o.from, text.FileOfModels)
	if err != nil {
		return nil, 0, err
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	return f, size, nil
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
	case sum.UnitMissing != nil:
		return cli.ReadError(withMore(text.Colon.Error(from, sum.UnitMissing), unanswered), o.unitHint())
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
	case file.AskUnit:
		return o.unitHint()
	case file.Sheet != "":
		return o.CommandWithout("sheet") + " --sheet " + shell.Word(file.Sheet)
	case file.Column != "":
		return o.CommandWithout("column") + " --column " + shell.Word(file.Column)
	case o.from != "-":
		return strings.ReplaceAll(hint, "FILE", shell.Word(o.from))
	default:
		return hint
	}
}

// unitHint is the command line with a unit.
func (o *classifyOptions) unitHint() string { return o.CommandWithout("unit") + " --unit B" }

// namesLookedAt is how many names of a file are looked at for repeated ones.
const namesLookedAt = 50_000

// The orders of the rows.
const (
	bySize     = "size"
	bySizeDown = "-size"
)

func orders() []string { return []string{bySize, bySizeDown} }

func parseOrder(s string) (string, error) {
	if !slices.Contains(orders(), s) {
		return "", text.UnknownOrder.Error(s, text.OneOf(orders()))
	}
	return s, nil
}

// parseUnit reads what may follow a count, or 1 for parameters.
func parseUnit(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == batch.UnitOne {
		return s, nil
	}
	if _, err := quantity.ParseParams("1" + s); err != nil || s == "" || strings.ContainsAny(s, "0123456789.,_") {
		return "", text.UnknownUnit.Error(s)
	}
	return s, nil
}
