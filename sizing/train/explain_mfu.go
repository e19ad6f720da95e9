package train

import "mlsizer/sizing/note"

// noteConvention says which FLOPs the MFU counts, and how it counts frozen
// weights.
func (w *Workload) noteConvention(notes *note.List) {
	switch w.Convention {
	case PaLM:
		notes.Say("flops.palm", sourcePaLM)
	case SixND:
		notes.Say("flops.6nd", sourceSixND)
	case HardwareFLOPs:
		notes.Say("flops.hardware", sourceHardware)
	default:
		notes.Say("flops.megatron", sourceMegatron)
	}
	if w.FreezesWeights() {
		notes.Say("flops.frozen", "")
	}
}

// explainUtilisation derives the MFU by each convention, and the HFU.
func (p *Prepared) explainUtilisation(e *Estimate) []note.Derivation {
	runs := p.Samples(&e.Plan) / float64(e.Plan.GlobalBatch)
	var list []note.Derivation
	for _, c := range Conventions() {
		list = append(list, note.Derive("time.utilisation", utilisationNames[c], utilisationSources[c], note.Percent(e.Utilisation(c)),
			note.In("convention", c.String()), note.In("FLOPs of a step", float64(e.Compute.By(c))/runs),
			note.In("step", note.Fine(e.Time.Step)), note.In("devices", p.Cluster.Count), note.In("peak", p.rate.Peak)))
	}
	return list
}

// utilisationNames are the utilisations by their conventions.
var utilisationNames = [numConventions]string{Megatron: "MFU (megatron)", PaLM: "MFU (palm)", SixND: "MFU (6ND)", HardwareFLOPs: "HFU"}

// utilisationSources are the sources of the conventions.
var utilisationSources = [numConventions]string{Megatron: sourceMegatron, PaLM: sourcePaLM, SixND: sourceSixND, HardwareFLOPs: sourceHardware}
