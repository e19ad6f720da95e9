// Package cli is shared by every command: the streams and the catalogues, flags
// with their parsers, model and device arguments, requests from flags, errors
// with their hints and exit codes, help and completion.
package cli

import (
	"context"
	"io"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"mlsizer/cmd/mlsizer/internal/launch"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/train"
)

// App is the state of every command: the streams, the common flags, and the
// catalogues, which are read on first use.
type App struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Args   []string // as typed, for hints
	// Interrupt ends what is under way when the program is interrupted.
	Interrupt context.Context
	// Root builds the command tree, to look up commands and flags.
	Root func(*App) *cobra.Command

	// Access is what the command may read beside its arguments.
	Access Access
	// Grace is how long, in nanoseconds, the command may take to end after an
	// interrupt; 0: as long as any other.
	Grace *atomic.Int64

	Output render.Format // -o
	Lang   text.Lang     // --lang

	// Line is taken by what is reported on the terminal; nil: nothing is.
	Line        *atomic.Bool
	helpError   error // of writing a help text, which cobra has no place for
	brief, full bool  // --brief and --full, of the commands that have them

	importFile    string         // --import, of the commands that have it
	launch        *launch.Launch // read from it; nil: none
	scenarioFile  string         // -f, of the commands that have it
	scenarioNames []string       // --scenario

	hardwareFile string // --hardware-file, of the commands that have it
	priceFile    string // --price-file
	prices       hardware.PriceChoice
	devices      *hardware.Catalog
}

// plainWidth is the default width of output: a pipe or a file has none.
const plainWidth = 100

// LangOf looks for --lang before the flags are parsed, so that errors of flags
// and --help use it; without it the language is that of the environment.
func LangOf(args []string, environment text.Lang) text.Lang {
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

// commands is a separate command tree for look-ups.
func (a *App) commands() *cobra.Command { return a.Root(&App{Root: a.Root}) }

// Say is a text in the language of the answer.
func (a *App) Say(t text.Text) string { return t.In(a.Lang) }

// Sayf fills in a text in the language of the answer.
func (a *App) Sayf(t text.Text, args ...any) string {
	return t.Fill(a.Lang, args...)
}

// Models is the catalogue of models.
func (a *App) Models() *catalog.Catalog { return catalog.Default() }

// Hardware is the catalogue of devices, including those of --hardware-file, at
// the requested prices.
func (a *App) Hardware() (*hardware.Catalog, error) {
	if a.devices != nil {
		return a.devices, nil
	}
	c := hardware.Default()
	if a.hardwareFile != "" {
		f, err := a.OpenFlag("--hardware-file", a.hardwareFile, text.FileOfDevices)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if c, err = c.Extend(f, a.hardwareFile); err != nil {
			return nil, ReadError(err, "")
		}
	}
	c, err := a.priced(c)
	if err != nil {
		return nil, err
	}
	a.devices = c
	return c, nil
}

// FileError is the error of opening a file without the word for the call.
func FileError(err error) error {
	if e, ok := err.(*os.PathError); ok {
		return text.Colon.Error(strconv.Quote(e.Path), e.Err)
	}
	return err
}

// IsTerminal reports whether what is written to w is seen by a person.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// quiet is how long work may take before a terminal says that it goes on.
const quiet = time.Second

// Working says on a terminal what is being done, if it takes long, until stop is
// called.
func (a *App) Working(on text.Text) (stop func()) {
	if !IsTerminal(a.Stderr) || !a.TakeLine() {
		return func() {}
	}
	wipe := render.Redraw(a.Stderr, quiet, func(elapsed time.Duration) string {
		return text.SinceSeconds.Form(a.Lang, on, int(elapsed.Seconds()))
	})
	return func() { wipe(); a.Line.Store(false) }
}

// TakeLine takes the line of the terminal on which work is reported, and reports
// whether it was free.
func (a *App) TakeLine() bool { return a.Line != nil && a.Line.CompareAndSwap(false, true) }

// page says what the answer is laid out for. COLUMNS overrides the terminal's
// width, as it does in other programs.
func (a *App) page() render.Page {
	p := render.Page{Format: a.Output, Lang: a.Lang, Width: plainWidth, Command: a.CommandLine()}
	if IsTerminal(a.Stdout) {
		p.Fit = true
		p.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
		if w, _, err := term.GetSize(int(a.Stdout.(*os.File).Fd())); err == nil && w > 0 {
			p.Width = w
		}
	}
	if w, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && w > 0 {
		p.Width, p.Fit = w, true
	}
	return p
}

// Print writes an answer in the requested format.
func (a *App) Print(d *render.Document) error {
	if err := render.Write(a.Stdout, d, a.page()); err != nil {
		return ReadError(text.Writing.Error(err), "")
	}
	return nil
}

// ReadConstants reads the file of --constants.
func (a *App) ReadConstants(file string) (*train.Constants, error) {
	f, err := a.OpenFlag("--constants", file, text.FileOfConstants)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := train.ReadConstants(f)
	if err != nil {
		return nil, ReadError(text.Colon.Error(file, err), "")
	}
	return c, nil
}
