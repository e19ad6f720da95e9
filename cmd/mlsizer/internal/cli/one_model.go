package cli

import (
	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/text"
)

// OneModel reads the one MODEL of a command; none and several are rejected with
// the expected form.
func OneModel(at *string, want text.Text, hint, several string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch len(args) {
		case 0:
			return UsageError(text.NoModel.Error(want), hint)
		case 1:
			*at = args[0]
			return nil
		}
		return UsageError(text.SeveralModels.Error(len(args), several), "")
	}
}
