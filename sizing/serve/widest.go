package serve

// WidestBand returns the widest band of a rate of a phase, that of a runtime and a
// device that no measurement is near.
func (p *Prepared) WidestBand(phase string) (low, high float64) { return p.bandOf(phase, 1, 0) }
