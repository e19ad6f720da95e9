package sizing

import (
	_ "embed"
	"encoding/csv"
	"strconv"
	"strings"
	"sync"
)

// plan_keys.csv holds the keys of the measured plans that bands of constants.json
// name by the ids of their rows. It is generated: a test of sizing/evidence, which
// has the rows, holds it to [Prepared.Key] and writes it anew with -update.
//
//go:embed plan_keys.csv
var planKeysCSV string

var planKeys = sync.OnceValue(func() map[string]uint32 {
	rows, err := csv.NewReader(strings.NewReader(planKeysCSV)).ReadAll()
	if err != nil {
		panic("plan_keys.csv: " + err.Error()) // the embedded file is tested
	}
	keys := make(map[string]uint32, len(rows))
	for _, row := range rows[1:] {
		key, err := strconv.ParseUint(row[1], 16, 32)
		if err != nil {
			panic("plan_keys.csv: " + err.Error())
		}
		keys[row[0]] = uint32(key)
	}
	return keys
})

// PlanKeys returns the keys of the plans that the program ships measurements of,
// by the id of their first row. They must not be modified.
func PlanKeys() map[string]uint32 { return planKeys() }
