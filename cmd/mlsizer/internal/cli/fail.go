package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/shell"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Outcome is the exit code of a comparison in which some rows have no answer
// and some fit.
func (a *App) Outcome(failed, fits, rows int) error {
	switch {
	case failed > 0:
		fmt.Fprintf(a.Stderr, "mlsizer: %s: %s\n", a.Say(text.LineError), a.Sayf(text.RowsFailed, failed, rows))
		return ExitCode(exitFailed)
	case fits == 0:
		return ExitCode(ExitNoFit)
	}
	return nil
}

// The exit codes.
const (
	ExitOK     = 0
	exitFailed = 1 // invalid input
	ExitUsage  = 2 // invalid command line
	ExitNoFit  = 3 // answered: it does not fit
	// ExitInterrupted is 128 and the number of SIGINT, as shells have it.
	ExitInterrupted = 130
)

// Failure is an error with its exit code, and a command line that would work.
type Failure struct {
	err  error
	code int
	hint string
	Cmd  *cobra.Command // whose usage is shown; nil: none
}

// Error is the text of the error within.
func (f *Failure) Error() string { return f.err.Error() }

// Unwrap is the error within.
func (f *Failure) Unwrap() error { return f.err }

// UsageError is an error in what was typed (exit code 2).
func UsageError(err error, hint string) error {
	return &Failure{err: err, code: ExitUsage, hint: hint}
}

// ReadError is an error in what was read (exit code 1).
func ReadError(err error, hint string) error {
	return &Failure{err: err, code: exitFailed, hint: hint}
}

// AboutFlag says which flag an error is about; its hint and exit code stay.
func AboutFlag(name string, err error) error {
	f := &Failure{code: exitFailed}
	if errors.As(err, &f) {
		c := *f
		f = &c
	}
	f.err = text.FlagFails.Error(name, err)
	return f
}

// ExitCode is an outcome that has been printed: the program exits with the code
// and prints nothing more.
type ExitCode int

// Error names the code; report never prints it.
func (c ExitCode) Error() string { return "exit " + strconv.Itoa(int(c)) }

// Interrupted reports whether the program is to end.
func (a *App) Interrupted() bool { return a.Interrupt != nil && a.Interrupt.Err() != nil }

// ReportInterrupt says that the program was interrupted, in the words of the
// error where that says at what, and returns the exit code.
func (a *App) ReportInterrupt(err error) int {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(a.Interrupt)) {
		err = text.ProgramInterrupted.Error()
	}
	a.sayLines(text.LineError, text.ErrorLine(err, a.Lang))
	return ExitInterrupted
}

// sayLines prints words for the user, with what they are in front of each line.
func (a *App) sayLines(kind text.Text, words string) {
	for _, line := range strings.Split(strings.TrimRight(text.Harmless(words), "\n"), "\n") {
		io.WriteString(a.Stderr, "mlsizer: "+a.Say(kind)+": "+line+"\n")
	}
}

// Report prints an error for the user and returns the exit code.
func (a *App) Report(err error) int {
	var code ExitCode
	if a.Interrupted() {
		return a.ReportInterrupt(err)
	}
	if err == nil && a.helpError != nil {
		err = text.Writing.Error(a.helpError)
	}
	if err == nil {
		return ExitOK
	}
	if errors.As(err, &code) {
		return int(code)
	}
	f := failureOf(err)
	a.sayLines(text.LineError, text.ErrorLine(err, a.Lang))
	if hint := a.settled(f.hint); hint != "" {
		a.sayLines(text.LineHint, hint)
	}
	if f.code == ExitUsage && f.Cmd != nil {
		a.sayLines(text.LineUsage, a.Sayf(text.UsageLine, f.Cmd.UseLine(), f.Cmd.CommandPath()))
	}
	return f.code
}

// failureOf is an error with its exit code and its hint.
func failureOf(err error) *Failure {
	f := &Failure{err: err, code: exitFailed}
	errors.As(err, &f)
	return f
}

// Problem is what is wrong with a request, in the words of the command line:
// the error, and the hint, which may be "".
func (a *App) Problem(err error) (detail, hint string) {
	detail = text.Harmless(text.ErrorLine(err, a.Lang))
	return detail, text.Harmless(a.settled(failureOf(err).hint))
}

// FlagError converts an error of pflag to a usage error.
func (a *App) FlagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	f := &Failure{err: err, code: ExitUsage, Cmd: cmd}
	if !cmd.HasParent() && len(a.Args) > 0 && !strings.HasPrefix(a.Args[0], "-") {
		return a.UnknownCommand(cmd, a.Args[0]) // the flags are of a command that does not exist
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
		if near := Nearest(name, FlagNames(cmd)); near != "" {
			f.hint = a.CommandReplacing("--"+name, "--"+near)
		}
	case errors.As(err, &missing):
		f.err = text.NoValue.Error(missing.GetFlag().Name, missing.GetFlag().Value.Type())
		f.hint = exampleOf(missing.GetFlag())
		if f.hint != "" {
			f.hint = a.CommandLine() + " " + f.hint
		}
	case errors.As(err, &invalid):
		flag, value := invalid.GetFlag(), invalid.GetValue()
		if n := valuesIn(flag, value); n > 1 {
			f.err = text.TakesOne.Error(flag.Name, value, n, cmd.Name())
			f.hint = a.asComparison(cmd)
			break
		}
		f.err = text.FlagSays.Error(flag.Name, quoted(value, invalid.Unwrap()))
		if item := (*itemFault)(nil); errors.As(err, &item) {
			value = item.item
		}
		if instead := cmp.Or(nearestIn(err), exampleOf(flag)); instead != "" {
			f.hint = a.CommandReplacing(value, instead)
		}
	}
	return f
}

// asComparison is the command line as a comparison, which takes several values;
// "" where no comparison answers the question.
func (a *App) asComparison(cmd *cobra.Command) string {
	switch cmd.Name() {
	case "estimate":
		return a.CommandReplacing("estimate", "compare")
	case "infer":
		return a.CommandComparing(cmd.Flags().Changed("weights"))
	}
	return ""
}

// nearestIn is the name that an error of the core says is nearest, "" if it says
// none.
func nearestIn(err error) string {
	var e *note.Error
	if errors.As(err, &e) && e.Code() == "stack.unlike" {
		return fmt.Sprint(e.Args()[1])
	}
	return ""
}

// asOther is the command line with the first of other commands that accepts all
// its flags, with the length of the run if the flags require it; "" if none
// does.
func (a *App) asOther(name string, others []string) string {
	i := slices.Index(a.Args, name)
	for _, other := range others {
		cmd, rest, err := a.commands().Find(append(append(slices.Clone(a.Args[:i]), other), a.Args[i+1:]...))
		if err != nil || cmd.ParseFlags(rest) != nil {
			continue
		}
		line := a.CommandReplacing(name, other)
		if slices.ContainsFunc(Goals, cmd.Flags().Changed) {
			line = a.WithLength(cmd, line)
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
	if v, ok := f.Value.(interface{ exampleText() string }); ok {
		if v.exampleText() != "" {
			return shell.Word(v.exampleText())
		}
	}
	return ""
}

// negativeCount is the error of a count such as -5, which reads as a flag; nil
// if what was typed is none.
func (a *App) negativeCount(err *pflag.NotExistError) error {
	for _, arg := range a.Args {
		if len(arg) > 1 && strings.Contains("0123456789.", arg[1:2]) && arg[0] == '-' && strings.HasPrefix(arg[1:], err.GetSpecifiedShortnames()) {
			if _, parse := quantity.ParseParams(arg); parse != nil {
				return &CountFault{parse}
			}
		}
	}
	return nil
}

// quoted puts the value in front of the error unless it contains it.
func quoted(value string, err error) error {
	if text.BeginsQuoted(err) {
		return err
	}
	return text.Colon.Error(strconv.Quote(value), err)
}

// FlagNames lists the names of the flags of a command.
func FlagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

// FlagFault is an error about a flag in words of the program, as [note.Error] is
// of a field of the request.
type FlagFault struct {
	Flag string
	Err  error
}

// Error is the text of the error within.
func (f *FlagFault) Error() string { return f.Err.Error() }

// Unwrap is the error within.
func (f *FlagFault) Unwrap() error { return f.Err }

// UnknownCommand says that there is no such command, and which is spelled alike.
func (a *App) UnknownCommand(parent *cobra.Command, name string) error {
	// Commands that estimate are suggested first; commands about the program
	// itself may still be meant.
	var names, ofProgram []string
	for _, c := range parent.Commands() {
		switch {
		case c.Name() == "completion" || c.Name() == "man":
			ofProgram = append(ofProgram, c.Name())
		case c.IsAvailableCommand() && c.Name() != "help":
			names = append(names, c.Name())
		}
	}
	hint := "mlsizer --help"
	if near := Nearest(name, slices.Concat(names, ofProgram)); near != "" {
		hint = a.CommandReplacing(name, near)
	}
	return UsageError(text.UnknownCommand.Error(name, strings.Join(names, ", ")), hint)
}
