package train

import (
	"mlsizer/hardware"
	"mlsizer/sizing/note"
)

// noteLinks says by which kind of link the devices of a node or domain are
// connected, what rings over it reach, and whether tensor-parallel traffic over
// it hides.
func (p *Prepared) noteLinks(notes *note.List, plan *Plan) {
	t, c := &p.timing, &p.Cluster
	if t.neighbours <= 1 {
		return
	}
	p.noteOwnLink(notes)
	if t.bus == 0 {
		return
	}
	bus := c.Among(int(t.neighbours))
	if t.linked > 1 {
		notes.Say("link.beyond", bus.Origin, t.linked, kindWord(bus.Kind), bus.Name, bus.Achieved(), bus.Bandwidth)
	} else {
		notes.Say("link", bus.Origin, kindWord(bus.Kind), bus.Name, bus.Achieved(), bus.Bandwidth)
	}
	if tp := float64(plan.TP); tp > t.linked && tp <= t.neighbours {
		notes.Say("link.shown", sourceTensorHidden, bus.Name)
	}
}

// noteOwnLink says by which link of their own devices are connected, if any.
func (p *Prepared) noteOwnLink(notes *note.List) {
	t, c := &p.timing, &p.Cluster
	if t.linked <= 1 {
		return
	}
	own := c.Among(c.Domain())
	switch {
	case own.Kind == hardware.ICI:
		notes.Say("link.torus", own.Source, own.Name, own.Bandwidth)
	case t.bus > 0:
		notes.Say("link.joined", own.Origin, t.linked, kindWord(own.Kind), own.Name, own.Achieved(), own.Bandwidth)
	default:
		notes.Say("link", own.Origin, kindWord(own.Kind), own.Name, own.Achieved(), own.Bandwidth)
	}
}

// sourceTensorHidden says what hides tensor-parallel traffic, and over what:
// buffers that peers map, by IPC or multicast.
const sourceTensorHidden = "NVIDIA/TransformerEngine transformer_engine/common/comm_gemm_overlap/userbuffers"

// kindWord names a kind of link.
func kindWord(k hardware.LinkKind) any { return note.Word("link." + string(k)) }
