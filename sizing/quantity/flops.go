package quantity

var (
	flopsSpelling = spelling{
		kind:   "FLOP count",
		want:   Want{Forms: formsOfFLOPs},
		suffix: Want{Forms: formsOfFLOPUnit},
	}
	flopRateSpelling = spelling{
		kind:   "compute rate",
		want:   Want{Forms: formsOfFLOPRate},
		suffix: Want{Forms: formsOfFLOPPerSec},
	}
)

// ParseFLOPs parses a number of floating-point operations: 3.1e23, 312T,
// 1.2EFLOP, 3ZFLOPs, with decimal prefixes of either case. A rate (TFLOP/s),
// zero, negative, infinite and unknown give a [*SyntaxError].
func ParseFLOPs(s string) (FLOPs, error) {
	v, err := measure(&flopsSpelling, s, false, flopsUnit)
	return FLOPs(v), err
}

func flopsUnit(u string) (int, float64, bool) {
	if equalFold(u, "flop") || equalFold(u, "flops") {
		return 0, 1, true
	}
	rest, shift := cutSI(u)
	ok := rest == "" || equalFold(rest, "flop") || equalFold(rest, "flops")
	return shift, 1, ok
}

// ParseFLOPRate parses a compute rate into FLOP per second: 989TFLOP/s,
// 1.9PFLOPS, 1979 TOPS, 312T, or a plain number of FLOP per second. Zero,
// negative, infinite and unknown give a [*SyntaxError].
func ParseFLOPRate(s string) (FLOPRate, error) {
	v, err := measure(&flopRateSpelling, s, false, flopRateUnit)
	return FLOPRate(v), err
}

func flopRateUnit(u string) (int, float64, bool) {
	u, per := cutPerSecond(u)
	bare := func(u string) bool {
		return equalFold(u, "flop") || equalFold(u, "op") || !per && u == "" ||
			equalFold(u, "flops") || equalFold(u, "ops")
	}
	if bare(u) {
		return 0, 1, true
	}
	// FLOPS ends in "ps" only with an o in front, so that cutPerSecond leaves "FLO".
	if per && (equalFold(u, "flo") || equalFold(u, "o")) {
		return 0, 1, true
	}
	rest, shift := cutSI(u)
	ok := bare(rest) || per && (equalFold(rest, "flo") || equalFold(rest, "o"))
	return shift, 1, ok
}
