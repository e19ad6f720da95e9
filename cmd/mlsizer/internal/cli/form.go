package cli

import (
	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
)

// AddForm adds the flags that choose between the short form of an answer and all
// of it.
func AddForm(a *App, cmd *cobra.Command) {
	cmd.Flags().BoolVar(&a.brief, "brief", false, "")
	cmd.Flags().BoolVar(&a.full, "full", false, "")
}

// CheckForm refuses both forms at once, and the short one where it would change
// nothing or leave out what is asked for.
func (a *App) CheckForm(explain bool) error {
	switch {
	case a.brief && a.full:
		return UsageError(text.BriefOrFull.Error(), a.CommandWithout("brief"))
	case a.brief && explain:
		return UsageError(text.BriefExplains.Error(), a.CommandWithout("brief"))
	case a.brief && a.Output != render.Plain:
		return UsageError(text.BriefIsText.Error(a.Output), a.CommandWithout("brief"))
	}
	return nil
}

// Short says whether an answer takes its short form: on a terminal unless it is
// to be full, elsewhere only if it is to be brief.
func (a *App) Short(explain bool) bool {
	return a.brief || !a.full && !explain && a.Output == render.Plain && IsTerminal(a.Stdout)
}
