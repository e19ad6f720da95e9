package evidence

import (
	"io"

	"mlsizer/sizing/train"
)

// Row is one published measurement. A zero or empty field is unknown.
// Predictions read typed columns; Note is prose for people, which no code
// reads.
type Row struct {
	ID, Source, Ref, Quality string
	// Laboratory is who trained the model, Year the year of publication.
	Laboratory string
	Year       int

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
	// Method is one word: full, lora, qlora, dora or qdora; rows of any other
	// are skipped. Empty is pre-training.
	Method string
	// LoRARank, LoRATargets (modules by their names, with commas or spaces
	// between) and Trainable (trained parameters) are those of the adapters.
	LoRARank    int64
	LoRATargets []string
	Trainable   float64
	// DoubleQuantised says that the scales of packed weights are packed too.
	DoubleQuantised bool
	// Loss is the implementation of the loss, States the formats of weights,
	// gradients, master copy and moments where they differ from the stack's.
	// Packed says that sequences are packed to one length.
	Loss                       train.Loss
	States                     train.States
	Packed                     bool
	Optimizer                  string
	Device                     string
	Devices, DevicesPerNode    int
	InternodeGbit              float64
	Precision, PrecisionDetail string
	Compile, AsyncTP           bool
	Schedule, Stack, Release   string
	Attention, Recompute       string
	CPUOffload                 bool
	Sharding                   string
	TP, PP, VP, CP, EP, DP     int
	SP                         *bool
	// Slices is the number of torus slices.
	Slices int
	// Options are Megatron-LM's launch options. Options that are not listed
	// have their defaults.
	Options Options
	// FP32Accumulation says that gradients are accumulated in fp32, besides
	// those in the compute precision.
	FP32Accumulation bool
	StepSeconds      float64
	TokensPerSecond  float64 // per device
	TFLOPs           float64 // per device
	Convention       string
	MFU              float64
	PeakMemGiB       float64
	// MemDefinition is the definition of the peak: allocated (the default),
	// reserved or driver.
	MemDefinition string
	// LastStage says that the peak is that of the last pipeline stage.
	LastStage bool
	// WholeRun says that the row measures the time to train, evaluation
	// included, as a benchmark defines it, and not a step.
	WholeRun               bool
	DeviceHours, Tokens    float64
	Samples, TrainingFLOPs float64 // of a whole run
	// BaseModel is the model that a run tunes; its own compute is part of
	// TrainingFLOPs. Domain is the field of the model, such as Language.
	BaseModel, Domain string
	// ImagePixels is the width of the images that a run trains on.
	ImagePixels int64
	Note        string
	// OutOfMemory says that the source reports that the run did not fit.
	OutOfMemory bool
	// Line is the row's line in its file.
	Line int
	// Fault is what is wrong with a cell of the row, which is not predicted then;
	// nil: nothing.
	Fault error
}

// ReadCSV reads measurements by their column names. It ignores columns outside
// the schema, and rejects a file without id or source. A cell that does not
// parse is the fault of its row.
func ReadCSV(r io.Reader, file string) ([]Row, error) {
	t, err := openTable(r, file, []string{"id", "source"}, "measurement columns")
	if err != nil {
		return nil, err
	}
	var row Row
	return readRows(t, &row, row.fields(), func(line int) Row { return Row{Line: line} }, &row.Fault, t.without("options", row.fromOlder))
}

// fields returns the row's fields by the names of their columns.
func (r *Row) fields() map[string]any {
	return map[string]any{
		"id": &r.ID, "source": &r.Source, "source_ref": &r.Ref, "quality": &r.Quality, "laboratory": &r.Laboratory, "year": &r.Year,
		"model": &r.Model, "family": &r.Family, "layers": &r.Layers, "hidden": &r.Hidden, "ffn": &r.FFN, "gated": &r.Gated,
		"heads": &r.Heads, "kv_heads": &r.KVHeads, "head_dim": &r.HeadDim, "vocab": &r.Vocab, "tied": &r.Tied,
		"experts": &r.Experts, "top_k": &r.TopK, "expert_ffn": &r.ExpertFFN, "params_total": &r.Params,
		"seq_len": &r.SeqLen, "micro_batch": &r.MicroBatch, "global_batch": &r.GlobalBatch, "method": &r.Method, "lora_rank": &r.LoRARank, "lora_targets": &r.LoRATargets, "trainable_params": &r.Trainable, "double_quantised": &r.DoubleQuantised, "loss": &r.Loss, "packed": &r.Packed,
		"weights_dtype": &r.States.Weights, "grads_dtype": &r.States.Gradients, "master_dtype": &r.States.Master, "moments_dtype": &r.States.Moments, "optimizer": &r.Optimizer, "tokens_total": &r.Tokens,
		"device": &r.Device, "num_devices": &r.Devices, "devices_per_node": &r.DevicesPerNode, "internode_gbit_per_node": &r.InternodeGbit,
		"precision": &r.Precision, "precision_detail": &r.PrecisionDetail, "compile": &r.Compile, "async_tp": &r.AsyncTP,
		"schedule": &r.Schedule, "stack": &r.Stack, "release": &r.Release, "attention": &r.Attention, "recompute": &r.Recompute,
		"cpu_offload": &r.CPUOffload, "sharding": &r.Sharding, "sp": &r.SP,
		"tp": &r.TP, "pp": &r.PP, "vp": &r.VP, "cp": &r.CP, "ep": &r.EP, "dp": &r.DP, "slices": &r.Slices, "options": &r.Options, "fp32_accumulation": &r.FP32Accumulation,
		"step_seconds": &r.StepSeconds, "tokens_per_second_per_device": &r.TokensPerSecond, "tflops_per_device": &r.TFLOPs, "flops_convention": &r.Convention, "mfu": &r.MFU,
		"peak_mem_gib": peakCell{&r.PeakMemGiB, &r.OutOfMemory}, "mem_definition": &r.MemDefinition, "last_stage": &r.LastStage,
		"whole_run": &r.WholeRun, "device_hours": &r.DeviceHours, "samples": &r.Samples, "training_flops": &r.TrainingFLOPs,
		"base_model": &r.BaseModel, "domain": &r.Domain, "image_pixels": &r.ImagePixels, "note": &r.Note,
	}
}
