package serve

import (
	"mlsizer/hardware"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// sourceSpeed is the source of speeds.
const sourceSpeed = sourceConstants + "; mlsizer validate"

// note lists the assumptions.
func (a *Answer) note(p *Prepared) {
	var notes note.List
	notes = append(notes, p.weightsNote(p.WeightBytes()))
	p.noteRuntime(&notes, a.Memory.KVPadding)
	p.noteWeights(&notes)
	p.noteMemory(&notes)
	if p.Model.Context > 0 && p.Context > p.Model.Context && !p.SharedContext {
		notes.Say("context.beyond", "", p.Model.Name, p.Model.Context, p.Context)
	}
	if m := &a.Memory; m.Verdict == MayNotFit {
		notes.Say("fits.may-not", "", m.High, m.Budget)
	}
	if m := &a.Memory; m.HostLayers > 0 {
		notes = append(notes, p.hostNote(m))
	}
	if p.Model.ReadsPrompt() {
		notes.Say("context.encoder", "", p.Context)
	}
	if p.Model.Inferred {
		notes.Say("inferred-shape.serving", "")
	}
	if w := p.Cluster.Device.Power; w > 0 {
		notes.Say("energy.serving", "", w)
	}
	a.Notes = append(notes, p.speedNote(&a.Memory))
}

// weightsNote says in which format the weights are.
func (s *Request) weightsNote(weights quantity.Bytes) note.Note {
	return note.New("weights.stored", s.Quant.Source, s.Quant.Name, 8*float64(weights)/float64(s.Model.Params()))
}

// foreignNote says that the runtime is not known to run on the device.
func (s *Request) foreignNote() note.Note {
	return note.New("runtime.not-known-on", s.Runtime.Source, s.Runtime.Title, s.Cluster.Device.Name)
}

// noteRuntime says what the runtime uses, and which links.
func (p *Prepared) noteRuntime(notes *note.List, padding quantity.Bytes) {
	r := p.Runtime
	libraries, collectives := p.libraries()
	source := r.Source
	if p.ledger != nil {
		source = p.ledger.Source
	}
	notes.Say("runtime.takes", source, r.Title, 100*p.share(), (libraries+collectives)/(1<<30))
	if p.ledger != nil {
		p.noteLedger(notes)
	}
	if k := &p.timer.links; k.network > 0 {
		notes.Say("scale-out.serving", "", p.Layout.Devices()/p.Layout.Replicas, quantity.Bandwidth(k.network))
	}
	if a := p.allotment(); a != nil && padding > 0 {
		notes.Say("padding.pages", sourcePages, r.Title, int64(a.block), int64(a.group), int64(a.pass))
	} else if padding > 0 {
		notes.Say("padding.blocks", r.Source, r.Title, max(r.KVBlock, r.KVPad))
	}
}

// noteLedger says which release's division of memory the figures are of, and
// how it pads the experts.
func (p *Prepared) noteLedger(notes *note.List) {
	l, d := p.ledger, p.Cluster.Device
	notes.Say("runtime.release", l.Source, p.Runtime.Title, l.Since.String(), int64(p.tokensPerPass()), int64(p.sequencesPerPass()))
	if e := l.padding(p.Quant, d); e != nil && p.StoredBytes == 0 {
		if loaded := p.profile.expertBytes(); loaded > p.unpadded {
			notes.Say("weights.padded", e.Source, e.Kernel, quantity.Bytes(loaded-p.unpadded))
		}
	}
}

// noteWeights says what is special about the weight format.
func (p *Prepared) noteWeights(notes *note.List) {
	r, q := p.Runtime, p.Quant
	if q.pruned {
		notes.Say("weights.pruned", "arXiv:2104.08378 section 3")
	}
	if r.GGUF && !q.GGUF && q.compute != hardware.BF16 && q.compute != hardware.FP16 && q.compute != hardware.FP32 {
		notes.Say("weights.not-stored", r.Source, r.Title, q.Name)
	}
}

// noteMemory says which memory the device is assumed to have, and whether the
// runtime supports the device.
func (p *Prepared) noteMemory(notes *note.List) {
	d := p.Cluster.Device
	switch {
	case p.DeviceMemory != d.Memory:
		notes.Say("unified.asked", "", p.DeviceMemory, d.Name, d.Memory)
	case d.Unified:
		*notes = append(*notes, sharedNote(d))
	}
	if !p.Runtime.RunsOn(d) {
		*notes = append(*notes, p.foreignNote())
	}
}

// hostNote says what is on the host, how fast it is used there, and which
// runtime settings put it there.
func (p *Prepared) hostNote(m *Memory) note.Note {
	limits := note.Word("limits-as-many")
	if p.HostMemory > 0 {
		limits = note.Word("limits-memory")
	}
	var copied, told any = note.Word(""), note.Word("")
	if chunk := min(p.sized.PrefillChunk, p.prompt(p.Context)); p.timer.copyRate > 0 && chunk >= copiedFrom {
		copied = note.New("offload.copied", "", chunk, p.timer.copyRate/1e9)
	}
	if settings := p.HostSettings(m); len(settings) > 0 {
		told = note.New("offload.told", "", settings)
	}
	return note.New("offload.host", "", m.HostLayers*p.Layout.PP, p.hostNeed(m), p.timer.hostRate/1e9, limits, copied, told)
}

// speedNote says which measurements the speed is based on.
func (p *Prepared) speedNote(m *Memory) note.Note {
	switch {
	case m.HostLayers > 0:
		return note.New("speed.no-host", sourceSpeed)
	case p.timer.links.network > 0 && p.known > 0:
		return note.New("speed.no-nodes", sourceSpeed)
	}
	switch p.grade(p.timer) {
	case 0:
		return note.New("speed.no-runtime", sourceSpeed)
	case 1:
		return note.New("speed.no-architecture", sourceSpeed)
	}
	return note.New("speed.fitted", sourceSpeed)
}
