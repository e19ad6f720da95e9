package cli

import (
	"errors"
	"io"
	"slices"
	"strings"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
)

// mostHints is how many hints are followed to one that is answered: each mends
// one mistake.
const mostHints = 4

// answering are the commands whose hints are tried before they are shown: those
// that only answer. Others read or write files.
var answering = []string{"estimate", "compare", "plan", "infer", "models", "hardware"}

// settled is the hint that is shown: the first of a hint and of what it hints at
// in turn that is answered when it is typed; "" if none is. What cannot be tried
// stays as it is.
func (a *App) settled(hint string) string {
	for range mostHints {
		words := hintWords(hint)
		if !tried(words) || hint == a.Say(text.ModelHint) { // which is a sentence
			return hint
		}
		err := a.answers(words[1:])
		var code ExitCode // of an answer: it does not fit, or some rows have none
		if err == nil || errors.As(err, &code) {
			return hint
		}
		f := &Failure{}
		if !errors.As(err, &f) || f.hint == "" || f.hint == hint {
			return ""
		}
		hint = f.hint
	}
	return ""
}

// tried reports whether a hint can be tried without a network, a file or input.
func tried(words []string) bool {
	return len(words) > 1 && words[0] == "mlsizer" && slices.Contains(answering, words[1]) &&
		!slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, "hf:") })
}

// answers runs a command line that prints nothing.
func (a *App) answers(args []string) error {
	b := &App{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Args: args, Root: a.Root, Lang: a.Lang, Access: a.Access, Output: render.Plain}
	root := a.Root(b)
	root.SetArgs(args)
	return root.Execute()
}

// hintWords undoes [ShellWord] for the words of a command line.
func hintWords(line string) []string {
	const apostrophe = "\x00"
	var words []string
	var word strings.Builder
	quoted, open := false, false
	for _, r := range strings.ReplaceAll(line, `'\''`, apostrophe) + " " {
		switch {
		case string(r) == apostrophe:
			word.WriteByte('\'')
		case r == '\'':
			quoted, open = !quoted, true
		case r != ' ' || quoted:
			open = true
			word.WriteRune(r)
		case open:
			words, open = append(words, word.String()), false
			word.Reset()
		}
	}
	return words
}
