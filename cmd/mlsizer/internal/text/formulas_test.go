package text

import (
	"go/ast"
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// rule is how the core spells a rule: group, term, and variant.
var rule = regexp.MustCompile(`^(memory|compute|storage|cost|time|run|distillation)(\.[a-z0-9-]+)+$`)

// TestRulesHaveFormulas reads the sources of the core: the rules and parts that
// its derivations name are those that have a formula or a form, and no others.
func TestRulesHaveFormulas(t *testing.T) {
	used := map[string]bool{}
	for _, folder := range []string{"../../../../sizing", "../../../../sizing/train"} {
		rulesOf(t, folder, used)
	}
	said := slices.Collect(maps.Keys(merged(trainFormulas, stepFormulas, runFormulas)))
	said = slices.AppendSeq(said, maps.Keys(merged(trainParts, stepParts)))
	require.ElementsMatch(t, slices.Collect(maps.Keys(used)), said)
}

// rulesOf adds the rules that the sources of a folder name.
func rulesOf(t *testing.T, folder string, used map[string]bool) {
	t.Helper()
	for _, tree := range sources(t, folder) {
		ast.Inspect(tree, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok {
				if s, ok := literal(lit); ok && rule.MatchString(s) {
					used[s] = true
				}
			}
			return !says(n)
		})
	}
}

// says tells whether a node says a note, whose keys are no rules.
func says(n ast.Node) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return false
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	return ok && method.Sel.Name == "Say"
}
