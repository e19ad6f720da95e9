package evidence

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// Parameter counts in a model's name: the "3b" of "stablelm-base-alpha-3b", the
// "30b" and "a3b" of "qwen3-30b-a3b".
var (
	nameTotal  = regexp.MustCompile(`(?i)(?:^|[-_ ])e?(\d+(?:\.\d+)?)([bm])(?:[-_ ]|$)`)
	nameActive = regexp.MustCompile(`(?i)[-_ ]a(\d+(?:\.\d+)?)([bm])(?:[-_ ]|$)`)
)

// namedParams reads the counts of a name such as "qwen3-30b-a3b"; 0 without.
func namedParams(name string) (total, active float64) {
	read := func(re *regexp.Regexp) float64 {
		match := re.FindStringSubmatch(name)
		if match == nil {
			return 0
		}
		v, _ := strconv.ParseFloat(match[1], 64)
		if strings.EqualFold(match[2], "m") {
			return v * 1e6
		}
		return v * 1e9
	}
	return read(nameTotal), read(nameActive)
}

// sparse is the active share of parameters below which a model is assumed to
// have experts.
const sparse = 0.8

// inferModel infers a model from its parameters. A model with experts gets the
// layers of a dense model of 1.5 times the active parameters. Each FFN becomes
// 128 experts that match the total count; the number of active experts matches
// the active count best.
func inferModel(resolve Resolve, total, active float64) (*model.Model, error) {
	const experts, dense = 128, 1.5
	count := func(v float64) string { return strconv.FormatFloat(math.Round(v), 'f', 0, 64) }
	if active <= 0 || active > sparse*total {
		return resolve(count(total))
	}
	base, err := resolve(count(math.Min(dense*active, total)))
	if err != nil {
		return nil, err
	}
	m := *base
	m.Groups = nil
	rest, widths := float64(base.Params()), 0.0 // all but FFNs, and Σ 3 x hidden x layers
	for _, g := range base.Groups {
		for _, b := range g.Blocks {
			if f, ok := b.(model.FFN); ok {
				rest -= 3 * float64(f.Hidden*f.Width) * float64(g.Repeat)
				widths += 3 * float64(f.Hidden) * float64(g.Repeat)
			}
		}
	}
	width := math.Max(1, math.Round((total-rest)/(experts*widths)))
	top := math.Max(1, math.Min(experts, math.Round((active-rest)/(width*widths))))
	for _, g := range base.Groups {
		blocks := make([]model.Block, len(g.Blocks))
		for i, b := range g.Blocks {
			blocks[i] = b
			if f, ok := b.(model.FFN); ok {
				blocks[i] = model.MoE{Hidden: f.Hidden, Experts: experts, TopK: int64(top), Width: int64(width), Gated: true}
			}
		}
		g.Blocks = blocks
		m.Groups = append(m.Groups, g)
	}
	m.Inferred, m.Count = true, quantity.Params(total)
	return &m, m.Check()
}
