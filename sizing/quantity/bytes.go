package quantity

import "strings"

var (
	bytesSpelling = spelling{
		kind:   "size",
		want:   Want{Forms: formsOfBytes},
		suffix: Want{Forms: formsOfByteUnit},
	}
	bandwidthSpelling = spelling{
		kind:   "bandwidth",
		want:   Want{Forms: formsOfBandwidth},
		suffix: Want{Forms: formsOfRateUnit},
	}
)

// ParseBytes parses a size: 80GB and 80G are 80·10^9 bytes, 80GiB and 80Gi
// are 80·2^30, a plain number is bytes. Letters of either case are the same
// (80 gib). Zero, negative, infinite and unknown give a [*SyntaxError].
func ParseBytes(s string) (Bytes, error) {
	v, err := measure(&bytesSpelling, s, false, bytesUnit)
	return Bytes(v), err
}

func bytesUnit(u string) (shift int, factor float64, ok bool) {
	if u == "" || equalFold(u, "b") || equalFold(u, "byte") || equalFold(u, "bytes") {
		return 0, 1, true
	}
	rest, shift := cutSI(u)
	switch {
	case shift == 0:
		return 0, 0, false
	case rest == "" || equalFold(rest, "b"):
		return shift, 1, true
	case equalFold(rest, "i") || equalFold(rest, "ib"):
		return 0, binaryPrefix(shift), true
	}
	return 0, 0, false
}

// ParseBandwidth parses a transfer rate into bytes per second. Bits and bytes
// are told apart by the case of the letter, or by the word: 900GB/s, 3.35TB/s
// and 50GiB/s are bytes, 400Gb/s, 400Gbit/s and 400Gbps are bits. What leaves
// that open (a plain number, gb/s, a rate that is not a second's) gives a
// [*SyntaxError], as zero and negative rates do.
func ParseBandwidth(s string) (Bandwidth, error) {
	v, err := measure(&bandwidthSpelling, s, false, bandwidthUnit)
	return Bandwidth(v), err
}

func bandwidthUnit(u string) (shift int, factor float64, ok bool) {
	amount, ok := cutPerSecond(u)
	if !ok {
		return 0, 0, false
	}
	rest, shift := cutSI(amount)
	binary := len(rest) > 1 && rest[0] == 'i' && (rest[1] == 'B' || rest[1] == 'b')
	if binary {
		rest = rest[1:]
	}
	switch {
	case rest == "B" || equalFold(rest, "byte") || equalFold(rest, "bytes"):
		factor = 1
	case equalFold(rest, "bit") || equalFold(rest, "bits"):
		factor = 1. / 8
	case rest == "b" && shift != 0 && (amount[0] < 'a' || amount[0] == 'k'):
		factor = 1. / 8 // gb/s in lower case may be meant either way: rejected
	default:
		return 0, 0, false
	}
	if binary {
		return 0, factor * binaryPrefix(shift), shift != 0
	}
	return shift, factor, true
}

// cutPerSecond takes "/s" or "ps" off a unit.
func cutPerSecond(u string) (string, bool) {
	for _, suffix := range []string{"/sec", "/s", "ps"} {
		if i := len(u) - len(suffix); i >= 0 && equalFold(u[i:], suffix) {
			return strings.TrimRight(u[:i], " "), true
		}
	}
	return u, false
}
