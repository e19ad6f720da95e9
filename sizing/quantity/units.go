package quantity

import "math"

// measure parses number and unit of a floating-point quantity. unit gives,
// for the text after the number, the power of ten and the factor to multiply
// by; ok is false for a unit that is not known. The power of ten goes into
// the conversion, so that 0.3T is the float64 nearest to 3e11; the factor is
// a power of two or eight wherever that matters, and exact.
//
// Zero is rejected unless zeroOK: an option that is 0 reads as not given.
func measure(sp *spelling, s string, zeroOK bool, unit func(string) (shift int, factor float64, ok bool)) (float64, error) {
	var buf [96]byte
	t := string(normalise(buf[:0], s))
	if p := notANumber(t); p != "" {
		return 0, sp.fail(s, p)
	}
	d, rest, wrong := scanNumber(t)
	if wrong.problem != "" {
		return 0, sp.failAt(s, wrong.problem, wrong.part)
	}
	rest = trimLeft(rest)
	shift, factor, ok := unit(rest)
	switch {
	case !ok && rest == "":
		return 0, sp.missingUnit(s)
	case !ok:
		return 0, sp.suffixError(s, rest)
	}
	v := d.float64(shift) * factor
	switch {
	case math.IsInf(v, 0):
		return 0, sp.fail(s, TooLarge)
	case v == 0 && !d.isZero():
		return 0, sp.fail(s, TooSmall)
	case v == 0 && !zeroOK:
		return 0, sp.fail(s, Zero)
	}
	return v, nil
}

// siShift is the power of ten of a decimal prefix in either case.
func siShift(c byte) (int, bool) {
	switch lowerASCII(c) {
	case 'k':
		return 3, true
	case 'm':
		return 6, true
	case 'g':
		return 9, true
	case 't':
		return 12, true
	case 'p':
		return 15, true
	case 'e':
		return 18, true
	case 'z':
		return 21, true
	case 'y':
		return 24, true
	}
	return 0, false
}

// cutSI takes a decimal prefix off a unit.
func cutSI(unit string) (rest string, shift int) {
	if unit != "" {
		if n, ok := siShift(unit[0]); ok {
			return unit[1:], n
		}
	}
	return unit, 0
}

// binaryPrefix is 1024^n for a decimal prefix of 1000^n.
func binaryPrefix(shift int) float64 { return math.Ldexp(1, shift/3*10) }
