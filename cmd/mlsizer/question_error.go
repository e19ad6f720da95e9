package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/note"
	"mlsizer/sizing/option"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// flagFault is an error about a flag in words of the program, as [note.Error] is
// of a field of the request.
type flagFault struct {
	flag string
	err  error
}

// Error is the text of the error within.
func (f *flagFault) Error() string { return f.err.Error() }

// Unwrap is the error within.
func (f *flagFault) Unwrap() error { return f.err }

// flagOf is the flag that an error of the domain is about, "" if unknown.
func flagOf(err error) string {
	var fault *flagFault
	var rate *hardware.UnsupportedError
	if errors.As(err, &fault) {
		return fault.flag
	}
	if field := note.FieldOf(err); field != "" {
		return field
	}
	if errors.As(err, &rate) {
		return "precision"
	}
	return ""
}

// flagError names the flag that an error of the domain is about; name is "" if
// that flag was not given.
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

// lacksNetwork says whether an error is about a network between nodes that is
// not known.
func lacksNetwork(err error) bool { return note.Is(err, "device.no-network-between-nodes") }

// askError makes a usage error of an answer that could not be given. The hint
// leaves the choice of what is wrong to the program, if that gives an answer.
func (a *app) askError(cmd *cobra.Command, o *workOptions, m *modelArg, t target, err error) error {
	name, wrapped := flagError(cmd, err)
	if name == "" {
		if lacksNetwork(err) {
			return usageError(err, a.commandLine()+" --scale-out 50GB/s")
		}
		return usageError(err, a.relaxed(o, m, t))
	}
	switch name {
	case "tokens":
		return usageError(wrapped, a.commandReplacing("--tokens", "--samples"))
	case "batch-tokens":
		return usageError(wrapped, a.commandReplacing("--batch-tokens", "--batch"))
	case "samples":
		return usageError(wrapped, a.commandReplacing("--samples", "--tokens"))
	case "examples":
		if o.examples.Tokens == 0 {
			return usageError(wrapped, a.commandLine()+" --example-tokens 512")
		}
	case "example-tokens", "packing":
		return usageError(wrapped, a.commandWithout(name))
	}
	without := *o
	switch name {
	case "precision":
		without.precision = option.Of[train.Precision]{}
	case "tp":
		without.fixed.Plan.TP, without.fixed.SequenceParallel = 0, option.If(without.fixed.SequenceParallel.IsSet(), false)
	case "sp":
		without.fixed.SequenceParallel = option.Of[bool]{}
	case "recompute-modules":
		without.fixed.Plan.Modules = 0
		if !cmd.Flags().Changed("recompute") {
			without.fixed.Recompute = option.Of[train.Recompute]{}
		}
	case "batch":
		without.batch = 0
	case "seq":
		without.seq = 0
	default:
		return usageError(wrapped, a.relaxed(o, m, t))
	}
	if _, err := without.ask(m, t); err != nil {
		return usageError(wrapped, a.relaxed(o, m, t))
	}
	return usageError(wrapped, a.commandWithout(name))
}

// noRate says which precisions of training the device computes in: it may have
// a rate for formats that are none.
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

// relaxed is the command line with the whole layout left open, "" if even that
// has no answer.
func (a *app) relaxed(o *workOptions, m *modelArg, t target) string {
	open := *o
	open.fixed = search.Fixed{}
	if _, err := open.ask(m, t); err != nil {
		return ""
	}
	var names []string
	layout := pflag.NewFlagSet("", pflag.ContinueOnError)
	addLayoutFlags(layout, &search.Fixed{})
	layout.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	line := a.commandWithout(names...)
	if line == a.commandLine() {
		return ""
	}
	return line
}
