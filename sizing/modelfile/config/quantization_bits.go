package config

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// Names of modules in the manner of most checkpoints, to which the patterns of
// excluded modules are held. A layer's number matters to few patterns; each
// group of equal layers is asked for every one of its layers, up to a bound.
const maxModuleTests = 1 << 20

// maxPatterns bounds the wildcards and expressions, which cost time to prepare.
const maxPatterns = 1024

// storedBits averages the storage over all weights of a model: quantised
// matrices at the method's bits, excluded modules, embeddings, the head, norms,
// routers and every vector at the base type's.
func (q *Quantization) storedBits(m *model.Model, dtype string) (bits float64, warn note.List) {
	if q.BitsPerWeight == 0 {
		return 0, nil
	}
	base, known := baseBits(dtype)
	if !known {
		warn.Say("file.unknown-element-type", "", clip(dtype))
	}
	ex, odd := newExclusion(q.Excluded)
	warn = append(warn, odd...)
	var total, stored float64
	index := 0
	for _, g := range m.Groups {
		for _, b := range g.Blocks {
			for _, w := range b.Weights() {
				n := float64(w.Params())
				if n == 0 {
					continue
				}
				out := g.Repeat
				if q.quantises(w) {
					out = ex.layersOut(moduleName(b, w), index, g)
				}
				total += n * float64(g.Repeat)
				stored += n * (float64(out)*base + float64(g.Repeat-out)*q.bitsOf(w))
			}
		}
		if g.Place == model.Body {
			index += g.Repeat
		}
	}
	if ex.tests > maxModuleTests {
		warn.Say("file.too-many-exclusions", "")
		return 0, warn
	}
	if total == 0 {
		return 0, warn
	}
	return stored / total, warn
}

// quantises reports whether the method touches a weight, exclusions aside.
func (q *Quantization) quantises(w model.Weight) bool {
	if w.Cols == 0 {
		return false
	}
	switch w.Part {
	case model.Embedding, model.HeadPart:
		return q.embeds
	case model.AttentionPart, model.FFNPart:
		return !q.onlyExpert
	case model.ExpertPart:
		return true
	case model.SSMPart:
		return !q.onlyExpert && !strings.Contains(w.Name, "conv")
	}
	return false
}

func (q *Quantization) bitsOf(w model.Weight) float64 {
	if q.expertBits > 0 && w.Part == model.ExpertPart {
		return q.expertBits
	}
	return q.BitsPerWeight
}

// moduleName is what most checkpoints call the module inside its layer.
func moduleName(b model.Block, w model.Weight) string {
	name := strings.TrimSuffix(w.Name, ".bias")
	switch {
	case w.Part == model.HeadPart:
		return "lm_head"
	case w.Part == model.SSMPart && b.Kind() == "deltanet":
		return "linear_attn." + name
	case w.Part == model.SSMPart:
		return "mixer." + name
	case w.Part == model.AttentionPart:
		return "self_attn." + name
	case strings.HasPrefix(name, "shared."):
		return "mlp.shared_experts." + strings.TrimPrefix(name, "shared.")
	case w.Part == model.ExpertPart:
		return "mlp.experts.0." + strings.TrimPrefix(name, "experts.")
	}
	return "mlp." + name
}

// exclusion holds the patterns of modules that are not quantised: names, names
// with wildcards, and regular expressions behind "re:".
type exclusion struct {
	names map[string]bool
	globs []string
	exprs []*regexp.Regexp
	tests int
}

func newExclusion(patterns []string) (*exclusion, note.List) {
	e := &exclusion{names: map[string]bool{}}
	var warn note.List
	for _, p := range patterns {
		const longest = 1000
		if len(e.globs)+len(e.exprs) == maxPatterns {
			e.tests = maxModuleTests + 1
			break
		}
		switch expr, isExpr := strings.CutPrefix(p, "re:"); {
		case len(p) > longest:
			warn.Say("file.long-pattern", "", len(p))
		case isExpr:
			x, err := regexp.Compile("^(?:" + expr + ")")
			if err != nil {
				warn.Say("file.bad-pattern", "", clip(p))
				continue
			}
			e.exprs = append(e.exprs, x)
		case strings.ContainsAny(p, "*?"):
			e.globs = append(e.globs, p)
		default:
			e.names[p] = true
		}
	}
	return e, warn
}

// layersOut counts the layers of a group, which starts at layer index first,
// that keep a module in its own type.
func (e *exclusion) layersOut(module string, first int, g model.Group) int {
	if len(e.names)+len(e.globs)+len(e.exprs) == 0 {
		return 0
	}
	out := 0
	for i := range g.Repeat {
		if e.tests += 1 + len(e.globs) + len(e.exprs); e.tests > maxModuleTests {
			return 0
		}
		full := module
		if g.Place == model.Body {
			full = fmt.Sprintf("model.layers.%d.%s", first+i, module)
		}
		if e.matches(full) {
			out++
		}
	}
	return out
}

// matches reports whether a pattern names the module, one that holds it, or
// (a name without dots) any part of its path.
func (e *exclusion) matches(module string) bool {
	for end := len(module); end > 0; end = strings.LastIndexByte(module[:end], '.') {
		prefix := module[:end]
		if e.names[prefix] || e.names[prefix[strings.LastIndexByte(prefix, '.')+1:]] {
			return true
		}
		for _, g := range e.globs {
			// Modules nest by dots; a wildcard stands for any of them.
			if ok, err := path.Match(g, prefix); ok && err == nil {
				return true
			}
		}
	}
	for _, x := range e.exprs {
		if x.MatchString(module) {
			return true
		}
	}
	return false
}
