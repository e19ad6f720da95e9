package model

// TensorUnit is what tensor parallelism must divide: the greatest common divisor of
// the heads or channels of all blocks that mix positions, 0 if there are none.
func (m *Model) TensorUnit() int64 {
	unit := int64(0)
	for i := range m.Groups {
		for _, b := range m.Groups[i].Blocks {
			unit = gcd(unit, tensorUnit(b))
		}
	}
	return unit
}

// ExpertUnit is what expert parallelism must divide: the greatest common divisor
// of the experts of all layers that route, 0 if there are none.
func (m *Model) ExpertUnit() int64 {
	unit := int64(0)
	for i := range m.Groups {
		for _, b := range m.Groups[i].Blocks {
			if moe, ok := b.(MoE); ok {
				unit = gcd(unit, moe.Experts)
			}
		}
	}
	return unit
}

// tensorUnit returns what tensor parallelism divides of a block that mixes
// positions: its heads or channels; 0 for other blocks.
func tensorUnit(b Block) int64 {
	switch b := b.(type) {
	case Attention:
		return b.Heads
	case MLA:
		return b.Heads
	case CompressedAttention:
		return b.Heads
	case Mamba:
		return b.Inner
	case Mamba2:
		return b.Heads
	case DeltaNet:
		return b.ValHeads
	}
	return 0
}

// Reduces reports whether the block ends in a matrix that tensor parallelism
// splits by rows, so that its outputs must be added up.
func Reduces(b Block) bool {
	switch b.(type) {
	case FFN, MoE:
		return true
	}
	return tensorUnit(b) > 0
}

// gcd is the greatest common divisor; 0 divides nothing away.
func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
