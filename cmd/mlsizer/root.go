package main

import (
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
)

// app is what every command works with: the streams, the common flags, and
// the catalogues, which are read when a command first asks for them.
type app struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	args   []string // as typed, for hints
	// root builds the command line, for questions about it.
	root func(*app) *cobra.Command

	output render.Format // -o
	lang   text.Lang     // --lang

	hardwareFile string // --hardware-file, of the commands that have it
	devices      *hardware.Catalog
}

// plainWidth is the width that output is laid out for when nothing says
// otherwise: a pipe or a file has none.
const plainWidth = 100

// execute is the program: it returns the exit code.
func execute(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, args: args, root: newRootCmd, lang: langOf(args, text.FromEnvironment(os.Getenv))}
	root := newRootCmd(a)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteC()
	if f, ok := err.(*failure); ok && f.cmd == nil {
		f.cmd = cmd
	}
	return a.report(err)
}

// newRootCmd is the command line.
func newRootCmd(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "mlsizer",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return a.unknownCommand(cmd, args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	root.SetFlagErrorFunc(a.flagError)
	fs := root.PersistentFlags()
	addValue(fs, &a.output, "output", "o", "FORMAT", "json", render.ParseFormat).among(render.FormatNames)
	addValue(fs, &a.lang, "lang", "", "LANG", "zh", text.ParseLang).among(text.Langs)
	root.SetHelpCommand(newHelpCmd(a, root))
	root.AddCommand(newClassifyCmd(a), newEstimateCmd(a), newCompareCmd(a), newInferCmd(a), newInspectCmd(a), newPlanCmd(a), newModelsCmd(a), newHardwareCmd(a), newValidateCmd(a), newCalibrateCmd(a), newManCmd())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	root.SetHelpFunc(a.help)
	a.localize(root)
	if completes(a.args) {
		a.addCompletions(root)
	}
	return root
}

// newHelpCmd is the help about a command, which refuses one that is not there.
func newHelpCmd(a *app, root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 && cmd.HasAvailableSubCommands() {
				return a.unknownCommand(cmd, rest[0])
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// unknownCommand says that there is no such command, and which is spelled alike.
func (a *app) unknownCommand(parent *cobra.Command, name string) error {
	// What answers questions is wanted; what is about the program itself may be
	// meant all the same.
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
	if near := nearest(name, slices.Concat(names, ofProgram)); near != "" {
		hint = a.commandReplacing(name, near)
	}
	return usageError(text.UnknownCommand.Error(name, strings.Join(names, ", ")), hint)
}

// version is the version of the module, or of the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	if v := info.Main.Version; v != "" {
		return v
	}
	return "(devel)"
}

// langOf looks for --lang before the flags are parsed, so that what is wrong
// with the flags, and what --help says, is said in it; without it the language
// is that of the environment.
func langOf(args []string, environment text.Lang) text.Lang {
	lang := environment
	for i, arg := range args {
		value, ok := strings.CutPrefix(arg, "--lang=")
		if arg == "--lang" && i+1 < len(args) {
			value, ok = args[i+1], true
		}
		if l, err := text.ParseLang(value); ok && err == nil {
			lang = l
		}
	}
	return lang
}

// commands is a command line of its own, to look things up in.
func (a *app) commands() *cobra.Command { return a.root(&app{root: a.root}) }

// say is a text in the language of the answer.
func (a *app) say(t text.Text) string { return t.In(a.lang) }

// sayf fills in a text in the language of the answer.
func (a *app) sayf(t text.Text, args ...any) string {
	return t.Fill(a.lang, args...)
}

// models is the catalogue of models.
func (a *app) models() *catalog.Catalog { return catalog.Default() }

// hardware is the catalogue of devices, with those of --hardware-file.
func (a *app) hardware() (*hardware.Catalog, error) {
	if a.devices != nil {
		return a.devices, nil
	}
	c := hardware.Default()
	if a.hardwareFile != "" {
		f, err := openFlag("--hardware-file", a.hardwareFile, text.FileOfDevices)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if c, err = c.Extend(f, a.hardwareFile); err != nil {
			return nil, readError(err, "")
		}
	}
	a.devices = c
	return c, nil
}

// fileError is the error of opening a file without the word for the call.
func fileError(err error) error {
	if e, ok := err.(*os.PathError); ok {
		return text.Colon.Error(strconv.Quote(e.Path), e.Err)
	}
	return err
}

// isTerminal reports whether the answer goes to a person's terminal.
func (a *app) isTerminal() bool {
	f, ok := a.stdout.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// page says what the answer is laid out for. COLUMNS overrides the terminal's
// width, as it does in other programs.
func (a *app) page() render.Page {
	p := render.Page{Format: a.output, Lang: a.lang, Width: plainWidth, Command: a.commandLine()}
	if a.isTerminal() {
		p.Fit = true
		p.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
		if w, _, err := term.GetSize(int(a.stdout.(*os.File).Fd())); err == nil && w > 0 {
			p.Width = w
		}
	}
	if w, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && w > 0 {
		p.Width, p.Fit = w, true
	}
	return p
}

// print writes an answer in the form that was asked for.
func (a *app) print(d *render.Document) error {
	if err := render.Write(a.stdout, d, a.page()); err != nil {
		return readError(text.Writing.Error(err), "")
	}
	return nil
}
