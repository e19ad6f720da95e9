package model

// TensorUnit is the number that tensor parallelism must divide: the greatest
// common divisor of the heads or channels of all blocks that mix positions, 0
// if there are none.
func (m *Model) TensorUnit() int64 {
	unit := int64(0)
	for i := range m.Groups {
		for _, b := range m.Groups[i].Blocks {
			unit = gcd(unit, b.TensorUnit())
		}
	}
	return unit
}

// ExpertUnit is the number that expert parallelism must divide: the greatest
// common divisor of the experts of all routed layers, 0 if there are none.
func (m *Model) ExpertUnit() int64 {
	unit := int64(0)
	for i := range m.Groups {
		for _, b := range m.Groups[i].Blocks {
			unit = gcd(unit, b.Routing().Experts)
		}
	}
	return unit
}

// gcd is the greatest common divisor; gcd with 0 is the other number.
func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
