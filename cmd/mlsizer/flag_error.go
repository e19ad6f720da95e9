package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/note"
	"mlsizer/sizing/option"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// flagOf is the flag of a core error, "" if unknown.
func flagOf(err error) string {
	var fault *cli.FlagFault
	var rate *hardware.UnsupportedError
	if errors.As(err, &fault) {
		return fault.Flag
	}
	if field := note.FieldOf(err); field != "" {
		return field
	}
	if errors.As(err, &rate) {
		return "precision"
	}
	return ""
}

// flagError names the flag of a core error; name is "" if that flag was not
// given.
func flagError(cmd *cobra.Command, err error) (name string, wrapped error) {
	name = flagOf(err)
	flag := cmd.Flags().Lookup(name)
	if flag == nil || !flag.Changed {
		return "", err
	}
	var rate *hardware.UnsupportedError
	if name == "precision" && errors.As(err, &rate) {
		err = noRate(rate)
	}
	return name, text.FlagValueFails.Error(name, flag.Value, err)
}

// lacksNetwork reports whether an error is about an unknown network between
// nodes.
func lacksNetwork(err error) bool { return note.Is(err, "device.no-network-between-nodes") }

// answerError converts an error of an estimate to a usage error. The hint
// leaves the wrong flag open, if that gives an answer.
func answerError(a *cli.App, cmd *cobra.Command, o *cli.TrainingOptions, m *cli.ModelArg, t cli.Target, err error) error {
	name, wrapped := flagError(cmd, err)
	if name == "" {
		if lacksNetwork(err) {
			return cli.UsageError(err, a.CommandLine()+" --scale-out 50GB/s")
		}
		return cli.UsageError(err, relaxed(a, o, m, t))
	}
	switch name {
	case "tokens":
		return cli.UsageError(wrapped, a.CommandReplacing("--tokens", "--samples"))
	case "batch-tokens":
		return cli.UsageError(wrapped, a.CommandReplacing("--batch-tokens", "--batch"))
	case "samples":
		return cli.UsageError(wrapped, a.CommandReplacing("--samples", "--tokens"))
	case "examples":
		if o.Examples.Tokens == 0 {
			return cli.UsageError(wrapped, a.CommandLine()+" --example-tokens 512")
		}
	case "example-tokens", "packing", "env-fps", "actors":
		return cli.UsageError(wrapped, a.CommandWithout(name))
	}
	without := *o
	switch name {
	case "precision":
		without.Precision = option.Of[train.Precision]{}
	case "tp":
		without.Fixed.Plan.TP, without.Fixed.SequenceParallel = 0, option.If(without.Fixed.SequenceParallel.IsSet(), false)
	case "sp":
		without.Fixed.SequenceParallel = option.Of[bool]{}
	case "recompute-modules":
		without.Fixed.Plan.Modules = 0
		if !cmd.Flags().Changed("recompute") {
			without.Fixed.Recompute = option.Of[train.Recompute]{}
		}
	case "batch":
		without.Batch = 0
	case "seq":
		without.Seq = 0
	default:
		return cli.UsageError(wrapped, relaxed(a, o, m, t))
	}
	if _, err := without.Answer(m, t); err != nil {
		return cli.UsageError(wrapped, relaxed(a, o, m, t))
	}
	return cli.UsageError(wrapped, a.CommandWithout(name))
}

// noRate says which training precisions the device supports: it may have a rate
// for other formats.
func noRate(e *hardware.UnsupportedError) error {
	var names []string
	for _, p := range train.Precisions(e.Device) {
		names = append(names, p.String())
	}
	if len(names) == 0 {
		return e
	}
	return text.NoMatrixRate.Error(e.Device.ID, e.DType, strings.Join(names, ", "))
}

// relaxed is the command line with an open layout, "" if that has no answer
// either.
func relaxed(a *cli.App, o *cli.TrainingOptions, m *cli.ModelArg, t cli.Target) string {
	open := *o
	open.Fixed = search.Fixed{}
	if _, err := open.Answer(m, t); err != nil {
		return ""
	}
	var names []string
	layout := pflag.NewFlagSet("", pflag.ContinueOnError)
	cli.AddLayoutFlags(layout, &search.Fixed{})
	layout.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	line := a.CommandWithout(names...)
	if line == a.CommandLine() {
		return ""
	}
	return line
}
