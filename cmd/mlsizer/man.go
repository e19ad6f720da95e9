package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/cmd/mlsizer/internal/version"
)

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
