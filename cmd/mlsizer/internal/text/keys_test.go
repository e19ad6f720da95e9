package text

import (
	"go/ast"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/note"
	"mlsizer/sizing/serve"
)

// namers are the functions of the core that are given a key or a rule: which
// argument it is, and where the values begin.
var namers = map[string]struct{ key, values int }{
	"New": {0, 2}, "Say": {0, 2}, "NewPart": {0, 1}, "Word": {0, 1},
	"derive": {1, 4}, "time": {1, 3}, "rate": {1, 3},
}

// named is what the source of a package names: the number of values by key, or
// anyNumber where they are a list, of each function.
type named map[string]map[string]int

const anyNumber = -1

// namedIn reads the source of a package for the keys that some of the namers are
// given, all if none is said. Every key is a literal.
func namedIn(t *testing.T, folder string, by ...string) named {
	found := named{}
	for f, tree := range sourcesByName(t, folder) {
		for _, d := range tree.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && namers[fn.Name.Name].values > 0 {
				continue // it passes on what it is given
			}
			ast.Inspect(d, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && (len(by) == 0 || slices.Contains(by, selected(call))) {
					found.take(t, f, call)
				}
				return true
			})
		}
	}
	return found
}

// take notes the key of a call.
func (n named) take(t *testing.T, file string, call *ast.CallExpr) {
	name := selected(call)
	at, ok := namers[name]
	if !ok || len(call.Args) < at.values {
		return // another function of the name
	}
	lit, ok := call.Args[at.key].(*ast.BasicLit)
	if field, isField := call.Args[at.key].(*ast.SelectorExpr); isField && field.Sel.Name == "Unit" {
		return // a model's own unit
	}
	if !assert.True(t, ok, "%s: %s is given no literal key", file, name) {
		return
	}
	key, err := strconv.Unquote(lit.Value)
	require.NoError(t, err)
	values := len(call.Args) - at.values
	if call.Ellipsis.IsValid() {
		values = anyNumber
	}
	if n[name] == nil {
		n[name] = map[string]int{}
	}
	n[name][key] = values
}

// selected is the name of the method, or of the function of a package, that is
// called.
func selected(call *ast.CallExpr) string {
	if fn, ok := call.Fun.(*ast.SelectorExpr); ok {
		return fn.Sel.Name
	}
	return ""
}

// requireWorded asks that the keys are those of a table, whose forms take as
// many values as the keys are given.
func requireWorded(t *testing.T, what string, table map[string]Text, used map[string]int) {
	t.Helper()
	assert.ElementsMatch(t, slices.Collect(maps.Keys(table)), slices.Collect(maps.Keys(used)), what)
	for key, values := range used {
		form := table[key]
		assert.Equal(t, verbs(form.EN), verbs(form.ZH), key)
		if values != anyNumber {
			assert.Equal(t, values, taken(form.EN), "%s: %q", key, form.EN)
		}
	}
}

// TestNotesAreWorded holds the keys of notes of training, of requests and of the
// program equal to those of their tables.
func TestNotesAreWorded(t *testing.T) {
	used := map[string]int{}
	for _, folder := range []string{"../../../../hardware", "../../../../sizing", "../../../../sizing/train", "../../../../sizing/run", "../../../../sizing/posttrain", "../..", "../cli", "../report", "../launch"} {
		found := namedIn(t, folder, "New", "Say")
		used = joinedKeys(used, found["New"], found["Say"])
	}
	requireWorded(t, "notes", merged(trainNotes, postTrainNotes, moneyNotes, requestNotes, agentNotes, programNotes), used)
}

// TestLinkKindsAreWorded holds the words of links equal to the kinds there are.
func TestLinkKindsAreWorded(t *testing.T) {
	var kinds []string
	for _, k := range hardware.LinkKinds() {
		kinds = append(kinds, "link."+string(k))
	}
	require.ElementsMatch(t, kinds, slices.Collect(maps.Keys(linkWords)))
}

// modelFileFolders are the packages that read model files.
var modelFileFolders = []string{"", "source", "config", "hub", "safetensors", "tensor", "gguf"}

// TestModelFilesAreWorded holds the keys of notes and words of the readers of
// model files equal to those of their tables. Parts of a GGUF file take what they
// are of where they are of something.
func TestModelFilesAreWorded(t *testing.T) {
	said, words := map[string]int{}, map[string]int{}
	for _, folder := range modelFileFolders {
		found := namedIn(t, filepath.Join("../../../../sizing/modelfile", folder), "New", "Say", "Word")
		said = joinedKeys(said, found["New"], found["Say"])
		words = joinedKeys(words, found["Word"])
	}
	requireWorded(t, "notes", fileNotes, said)
	for word := range words {
		words[word] = anyNumber
	}
	requireWorded(t, "words", merged(familyWords, modelFileWords, hubWords, headerWords, shardWords, ggufItems), words)
}

// TestServingIsWorded holds the keys of serving equal to those of its tables,
// and the values to the verbs that they are put into.
func TestServingIsWorded(t *testing.T) {
	found := namedIn(t, "../../../../sizing/serve")
	words := found["Word"]
	delete(words, "") // says nothing
	rules := map[string]Text{}
	for rule, d := range servingFormulas {
		rules[rule] = d.Numbers
	}
	derivations := joinedKeys(found["derive"], found["time"], found["rate"])
	for _, c := range []struct {
		what  string
		table map[string]Text
		used  map[string]int
	}{
		{"notes", servingNotes, joinedKeys(found["New"], found["Say"])}, {"formulas", rules, derivations},
		{"parts", servingParts, found["NewPart"]}, {"words", servingWords, words},
	} {
		requireWorded(t, c.what, c.table, c.used)
	}
	for _, f := range serve.ConstantFields() {
		assert.Contains(t, servingConstants, "constants."+f.Name)
	}
	assert.Len(t, servingConstants, len(serve.ConstantFields()))
}

// TestCoreSpeaksInKeys: no Chinese and no flag stands in the code of the core,
// but for the units that people write counts and times in.
func TestCoreSpeaksInKeys(t *testing.T) {
	for _, folder := range coreSources(t) {
		for f, tree := range sourcesByName(t, folder) {
			ast.Inspect(tree, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					units := filepath.Base(folder) == "quantity" && !strings.Contains(lit.Value, " ")
					assert.False(t, hasHan(lit.Value) && !units || flag.MatchString(lit.Value), "%s: %s", f, lit.Value)
				}
				return true
			})
		}
	}
}

// flag is an option of a command line.
var flag = regexp.MustCompile(`--[a-z]`)

// coreSources are the folders of the core's packages.
func coreSources(t *testing.T) []string {
	var folders []string
	for _, top := range []string{"sizing", "hardware"} {
		require.NoError(t, filepath.WalkDir(filepath.Join("../../../..", top), func(path string, d fs.DirEntry, err error) error {
			if files, _ := filepath.Glob(filepath.Join(path, "*.go")); err == nil && d.IsDir() && len(files) > 0 {
				folders = append(folders, path)
			}
			return err
		}))
	}
	require.Greater(t, len(folders), 10)
	return folders
}

// joinedKeys are the keys of several functions.
func joinedKeys(lists ...map[string]int) map[string]int {
	all := map[string]int{}
	for _, l := range lists {
		maps.Copy(all, l)
	}
	return all
}

// taken is how many values a form takes.
func taken(form string) int {
	most, next := 0, 0
	for _, m := range verb.FindAllStringSubmatch(strings.ReplaceAll(form, "%%", ""), -1) {
		if m[1] != "" {
			next, _ = strconv.Atoi(m[1])
			next--
		}
		next++
		most = max(most, next)
	}
	return most
}

// TestSettingsAreSpelled: flags of this program, and options of those that serve.
func TestSettingsAreSpelled(t *testing.T) {
	for want, list := range map[string]note.Settings{
		"": nil, "--tp 1 --ep 8 --kv fp8": {{Field: "tp", Value: 1}, {Field: "ep", Value: 8}, {Field: "kv", Value: "fp8"}},
		"-ngl 49 --n-cpu-moe 10": {{Field: "gpu-layers", Value: 49}, {Field: "cpu-moe-layers", Value: 10}},
		"--cpu-offload-gb 3":     {{Field: "cpu-offload", Value: 3}},
	} {
		assert.Equal(t, want, Spelled(list))
	}
	for _, r := range serve.Runtimes() {
		for _, options := range r.HostOptions {
			for _, o := range options {
				assert.Contains(t, programSettings, o.Option, r.Name)
			}
		}
	}
}

// A constant that its bound bends is said with the product and the bound.
func TestBentConstantIsWorded(t *testing.T) {
	factors := note.Product{note.In("base", note.Short(0.9)), note.In("factor", note.NewPart("constants.factor-all", note.In("factor", 2.0)))}
	bent := note.NewPart("constants.bent", note.In("factors", factors), note.In("product", note.Short(1.8)), note.In("bound", 1.0))
	_, numbers, value := OfDerivation(note.Derivation{Rule: "constants.memory", Inputs: note.Inputs{note.In("factors", bent)}, Result: note.Short(0.99894)})
	assert.Equal(t, T("0.9 x 2 (all) = 1.8; 1.8 / (1 + (1.8 / 1)⁸)^⅛", "0.9 x 2 (全部) = 1.8；1.8 / (1 + (1.8 / 1)⁸)^⅛"), numbers)
	assert.Equal(t, Same("0.9989"), value)
}
