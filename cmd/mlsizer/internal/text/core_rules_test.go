package text

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/sizing/note"
	"mlsizer/sizing/train"
)

// ruleCases is an error of every rule, in both languages by the words of its
// text: a rule names itself and its place.
func ruleCases() []sentence {
	var cases []sentence
	for _, r := range train.Rules() {
		code := "rule." + r.ID
		cases = append(cases, sentence{note.FieldError(r.Field, code, int64(4), int64(8), r.Source()),
			ruleErrors[code].Form(English, int64(4), int64(8), r.Source()),
			ruleErrors[code].Form(Chinese, int64(4), int64(8), r.Source())})
	}
	return cases
}

// Every rule says its name and where it is checked, in both languages.
func TestRulesSayTheirPlace(t *testing.T) {
	for _, c := range ruleCases() {
		e := c.err.(*note.Error)
		source := e.Values[2].(string)
		for _, said := range []string{c.en, c.zh} {
			assert.Contains(t, said, source, e.Key)
			assert.Contains(t, said, e.Key[len("rule."):], e.Key)
			assert.Contains(t, said, "4", e.Key)
			assert.Contains(t, said, "8", e.Key)
		}
	}
	first := ruleCases()[0]
	assert.Equal(t, "4 micro-batches on 8 pipeline stages: Megatron interleaves at least as many micro-batches as stages "+
		"(rule megatron-interleaved-micro-batches: NVIDIA/Megatron-LM@d98e8a64 megatron/core/pipeline_parallel/schedules.py:1159-1168)", ErrorIn(first.err, English))
}
