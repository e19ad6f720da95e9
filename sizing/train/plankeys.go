package train

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// plan_keys.csv lists the keys of the measured plans that bands of
// constants.json name by the ids of their rows. It is generated: a test of
// sizing/evidence, which has the rows, compares it with [Prepared.Key] and
// regenerates it with -update.
//
//go:embed plan_keys.csv
var planKeysCSV string

var planKeys = sync.OnceValue(func() map[string]uint32 {
	keys := make(map[string]uint32, 2048)
	_, lines, _ := strings.Cut(planKeysCSV, "\n") // the header
	for line := range strings.Lines(lines) {
		id, text, _ := strings.Cut(strings.TrimSpace(line), ",")
		key, err := strconv.ParseUint(text, 16, 32)
		if err != nil {
			panic("plan_keys.csv: " + err.Error()) // the embedded file is tested
		}
		keys[id] = uint32(key)
	}
	return keys
})

// PlanKeys returns the keys of the plans with embedded measurements, by the id
// of their first row. They must not be modified.
func PlanKeys() map[string]uint32 { return planKeys() }
