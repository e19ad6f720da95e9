// Package shell spells words for a shell.
package shell

import "strings"

// Word quotes a word that a shell would take apart.
func Word(w string) string {
	plain := w != "" && !strings.ContainsFunc(w, func(r rune) bool {
		return r <= ' ' || strings.ContainsRune("\"'`$&|;<>()*?[]{}\\!#~", r)
	})
	if plain {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}

// Lines joins a command and its options to one command, a line each.
func Lines(lines []string) string { return strings.Join(lines, " \\\n  ") }
