// Package evidence holds published measurements of training and says how well
// the estimates match them: rows in one schema, predictions for them, scores
// by source, and the fitting of constants.
package evidence

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Row is one published measurement. Zero or empty means that the source does
// not say.
type Row struct {
	ID, Source, Ref, Quality string

	// Model is a catalogue name; the fields after it give the shape itself.
	Model, Family                  string
	Layers, Hidden, FFN            int64
	Gated                          *bool
	Heads, KVHeads, HeadDim, Vocab int64
	Tied                           *bool
	Experts, TopK, ExpertFFN       int64
	Params                         float64
	SeqLen                         int64
	MicroBatch, GlobalBatch        int64
	Method, Optimizer              string
	Device                         string
	Devices, DevicesPerNode        int
	InternodeGbit                  float64
	Precision, PrecisionDetail     string
	Compile, AsyncTP               bool
	Schedule, Stack, Release       string
	Attention, Recompute           string
	CPUOffload                     bool
	Sharding                       string
	TP, PP, VP, CP, EP, DP         int
	SP                             *bool
	StepSeconds                    float64
	TokensPerSecond                float64 // a device
	TFLOPs                         float64 // a device
	Convention                     string
	MFU                            float64
	PeakMemGiB                     float64
	MemDefinition                  string
	DeviceHours, Tokens            float64
	Note                           string
	// OutOfMemory is set where the source reports that the run did not fit.
	OutOfMemory bool
	// Line is the row's line in its file.
	Line int
}

// SchemaError says which cell of a measurement file is wrong.
type SchemaError struct {
	File   string
	Line   int
	Column string
	Text   string
}

func (e *SchemaError) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text)
	}
	return fmt.Sprintf("%s:%d: column %s: %s", e.File, e.Line, e.Column, e.Text)
}

// ReadCSV reads measurements by their column names. Columns that the schema
// does not know are ignored; a file without id or source is refused, and so is
// a cell that does not parse.
func ReadCSV(r io.Reader, file string) ([]Row, error) {
	cr := csv.NewReader(r)
	cr.ReuseRecord = true
	header, err := cr.Read()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, &SchemaError{file, 1, "", "the file is empty (want a header row with id, source and the columns of the measurement schema)"}
		}
		return nil, &SchemaError{file, 1, "", err.Error()}
	}
	header = slices.Clone(header)
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	for _, want := range []string{"id", "source"} {
		if !slices.Contains(header, want) {
			return nil, &SchemaError{file, 1, want, fmt.Sprintf("is missing (the header has %s)", strings.Join(header, ", "))}
		}
	}
	var rows []Row
	var row Row
	fields := row.fields() // point into row, which is filled anew for each record
	for {
		record, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		line, _ := cr.FieldPos(0)
		if err != nil {
			return nil, &SchemaError{file, line, "", err.Error()}
		}
		row = Row{Line: line}
		for i, cell := range record {
			if cell = strings.TrimSpace(cell); cell == "" {
				continue
			}
			if header[i] == "peak_mem_gib" && strings.EqualFold(cell, "OOM") {
				row.OutOfMemory = true
				continue
			}
			if err := set(fields[header[i]], cell); err != nil {
				return nil, &SchemaError{file, line, header[i], err.Error()}
			}
		}
		rows = append(rows, row)
	}
}

// set stores a cell in the field that its column names; nil ignores it.
func set(field any, cell string) error {
	switch p := field.(type) {
	case *string:
		*p = strings.Clone(cell)
	case *int64:
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil || v != math.Trunc(v) || v < 0 || v > 1e18 {
			return fmt.Errorf("%q is not a whole number", cell)
		}
		*p = int64(v)
	case *int:
		v, err := strconv.ParseInt(cell, 10, 32)
		if err != nil || v < 0 {
			return fmt.Errorf("%q is not a count", cell)
		}
		*p = int(v)
	case *float64:
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return fmt.Errorf("%q is not a number of 0 or more", cell)
		}
		*p = v
	case *bool:
		v, err := strconv.ParseBool(cell)
		if err != nil {
			return fmt.Errorf("%q is not 0 or 1", cell)
		}
		*p = v
	case **bool:
		v, err := strconv.ParseBool(cell)
		if err != nil {
			return fmt.Errorf("%q is not 0 or 1", cell)
		}
		*p = &v
	}
	return nil
}

// fields returns the row's fields by the names of their columns.
func (r *Row) fields() map[string]any {
	return map[string]any{
		"id": &r.ID, "source": &r.Source, "source_ref": &r.Ref, "quality": &r.Quality,
		"model": &r.Model, "family": &r.Family, "layers": &r.Layers, "hidden": &r.Hidden, "ffn": &r.FFN, "gated": &r.Gated,
		"heads": &r.Heads, "kv_heads": &r.KVHeads, "head_dim": &r.HeadDim, "vocab": &r.Vocab, "tied": &r.Tied,
		"experts": &r.Experts, "top_k": &r.TopK, "expert_ffn": &r.ExpertFFN, "params_total": &r.Params,
		"seq_len": &r.SeqLen, "micro_batch": &r.MicroBatch, "global_batch": &r.GlobalBatch, "method": &r.Method, "optimizer": &r.Optimizer, "tokens_total": &r.Tokens,
		"device": &r.Device, "num_devices": &r.Devices, "devices_per_node": &r.DevicesPerNode, "internode_gbit_per_node": &r.InternodeGbit,
		"precision": &r.Precision, "precision_detail": &r.PrecisionDetail, "compile": &r.Compile, "async_tp": &r.AsyncTP,
		"schedule": &r.Schedule, "stack": &r.Stack, "release": &r.Release, "attention": &r.Attention, "recompute": &r.Recompute,
		"cpu_offload": &r.CPUOffload, "sharding": &r.Sharding, "sp": &r.SP,
		"tp": &r.TP, "pp": &r.PP, "vp": &r.VP, "cp": &r.CP, "ep": &r.EP, "dp": &r.DP,
		"step_seconds": &r.StepSeconds, "tokens_per_second_per_device": &r.TokensPerSecond, "tflops_per_device": &r.TFLOPs, "flops_convention": &r.Convention, "mfu": &r.MFU,
		"peak_mem_gib": &r.PeakMemGiB, "mem_definition": &r.MemDefinition, "device_hours": &r.DeviceHours, "note": &r.Note,
	}
}

// options returns the launch options that the note spells as key=value, such
// as "disable-bias-linear=true": how Megatron's own test logs state them.
func (r *Row) options() map[string]string {
	m := map[string]string{}
	for _, field := range strings.Fields(r.Note) {
		if k, v, ok := strings.Cut(field, "="); ok {
			m[k] = v
		}
	}
	return m
}
