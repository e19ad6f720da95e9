package evidence

import (
	"maps"
	"regexp"
	"strconv"
	"strings"
)

// olderPhrases moves phrases in the notes of an older file into columns.
// Published files of that form state these facts nowhere else; the phrases are
// fixed, and new files have columns for them.
func (r *Row) olderPhrases() {
	says := func(phrase string) bool { return strings.Contains(r.Note, phrase) }
	r.LastStage = r.LastStage || says("last pipeline stage")
	r.FP32Accumulation = r.FP32Accumulation || says("fp32 grad accumulation")
	r.CPUOffload = r.CPUOffload || strings.HasPrefix(r.Note, "CPU offload") || says("; CPU offload")
	if says("recompute on every stage but the last") { // a simulator's setting
		r.Recompute = "none"
	}
	if says("cross-entropy fusion") && !r.Options.on("cross-entropy-loss-fusion") {
		fused := Options{"cross-entropy-loss-fusion": "true", "cross-entropy-fusion-impl": "te"}
		maps.Copy(fused, r.Options)
		r.Options = fused
	}
	if count, _, ok := strings.Cut(r.Note, " slices;"); ok {
		_ = set(&r.Slices, count)
	}
	r.olderModel()
}

var (
	olderModelName = regexp.MustCompile(`model ([^;]*);`)
	olderAdapters  = regexp.MustCompile(`(?i)(q?lora)(?: r=?(\d+))?`)
	olderPixels    = regexp.MustCompile(`(\d+) ?px|(\d{2,})x\d{2,}`)
)

// olderModel reads the model of a run whose column is empty: "model Llama-2-70B
// LoRA r16; …".
func (r *Row) olderModel() {
	if r.DeviceHours == 0 {
		return
	}
	if m := olderModelName.FindStringSubmatch(r.Note); m != nil {
		r.Model = m[1]
	}
	if m := olderAdapters.FindStringSubmatch(r.Model); m != nil {
		r.Method = strings.ToLower(m[1])
		r.LoRARank, _ = strconv.ParseInt(m[2], 10, 64)
	}
	if m := olderPixels.FindStringSubmatch(r.Model); m != nil {
		r.ImagePixels, _ = strconv.ParseInt(m[1]+m[2], 10, 64)
	}
}

var (
	olderUBatch   = regexp.MustCompile(`(?:ubatch|micro-batch) (\d+)`)
	olderScenario = regexp.MustCompile(`(Offline|Server|Interactive) (\S+)`)
	olderArrivals = regexp.MustCompile(`(\d+) [^.,;]*requests arriving at (?:about )?(\d+(?:\.\d+)?)/s`)
)

// olderPhrases moves phrases in the notes of an older file into columns.
func (r *ServingRow) olderPhrases() {
	r.RandomLengths = r.RandomLengths || strings.Contains(r.Note, "random lengths")
	if strings.Contains(strings.ToLower(r.Note), "vulkan") {
		r.Backend = "vulkan"
	}
	if m := olderUBatch.FindStringSubmatch(r.Note); m != nil && r.UBatch == 0 {
		_ = set(&r.UBatch, m[1])
	}
	if m := olderArrivals.FindStringSubmatch(r.Note); m != nil {
		_, _ = set(&r.Requests, m[1]), set(&r.ArrivalRate, m[2])
	}
	if m := olderScenario.FindStringSubmatch(r.Note); m != nil {
		for i := range mlperfTasks {
			if strings.HasPrefix(m[2], mlperfTasks[i].name) {
				r.Task, r.Scenario = mlperfTasks[i].name, strings.ToLower(m[1])
			}
		}
	}
}
