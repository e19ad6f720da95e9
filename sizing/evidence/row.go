// Package evidence holds published measurements of training and says how well
// the estimates match them: rows in one schema, predictions for them, scores
// by source, and the fitting of constants.
package evidence

import (
	"fmt"
	"io"
	"math"
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
	Samples, TrainingFLOPs         float64 // of a whole run
	Note                           string
	// OutOfMemory is set where the source reports that the run did not fit.
	OutOfMemory bool
	// Line is the row's line in its file.
	Line int
}

// ReadCSV reads measurements by their column names. Columns that the schema
// does not know are ignored; a file without id or source is refused, and so is
// a cell that does not parse.
func ReadCSV(r io.Reader, file string) ([]Row, error) {
	t, err := openTable(r, file, []string{"id", "source"}, "id, source and the columns of the measurement schema")
	if err != nil {
		return nil, err
	}
	var row Row
	return readRows(t, &row, row.fields(), func(line int) Row { return Row{Line: line} })
}

// peakCell is the field of a peak of memory, or of the word that there was none.
type peakCell struct {
	gib         *float64
	outOfMemory *bool
}

// set stores a cell in the field that its column names; nil ignores it.
func set(field any, cell string) error {
	switch p := field.(type) {
	case peakCell:
		if strings.EqualFold(cell, "OOM") {
			*p.outOfMemory = true
			return nil
		}
		return set(p.gib, cell)
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
		"peak_mem_gib": peakCell{&r.PeakMemGiB, &r.OutOfMemory}, "mem_definition": &r.MemDefinition, "device_hours": &r.DeviceHours, "samples": &r.Samples, "training_flops": &r.TrainingFLOPs, "note": &r.Note,
	}
}
