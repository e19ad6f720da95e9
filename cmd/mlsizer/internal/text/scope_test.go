package text

import (
	"regexp"
	"strings"
	"testing"

	"mlsizer/sizing/catalog"
)

// TestChineseScopes says what is counted without a word of English, of the
// models of the catalogue and of what a file may leave out.
func TestChineseScopes(t *testing.T) {
	scopes := []string{
		"language model; not counted: vision tower, audio tower, speech decoder, vocoder, 1 multi-token-prediction layer",
		"language model; not counted: 2 multi-token-prediction layers",
	}
	for _, e := range catalog.Default().All() {
		if m, err := e.Build(); err == nil && m.Scope != "" {
			scopes = append(scopes, m.Scope)
		}
	}
	if len(scopes) < 20 {
		t.Fatalf("only %d scopes", len(scopes))
	}
	english := regexp.MustCompile("[A-Za-z]+")
	for _, s := range scopes {
		zh := OfScope(s).ZH
		if words := english.FindAllString(strings.ReplaceAll(zh, " token ", ""), -1); len(words) > 0 {
			t.Errorf("%q: %q has %v", s, zh, words)
		}
	}
}
