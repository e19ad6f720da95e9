package catalog

import (
	"fmt"
	"strconv"
	"strings"
)

// run is a number of identical layers in a row.
type run struct {
	layer  string
	repeat int
}

// maxLayers bounds a pattern: no published model has a tenth of it.
const maxLayers = 1 << 14

// parsePattern expands a pattern of layers into runs:
//
//	32 layer                      32 times "layer"
//	3 dense, 58 sparse            one after the other
//	10 (5 local, global), 2 local ten times five and one, then two
//
// Neighbouring runs of the same layer are joined.
func parsePattern(s string) ([]run, error) {
	p := patternParser{text: s, rest: s}
	runs, err := p.list(0)
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", s, err)
	}
	if p.rest != "" {
		return nil, fmt.Errorf("pattern %q: unexpected %q", s, p.rest)
	}
	return runs, nil
}

type patternParser struct{ text, rest string }

func (p *patternParser) skip() { p.rest = strings.TrimLeft(p.rest, " ") }

// list parses items separated by commas.
func (p *patternParser) list(depth int) ([]run, error) {
	const maxDepth = 4
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	var runs []run
	for {
		item, err := p.item(depth)
		if err != nil {
			return nil, err
		}
		if runs, err = join(runs, item); err != nil {
			return nil, err
		}
		p.skip()
		if !strings.HasPrefix(p.rest, ",") {
			return runs, nil
		}
		p.rest = p.rest[1:]
	}
}

// item parses an optional count and a layer's name or a list in parentheses.
func (p *patternParser) item(depth int) ([]run, error) {
	p.skip()
	n := 1
	digits := len(p.rest) - len(strings.TrimLeft(p.rest, "0123456789"))
	if digits > 0 {
		var err error
		if n, err = strconv.Atoi(p.rest[:digits]); err != nil || n < 1 || n > maxLayers {
			return nil, fmt.Errorf("%s layers (want 1 to %d)", p.rest[:digits], maxLayers)
		}
		p.rest = p.rest[digits:]
		p.skip()
	}
	if strings.HasPrefix(p.rest, "(") {
		p.rest = p.rest[1:]
		inner, err := p.list(depth + 1)
		if err != nil {
			return nil, err
		}
		p.skip()
		if !strings.HasPrefix(p.rest, ")") {
			return nil, fmt.Errorf("no closing parenthesis")
		}
		p.rest = p.rest[1:]
		var runs []run
		for range n {
			if runs, err = join(runs, inner); err != nil {
				return nil, err
			}
		}
		return runs, nil
	}
	end := strings.IndexAny(p.rest, " ,()")
	if end < 0 {
		end = len(p.rest)
	}
	if end == 0 {
		return nil, fmt.Errorf("no layer at %q", p.rest)
	}
	r := run{p.rest[:end], n}
	p.rest = p.rest[end:]
	return []run{r}, nil
}

// join appends more to runs.
func join(runs, more []run) ([]run, error) {
	for _, r := range more {
		if n := len(runs); n > 0 && runs[n-1].layer == r.layer {
			runs[n-1].repeat += r.repeat
		} else {
			runs = append(runs, r)
		}
		if runs[len(runs)-1].repeat > maxLayers || len(runs) > maxLayers {
			return nil, fmt.Errorf("more than %d layers", maxLayers)
		}
	}
	return runs, nil
}
