package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// nearest is the candidate that is spelled most like s, "" if none is like it.
// Of two that are equally near, the one that begins alike is meant.
func nearest(s string, candidates []string) string {
	best, least := "", 2*max(2, len(s)/3)+1
	for _, c := range candidates {
		d := 2 * levenshtein.ComputeDistance(strings.ToLower(s), c)
		if strings.HasPrefix(c, s) && len(s) > 1 {
			d = 2
		}
		if s != "" && c != "" && s[0] != c[0] {
			d++
		}
		if d < least {
			best, least = c, d
		}
	}
	return best
}

// commandLine is the command line as it was typed.
func (a *app) commandLine() string { return shellLine(a.args) }

// commandReplacing is the command line with a word, or a flag's value, replaced.
func (a *app) commandReplacing(old, fixed string) string {
	words := slices.Clone(a.args)
	for i, w := range words {
		name, value, isFlag := strings.Cut(w, "=")
		switch isFlag = isFlag && strings.HasPrefix(w, "-"); {
		case w == old:
			words[i] = fixed
		case isFlag && name == old:
			words[i] = fixed + "=" + value
		case isFlag && value == old:
			words[i] = name + "=" + fixed
		case strings.Contains(w, ","):
			words[i] = replaceItem(w, old, fixed)
		}
	}
	return shellLine(words)
}

// commandComparing is the command line as a comparison of serving, which takes
// the storages that weights says it has.
func (a *app) commandComparing(weights bool) string {
	line := a.commandReplacing("infer", "compare")
	if !weights {
		line += " --weights bf16"
	}
	return line
}

// countFirst is "2x h100" and "2 h100", which are written h100x2.
var countFirst = regexp.MustCompile(`^(\d+)\s*[x×*]?\s*([A-Za-z].*)$`)

// replaceItem replaces an item of a list separated by commas.
func replaceItem(list, old, fixed string) string {
	name, value, isFlag := strings.Cut(list, "=")
	if !isFlag || !strings.HasPrefix(list, "-") {
		name, value = "", list
	} else {
		name += "="
	}
	items := strings.Split(value, ",")
	for i, item := range items {
		if strings.TrimSpace(item) == old {
			items[i] = fixed
		}
	}
	return name + strings.Join(items, ",")
}

// commandWithout is the command line without some flags and their values.
func (a *app) commandWithout(flags ...string) string {
	var words []string
	cmd, _, _ := a.commands().Find(a.args)
	for i := 0; i < len(a.args); i++ {
		name, isFlag := strings.CutPrefix(a.args[i], "--")
		name, _, withValue := strings.Cut(name, "=")
		if !isFlag || !slices.Contains(flags, name) {
			words = append(words, a.args[i])
			continue
		}
		if f := cmd.Flags().Lookup(name); !withValue && f != nil && f.NoOptDefVal == "" {
			i++ // and its value
		}
	}
	return shellLine(words)
}

func shellLine(args []string) string {
	words := []string{"mlsizer"}
	for _, w := range args {
		words = append(words, shellWord(w))
	}
	return strings.Join(words, " ")
}

// shellWord quotes a word that a shell would take apart.
func shellWord(w string) string {
	plain := w != "" && !strings.ContainsFunc(w, func(r rune) bool {
		return r <= ' ' || strings.ContainsRune("\"'`$&|;<>()*?[]{}\\!#~", r)
	})
	if plain {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}
