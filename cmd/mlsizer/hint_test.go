package main

import "testing"

func TestHints(t *testing.T) {
	a := &app{root: newRootCmd, args: []string{"compare", "my model", "7B", "--on=h10x8,a100", "--tokens", "15X", "--tp", "3", "--sp", "-o", "json"}}
	for _, tt := range []struct{ got, want string }{
		{a.commandLine(), "mlsizer compare 'my model' 7B --on=h10x8,a100 --tokens 15X --tp 3 --sp -o json"},
		{a.commandReplacing("15X", "1T"), "mlsizer compare 'my model' 7B --on=h10x8,a100 --tokens 1T --tp 3 --sp -o json"},
		{a.commandReplacing("h10x8", "h100x8"), "mlsizer compare 'my model' 7B --on=h100x8,a100 --tokens 15X --tp 3 --sp -o json"},
		{a.commandReplacing("--on", "--at"), "mlsizer compare 'my model' 7B --at=h10x8,a100 --tokens 15X --tp 3 --sp -o json"},
		{a.commandWithout("tp", "sp", "on"), "mlsizer compare 'my model' 7B --tokens 15X -o json"},
		{(&app{root: newRootCmd, args: []string{"infer", "bert-large", "--on", "l4", "--shared-context", "--batch", "32"}}).commandWithout("shared-context"), "mlsizer infer bert-large --on l4 --batch 32"},
		{shellWord("it's"), `'it'\''s'`},
		{shellWord(""), "''"},
		{nearest("tokns", []string{"tp", "tokens", "stack"}), "tokens"},
		{nearest("hep", []string{"ep", "help"}), "help"},
		{nearest("frobnicate", []string{"tp", "tokens"}), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("got  %s\nwant %s", tt.got, tt.want)
		}
	}
}
