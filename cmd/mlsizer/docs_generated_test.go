package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/train"
)

// TestDocsBands compares the bands of step times in docs/accuracy.md with the
// constants that the program ships with.
func TestDocsBands(t *testing.T) {
	inRoot(t)
	held(t, "docs/accuracy.md", func(text string) string {
		return between(t, text, "bands of step times", bandTable(train.DefaultConstants().Bands))
	})
}

// bandTable lists bands as what a measurement is above or below its prediction.
func bandTable(bands []train.BandFor) string {
	var b strings.Builder
	b.WriteString("| stack | rows | mean error without the shape | without the layout | without the family | band of a measured plan | of another plan | of another shape | of another family | on another device |\n|---|---:|---:|---:|---:|---|---|---|---|---|\n")
	for i := range bands {
		band := &bands[i]
		stack, measured := band.When.Stack, "–"
		if stack == "" {
			stack = "any other"
		}
		if band.Measured != nil {
			measured = bandText(*band.Measured)
		}
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %s | %s | %s | %s | %s |\n", stack, band.Rows, leftOut(band, "shape"), leftOut(band, "layout"), leftOut(band, "family"),
			measured, bandText(band.Band), otherBand(band.OtherShape), otherBand(band.OtherFamily), bandText(band.Unmeasured))
	}
	return b.String()
}

// bandText is a band in percent: −6 % to +5 %.
func bandText(b efficiency.Band) string {
	return fmt.Sprintf("−%.0f %% to +%.0f %%", math.Round(100*(1-b.Low)), math.Round(100*(b.High-1)))
}

// otherBand is a band that a stack may not have.
func otherBand(b efficiency.Band) string {
	if b == (efficiency.Band{}) {
		return "–"
	}
	return bandText(b)
}

// leftOut is how far off a refit without a group of rows is, where it is known.
func leftOut(b *train.BandFor, group string) string {
	if v, ok := b.LeftOut[group]; ok {
		return fmt.Sprintf("%.1f %%", 100*v)
	}
	return "–"
}

func TestBandTable(t *testing.T) {
	table := bandTable([]train.BandFor{
		{Band: efficiency.Band{Low: 0.8, High: 1.5}, Unmeasured: efficiency.Band{Low: 0.7, High: 2}, Rows: 12},
		{When: train.Match{Stack: "maxtext"}, Rows: 3, Band: efficiency.Band{Low: 0.9, High: 1.1}, Unmeasured: efficiency.Band{Low: 0.8, High: 1.2},
			Measured: &efficiency.Band{Low: 0.95, High: 1.05}, LeftOut: map[string]float64{"shape": 0.0525, "family": 0.061}, OtherFamily: efficiency.Band{Low: 0.88, High: 1.15}},
	})
	assert.True(t, strings.HasSuffix(table, `
| any other | 12 | – | – | – | – | −20 % to +50 % | – | – | −30 % to +100 % |
| maxtext | 3 | 5.2 % | – | 6.1 % | −5 % to +5 % | −10 % to +10 % | – | −12 % to +15 % | −20 % to +20 % |
`), table)
}

// TestDocsExamples compares the Go code in docs/library.md with the examples
// that the tests of package sizing run.
func TestDocsExamples(t *testing.T) {
	inRoot(t)
	held(t, "docs/library.md", func(text string) string {
		for _, name := range []string{"request", "ExampleAsk", "ExampleRequest"} {
			text = between(t, text, name, "```go\n"+source(t, "sizing/example_test.go", name)+"```\n")
		}
		return text
	})
}

// source is the text of a function of a file, with its comments.
func source(t *testing.T, file, name string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, path.Base(file), data, parser.ParseComments)
	require.NoError(t, err)
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != name {
			continue
		}
		from := f.Pos()
		if f.Doc != nil {
			from = f.Doc.Pos()
		}
		return string(data[set.Position(from).Offset:set.Position(f.End()).Offset]) + "\n"
	}
	t.Fatalf("%s has no function %s", file, name)
	return ""
}
