package main

import (
	"testing"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/shell"
)

func TestHints(t *testing.T) {
	a := &cli.App{Root: newRootCmd, Args: []string{"compare", "my model", "7B", "--on=h10x8,a100", "--tokens", "15X", "--tp", "3", "--sp", "-o", "json"}}
	for _, tt := range []struct{ got, want string }{
		{a.CommandLine(), "mlsizer compare 'my model' 7B --on=h10x8,a100 --tokens 15X --tp 3 --sp -o json"},
		{a.CommandReplacing("15X", "1T"), "mlsizer compare 'my model' 7B --on=h10x8,a100 --tokens 1T --tp 3 --sp -o json"},
		{a.CommandReplacing("h10x8", "h100x8"), "mlsizer compare 'my model' 7B --on=h100x8,a100 --tokens 15X --tp 3 --sp -o json"},
		{a.CommandReplacing("--on", "--at"), "mlsizer compare 'my model' 7B --at=h10x8,a100 --tokens 15X --tp 3 --sp -o json"},
		{a.CommandWithout("tp", "sp", "on"), "mlsizer compare 'my model' 7B --tokens 15X -o json"},
		{(&cli.App{Root: newRootCmd, Args: []string{"infer", "bert-large", "--on", "l4", "--shared-context", "--batch", "32"}}).CommandWithout("shared-context"), "mlsizer infer bert-large --on l4 --batch 32"},
		{shell.Word("it's"), `'it'\''s'`},
		{shell.Word(""), "''"},
		{cli.Nearest("tokns", []string{"tp", "tokens", "stack"}), "tokens"},
		{cli.Nearest("hep", []string{"ep", "help"}), "help"},
		{cli.Nearest("frobnicate", []string{"tp", "tokens"}), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("got  %s\nwant %s", tt.got, tt.want)
		}
	}
}
