package catalog

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFindUnpublished(t *testing.T) {
	for _, tt := range []struct {
		name, source string
		want         bool
	}{
		{"gpt-4", "arXiv:2303.08774 section 2", true}, {"GPT-4", "arXiv:2303.08774 section 2", true}, {"GPT 4 Turbo", "arXiv:2303.08774 section 2", true},
		{"gpt-4-0613", "arXiv:2303.08774 section 2", true}, {"GPT-4o", "arXiv:2410.21276", true}, {"gpt-4o-mini", "arXiv:2410.21276", true}, {"o1-preview", "arXiv:2412.16720", true},
		{"Claude 3 Opus", "Anthropic, The Claude 3 Model Family, model card", true}, {"Claude 3.5 Sonnet", "assumed", true}, {"Gemini 1.5 Pro", "arXiv:2403.05530", true}, {"gemini-2.5-flash", "arXiv:2507.06261", true}, {"google/gemini-2.0-flash", "assumed", true},
		{"gpt-3", "", false}, {"gpt-oss-20b", "", false}, {"gemini-nano", "", false}, {"grok-1", "", false}, {"grok-2", "", false}, {"gpt", "", false}, {"o10", "", false}, {"", "", false}, {"-", "", false},
	} {
		source, ok := FindUnpublished(tt.name)
		assert.Equal(t, tt.want, ok, tt.name)
		assert.Equal(t, tt.source, source, tt.name)
	}
}

// No model of the catalogue is listed as one without a published size.
func TestUnpublishedAreNotInTheCatalogue(t *testing.T) {
	assert.Greater(t, len(unpublished()), 20)
	for _, s := range Default().slots {
		for _, name := range append([]string{s.name}, s.aliases...) {
			_, ok := FindUnpublished(name)
			assert.False(t, ok, name)
		}
	}
}
