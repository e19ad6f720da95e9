package main

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
)

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // something that was read is wrong
	exitUsage  = 2 // something that was typed is wrong
	exitNoFit  = 3 // answered: it does not fit
)

// failure is an error with its exit code, and a command line that would work.
type failure struct {
	err  error
	code int
	hint string
	cmd  *cobra.Command // whose usage is shown; nil: none
}

// Error is the text of the error within.
func (f *failure) Error() string { return f.err.Error() }

// Unwrap is the error within.
func (f *failure) Unwrap() error { return f.err }

// usageError is an error in what was typed (exit code 2).
func usageError(err error, hint string) error {
	return &failure{err: err, code: exitUsage, hint: hint}
}

// readError is an error in what was read (exit code 1).
func readError(err error, hint string) error {
	return &failure{err: err, code: exitFailed, hint: hint}
}

// aboutFlag says which flag an error is about; its hint and exit code stay.
func aboutFlag(name string, err error) error {
	f := &failure{code: exitFailed}
	if errors.As(err, &f) {
		c := *f
		f = &c
	}
	f.err = text.FlagFails.Error(name, err)
	return f
}

// exitCode is an outcome that has been printed: the program ends with the code
// and says nothing more.
type exitCode int

// Error names the code; report never prints it.
func (c exitCode) Error() string { return "exit " + strconv.Itoa(int(c)) }

// report prints an error as the user is to see it and returns the exit code.
func (a *app) report(err error) int {
	var code exitCode
	if err == nil {
		return exitOK
	}
	if errors.As(err, &code) {
		return int(code)
	}
	f := &failure{err: err, code: exitFailed}
	errors.As(err, &f)
	say := func(kind text.Text, words string) {
		for _, line := range strings.Split(strings.TrimRight(words, "\n"), "\n") {
			io.WriteString(a.stderr, "mlsizer: "+a.say(kind)+": "+line+"\n")
		}
	}
	say(text.LineError, text.ErrorLine(err, a.lang))
	if f.hint != "" {
		say(text.LineHint, f.hint)
	}
	if f.code == exitUsage && f.cmd != nil {
		say(text.LineUsage, a.sayf(text.UsageLine, f.cmd.UseLine(), f.cmd.CommandPath()))
	}
	return f.code
}

// flagError makes a usage error of what pflag says of a command line.
func (a *app) flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	f := &failure{err: err, code: exitUsage, cmd: cmd}
	if !cmd.HasParent() && len(a.args) > 0 && !strings.HasPrefix(a.args[0], "-") {
		return a.unknownCommand(cmd, a.args[0]) // the flags are of a command that does not exist
	}
	switch {
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		if count := a.negativeCount(unknown); count != nil {
			f.err = count
			break
		}
		if unknown.GetSpecifiedShortnames() != "" {
			f.err = text.UnknownShort.Error(name)
			break
		}
		f.err = text.UnknownFlag.Error(name)
		if others := commandsWith(cmd, name); len(others) > 0 {
			f.err = text.FlagOfOthers.Error(name, cmd.Name(), text.OneOf(others))
			f.hint = a.asOther(cmd.Name(), others)
			break
		}
		if near := nearest(name, flagNames(cmd)); near != "" {
			f.hint = a.commandReplacing("--"+name, "--"+near)
		}
	case errors.As(err, &missing):
		f.err = text.NoValue.Error(missing.GetFlag().Name, missing.GetFlag().Value.Type())
		f.hint = exampleOf(missing.GetFlag())
		if f.hint != "" {
			f.hint = a.commandLine() + " " + f.hint
		}
	case errors.As(err, &invalid):
		flag, value := invalid.GetFlag(), invalid.GetValue()
		f.err = text.FlagSays.Error(flag.Name, quoted(value, invalid.Unwrap()))
		if example := exampleOf(flag); example != "" {
			f.hint = a.commandReplacing(value, example)
		}
	}
	return f
}

// asOther is the command line as the first of other commands that takes all its
// flags, with the length of the run where that is asked about; "" if none does.
func (a *app) asOther(name string, others []string) string {
	i := slices.Index(a.args, name)
	for _, other := range others {
		cmd, rest, err := a.commands().Find(append(append(slices.Clone(a.args[:i]), other), a.args[i+1:]...))
		if err != nil || cmd.ParseFlags(rest) != nil {
			continue
		}
		line := a.commandReplacing(name, other)
		if slices.ContainsFunc(goals, cmd.Flags().Changed) {
			line = a.withLength(cmd, line)
		}
		return line
	}
	return ""
}

// commandsWith are the other commands that have a flag of the name.
func commandsWith(cmd *cobra.Command, name string) []string {
	var list []string
	if !cmd.HasParent() {
		return nil
	}
	for _, c := range cmd.Parent().Commands() {
		if c != cmd && c.Flags().Lookup(name) != nil {
			list = append(list, c.Name())
		}
	}
	return list
}

// exampleOf is a value that a flag takes, "" if none is known.
func exampleOf(f *pflag.Flag) string {
	if v, ok := f.Value.(interface{ Example() string }); ok {
		if v.Example() != "" {
			return shellWord(v.Example())
		}
	}
	return ""
}

// negativeCount is the error of a count such as -5, which reads as a flag; nil
// if what was typed is none.
func (a *app) negativeCount(err *pflag.NotExistError) error {
	for _, arg := range a.args {
		if len(arg) > 1 && strings.Contains("0123456789.", arg[1:2]) && arg[0] == '-' && strings.HasPrefix(arg[1:], err.GetSpecifiedShortnames()) {
			if _, parse := quantity.ParseParams(arg); parse != nil {
				return &countFault{parse}
			}
		}
	}
	return nil
}

// quoted puts the value in front of the error unless it stands there already.
func quoted(value string, err error) error {
	if text.BeginsQuoted(err) {
		return err
	}
	return text.Colon.Error(strconv.Quote(value), err)
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}
