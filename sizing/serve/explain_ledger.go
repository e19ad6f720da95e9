package serve

import (
	"math"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// explainPadding derives what the runtime's allotment adds to the caches of n
// sequences.
func (a *Answer) explainPadding(l *servingLines, n float64) {
	m, r := &a.Memory, a.Runtime
	if pages := a.allotment(); pages != nil && m.HostCache == 0 {
		l.derive("KV cache, rounding", "serving.kv-pages", sourcePages, m.KVPadding,
			note.In("sequences", n), note.In("blocks", pages.blocks(float64(a.Context))), note.In("layers of a group", pages.group),
			note.In("page", note.MiB(pages.page)), note.In("cache", note.MiB(m.KVCache)), note.In("state", note.MiB(m.State)))
		return
	}
	l.derive("KV cache, rounding", "serving.kv-rounding", r.Source, m.KVPadding,
		note.In("cache, rounded up", note.MiB(m.KVCache+m.KVPadding)), note.In("cache", note.MiB(m.KVCache)), note.In("cells per block", max(r.KVBlock, r.KVPad)))
}

// explainProfiled derives what the runtime profiles at its start, or sets aside.
func (a *Answer) explainProfiled(l *servingLines, prompt float64) {
	m, s, source := &a.Memory, a.profile, a.ledger.Source
	tokens := a.tokensPerPass()
	switch forward, sampling := a.forward(), a.sampling(); {
	case a.ledger.Static:
		l.derive("compute buffers", "serving.compute-static", source, m.Compute,
			note.In("free before the weights", m.Budget-m.Overhead), note.In("share", note.Short(a.share())))
	case a.timer.frontBytes(prompt) > max(forward, sampling):
		l.derive("compute buffers", "serving.compute-widest", source, m.Compute)
	case sampling >= forward:
		l.derive("compute buffers", "serving.compute-sampling", source, m.Compute,
			note.In("copies", a.ledger.SampleCopies), note.In("sequences", math.Min(a.sequencesPerPass(), tokens)), note.In("vocabulary", s.vocab),
			note.In("tokens of a pass", tokens), note.In("hidden size", s.hidden))
	default:
		l.derive("compute buffers", "serving.compute-forward", source, m.Compute,
			note.In("tokens of a pass", tokens), note.In("widest activation", s.widest), note.In("tensor parallel", a.Layout.TP),
			note.In("hidden size", s.hidden), note.In("passes", a.ledger.ForwardPasses), note.In("experts", a.expertElements()))
	}
}

// explainOverhead derives the runtime's memory besides weights, cache and
// buffers.
func (a *Answer) explainOverhead(l *servingLines) {
	libraries, collectives := a.libraries()
	source := a.Runtime.Source
	if a.ledger != nil {
		source = a.ledger.Source
	}
	l.overhead(source, a.Memory.Overhead, libraries, collectives)
}

// overhead derives an overhead from its parts.
func (l *servingLines) overhead(source string, overhead quantity.Bytes, libraries, collectives float64) {
	parts := note.Sum{note.In("libraries", note.GiB(libraries))}
	if collectives > 0 {
		parts = append(parts, note.In("collectives", note.GiB(collectives)))
	}
	l.derive("overhead", "serving.overhead", source, overhead, note.In("context and libraries", parts))
}

// explainBudget derives the memory that the runtime takes.
func (a *Answer) explainBudget(l *servingLines) {
	m := &a.Memory
	if a.ledger == nil {
		l.derive("the runtime takes", "serving.budget", a.Runtime.Source, m.Budget, note.In("memory per device", m.Device), note.In("utilisation", a.share()))
		return
	}
	source, share := a.ledger.Source, a.share()
	if a.ledger.Static {
		share = 1
	}
	seen := visible(a.Cluster.Device, m.Device)
	if seen == m.Device {
		l.derive("the runtime takes", "serving.budget", source, m.Budget, note.In("memory per device", m.Device), note.In("utilisation", share))
		return
	}
	l.derive("the runtime takes", "serving.budget-visible", source+"; "+loadLedgers().Driver.Source, m.Budget,
		note.In("memory per device", m.Device), note.In("the driver's", note.MiB(m.Device-seen)), note.In("utilisation", share))
}
