package train

import "slices"

// InForce lists the entries that give a question its constants. It holds for
// any constants with entries of the same names and matches, whatever their
// values: a fit resolves them once per row and evaluates many values.
type InForce []entryInForce

type entryInForce struct {
	entry int
	field *constantField
}

// InForce returns the entries of constants that the estimate reads: those that
// apply and that no later one overrides.
func (p *Prepared) InForce(c *Constants) InForce {
	question := p.question()
	var list InForce
	for i := range c.Entries {
		e := &c.Entries[i]
		field := constantIndex()[e.Name]
		if field == nil || !e.When.Covers(&question) {
			continue
		}
		list = slices.DeleteFunc(list, func(x entryInForce) bool { return x.field == field })
		list = append(list, entryInForce{i, field})
	}
	return list
}

// Reads reports whether entry i is in force.
func (f InForce) Reads(i int) bool {
	return slices.ContainsFunc(f, func(x entryInForce) bool { return x.entry == i })
}

// SetValues replaces the values of the constants by those of c. It is
// [Prepared.SetConstants] without the search for entries and bands: entries and
// bands of c hold where those of the current constants do.
func (p *Prepared) SetValues(c *Constants, f InForce) {
	var e Efficiency
	for _, x := range f {
		*x.field.at(&e) = c.Entries[x.entry].Value
	}
	p.constants = c
	p.readyRates(e)
}
