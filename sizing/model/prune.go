package model

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Prune is the dimensions after structured pruning, which removes whole layers,
// heads, experts and channels: the result is a smaller dense model that every
// runtime runs at full speed.
//
// Source: arXiv:2407.14679 section 2 (depth and width pruning of language
// models, Minitron).
type Prune struct {
	Layers, Hidden, FFN, Heads, KVHeads, Experts Remaining
}

// Remaining is the remaining size of a dimension: a number, or a share. The
// zero value keeps all of it.
type Remaining struct {
	Count int64
	Share float64
}

// prunable is a dimension with its name in text.
type prunable struct {
	name string
	at   *Remaining
}

// pruned lists the dimensions.
func (p *Prune) pruned() []prunable {
	return []prunable{{"layers", &p.Layers}, {"hidden", &p.Hidden}, {"ffn", &p.FFN}, {"heads", &p.Heads}, {"kv-heads", &p.KVHeads}, {"experts", &p.Experts}}
}

// String returns the form that ParsePrune reads: "layers=16" or
// "hidden=3072,ffn=9216".
func (p Prune) String() string {
	var parts []string
	for _, d := range p.pruned() {
		switch l := *d.at; {
		case l.Count > 0:
			parts = append(parts, fmt.Sprintf("%s=%d", d.name, l.Count))
		case l.Share > 0:
			parts = append(parts, fmt.Sprintf("%s=%g%%", d.name, 100*l.Share))
		}
	}
	return strings.Join(parts, ",")
}

// ParsePrune reads the remaining sizes of dimensions, as numbers or shares:
// layers=16, hidden=3072,ffn=9216, experts=50%.
func ParsePrune(s string) (Prune, error) {
	var p Prune
	for _, part := range strings.Split(s, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		i := slices.IndexFunc(p.pruned(), func(d prunable) bool { return d.name == strings.TrimSpace(name) })
		if !ok || i < 0 {
			return Prune{}, note.NewError("prune.wants-dimensions", note.NewError("prune.not-a-dimension", part))
		}
		if *p.pruned()[i].at != (Remaining{}) {
			return Prune{}, note.NewError("prune.twice", p.pruned()[i].name)
		}
		left, err := parseRemaining(strings.TrimSpace(value))
		if err != nil {
			return Prune{}, note.NewError("prune.wants-dimensions", note.NewError("prune.not-a-value", part, err))
		}
		*p.pruned()[i].at = left
	}
	return p, nil
}

// parseRemaining reads 3072 or 75%.
func parseRemaining(s string) (Remaining, error) {
	if t, percent := strings.CutSuffix(s, "%"); percent {
		f, err := strconv.ParseFloat(strings.TrimSpace(t), 64)
		if err != nil || !(f > 0 && f <= 100) {
			return Remaining{}, note.NewError("prune.not-a-share")
		}
		return Remaining{Share: f / 100}, nil
	}
	n, err := quantity.ParseCount(s)
	if err != nil || n < 1 {
		return Remaining{}, note.NewError("prune.not-a-number")
	}
	return Remaining{Count: n}, nil
}

// of is the remaining size of n, a share in steps of unit; an error if it is
// larger than n.
func (l Remaining) of(name string, n, unit int64) (int64, error) {
	left := n
	switch {
	case l.Count > 0:
		left = l.Count
	case l.Share > 0:
		left = min(n, max(unit, int64(math.Round(l.Share*float64(n)/float64(unit)))*unit))
	}
	if left > n {
		return 0, note.FieldError("prune", "prune.more-than-there-are", name, left, n)
	}
	return left, nil
}

// channelUnit is the multiple that shares of channels are rounded to, so that
// tensor cores divide them.
const channelUnit = 128

// Prune returns the pruned model. A pruned dimension that the model does not
// have is an error.
func (m *Model) Prune(p Prune) (*Model, error) {
	small := *m
	small.Name = m.Name + " " + p.String()
	small.Source = fmt.Sprintf("%s, pruned to %s", m.Source, p.String())
	small.StoredBits = 0
	if p.Hidden != (Remaining{}) && m.Hidden == 0 {
		return nil, note.FieldError("prune", "prune.no-hidden-size", m.Name)
	}
	r := &pruner{hidden: m.Hidden, to: m.Hidden, p: &p}
	var err error
	if r.to, err = p.Hidden.of("hidden", m.Hidden, channelUnit); err != nil {
		return nil, err
	}
	small.Hidden = r.to
	small.Groups = nil
	for _, g := range m.Groups {
		blocks := make([]Block, len(g.Blocks))
		for i, b := range g.Blocks {
			if blocks[i], err = r.block(b); err != nil {
				return nil, err
			}
		}
		g.Blocks = blocks
		small.Groups = append(small.Groups, g)
	}
	for _, d := range p.pruned() {
		if *d.at != (Remaining{}) && !r.found[d.name] && d.name != "layers" && d.name != "hidden" {
			if d.name == "ffn" && r.sparse {
				return nil, note.FieldError("prune", "prune.experts-by-share", m.Name)
			}
			return nil, note.FieldError("prune", "prune.no-dimension", m.Name, d.name)
		}
	}
	if err := small.dropLayers(p.Layers); err != nil {
		return nil, err
	}
	if m.Inferred {
		small.Count = quantity.Params(math.Round(float64(m.Count) * float64(small.shapeParams()) / float64(m.shapeParams())))
	}
	if err := small.Check(); err != nil {
		return nil, note.About("prune", err)
	}
	return &small, nil
}

// dropLayers removes layers from every group of the body in proportion, the
// largest remainders first, so that the mix of layer kinds is preserved.
func (m *Model) dropLayers(l Remaining) error {
	have := m.Layers()
	to, err := l.of("layers", int64(have), 1)
	if err != nil {
		return err
	}
	type part struct {
		group int
		rest  float64
	}
	var parts []part
	missing := int(to)
	var kept []Group
	for _, g := range m.Groups {
		if g.Place == Body {
			exact := float64(g.Repeat) * float64(to) / float64(have)
			g.Repeat = int(exact + 1e-9)
			missing -= g.Repeat
			parts = append(parts, part{len(kept), exact - float64(g.Repeat)})
		}
		kept = append(kept, g)
	}
	slices.SortStableFunc(parts, func(a, b part) int {
		switch {
		case a.rest > b.rest+1e-9:
			return -1
		case b.rest > a.rest+1e-9:
			return 1
		}
		return 0
	})
	for i := range missing {
		kept[parts[i].group].Repeat++
	}
	m.Groups = slices.DeleteFunc(kept, func(g Group) bool { return g.Repeat == 0 })
	return nil
}

// pruner prunes the dimensions of blocks.
type pruner struct {
	hidden, to int64
	p          *Prune
	found      map[string]bool // dimensions that some block has
	sparse     bool            // some block has experts
	err        error           // the first error of the current block
}

// width is the new size of a dimension of the residual stream.
func (r *pruner) width(n int64) int64 {
	if n == r.hidden {
		return r.to
	}
	return n
}

// cut is the remaining size of a dimension of a block.
func (r *pruner) cut(name string, l Remaining, n, unit int64) int64 {
	if r.found == nil {
		r.found = map[string]bool{}
	}
	r.found[name] = true
	left, err := l.of(name, n, unit)
	if err != nil && r.err == nil {
		r.err = err
	}
	return left
}

// block is the pruned block.
func (r *pruner) block(b Block) (Block, error) {
	r.err = nil
	if left := b.pruned(r); left != nil {
		return left, r.err
	}
	if r.to != r.hidden {
		return nil, note.FieldError("prune", "prune.fixed-width", b.Kind())
	}
	return b, nil
}
