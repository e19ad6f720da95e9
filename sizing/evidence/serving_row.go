package evidence

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mlsizer/sizing/serve"
)

// ServingRow is one published measurement of serving: of speed, of memory or
// of both. Zero or empty means that the source does not say.
type ServingRow struct {
	ID, Source, Ref, Quality string

	Model          string
	Params, Active float64
	Weights, KV    string
	Device         string
	Devices        int
	TP, PP         int
	Runtime        string
	Version, Date  string
	Batch          string // a number, or "max": the engine chooses
	Input, Output  float64
	Depth          float64
	Phase          string // prefill, decode, end_to_end_output, total
	Rate           float64
	TTFT           float64
	FigureKind     string
	Flash          string // on or off
	Note           string

	Context       float64
	PeakMemGiB    float64
	MemDefinition string
	WeightsGiB    float64
	KVGiB         float64
	ComputeGiB    float64

	Line int
}

// IsServing reports whether a header is that of serving measurements, and not
// of training: it names the storage of the weights and the runtime.
func IsServing(header []string) bool {
	has := func(want string) bool {
		return slices.ContainsFunc(header, func(h string) bool {
			return strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")) == want
		})
	}
	return has("weights") && has("runtime")
}

// ReadServingCSV reads serving measurements by their column names. Columns
// that the schema does not know are ignored; a file without id, source or
// runtime is refused, and so is a cell that does not parse.
func ReadServingCSV(r io.Reader, file string) ([]ServingRow, error) {
	t, err := openTable(r, file, []string{"id", "source", "weights", "runtime"}, "id, source, runtime and the columns of the serving schema")
	if err != nil {
		return nil, err
	}
	var row ServingRow
	return readRows(t, &row, row.fields(), func(line int) ServingRow { return ServingRow{Line: line} }, nil)
}

// fields returns the row's fields by the names of their columns.
func (r *ServingRow) fields() map[string]any {
	return map[string]any{
		"id": &r.ID, "source": &r.Source, "source_ref": &r.Ref, "quality": &r.Quality,
		"model": &r.Model, "params_total": &r.Params, "params_active": &r.Active,
		"weights": &r.Weights, "kv_dtype": &r.KV, "device": &r.Device, "num_devices": &r.Devices, "tp": &r.TP, "pp": &r.PP,
		"runtime": &r.Runtime, "runtime_version": &r.Version, "date": &r.Date, "batch_or_concurrency": &r.Batch,
		"input_tokens": &r.Input, "output_tokens": &r.Output, "depth_tokens": &r.Depth, "phase": &r.Phase,
		"tokens_per_second": &r.Rate, "ttft_s": &r.TTFT, "figure_kind": &r.FigureKind, "flash_attention": &r.Flash, "note": &r.Note,
		"context_tokens": &r.Context, "peak_mem_gib": &r.PeakMemGiB, "mem_definition": &r.MemDefinition,
		"weights_gib": &r.WeightsGiB, "kv_gib": &r.KVGiB, "compute_buffer_gib": &r.ComputeGiB,
	}
}

// batch returns the sequences at once; max says that the engine chooses.
func (r *ServingRow) batch() (n float64, max bool, err error) {
	switch r.Batch {
	case "":
		return 1, false, nil
	case "max":
		return 0, true, nil
	}
	n, err = strconv.ParseFloat(r.Batch, 64)
	if err != nil || !(n >= 1 && n < 1e7) {
		return 0, false, fmt.Errorf("batch %q (want a number of sequences or max)", r.Batch)
	}
	return n, false, nil
}

// year returns the generation of the runtime by the row's date or release, 0 if
// it is not known.
func (r *ServingRow) year(runtime *serve.Runtime) int {
	if len(r.Date) >= 4 {
		if y, err := strconv.Atoi(r.Date[:4]); err == nil && y > 2000 && y < 2100 {
			return y
		}
	}
	return runtime.ReleaseYear(r.Version)
}

var arriving = regexp.MustCompile(`(\d+) [^.,;]*requests arriving at (?:about )?(\d+(?:\.\d+)?)/s`)

// arrivals returns the number of requests of an open test and how many of them
// arrive a second; false for a test that keeps a number of them in the house.
func (r *ServingRow) arrivals() (n, rate float64, ok bool) {
	m := arriving.FindStringSubmatch(r.Note)
	if m == nil {
		return 0, 0, false
	}
	n, _ = strconv.ParseFloat(m[1], 64)
	rate, _ = strconv.ParseFloat(m[2], 64)
	return n, rate, n >= 1 && rate > 0
}

// noted returns the whole number that follows a mark in the note.
func (r *ServingRow) noted(marks ...string) (int64, bool) {
	for _, mark := range marks {
		_, rest, ok := strings.Cut(r.Note, mark)
		if !ok {
			continue
		}
		end := strings.IndexFunc(rest, func(c rune) bool { return c < '0' || c > '9' })
		if end < 0 {
			end = len(rest)
		}
		if n, err := strconv.ParseInt(rest[:end], 10, 64); err == nil {
			return n, true
		}
	}
	return 0, false
}
