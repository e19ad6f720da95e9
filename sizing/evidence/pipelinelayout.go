package evidence

import (
	"slices"
	"strconv"
	"strings"

	"mlsizer/sizing/note"
	"mlsizer/sizing/train"
)

// pipelineLayout reads the layers of each model chunk from a launch's custom
// layout: E the embedding, t a layer, m one of multi-token prediction, L the
// loss, "|" between chunks, "*n" after a letter or a group in brackets to
// repeat it: "Et*3|(tt|)*6t*2mL". A plan can express such a layout if all
// chunks are equal, or all between the first and the last.
// Source: NVIDIA/Megatron-LM megatron/core/transformer/pipeline_parallel_layer_layout.py.
func pipelineLayout(s string, p *train.Plan) error {
	letters, rest, err := expandRepeats(s, 0)
	if err != nil || rest != "" {
		return note.NewError("pipeline-layout.unreadable")
	}
	parts := strings.Split(letters, "|")
	chunks := make([]int, len(parts))
	for i, part := range parts {
		chunks[i] = strings.Count(part, "t")
	}
	if len(chunks)%p.PP != 0 {
		return note.NewError("pipeline-layout.chunks-must-divide")
	}
	p.VP, p.FirstLayers, p.LastLayers = len(chunks)/p.PP, 0, 0
	first, last := chunks[0], chunks[len(chunks)-1]
	inner := chunks[min(1, len(chunks)-1):max(len(chunks)-1, 1)]
	alike := len(slices.Compact(slices.Clone(inner))) == 1
	switch {
	case len(chunks) == 1 || alike && first == inner[0] && last == inner[0] || len(chunks) == 2 && first == last:
	case first > 0 && last > 0 && (alike || len(chunks) == 2):
		p.FirstLayers, p.LastLayers = first, last
	default:
		return note.NewError("pipeline-layout.chunks-differ")
	}
	return nil
}

// mostLetters bounds an expanded layout.
const mostLetters = 1 << 16

// expandRepeats expands the repeats of a layout, up to the closing bracket.
func expandRepeats(s string, depth int) (letters, rest string, err error) {
	var b strings.Builder
	for s != "" && s[0] != ')' {
		var item string
		switch c := s[0]; {
		case strings.ContainsRune("EtmL|", rune(c)):
			item, s = s[:1], s[1:]
		case c == '(' && depth < 8:
			if item, s, err = expandRepeats(s[1:], depth+1); err != nil || s == "" {
				return "", "", note.NewError("pipeline-layout.open-bracket")
			}
			s = s[1:]
		default:
			return "", "", note.NewError("pipeline-layout.unknown-letter")
		}
		n := 1
		if strings.HasPrefix(s, "*") {
			end := 1
			for end < len(s) && s[end] >= '0' && s[end] <= '9' {
				end++
			}
			if n, err = strconv.Atoi(s[1:end]); err != nil || n > mostLetters {
				return "", "", note.NewError("pipeline-layout.bad-repeat")
			}
			s = s[end:]
		}
		if b.Len()+n*len(item) > mostLetters {
			return "", "", note.NewError("pipeline-layout.too-long")
		}
		b.WriteString(strings.Repeat(item, n))
	}
	if depth == 0 && s != "" {
		return "", "", note.NewError("pipeline-layout.surplus-bracket")
	}
	return b.String(), s, nil
}
