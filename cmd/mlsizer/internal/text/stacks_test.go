package text

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/sizing/train"
)

// Words and the data of stacks name the same kinds of work and differences.
func TestStackWordsAreThoseOfTheData(t *testing.T) {
	used := map[string]bool{}
	for _, s := range train.Stacks() {
		for _, a := range s.AssumedFor {
			used["stack-for."+string(a.Task)] = true
		}
		for _, a := range s.Aliases {
			used["stack-differs."+string(a.Differs)] = true
		}
	}
	for key := range used {
		assert.Contains(t, stackWords, key)
	}
	assert.Len(t, stackWords, len(used))
}
