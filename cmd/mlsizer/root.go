package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/fits"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/cmd/mlsizer/internal/version"
	"mlsizer/cmd/mlsizer/internal/web"
)

func init() {
	// The program has no log; what net/http says of odd servers is not for
	// users, and may name addresses.
	log.SetOutput(io.Discard)
}

// execute is the program: it returns the exit code.
func execute(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &cli.App{Stdin: stdin, Stdout: stdout, Stderr: stderr, Args: args, Root: newRootCmd, Line: new(atomic.Bool), Grace: new(atomic.Int64), Lang: cli.LangOf(args, text.FromEnvironment(os.Getenv))}
	root := newRootCmd(a)
	root.SetArgs(args)
	var stop func()
	a.Interrupt, stop = interruptible(a)
	defer stop()
	cmd, err := root.ExecuteContextC(a.Interrupt)
	if f, ok := err.(*cli.Failure); ok && f.Cmd == nil {
		f.Cmd = cmd
	}
	return a.Report(err)
}

// grace is how long a command may take to end after an interrupt.
const grace = time.Second

// interruptible is a context that SIGINT and SIGTERM cancel. What does not heed
// it is left after the grace.
func interruptible(a *cli.App) (ctx context.Context, stop func()) {
	ctx, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ended := make(chan struct{})
	context.AfterFunc(ctx, func() {
		select {
		case <-ended:
		case <-time.After(max(grace, time.Duration(a.Grace.Load()))):
			os.Exit(a.ReportInterrupt(nil))
		}
	})
	return ctx, func() { close(ended); restore() }
}

// newRootCmd is the command line.
func newRootCmd(a *cli.App) *cobra.Command {
	root := &cobra.Command{
		Use:           "mlsizer",
		Version:       version.Line(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return a.UnknownCommand(cmd, args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.Stdin) // before the completion command, which keeps where to write to
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	root.SetVersionTemplate("{{.Name}} version {{.Version}}\n") // the same in every language: programs read it
	root.SetFlagErrorFunc(a.FlagError)
	fs := root.PersistentFlags()
	cli.AddValue(fs, &a.Output, "output", "o", "FORMAT", "json", render.ParseFormat).Among(render.FormatNames)
	cli.AddValue(fs, &a.Lang, "lang", "", "LANG", "zh", text.ParseLang).Among(text.Langs)
	root.SetHelpCommand(newHelpCmd(a, root))
	root.AddCommand(newClassifyCmd(a), newEstimateCmd(a), newCompareCmd(a), newDiffCmd(a), newInferCmd(a), fits.NewCmd(a), newInspectCmd(a), newPlanCmd(a), newModelsCmd(a), newHardwareCmd(a), newValidateCmd(a), newCalibrateCmd(a), web.NewCmd(a), newManCmd(a))
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	root.SetHelpFunc(a.Help)
	if cli.Completes(a.Args) {
		a.Localize(root)
		a.AddCompletions(root)
	}
	return root
}

// newHelpCmd is the help about a command, which rejects one that is not there.
func newHelpCmd(a *cli.App, root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 && cmd.HasAvailableSubCommands() {
				return a.UnknownCommand(cmd, rest[0])
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// newManCmd writes the manual pages.
func newManCmd(a *cli.App) *cobra.Command {
	var folder string
	return &cobra.Command{
		Use: "man DIR",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cli.UsageError(text.OneFolder.Error(len(args)), "")
			}
			folder = args[0]
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			a.Localize(cmd.Root())
			return manRun(cmd.Root(), folder)
		},
	}
}

// manRun writes a page for every command into a folder, which is made if it is
// not there.
func manRun(root *cobra.Command, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return cli.ReadError(err, "")
	}
	root.DisableAutoGenTag = true // the pages of one version are the same every day
	header := &doc.GenManHeader{Section: "1", Source: "mlsizer " + version.Number, Manual: "mlsizer"}
	if err := doc.GenManTree(root, header, folder); err != nil {
		return cli.ReadError(err, "")
	}
	return nil
}
