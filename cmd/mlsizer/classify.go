package main

import "github.com/spf13/cobra"

func newClassifyCmd(a *app) *cobra.Command {
	return &cobra.Command{Use: "classify MODEL...", Short: "tier, field and parameters of models"}
}
