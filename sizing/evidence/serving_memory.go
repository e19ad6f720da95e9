package evidence

import (
	"strings"

	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
)

// The 80 % bands of sizes: weights and caches are exact except for what a file
// stores differently; a peak includes activations that differ by release.
const (
	sizeBand  = 0.01
	cacheBand = 0.0015
	peakBand  = 0.07
	// computeLow and computeHigh bound the buffers of passes: copies of the inputs
	// that several devices work on at once come on top.
	computeLow  = 0.75
	computeHigh = 1.75
)

// validateMemory adds a row's weights, cache and peak to the report.
func (sp *ServingPredictor) validateMemory(r *ServingRow, rep *ServingReport, skip func(Quantity, error)) {
	p, err := sp.memorySetup(r)
	cacheOnly := r.MemDefinition == cacheDefinition
	profiled := err
	if err == nil && r.MemDefinition == ledgerDefinition && p.Model.Field == model.Multimodal && p.Model.ImageTokens() == 0 {
		profiled = note.NewError("row.tower-not-modelled", r.Model) // the profiling run encodes images
	}
	add := func(q Quantity, measured, predicted, band float64) {
		rep.add(r, "memory-"+string(q), q, measured, predicted, predicted*(1-band), predicted*(1+band))
	}
	if r.WeightsGiB > 0 {
		switch _, unknown := r.memoryQuant(); {
		case unknown != nil:
			skip(WeightsMemory, unknown)
		case err != nil:
			skip(WeightsMemory, err)
		default:
			add(WeightsMemory, r.WeightsGiB, inGiB(p.WeightBytes())/float64(p.Layout.TP), sizeBand)
		}
	}
	if r.KVGiB > 0 {
		if profiled != nil {
			skip(KVMemory, profiled)
		} else {
			add(KVMemory, r.KVGiB, r.cache(p), cacheBand)
		}
	}
	if r.ComputeGiB > 0 {
		if profiled != nil {
			skip(ComputeMemory, profiled)
		} else {
			v := r.compute(p)
			rep.add(r, "memory-"+string(ComputeMemory), ComputeMemory, r.ComputeGiB, v, v*computeLow, v*computeHigh)
		}
	}
	if r.PeakMemGiB > 0 && !cacheOnly {
		if profiled != nil {
			skip(PeakMemory, profiled)
		} else if v, err := r.peak(p); err != nil {
			skip(PeakMemory, err)
		} else {
			add(PeakMemory, r.PeakMemGiB, v, peakBand)
		}
	}
}

// memoryQuant finds the weight format, if its name states the format of each
// tensor.
func (r *ServingRow) memoryQuant() (*serve.Quant, error) {
	_, runtime, err := r.knownRuntime()
	if err != nil {
		return nil, err
	}
	q, err := r.quant(runtime)
	if err != nil {
		return nil, note.NewError("row.mix-of-one-file", err)
	}
	if q.Flat > 0 {
		return nil, note.NewError("row.mix-of-each-model", r.Weights)
	}
	if strings.Contains(r.Runtime, "ik fork") && !strings.HasPrefix(r.Weights, "q8_0") && r.Weights != "f16" && r.Weights != "bf16" {
		return nil, note.NewError("row.mix-of-maker", r.Weights)
	}
	return q, nil
}

// memorySetup prepares the row's model on its devices.
func (sp *ServingPredictor) memorySetup(r *ServingRow) (*serve.Prepared, error) {
	row := *r
	stored := quantity.Bytes(0)
	if _, err := r.memoryQuant(); err != nil {
		row.Weights = "q8_0" // the cache does not depend on it
		stored = quantity.Bytes(r.WeightsGiB * (1 << 30))
	}
	s, err := sp.serving(&row)
	if err != nil {
		return nil, err
	}
	s.StoredBytes, s.Quant = stored, s.Quant.ReleasedAs(s.Model.Name)
	s.Context, s.Batch = max(int64(r.Context), 1), 1
	s.Output = min(int64(r.Output), s.Context)
	s.Prompt = max(s.Context-s.Output, 1)
	s.Layout = serve.Layout{TP: max(r.TP, 1), PP: max(r.PP, 1)}
	if s.Runtime.KVPad > 0 && r.PP <= 1 { // a part of the layers each
		s.Layout.PP = max(r.Devices, 1)
	}
	if strings.Contains(r.Runtime, "ik fork") {
		s.FullWindows = true
		s.Expanded, s.Copied = r.MLAAttention == 0, r.MLAAttention == 1 && r.Flash != "on"
		s.Projected = r.MLAAttention >= 2 && r.Flash == "on"
	}
	return s.Prepare()
}

// cache predicts the row's cache: that of its context or, without a batch, the
// remainder of the runtime's budget.
func (r *ServingRow) cache(p *serve.Prepared) float64 {
	if r.Batch == "" {
		m := p.Memory(p.Context, 1)
		return inGiB(m.Budget - m.Weights - m.Compute - m.Overhead)
	}
	cache := p.KVBytes(p.Context)
	if p.Runtime.CountsState { // windows of compressed attention
		cache += p.StateBytes()
	}
	return inGiB(cache) / float64(p.Layout.TP)
}

// compute predicts the buffers of passes: of all devices where each has its own,
// else of one.
func (r *ServingRow) compute(p *serve.Prepared) float64 {
	if all := p.GraphBuffers(p.Context); all > 0 {
		return inGiB(all)
	}
	m := p.Memory(p.Context, 1)
	return inGiB(m.Compute)
}

// peak predicts the value that the row's definition measures.
func (r *ServingRow) peak(p *serve.Prepared) (float64, error) {
	m := p.Memory(p.Context, 1)
	held := m.Weights + m.KVCache + m.State
	switch r.MemDefinition {
	case weightsDefinition:
		return inGiB(m.Weights), nil
	case allocatorDefinition:
		// At the end of the prompt, or with the whole answer.
		atPrompt := p.Memory(p.PromptTokens(), 1)
		return inGiB(max(held, m.Weights+atPrompt.KVCache+m.State+r.eagerPrefill(p))), nil
	case processDefinition:
		return inGiB(held + m.Compute + m.Overhead), nil
	case riseDefinition:
		return inGiB(held + m.KVPadding + m.Compute), nil
	case ledgerDefinition:
		return inGiB(m.Weights + m.Compute + m.Overhead), nil
	case budgetDefinition:
		return inGiB(m.Budget), nil
	case poolDefinition:
		return r.cache(p), nil
	}
	return 0, note.NewError("row.other-peak", r.MemDefinition)
}

// lastLogits is the release of Transformers since which a prompt computes the
// logits of its last position alone.
var lastLogits = efficiency.Release{Major: 4, Minor: 45}

// eagerPrefill is what Transformers allocates for a prompt besides weights and
// cache: up to release 4.44 the logits of every position in 16 bits and in
// fp32; later those of the last position; and the widest activations of one
// layer.
// Source: huggingface/transformers models/*/modeling_*.py (logits.float(),
// num_logits_to_keep from 4.45).
func (r *ServingRow) eagerPrefill(p *serve.Prepared) quantity.Bytes {
	prompt := float64(p.PromptTokens())
	m := p.Model
	bytes := p.ActivationBytes(prompt)
	if v, ok := efficiency.ParseRelease(r.Version); ok && v.Compare(lastLogits) < 0 {
		logits := prompt * float64(m.Vocab) * 6
		return quantity.Bytes(max(logits, bytes))
	}
	return quantity.Bytes(bytes)
}
