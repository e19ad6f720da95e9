package main

import (
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/wholetest"
)

// checkHint runs the command line that the last answer hints at: it must be
// answered, if only by "does not fit" or in some of its rows.
func checkHint(ts *testscript.TestScript) {
	for line := range strings.SplitSeq(ts.ReadFile("stderr"), "\n") {
		for _, l := range []text.Lang{text.English, text.Chinese} {
			hint, ok := strings.CutPrefix(line, "mlsizer: "+text.LineHint.In(l)+": ")
			if !ok || hint == text.ModelHint.In(l) || !strings.HasPrefix(hint, "mlsizer ") { // sentences and pipes
				continue
			}
			words := shellWords(hint)[1:]
			if words[0] == "calibrate" && !wholetest.Asked() { // a refit of everything takes a minute
				continue
			}
			var answer, says strings.Builder
			code := insideWith(ts, words, &answer, &says)
			if code == cli.ExitUsage || answer.Len() == 0 {
				ts.Fatalf("the hint %q fails:\n%s", hint, says.String())
			}
		}
	}
}
