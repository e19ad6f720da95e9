package evidence

import "embed"

// Published measurements of serving, a row each with its source_ref. Of the
// sources' remarks those are left out that nobody needs.
//
//go:embed data/serving_throughput.csv data/serving_memory.csv
var publishedServing embed.FS

// DefaultServing returns the embedded measurements of serving: speeds and
// sizes.
func DefaultServing() ([]ServingRow, error) {
	var rows []ServingRow
	for _, name := range []string{"data/serving_throughput.csv", "data/serving_memory.csv"} {
		more, err := embedded(&publishedServing, name, ReadServingCSV, func(r *ServingRow) error { return r.Fault })
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}
