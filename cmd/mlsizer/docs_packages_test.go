package main

import (
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// module is the name of the module in import paths.
const module = "mlsizer"

// goPackage is a package that the program is made of.
type goPackage struct {
	path, doc string   // without the module's name
	imports   []string // those of the module
}

// TestDocsPackages compares the list of packages and the drawings of their
// imports in docs/architecture.md with go list. -update writes them.
func TestDocsPackages(t *testing.T) {
	inRoot(t)
	packages := programPackages(t)
	require.Greater(t, len(packages), 20)
	held(t, "docs/architecture.md", func(text string) string {
		text = between(t, text, "packages", packageTable(packages))
		text = between(t, text, "imports of the library", drawing(packages, coreNode))
		return between(t, text, "imports of the program", drawing(packages, programNode))
	})
}

// programPackages are the packages of the module that the program links.
func programPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-f", "{{.ImportPath}}\t{{.Doc}}\t{{join .Imports \" \"}}", "./cmd/mlsizer").Output()
	require.NoError(t, err)
	var list []goPackage
	for line := range strings.Lines(string(out)) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		path, ours := strings.CutPrefix(cells[0], module+"/")
		if !ours {
			continue
		}
		p := goPackage{path: path, doc: cells[1]}
		for _, other := range strings.Fields(cells[2]) {
			if to, ours := strings.CutPrefix(other, module+"/"); ours {
				p.imports = append(p.imports, to)
			}
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b goPackage) int { return strings.Compare(a.path, b.path) })
	return list
}

// between puts a text between the marks of a name.
func between(t *testing.T, page, name, text string) string {
	t.Helper()
	first, last := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->\n"
	head, rest, found := strings.Cut(page, first)
	require.True(t, found, "no %q", first)
	_, tail, found := strings.Cut(rest, last)
	require.True(t, found, "no %q", last)
	return head + first + text + last + tail
}

// packageTable lists packages with the first sentences of their documentation.
func packageTable(packages []goPackage) string {
	var b strings.Builder
	b.WriteString("| package | what it is for |\n|---|---|\n")
	for _, p := range packages {
		doc := strings.TrimPrefix(p.doc, "Package "+p.path[strings.LastIndex(p.path, "/")+1:]+" ")
		doc = strings.NewReplacer("[", "", "]", "", "|", "\\|").Replace(doc)
		fmt.Fprintf(&b, "| `%s` | %s |\n", p.path, doc)
	}
	return b.String()
}

// coreNode is a package in the drawing of the library: subpackages stand in
// their parent, and the program is one node.
func coreNode(path string) string {
	parts := strings.Split(path, "/")
	if parts[0] == "cmd" {
		return "cmd/mlsizer"
	}
	return strings.Join(parts[:min(len(parts), 2)], "/")
}

// programNode is a package in the drawing of the program: the library is one node.
func programNode(path string) string {
	if strings.HasPrefix(path, "cmd/") {
		return strings.Replace(path, "cmd/mlsizer/internal/", "internal/", 1)
	}
	return "the library"
}

// drawing is the imports as a Mermaid graph of nodes, without those that follow
// from others.
func drawing(packages []goPackage, node func(string) string) string {
	edges := map[string]map[string]bool{}
	for _, p := range packages {
		from := node(p.path)
		if edges[from] == nil {
			edges[from] = map[string]bool{}
		}
		for _, path := range p.imports {
			if to := node(path); to != from {
				edges[from][to] = true
			}
		}
	}
	var b strings.Builder
	b.WriteString("```mermaid\ngraph TD\n")
	for _, from := range slices.Sorted(maps.Keys(edges)) {
		for _, to := range slices.Sorted(maps.Keys(edges[from])) {
			if !follows(edges, from, to) {
				fmt.Fprintf(&b, "    %s --> %s\n", label(from), label(to))
			}
		}
	}
	b.WriteString("```\n")
	return b.String()
}

// follows reports whether a node reaches another without their own edge.
func follows(edges map[string]map[string]bool, from, to string) bool {
	seen := map[string]bool{from: true}
	var reaches func(node string) bool
	reaches = func(node string) bool {
		if node == to {
			return true
		}
		if seen[node] {
			return false
		}
		seen[node] = true
		return slices.ContainsFunc(slices.Collect(maps.Keys(edges[node])), reaches)
	}
	for via := range edges[from] {
		if via != to && reaches(via) {
			return true
		}
	}
	return false
}

// label is a node as Mermaid writes it: a name without signs and the text.
func label(node string) string {
	return strings.NewReplacer("/", "_", " ", "_").Replace(node) + "[" + node + "]"
}

func TestDrawing(t *testing.T) {
	packages := []goPackage{
		{path: "cmd/mlsizer", imports: []string{"sizing", "sizing/model", "cmd/mlsizer/internal/cli"}},
		{path: "cmd/mlsizer/internal/cli", imports: []string{"sizing"}},
		{path: "sizing", imports: []string{"sizing/model/base"}},
		{path: "sizing/model", imports: []string{"sizing/model/base"}},
		{path: "sizing/model/base"},
	}
	assert.Equal(t, "```mermaid\ngraph TD\n    cmd_mlsizer[cmd/mlsizer] --> sizing[sizing]\n    sizing[sizing] --> sizing_model[sizing/model]\n```\n", drawing(packages, coreNode))
	assert.Equal(t, "```mermaid\ngraph TD\n    cmd_mlsizer[cmd/mlsizer] --> internal_cli[internal/cli]\n    internal_cli[internal/cli] --> the_library[the library]\n```\n", drawing(packages, programNode))
}
