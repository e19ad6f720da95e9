package sizing

// stages is the layers of every stage of a pipeline, counted once.
type stages struct {
	which []int32 // by stage: its part
	parts []part
	runs  []run // of all parts, one after the other
}

// part is what one stage or several equal ones hold.
type part struct {
	first    int // the first stage that holds it
	from, to int // in stages.runs
}

// of returns the layers of stage s.
func (t *stages) of(s int) []run {
	p := &t.parts[t.which[s]]
	return t.runs[p.from:p.to]
}
