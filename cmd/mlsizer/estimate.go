package main

import (
	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/train"
)

// estimateOptions are the arguments of the estimate command.
type estimateOptions struct {
	*cli.App
	cli.TrainingOptions
	model string
}

func newEstimateCmd(a *cli.App) *cobra.Command {
	o := &estimateOptions{App: a}
	cmd := &cobra.Command{
		Use:  "estimate MODEL --on DEVICE[xN]",
		Args: cli.OneModel(&o.model, text.ModelOrCount, "mlsizer estimate llama-3.1-70b --on h100x512 --tokens 15T", "compare"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.CheckForm(o.Explain); err != nil {
				return err
			}
			if err := o.Complete(a, cmd); err != nil {
				return err
			}
			if len(o.On) != 1 {
				return cli.UsageError(cli.ErrOneDevice(o.On), a.CommandReplacing("estimate", "compare"))
			}
			if o.Reads().IsSet() && o.Samples.IsSet() {
				return cli.UsageError(text.TokensOrSamples.Error(), "")
			}
			return estimateRun(cmd, o)
		},
	}
	cli.AddTrainingFlags(a, cmd, &o.TrainingOptions)
	cli.AddForm(a, cmd)
	a.TakeFile(cmd)
	a.AddImport(cmd)
	return cmd
}

func estimateRun(cmd *cobra.Command, o *estimateOptions) error {
	m, targets, err := o.ModelAndTargets(cmd.Context(), o.model, o.Prune, o.On)
	if err != nil {
		return err
	}
	t := targets[0]
	answer, err := o.Answer(m, t)
	if err != nil {
		return answerError(o.App, cmd, &o.TrainingOptions, m, t, err)
	}
	if o.Tuning.Weights == train.Pretrain {
		answer.Notes = append(answer.Notes, report.PublishedNotes(m)...)
	}
	if err := o.Print(estimateDocument(o, m, t, answer)); err != nil {
		return err
	}
	if !o.Holds(&answer.Estimate.Memory) || answer.Sweep.Trials > 0 && !o.Holds(&answer.Sweep.Memory) {
		return cli.ExitCode(cli.ExitNoFit)
	}
	return nil
}

// estimateDocument lays an answer out.
func estimateDocument(o *estimateOptions, m *cli.ModelArg, t cli.Target, a *sizing.Answer) *render.Document {
	r := report.NewResult(m, t, a, &o.TrainingOptions, o.Lang)
	var why *report.WhyJSON
	if o.Explain && a.Workload.MFU == 0 {
		why = &report.WhyJSON{Bounds: largest(a.Estimate.Time.Terms.List(), a.Estimate.Time.Step), Resources: moreOfEach(a.Prepared, &a.Estimate)}
	}
	var moves []sizing.Sensitive
	short := o.Short(o.Explain)
	if short || o.Explain {
		moves = o.Sensitivity(o.App, m, t, a)
	}
	if short {
		return &render.Document{Verdict: report.VerdictOf(r.Memory.Verdict), Title: report.EstimateTitle(&r), Lead: report.PublishedLead(&r), Tables: report.BriefEstimate(&r, a, moves)}
	}
	f := report.NewFootnotes(a.Notes)
	d := &render.Document{
		Verdict: report.VerdictOf(r.Memory.Verdict), Title: report.EstimateTitle(&r), Lead: report.PublishedLead(&r),
		Tables: []render.Table{
			report.FactsTable(&r, a, f),
		},
		JSON: struct {
			report.Head
			report.ResultJSON
			Why         *report.WhyJSON          `json:"why,omitempty"`
			Sensitivity []report.SensitivityJSON `json:"sensitivity,omitempty"`
		}{report.NewHead("estimate"), r, why, report.NewSensitivityJSON(moves)},
		Records: []report.ResultJSON{r},
	}
	if o.Output == render.HTML {
		d.Figure = report.EstimateFigure(&r, o.Lang)
	}
	d.Tables = append(append(d.Tables, report.PostTrainTables(&r, f)...), report.MemoryTable(&r, f), report.StorageTable(&r, f), report.ComputeTable(&r, f))
	d.Tables = append(append(d.Tables, report.DataTable(&r, f)...), report.TimeTable(&r, f))
	d.Tables = append(append(d.Tables, report.WholeRunTable(&r, f)...), report.CostTable(&r, f))
	d.Tables = append(d.Tables, report.DistillTable(&r, f)...)
	d.Tables = append(d.Tables, report.SweepTable(&r, f)...)
	if why != nil {
		d.Tables = append(d.Tables, report.WhyTable(why, f), report.ResourcesTable(why))
	}
	if o.Explain {
		d.Tables = append(d.Tables, report.ExplainTables(a.Explain(), f)...)
		d.Tables = append(d.Tables, report.PhaseTables(a, &r)...)
		d.Tables = append(d.Tables, report.SensitivityTable(moves))
	}
	f.Finish(d)
	return d
}
