package model

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// factsOf asks a block.
func factsOf(b Block) facts {
	c := b.Cache()
	f := facts{
		role: b.Role(), unit: b.TensorUnit(), core: b.Core(), exchange: b.Exchange(), routing: b.Routing(), launches: b.Launches(),
		latent: c.Latent, queries: c.Queries, logits: b.Logits(), maps: b.FeatureMaps(),
	}
	for _, w := range b.Weights() {
		f.kernel = max(f.kernel, w.Kernel)
		if w.SplitBy == ByInputs {
			f.byInputs = append(f.byInputs, w.Name)
		}
		if w.Values {
			f.values = append(f.values, w.Name)
		}
		if w.Module != NoModule {
			if f.modules == nil {
				f.modules = map[Module][]string{}
			}
			f.modules[w.Module] = append(f.modules[w.Module], w.Name)
		}
	}
	slices.Sort(f.byInputs)
	slices.Sort(f.values)
	for _, names := range f.modules {
		slices.Sort(names)
	}
	f.noWidth = b.pruned(&pruner{p: &Prune{}}) == nil
	return f
}

func TestKindsSayWhatTheyAre(t *testing.T) {
	for _, c := range kindCases {
		t.Run(c.name, func(t *testing.T) {
			require.NoError(t, c.block.Check())
			assert.Equal(t, c.want, factsOf(c.block))
		})
	}
}

// kindType is the name of a block's type.
func kindType(b Block) string { return reflect.TypeOf(b).Name() }

// sourceKinds reads the types with a method Kind from the sources of the package.
func sourceKinds(t *testing.T) []string {
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	kinds := map[string]bool{}
	for _, e := range entries {
		if name := e.Name(); !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		require.NoError(t, err)
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.Name == "Kind" {
				kinds[fn.Recv.List[0].Type.(*ast.Ident).Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(kinds))
}

// A new kind has to say what it is: it has a case.
func TestEveryKindHasACase(t *testing.T) {
	cases := map[string]bool{}
	for _, c := range kindCases {
		cases[kindType(c.block)] = true
	}
	kinds := sourceKinds(t)
	require.NotEmpty(t, kinds)
	assert.Equal(t, kinds, slices.Sorted(maps.Keys(cases)))
}

// What a block says as a whole agrees with what it says of its parts.
func TestKindsAgreeWithThemselves(t *testing.T) {
	for _, c := range kindCases {
		t.Run(c.name, func(t *testing.T) {
			b, f := c.block, factsOf(c.block)
			full, executed := b.Mixing(64)
			assert.Equal(t, f.role == Mixer, full > 0, "a mixer mixes")
			assert.LessOrEqual(t, executed, full)
			assert.Equal(t, f.role == Mixer, f.unit > 0, "what mixes is divided by tensor parallelism")
			assert.Equal(t, f.role != Auxiliary, Reduces(b))
			if f.core.Heads > 0 {
				assert.Equal(t, f.unit, f.core.Heads)
			}
			assert.LessOrEqual(t, f.launches.Products, f.launches.Operations)
			assert.Equal(t, f.role == Auxiliary, f.launches.Products == 0, "layers launch products")
			assert.Equal(t, f.latent.Keys > 0, f.latent.Absorption > 0)
			assert.Equal(t, f.maps > 0, f.kernel > 0)
			if len(f.byInputs) > 0 {
				assert.True(t, Reduces(b))
			}
			routed := false
			for _, w := range b.Weights() {
				agrees(t, w)
				routed = routed || w.Split == ExpertSplit
			}
			assert.Equal(t, f.routing.Experts > 0, routed)
		})
	}
}

// agrees checks that a weight's module and split say the same.
func agrees(t *testing.T, w Weight) {
	matrix := w.Cols > 0
	if w.SplitBy == ByInputs {
		assert.True(t, matrix && w.Split != Replicated, "%s: what is divided by inputs is a divided matrix", w.Name)
	}
	if w.Values {
		assert.True(t, matrix && w.Part == AttentionPart, "%s: values are projected by attention", w.Name)
	}
	if w.Kernel > 0 {
		assert.True(t, matrix && w.Part == ConvPart, "%s: a kernel is a convolution's", w.Name)
	}
	if w.Split == ExpertSplit {
		assert.Equal(t, MoEModule, w.Module, "%s: routed experts are of their module", w.Name)
		assert.Equal(t, ExpertPart, w.Part, w.Name)
	}
	switch w.Module {
	case MLPModule:
		assert.True(t, w.Part == FFNPart && (w.Split == TensorSplit || !matrix), w.Name)
	case UpProjection:
		assert.True(t, w.Part == AttentionPart && w.Split == TensorSplit && w.SplitBy == ByOutputs, w.Name)
	case SharedModule:
		assert.True(t, strings.HasPrefix(w.Name, "shared.") && w.Split != ExpertSplit, w.Name)
	}
}

// What a block saves names weights that some block of its kind has, so that a
// frozen weight is found.
func TestSavedFeedsWeights(t *testing.T) {
	names := map[string]map[string]bool{}
	for _, c := range kindCases {
		kind := kindType(c.block)
		if names[kind] == nil {
			names[kind] = map[string]bool{}
		}
		for _, w := range c.block.Weights() {
			names[kind][w.Name] = true
		}
	}
	for _, c := range kindCases {
		for _, s := range c.block.Saved() {
			for _, name := range s.Feeds {
				assert.True(t, names[kindType(c.block)][name], "%s: %q feeds %q", c.name, s.Name, name)
			}
		}
	}
}
