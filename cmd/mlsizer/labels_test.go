package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// sameInBoth are labels that Chinese writes in Latin letters too.
var sameInBoth = []string{"MFU", "%s fp16"}

// plainVerbs leaves the order out of verbs: %[2]d is a %d.
var plainVerbs = strings.NewReplacer("%[1]", "%", "%[2]", "%", "%[3]", "%", "%[4]", "%")

// TestLabelsAreTranslated reads the source: every text has a Chinese form with
// the same verbs, and none stands outside labels.go.
func TestLabelsAreTranslated(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			en, zh, ok := bilingual(n)
			if !ok {
				return true
			}
			if count++; !strings.HasSuffix(f.Name(), "labels.go") && f.Name() != "classify.go" {
				t.Errorf("%s: the label %q belongs in labels.go", f.Name(), en)
			}
			checkTranslation(t, en, zh)
			return true
		})
	}
	if count < 100 {
		t.Errorf("only %d labels found", count)
	}
}

func checkTranslation(t *testing.T, en, zh string) {
	t.Helper()
	hasHan := strings.ContainsFunc(zh, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	hasWords := strings.ContainsFunc(strings.NewReplacer("%s", "", "%d", "", "%v", "", " on ", "", " at ", "", " x ", "").Replace(en), unicode.IsLetter)
	if zh == "" || hasWords && !hasHan && !slices.Contains(sameInBoth, en) {
		t.Errorf("the label %q has no Chinese: %q", en, zh)
	}
	for _, verb := range []string{"%s", "%d", "%v"} {
		if strings.Count(en, verb) != strings.Count(plainVerbs.Replace(zh), verb) {
			t.Errorf("%q and %q take different arguments", en, zh)
		}
	}
}

// bilingual is the texts of a call of render.T with two literals.
func bilingual(n ast.Node) (en, zh string, ok bool) {
	call, isCall := n.(*ast.CallExpr)
	if !isCall || len(call.Args) != 2 {
		return "", "", false
	}
	if sel, isSel := call.Fun.(*ast.SelectorExpr); !isSel || sel.Sel.Name != "T" {
		return "", "", false
	}
	var texts [2]string
	for i, arg := range call.Args {
		lit, isLit := arg.(*ast.BasicLit)
		if !isLit {
			return "", "", false
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil {
			return "", "", false
		}
		texts[i] = text
	}
	return texts[0], texts[1], true
}
