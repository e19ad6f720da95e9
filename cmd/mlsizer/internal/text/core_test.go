package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/train"
)

// sentence is an error of the core and what the program says of it.
type sentence struct {
	err    error
	en, zh string
}

// fail is the error of a call.
func fail[T any](_ T, err error) error { return err }

// TestCoreSentences holds what the program says of errors of the core, and that
// every entry is among them.
func TestCoreSentences(t *testing.T) {
	said := map[string]bool{}
	for _, c := range slices.Concat(quantityCases(), tableCases(), deviceCases(), deviceFileCases(), modelCases(), constantsCases(),
		shapeCases(), blockCases(), pruneCases(),
		layoutCases(), workloadCases(), recomputeCases(), stateCases(), offloadCases(), teacherCases(), postTrainCases(), ruleCases(),
		servingCases(), trainConstantsCases(), servingConstantsCases(),
		runCases(), requestCases(),
		configCases(), jsonCases(), familyCases(), modelFileCases(), hubCases(), headerCases(), tensorCases(), ggufCases(),
		evidenceRowCases(), fitCases(), cellCases(), csvCases(), optionCases(), pipelineLayoutCases(),
	) {
		require.Error(t, c.err, c.en)
		assert.Equal(t, c.en, ErrorIn(c.err, English))
		assert.Equal(t, c.zh, ErrorIn(c.err, Chinese))
		noteCodes(c.err, said)
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(coreErrors)), slices.Collect(maps.Keys(said)))
}

// noteCodes notes the codes of an error and of those within it.
func noteCodes(err error, said map[string]bool) {
	if c, ok := err.(coded); ok {
		said[c.Code()] = true
	}
	for _, cause := range causes(err) {
		noteCodes(cause, said)
	}
}

// coreFolders are the packages whose errors coreErrors has the words of.
var coreFolders = []string{
	"hardware", "sizing", "sizing/catalog", "sizing/search", "sizing/quantity", "sizing/efficiency",
	"sizing/modelfile", "sizing/modelfile/source", "sizing/modelfile/config", "sizing/modelfile/hub",
	"sizing/modelfile/safetensors", "sizing/modelfile/tensor", "sizing/modelfile/gguf", "sizing/modelfile/gguf/ggml",
	"sizing/limit", "sizing/model", "sizing/train", "sizing/serve", "sizing/run", "sizing/posttrain", "sizing/evidence",
}

// TestCoreErrorsHaveWords reads the sources of the core: every code has an entry
// that takes as many values as it is given, and no entry is left over.
func TestCoreErrorsHaveWords(t *testing.T) {
	codes := map[string]bool{}
	for _, folder := range coreFolders {
		for _, tree := range sources(t, filepath.Join("../../../..", folder)) {
			ast.Inspect(tree, func(n ast.Node) bool {
				for code, values := range codesOf(n) {
					codes[code] = true
					if values != unknownValues {
						assert.Len(t, verbsByArgument(coreErrors[code].EN), values, code)
					}
				}
				return true
			})
		}
	}
	for _, r := range train.Rules() { // whose codes stand in their table
		code := "rule." + r.ID
		codes[code] = true
		assert.Len(t, verbsByArgument(coreErrors[code].EN), 3, code)
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(coreErrors)), slices.Collect(maps.Keys(codes)))
}

// TestCodesThatAreAskedForExist reads the source of the program: it asks for no
// code that no error has.
func TestCodesThatAreAskedForExist(t *testing.T) {
	asked := 0
	for _, tree := range sources(t, "../..") {
		ast.Inspect(tree, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && calls(call, "Is") && len(call.Args) == 2 {
				code, _ := literal(call.Args[1])
				assert.Contains(t, coreErrors, code)
				asked++
			}
			return true
		})
	}
	assert.Positive(t, asked)
}

// sources are the parsed files of a folder, without its tests.
func sources(t *testing.T, folder string) []*ast.File {
	return slices.Collect(maps.Values(sourcesByName(t, folder)))
}

// sourcesByName are the same by the names of the files.
func sourcesByName(t *testing.T, folder string) map[string]*ast.File {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	require.NotEmpty(t, names, folder)
	trees := map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		trees[name], err = parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
	}
	return trees
}

// unknownValues stands for a number of values that the source does not say.
const unknownValues = -1

// codesOf are the codes that a piece of source makes, with the number of values
// that each is given: a call of note.NewError or note.FieldError, a Code method,
// or the problems of package quantity.
func codesOf(n ast.Node) map[string]int {
	codes := map[string]int{}
	switch n := n.(type) {
	case *ast.CallExpr:
		for i, name := range []string{"NewError", "FieldError"} {
			if code, ok := literal(n.Args[min(i, len(n.Args)):]...); ok && calls(n, name) {
				codes[code] = len(n.Args) - i - 1
			}
		}
	case *ast.FuncDecl:
		if n.Name.Name == "Code" && n.Recv != nil {
			for _, code := range returned(n) {
				codes[code] = unknownValues
			}
		}
	case *ast.ValueSpec:
		if kind, ok := n.Type.(*ast.Ident); ok && kind.Name == "Problem" {
			problem, _ := literal(n.Values...)
			codes["quantity."+problem] = unknownValues
		}
	}
	return codes
}

// calls reports whether a call is of a function of package note.
func calls(call *ast.CallExpr, name string) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != name {
		return false
	}
	pkg, ok := f.X.(*ast.Ident)
	return ok && pkg.Name == "note"
}

// literal is the first expression if that is a string as it stands.
func literal(list ...ast.Expr) (string, bool) {
	if len(list) == 0 {
		return "", false
	}
	lit, ok := list[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// returned are the strings that a function returns as they stand.
func returned(f *ast.FuncDecl) []string {
	var list []string
	ast.Inspect(f, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok {
			if s, ok := literal(r.Results...); ok {
				list = append(list, s)
			}
		}
		return true
	})
	return list
}
