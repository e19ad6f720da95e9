package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/render"
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

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// usageError is an error in what was typed (exit code 2).
func usageError(err error, hint string) error {
	return &failure{err: err, code: exitUsage, hint: hint}
}

// usageErrorf is usageError with a format and no hint.
func usageErrorf(format string, args ...any) error {
	return usageError(fmt.Errorf(format, args...), "")
}

// readError is an error in what was read (exit code 1).
func readError(err error, hint string) error {
	return &failure{err: err, code: exitFailed, hint: hint}
}

// exitCode is an outcome that has been printed: the program ends with the code
// and says nothing more.
type exitCode int

func (c exitCode) Error() string { return "exit code " + strconv.Itoa(int(c)) }

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
	say := func(kind render.Text, text string) {
		for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
			io.WriteString(a.stderr, "mlsizer: "+a.say(kind)+": "+line+"\n")
		}
	}
	say(labelError, err.Error())
	if f.hint != "" {
		say(labelHint, f.hint)
	}
	if f.code == exitUsage && f.cmd != nil {
		say(labelUsage, a.sayf(labelUsageLine, f.cmd.UseLine(), f.cmd.CommandPath()))
	}
	return f.code
}

// flagError makes a usage error of what pflag says of a command line.
func (a *app) flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	f := &failure{err: err, code: exitUsage, cmd: cmd}
	switch {
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			f.err = fmt.Errorf("unknown flag -%s", name)
			break
		}
		f.err = fmt.Errorf("unknown flag --%s", name)
		if near := nearest(name, flagNames(cmd)); near != "" {
			f.hint = a.commandReplacing("--"+name, "--"+near)
		}
	case errors.As(err, &invalid):
		flag, value := invalid.GetFlag(), invalid.GetValue()
		f.err = fmt.Errorf("--%s %s", flag.Name, quoted(value, invalid.Unwrap()))
		if v, ok := flag.Value.(interface{ Example() string }); ok && v.Example() != "" {
			f.hint = a.commandReplacing(value, v.Example())
		}
	}
	return f
}

// quoted puts the value in front of the error unless it stands there already.
func quoted(value string, err error) string {
	text := err.Error()
	if strings.HasPrefix(text, `"`) {
		return text
	}
	return strconv.Quote(value) + ": " + text
}

func flagNames(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}
