package main

import (
	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/train"
)

// estimateOptions are the arguments of the estimate command.
type estimateOptions struct {
	*app
	workOptions
	model string
}

func newEstimateCmd(a *app) *cobra.Command {
	o := &estimateOptions{app: a}
	cmd := &cobra.Command{
		Use:  "estimate MODEL --on DEVICE[xN]",
		Args: oneModel(&o.model, text.ModelOrCount, "mlsizer estimate llama-3.1-70b --on h100x512 --tokens 15T", "compare"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(a, cmd); err != nil {
				return err
			}
			if len(o.on) != 1 {
				return usageError(errOneDevice(o.on), a.commandReplacing("estimate", "compare"))
			}
			if o.tokens.IsSet() && o.samples.IsSet() {
				return usageError(text.TokensOrSamples.Error(), "")
			}
			return estimateRun(cmd, o)
		},
	}
	addWorkFlags(a, cmd, &o.workOptions)
	return cmd
}

func estimateRun(cmd *cobra.Command, o *estimateOptions) error {
	m, targets, err := o.asked(cmd.Context(), o.model, o.prune, o.on)
	if err != nil {
		return err
	}
	t := targets[0]
	answer, err := o.ask(m, t)
	if err != nil {
		return o.askError(cmd, &o.workOptions, m, t, err)
	}
	if o.method == train.Pretrain {
		answer.Notes = append(answer.Notes, publishedNotes(m)...)
	}
	if err := o.print(estimateDocument(o, m, t, answer)); err != nil {
		return err
	}
	if !answer.Estimate.Memory.Fits || answer.Sweep.Trials > 0 && !answer.Sweep.Memory.Fits {
		return exitCode(exitNoFit)
	}
	return nil
}

// estimateDocument lays an answer out.
func estimateDocument(o *estimateOptions, m *modelArg, t target, a *sizing.Answer) *render.Document {
	r := newResult(m, t, a, &o.workOptions, o.lang)
	var why *whyJSON
	if o.explain && a.Workload.MFU == 0 {
		why = &whyJSON{Bounds: largest(a.Estimate.Time.Terms.List(), a.Estimate.Time.Step), Resources: moreOfEach(a.Prepared, &a.Estimate)}
	}
	f := newFootnotes(a.Notes)
	d := &render.Document{
		Title: estimateTitle(&r),
		Tables: []render.Table{
			factsTable(&r, a, f),
			memoryTable(&r, f),
			storageTable(&r, f),
			computeTable(&r, f),
		},
		JSON: struct {
			Schema  string `json:"schema"`
			Command string `json:"command"`
			resultJSON
			Why *whyJSON `json:"why,omitempty"`
		}{schema, "estimate", r, why},
		Records: []resultJSON{r},
	}
	d.Tables = append(append(d.Tables, dataTable(&r, f)...), timeTable(&r, f))
	d.Tables = append(append(d.Tables, wholeRunTable(&r, f)...), costTable(&r, f))
	d.Tables = append(d.Tables, distillTable(&r, f)...)
	d.Tables = append(d.Tables, sweepTable(&r, f)...)
	if why != nil {
		d.Tables = append(d.Tables, whyTable(why, f), resourcesTable(why))
	}
	if o.explain {
		d.Tables = append(d.Tables, explainTables(a.Explain(), f)...)
		d.Tables = append(d.Tables, momentTables(a, &r)...)
	}
	f.finish(d)
	return d
}
