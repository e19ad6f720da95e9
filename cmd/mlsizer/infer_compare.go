package main

import (
	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
)

// addCompareServing adds compare's flags of serving.
func addCompareServing(cmd *cobra.Command, o *cli.CompareOptions) {
	fs := cmd.Flags()
	addServingChoices(fs, &o.Serving, parseWeights)
	cli.AddValue(fs, &o.Serving.Context, "context", "", "COUNT", "32k", cli.ParseTokenCount)
	cli.AddValue(fs, &o.Student, "student", "", "MODEL", "llama-3.2-1b", cli.AsTyped)
}

// inferCompareRun answers for every model of every part with its variants, on
// every machine and in every combination of the values of flags.
func inferCompareRun(parts []cli.Part) error {
	asked, all, err := casesOf(parts)
	if err != nil {
		return err
	}
	view, err := viewOf(all, report.ServedColumns(all))
	if err != nil {
		return err
	}
	c := &inferComparison{Served: report.Served{Options: all}}
	for i := range parts {
		if err := c.addPart(&parts[i], asked[i]); err != nil {
			return err
		}
	}
	if err := all.Print(c.Document(view)); err != nil {
		return err
	}
	return all.Outcome(c.failed, c.fits, len(c.Rows))
}

// addPart answers for the rows of one part.
func (c *inferComparison) addPart(o *cli.Part, cases []cli.Case) error {
	targets, err := o.Targets(o.On)
	if err != nil {
		return err
	}
	for _, name := range o.Models {
		variants, err := servingVariants(o.CompareOptions, o.Cmd, name)
		if err != nil {
			return err
		}
		for _, m := range variants {
			for _, t := range targets {
				for i := range cases {
					c.add(name, m, t, &cases[i])
				}
			}
		}
	}
	return nil
}

// servingOf are the flags of serving of a case, with those that it shares with
// training.
func servingOf(c *cli.Case) (s *cli.ServingOptions, weights string) {
	s = &c.Serving
	s.On, s.Batch, s.Price, s.Bounds, s.Network = c.On, c.Batch, c.Price, c.Bounds, c.Network
	s.Prompt, s.Output = c.Lengths()
	if len(s.Weights) > 0 {
		weights = s.Weights[0]
	}
	return s, weights
}

// servingVariants are a model, its pruned variants, and its student.
func servingVariants(o *cli.CompareOptions, cmd *cobra.Command, name string) ([]*cli.ModelArg, error) {
	m, err := o.ResolveOne(cmd.Context(), name)
	if err != nil {
		return nil, err
	}
	variants, err := m.Variants(o.Prune)
	if err != nil || o.Student == "" {
		return variants, err
	}
	student, err := o.ResolveOne(cmd.Context(), o.Student)
	if err != nil {
		return nil, cli.AboutFlag("student", err)
	}
	return append(variants, student), nil
}

// inferComparison collects rows.
type inferComparison struct {
	report.Served
	fits, failed int
}

// add answers for one row.
func (c *inferComparison) add(name string, m *cli.ModelArg, t cli.Target, k *cli.Case) {
	row := report.ServedRow{Core: m.Model, Case: k}
	err := cli.RowError(k.Err)
	if err == nil {
		t, err = k.Priced(t)
	}
	switch {
	case err != nil:
	case m.Model.Encodes():
		err = c.addEncoder(&row, m, t, k)
	default:
		err = c.addDecoder(&row, m, t, k)
	}
	if err != nil {
		c.failed++
		s, weights := servingOf(k)
		row.Error = text.ErrorIn(rowError(k.Cmd, err), c.Options.Lang)
		row.Model = report.NewModelJSON(m, s.Bounds)
		row.Hardware = servingHardware(t)
		row.Workload.Weights = weights
	} else if row.Memory.Fits {
		c.fits++
	}
	if m.Input != name {
		row.Of = name
	}
	row.Settings = report.SettingsOf(k.Settings)
	c.Notes = append(c.Notes, row.Said...)
	c.Rows = append(c.Rows, row)
}

// servingHardware is a machine in a row.
func servingHardware(t cli.Target) report.HardwareJSON {
	return report.HardwareJSON{Input: t.Input, Device: t.Device.ID, Name: t.Device.Name, Devices: max(t.Count, 1), Memory: t.Device.Memory}
}

// addDecoder fills in a row of a model that generates tokens.
func (c *inferComparison) addDecoder(row *report.ServedRow, m *cli.ModelArg, t cli.Target, k *cli.Case) error {
	s, weights := servingOf(k)
	a, notes, err := infer(s, m, t, weights)
	if err != nil {
		return err
	}
	row.InferJSON, row.Said = report.NewInferJSON(m, t, a, notes, s, c.Options.Lang), notes
	return nil
}

// addEncoder fills in a row of a model that generates nothing.
func (c *inferComparison) addEncoder(row *report.ServedRow, m *cli.ModelArg, t cli.Target, k *cli.Case) error {
	s, weights := servingOf(k)
	a, notes, err := encoding(s, m, t, weights)
	if err != nil {
		return err
	}
	row.Model, row.Hardware = report.NewModelJSON(m, s.Bounds), servingHardware(t)
	row.Workload = report.ServingJSON{Context: a.Context, Batch: a.Batch, Weights: a.Quant.Name, Runtime: a.Runtime.Name, Layout: a.Layout}
	row.Memory, row.Weights, row.MaxBatch, row.Best, row.Encoding = a.Memory, a.Weights, a.MaxBatch, a.Best, &a.Throughput
	row.Notes, row.Said = report.NotesIn(notes, c.Options.Lang), notes
	return nil
}
