package main

import (
	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/shell"
	"mlsizer/cmd/mlsizer/internal/text"
)

// newDiffCmd puts scenarios of files side by side.
func newDiffCmd(a *cli.App) *cobra.Command {
	var files []string
	return &cobra.Command{
		Use: "diff FILE...",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.UsageError(text.NoFiles.Error(), "mlsizer diff a.yaml b.yaml")
			}
			files = args
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := &cli.CompareOptions{App: a}
			parts, err := o.FileParts(cmd, files, newCompare)
			if err != nil {
				return err
			}
			return diffRun(a, parts)
		},
	}
}

// diffRun answers for every scenario and prints what they ask and get differently.
func diffRun(a *cli.App, parts []cli.Part) error {
	if len(parts) < 2 {
		return cli.UsageError(text.OneScenario.Error(parts[0].File), "mlsizer estimate -f "+shell.Word(parts[0].File))
	}
	for i := range parts {
		if err := checkDiffed(&parts[i]); err != nil {
			return err
		}
	}
	asked, all, err := casesOf(parts)
	if err != nil {
		return err
	}
	if all.Served() {
		return diffServed(a, parts, asked)
	}
	rows, err := rowsOfParts(parts, asked)
	if err != nil {
		return err
	}
	d := &report.Diff{Parts: parts}
	d.Training(rows, a.Lang)
	return finishDiff(a, d)
}

// checkDiffed rejects a scenario that asks for more than one answer.
func checkDiffed(p *cli.Part) error {
	varied := cli.VariedOf(p.Cmd)
	switch {
	case len(p.Models) == 0:
		return cli.UsageError(text.NoModelIn.Error(p.File, p.Scenario), "")
	case len(p.Models) > 1 || len(p.On) > 1 || len(p.Prune) > 0 || p.Student != "" || len(varied) > 0:
		return cli.UsageError(text.SeveralIn.Error(p.File, p.Scenario), "mlsizer compare -f "+shell.Word(p.File))
	}
	return oneTask(p.CompareOptions, p.Cmd)
}

// diffServed is diffRun for serving.
func diffServed(a *cli.App, parts []cli.Part, asked [][]cli.Case) error {
	c := &inferComparison{Served: report.Served{Options: parts[0].CompareOptions}}
	for i := range parts {
		if err := c.addPart(&parts[i], asked[i]); err != nil {
			return err
		}
	}
	d := &report.Diff{Parts: parts}
	d.Serving(&c.Served)
	return finishDiff(a, d)
}

// finishDiff prints the differences; the exit code is that of a comparison.
func finishDiff(a *cli.App, d *report.Diff) error {
	if err := a.Print(d.Document()); err != nil {
		return err
	}
	failed, fits := 0, 0
	for i, err := range d.Errors {
		switch {
		case err != "":
			failed++
		case d.Fits[i]:
			fits++
		}
	}
	return a.Outcome(failed, fits, len(d.Errors))
}
