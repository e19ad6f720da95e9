package evidence

import (
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mlsizer/sizing/note"
	"mlsizer/sizing/serve"
)

// ServingRow is one published measurement of serving: of speed, of memory or of
// both. A zero or empty field is unknown. Predictions read typed columns; Note
// is prose for people, which no code reads.
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
	// Backend is the backend of a runtime with several, such as vulkan.
	Backend string
	// UBatch is the tokens of a physical batch of llama.cpp, and MLAAttention the
	// form of latent attention that its fork ran (0: expanded, 1 to 3).
	UBatch, MLAAttention int64
	Batch                string // a number, or "max": the engine chooses
	Input, Output        float64
	Depth                float64
	Phase                string // prefill, decode, end_to_end_output, total
	Rate                 float64
	TTFT                 float64
	// FigureKind is what the source measured: the rate (measured), the times of
	// the first and of each further token (ttft+tpot), or that of the first
	// (ttft).
	FigureKind string
	Flash      string // on or off

	// Task is the language task of MLPerf Inference, such as llama2-70b, and
	// Scenario is offline, server or interactive.
	Task, Scenario string
	// Requests are those of an open test, of which ArrivalRate arrive per second.
	Requests, ArrivalRate float64
	// RandomLengths says that prompts and answers have random lengths, and that
	// the figures are medians.
	RandomLengths bool

	Context    float64
	PeakMemGiB float64
	// MemDefinition is the definition of the peak, one of those below.
	MemDefinition string
	WeightsGiB    float64
	KVGiB         float64
	ComputeGiB    float64

	Note string
	Line int
	// Fault is what is wrong with a cell of the row, which is not predicted then;
	// nil: nothing.
	Fault error
}

// latenciesFigure is the kind of a rate derived from measured latencies.
const latenciesFigure = "ttft+tpot"

// The definitions of a peak.
const (
	cacheDefinition     = "kv-cache"        // allocated for the context, as the loader or the engine prints it
	poolDefinition      = "kv-pool"         // of one device, whose tokens are the context
	weightsDefinition   = "weights"         // sum of tensor sizes
	allocatorDefinition = "torch-allocated" // max_memory_allocated, summed over devices
	processDefinition   = "process"         // of the process by NVML, context included
	riseDefinition      = "device-rise"     // of the device during the run, peak minus start
	ledgerDefinition    = "start-up-ledger" // weights, activation peak and what is not of PyTorch, without the KV pool
	budgetDefinition    = "budget"          // share of the device that the runtime may use
)

// IsServing reports whether a header is that of serving measurements and not of
// training: it names the weight format and the runtime.
func IsServing(header []string) bool {
	has := func(want string) bool {
		return slices.ContainsFunc(header, func(h string) bool {
			return strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")) == want
		})
	}
	return has("weights") && has("runtime")
}

// ReadServingCSV reads serving measurements by their column names. It ignores
// columns outside the schema, and rejects a file without id, source or runtime.
// A cell that does not parse is the fault of its row.
func ReadServingCSV(r io.Reader, file string) ([]ServingRow, error) {
	t, err := openTable(r, file, []string{"id", "source", "weights", "runtime"}, "serving columns")
	if err != nil {
		return nil, err
	}
	var row ServingRow
	return readRows(t, &row, row.fields(), func(line int) ServingRow { return ServingRow{Line: line} }, &row.Fault, t.without("ubatch", row.fromOlder))
}

// fields returns the row's fields by the names of their columns.
func (r *ServingRow) fields() map[string]any {
	return map[string]any{
		"id": &r.ID, "source": &r.Source, "source_ref": &r.Ref, "quality": &r.Quality,
		"model": &r.Model, "params_total": &r.Params, "params_active": &r.Active,
		"weights": &r.Weights, "kv_dtype": &r.KV, "device": &r.Device, "num_devices": &r.Devices, "tp": &r.TP, "pp": &r.PP,
		"runtime": &r.Runtime, "runtime_version": &r.Version, "backend": &r.Backend, "ubatch": &r.UBatch, "mla_attention": &r.MLAAttention, "date": &r.Date, "batch_or_concurrency": &r.Batch,
		"input_tokens": &r.Input, "output_tokens": &r.Output, "depth_tokens": &r.Depth, "phase": &r.Phase,
		"tokens_per_second": &r.Rate, "ttft_s": &r.TTFT, "figure_kind": &r.FigureKind, "flash_attention": &r.Flash,
		"task": &r.Task, "scenario": &r.Scenario, "requests": &r.Requests, "requests_per_second": &r.ArrivalRate, "random_lengths": &r.RandomLengths,
		"context_tokens": &r.Context, "peak_mem_gib": &r.PeakMemGiB, "mem_definition": &r.MemDefinition,
		"weights_gib": &r.WeightsGiB, "kv_gib": &r.KVGiB, "compute_buffer_gib": &r.ComputeGiB, "note": &r.Note,
	}
}

// batch returns the concurrent sequences; max says that the engine chooses.
func (r *ServingRow) batch() (n float64, max bool, err error) {
	switch r.Batch {
	case "":
		return 1, false, nil
	case "max":
		return 0, true, nil
	}
	n, err = strconv.ParseFloat(r.Batch, 64)
	if err != nil || !(n >= 1 && n < 1e7) {
		return 0, false, note.NewError("row.bad-batch", r.Batch)
	}
	return n, false, nil
}

// year returns the generation of the runtime by the row's date or release, 0 if
// unknown.
func (r *ServingRow) year(runtime *serve.Runtime) int {
	if len(r.Date) >= 4 {
		if y, err := strconv.Atoi(r.Date[:4]); err == nil && y > 2000 && y < 2100 {
			return y
		}
	}
	return runtime.ReleaseYear(r.Version)
}

var datedVersion = regexp.MustCompile(`^(20\d\d)-\d\d(?:\D|$)`)

// versionYear is the year of a version that is a date, 0 of others.
func versionYear(version string) int {
	m := datedVersion.FindStringSubmatch(version)
	if m == nil {
		return 0
	}
	y, _ := strconv.Atoi(m[1]) // four digits
	return y
}
