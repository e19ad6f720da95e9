package serve

// BestFit returns the request with the weights of the most bits that fit the
// devices and generate at least some tokens per second for each user: in the
// runtime of the request or, if it has none, in one whose files have fewer bits.
// It returns nil if nothing does, or if the request cannot be prepared.
func (s Request) BestFit(speed float64) *Prepared {
	p, err := s.Prepare()
	if err != nil {
		return nil
	}
	if best := p.bestAt(speed); best != nil {
		return best
	}
	for _, r := range p.desktopRuntimes() {
		o, err := p.Request.withRuntime(r).Prepare()
		if err != nil {
			continue
		}
		if best := o.bestAt(speed); best != nil {
			return best
		}
	}
	return nil
}

// bestAt is BestFit in one runtime.
func (p *Prepared) bestAt(speed float64) *Prepared {
	for _, q := range p.offeredQuants() {
		o, err := p.Request.withQuant(q).Prepare()
		if err != nil {
			continue
		}
		n := o.batchEach(o.Batch)
		if o.Memory(o.Context, o.Batch).Fits && 1/o.Decode(n, o.request(n).middle) >= speed {
			return o
		}
	}
	return nil
}
