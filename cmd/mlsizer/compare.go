package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/train"
)

// compareOptions are the arguments of the compare command.
type compareOptions struct {
	*app
	workOptions
	models  []string
	serving servingOptions // with --weights or --student
	student string         // a smaller model beside each
}

func newCompareCmd(a *app) *cobra.Command {
	o := &compareOptions{app: a}
	var training []string
	cmd := &cobra.Command{
		Use: "compare MODEL... --on A,B,C",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError(text.NoModels.Error(), "mlsizer compare llama-3.1-70b 7B --on h100,a100-80g")
			}
			o.models = args
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.oneQuestion(cmd, training); err != nil {
				return err
			}
			if err := o.complete(a, cmd); err != nil {
				return err
			}
			if o.served() {
				return inferCompareRun(cmd, o)
			}
			return compareRun(cmd, o)
		},
	}
	addWorkFlags(a, cmd, &o.workOptions)
	training = flagNames(cmd)
	addCompareServing(cmd, o)
	addsUp(cmd.Flags(), "on", "method", "weights")
	return cmd
}

// served says whether serving is compared and not training.
func (o *compareOptions) served() bool { return len(o.serving.weights) > 0 || o.student != "" }

// eitherWay are the flags that a comparison of training shares with one of serving.
var eitherWay = []string{"on", "batch", "price", "scale-out", "devices-per-node", "prune", "bounds", "hardware-file"}

// oneQuestion refuses flags about training where serving is compared and the
// other way round: they would change nothing. training are those of training.
func (o *compareOptions) oneQuestion(cmd *cobra.Command, training []string) error {
	var train, serve []string
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		switch {
		case !f.Changed || slices.Contains(eitherWay, f.Name):
		case slices.Contains(training, f.Name):
			train = append(train, f.Name)
		default:
			serve = append(serve, f.Name)
		}
	})
	switch {
	case o.served() && len(train) > 0:
		return usageError(text.AboutTraining.Error(train[0]), o.commandWithout(train...))
	case !o.served() && len(serve) > 0:
		return usageError(text.AboutServing.Error(serve[0]), o.commandWithout(train...)+" --weights bf16")
	}
	return nil
}

// compareRow is the answer for one model on one device, or why there is none.
type compareRow struct {
	model  *modelArg
	target target
	method train.Method
	answer *sizing.Answer
	err    error
}

func compareRun(cmd *cobra.Command, o *compareOptions) error {
	var models []*modelArg
	for _, name := range o.models {
		m, err := o.resolve(cmd.Context(), name)
		if err != nil {
			return err
		}
		variants, err := m.variants(o.prune)
		if err != nil {
			return err
		}
		models = append(models, variants...)
	}
	if o.examples.Count > 0 && o.examples.Tokens == 0 && slices.ContainsFunc(models, func(m *modelArg) bool { return m.Model.PerToken() }) {
		return usageError(text.ExamplesHaveLength.Error(), o.commandLine()+" --example-tokens 512")
	}
	targets, err := o.targets(o.on)
	if err != nil {
		return err
	}
	var rows []compareRow
	fits, failed := 0, 0
	for _, m := range models {
		for _, t := range targets {
			for _, method := range o.methods {
				row := compareRow{model: m, target: t, method: method}
				one := o.workOptions
				one.method = method
				if row.answer, row.err = one.ask(m, t); row.err != nil {
					row.err = o.rowError(cmd, row.err)
					failed++
				} else if row.answer.Estimate.Memory.Fits {
					fits++
				}
				rows = append(rows, row)
			}
		}
	}
	if err := o.print(compareDocument(o, rows, len(models), len(targets))); err != nil {
		return err
	}
	return o.outcome(failed, fits, len(rows))
}

// outcome is the exit of a comparison in which some rows have no answer and
// some fit.
func (a *app) outcome(failed, fits, rows int) error {
	switch {
	case failed > 0:
		fmt.Fprintf(a.stderr, "mlsizer: %s: %s\n", a.say(text.LineError), a.sayf(text.RowsFailed, failed, rows))
		return exitCode(exitFailed)
	case fits == 0:
		return exitCode(exitNoFit)
	}
	return nil
}

// rowError names the flag that an error is about.
func (o *compareOptions) rowError(cmd *cobra.Command, err error) error {
	_, err = flagError(cmd, err)
	return err
}
