package train

import (
	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// Notes lists every assumption of an estimate that the request does not make.
func (p *Prepared) Notes(e *Estimate) note.List {
	var notes note.List
	p.noteModel(&notes)
	p.noteTime(&notes, &e.Plan)
	p.noteLoading(&notes, e)
	p.noteMemory(&notes, e)
	p.noteMoney(&notes, e)
	if e.Storage.Dataset > 0 {
		notes.Say("dataset", sourceDataset, tokenBytes(p.profile.model.Vocab))
	}
	if p.Workload.FreezesWeights() {
		notes.Say("storage.adapters", "", e.Storage.CheckpointsKept)
	} else {
		notes.Say("storage.full", "", e.Storage.CheckpointsKept)
	}
	if p.Workload.Tokens == 0 {
		notes.Say("run.step", "")
	}
	return notes
}

// noteModel says what the model's numbers depend on, and how its FLOPs are
// counted.
func (p *Prepared) noteModel(notes *note.List) {
	c, w := p.profile, &p.Workload
	if c.model.Inferred {
		notes.Say("inferred-shape", "", c.params, c.layers, c.model.Hidden, c.model.Source)
	}
	if c.model.Scope != "" {
		notes.Say("scope.count", "", model.Scope(c.model.Scope))
	}
	w.noteConvention(notes)
	if w.Method == QLoRA && !c.stack.Packs {
		notes.Say("method", "", c.stack.Name)
	}
	if c.model.EncoderDecoder() {
		notes.Say("encoder-decoder", "", w.Seq)
	}
}

// noteTime says what the step time depends on.
func (p *Prepared) noteTime(notes *note.List, plan *Plan) {
	if w := &p.Workload; w.MFU > 0 {
		notes.Say("mfu", "", w.MFU, w.Convention)
	} else {
		p.noteEfficiency(notes, plan)
		p.noteLinks(notes, plan)
	}
	if p.network > 0 {
		notes.Say("network", "", p.network)
	}
}

// noteEfficiency says which rates and constants the step time uses, and which
// measurements its band comes from.
func (p *Prepared) noteEfficiency(notes *note.List, plan *Plan) {
	d, source := p.Cluster.Device, p.constants.Source
	if p.rate.Achievable == 0 {
		notes.Say("rate.unmeasured", source, d.ID, 100*p.timing.e.Achievable)
	} else {
		notes.Say("rate.measured", p.rate.AchievableSource, d.ID, p.rate.Achievable, p.rate.Peak)
	}
	notes.Say("efficiency", source, 100*p.timing.e.Products)
	switch {
	case p.measured(plan):
		notes.Say("measured", source)
	case !p.profile.model.PerToken():
		notes.Say("unmeasured-network", "", p.profile.model.Unit)
	case !p.timing.stackMeasured:
		notes.Say("unmeasured.stack", "", p.profile.stack.Name)
	case !p.timing.measured:
		notes.Say("unmeasured.device", "", p.profile.stack.Name, d.ID)
	}
}

// noteMemory says what the memory depends on and, if the plan does not fit,
// what would.
func (p *Prepared) noteMemory(notes *note.List, e *Estimate) {
	p.noteOffload(notes, e)
	p.noteStates(notes)
	p.noteLossAndRouting(notes)
	c, m := p.profile, &e.Memory
	notes.Say("memory", c.stack.Source, note.Word("phase."+string(m.Peak)), c.stack.ContextBytes, p.workspace, m.fragmentation())
	if band := p.memoryBand(m.Total); band.Rows > 0 {
		notes.Say("memory-band.measured", "published measurements of peak memory by stack", band.Rows, c.stack.Name, band.Low, band.High, band.Sure)
	} else {
		notes.Say("memory-band.unmeasured", "", c.stack.Name)
	}
	if m.Verdict == MayNotFit {
		notes.Say("may-not-fit", "", m.Sure)
	}
	if !m.Fits {
		name, size := m.LargestTerm()
		notes.Say("does-not-fit", "", note.Word("memory."+name), size)
	}
}

// noteMoney says what cost and energy depend on.
func (p *Prepared) noteMoney(notes *note.List, e *Estimate) {
	d, w := p.Cluster.Device, &p.Workload
	switch {
	case e.Cost.PerHour == 0:
		notes.Say("price.unknown", "", d.ID)
	case w.PricePerHour > 0:
		notes.Say("price.given", "", note.Quoted(e.Cost.PerHour))
	default:
		*notes = append(*notes, d.Price.Note())
	}
	p.noteEnergy(notes, e)
}

// noteEnergy says what energy and CO2 depend on.
func (p *Prepared) noteEnergy(notes *note.List, e *Estimate) {
	const sourcePUE = "PUE: Google 2023 environmental report (fleet average 1.10)"
	d, w := p.Cluster.Device, &p.Workload
	if d.Power == 0 {
		notes.Say("energy.unknown", "", d.ID)
		return
	}
	host, source := d.Host()
	switch switches := p.Cluster.Switches(); {
	case host.High == 0:
		notes.Say("energy.rated", sourcePUE, d.Power, w.PUE)
	case switches.High == 0:
		notes.Say("energy.hosts", source+" | "+sourcePUE, d.Power, host.Mid, host.High, w.PUE)
	default:
		notes.Say("energy.network", source+" | "+hardware.SourceSwitch+" | "+sourcePUE, d.Power, host.Mid, host.High, switches.Mid, switches.High, w.PUE)
	}
	switch r := w.Region; {
	case r == nil:
	case r.ID == hardware.World:
		notes.Say("carbon.world", r.Source, r.GramsPerKWh, r.Year)
	default:
		notes.Say("carbon.region", r.Source, r.ID, r.GramsPerKWh, r.Year)
	}
}
