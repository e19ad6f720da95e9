package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/model/modeltest"
)

// New values of resolved entries give the step that a full search for the
// entries gives, to the last digit, and entries outside do not matter.
func TestSetValuesAgreesWithSetConstants(t *testing.T) {
	m := modeltest.GPT(4, 512, 8, 1000, 128)
	plan := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 8}
	for _, stack := range []string{"megatron-core", "torchtitan", "composer-fsdp"} {
		t.Run(stack, func(t *testing.T) {
			searched := mustPrepare(m, Workload{Seq: 128}, stack, 8)
			resolved := mustPrepare(m, Workload{Seq: 128}, stack, 8)
			before, err := searched.StepTime(&plan)
			require.NoError(t, err)
			force := resolved.InForce(DefaultConstants())
			read, unread := DefaultConstants().Clone(), DefaultConstants().Clone()
			for i := range read.Entries {
				if force.Reads(i) {
					read.Entries[i].Value *= 0.9
				} else {
					unread.Entries[i].Value *= 0.9
				}
			}
			require.Len(t, force, len(constantFields), "one entry per constant")

			searched.SetConstants(read)
			resolved.SetValues(read, force)
			assert.Equal(t, searched.timing.e, resolved.timing.e)
			want, err := searched.StepTime(&plan)
			require.NoError(t, err)
			got, err := resolved.StepTime(&plan)
			require.NoError(t, err)
			assert.Equal(t, want, got)
			assert.NotEqual(t, before, got, "the entries in force decide")

			searched.SetConstants(unread)
			same, err := searched.StepTime(&plan)
			require.NoError(t, err)
			assert.Equal(t, before, same, "entries that are not in force")
		})
	}
}
