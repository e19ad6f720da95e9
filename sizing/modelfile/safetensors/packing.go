package safetensors

import (
	"path"
	"regexp"
	"strings"

	"mlsizer/sizing/modelfile/config"
)

// PackingOf takes from a config's quantisation what unpacking asks for.
func PackingOf(q *config.Quantization) Packing {
	if q == nil {
		return Packing{}
	}
	p := Packing{method: q.Method, ignore: newExclusions(q.Excluded).match, group: q.GroupSize, mode: q.Mode, overrides: q.Overrides}
	// Groups of different widths leave the figure for all of them at 0.
	if q.BitsPerWeight > 0 && q.Bits == float64(int64(q.Bits)) {
		p.bits = int64(q.Bits)
	}
	switch strings.ReplaceAll(q.Method, "_", "-") {
	case "gptq", "gptqmodel", "awq", "auto-round", "autoround", "intel/auto-round", "bitsandbytes", "fp8", "fbgemm-fp8", "ptpc-fp8",
		"compressed-tensors", "modelopt", "modelopt-fp4", "nvfp4", "mxfp4", "eetq", "mlx":
	default:
		p.foreign = true
	}
	return p
}

// exclusions are the modules that a config leaves unquantised: names (of the
// module, of one around it, or the end of its name), patterns with stars, and
// with "re:" before them regular expressions.
type exclusions struct {
	names map[string]bool
	globs []string
	exprs []*regexp.Regexp
}

func newExclusions(list []string) *exclusions {
	e := &exclusions{names: map[string]bool{}}
	for _, s := range list {
		switch expr, isExpr := strings.CutPrefix(s, "re:"); {
		case isExpr:
			if x, err := regexp.Compile("^(?:" + expr + ")"); err == nil {
				e.exprs = append(e.exprs, x)
			}
		case strings.ContainsAny(s, "*?["):
			e.globs = append(e.globs, s)
		default:
			e.names[s] = true
		}
	}
	return e
}

func (e *exclusions) match(module string) bool {
	if e.names[module] {
		return true
	}
	for i := range len(module) {
		if module[i] == '.' && (e.names[module[:i]] || e.names[module[i+1:]]) {
			return true
		}
	}
	for part := range strings.SplitSeq(module, ".") {
		if e.names[part] {
			return true
		}
	}
	for _, g := range e.globs {
		if ok, _ := path.Match(g, module); ok {
			return true
		}
		if ok, _ := path.Match(g+".*", module); ok { // dots are no separators here
			return true
		}
	}
	for _, x := range e.exprs {
		if x.MatchString(module) {
			return true
		}
	}
	return false
}
