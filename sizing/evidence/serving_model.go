package evidence

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
)

// model resolves the name of a row's model: as it stands, without who packed
// the file and how, by the generation before its minor version, or by the
// parameters that the row or the name gives. The last two are inferred.
func (sp *ServingPredictor) model(r *ServingRow) (*sizing.Model, error) {
	m, err := sp.Resolve(r.Model)
	if err == nil {
		return m, nil
	}
	short := r.Model
	for _, packer := range []string{"unsloth-", "opensourcerelease-", "bartowski-"} {
		short = strings.TrimPrefix(short, packer)
	}
	for _, form := range []string{"-safetensors", "-bf16", "-fp8"} {
		short = strings.TrimSuffix(short, form)
	}
	if m, shortErr := sp.Resolve(short); shortErr == nil {
		return m, nil
	}
	total, active := r.Params, r.Active
	if total <= 0 {
		total, active = namedParams(short)
	}
	if total > 0 {
		if m, countErr := sp.byCount(total, active); countErr == nil {
			return m, nil
		}
	}
	if earlier := minorVersion.ReplaceAllString(short, "$1"); earlier != short {
		if m, earlierErr := sp.Resolve(earlier); earlierErr == nil {
			inferred := *m
			inferred.Inferred, inferred.Count = true, m.Params()
			return &inferred, nil
		}
	}
	return nil, err
}

var (
	minorVersion = regexp.MustCompile(`(\d)\.\d+`)
	nameTotal    = regexp.MustCompile(`(?:^|[-_])e?(\d+(?:\.\d+)?)b(?:[-_]|$)`)
	nameActive   = regexp.MustCompile(`[-_]a(\d+(?:\.\d+)?)b(?:[-_]|$)`)
)

// namedParams reads the counts of a name such as "qwen3-30b-a3b"; 0 without.
func namedParams(name string) (total, active float64) {
	read := func(re *regexp.Regexp) float64 {
		match := re.FindStringSubmatch(strings.ToLower(name))
		if match == nil {
			return 0
		}
		v, _ := strconv.ParseFloat(match[1], 64)
		return v * 1e9
	}
	return read(nameTotal), read(nameActive)
}

// sparse is the active share of parameters below which a model is taken to
// have experts.
const sparse = 0.8

// byCount infers a model from its parameters. One with experts gets the layers
// of a dense model of one and a half times the active parameters and, in place
// of each FFN, 128 experts that bring the total to the count, as many of them
// active as bring the active ones nearest.
func (sp *ServingPredictor) byCount(total, active float64) (*sizing.Model, error) {
	const experts, dense = 128, 1.5
	count := func(v float64) string { return strconv.FormatFloat(math.Round(v), 'f', 0, 64) }
	if active <= 0 || active > sparse*total {
		return sp.Resolve(count(total))
	}
	base, err := sp.Resolve(count(math.Min(dense*active, total)))
	if err != nil {
		return nil, err
	}
	m := *base
	m.Groups = nil
	rest, widths := float64(base.Params()), 0.0 // what stays, and Σ 3 x hidden x layers
	for _, g := range base.Groups {
		for _, b := range g.Blocks {
			if f, ok := b.(sizing.FFN); ok {
				rest -= 3 * float64(f.Hidden*f.Width) * float64(g.Repeat)
				widths += 3 * float64(f.Hidden) * float64(g.Repeat)
			}
		}
	}
	width := math.Max(1, math.Round((total-rest)/(experts*widths)))
	top := math.Max(1, math.Min(experts, math.Round((active-rest)/(width*widths))))
	for _, g := range base.Groups {
		blocks := make([]sizing.Block, len(g.Blocks))
		for i, b := range g.Blocks {
			blocks[i] = b
			if f, ok := b.(sizing.FFN); ok {
				blocks[i] = sizing.MoE{Hidden: f.Hidden, Experts: experts, TopK: int64(top), Width: int64(width), Gated: true}
			}
		}
		g.Blocks = blocks
		m.Groups = append(m.Groups, g)
	}
	m.Inferred, m.Count = true, quantity.Params(total)
	return &m, m.Check()
}
