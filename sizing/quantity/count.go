package quantity

import (
	"math"
	"strings"
	"unsafe"
)

var (
	paramsSpelling = spelling{
		kind:   "parameter count",
		want:   Want{Forms: formsOfParams},
		suffix: Want{Forms: formsOfCountUnit},
		nouns:  []string{"parameters", "parameter", "params", "param", "个参数", "参数"},
	}
	tokensSpelling = spelling{
		kind:   "token count",
		want:   Want{Forms: formsOfTokens},
		suffix: Want{Forms: formsOfCountUnit},
		nouns:  []string{"tokens", "token"},
	}
	countSpelling = spelling{
		kind:   "count",
		want:   Want{Forms: formsOfCount},
		suffix: Want{Forms: formsOfCountUnit},
	}
)

// ParseParams parses a number of parameters: 7B, 124M, 1.1T, 350K, 6.74e9,
// 7_000_000_000, 7,000,000,000, 7 billion, 7B parameters, 70亿, 1750亿, 1.8万亿, 3.5千万, 12万, and in
// powers of 1024 4Mi (Ki, Mi, Gi, Ti). Letters of
// either case and full-width forms are the same, space around the number and
// in front of the suffix is ignored. B is 10^9, never a byte.
//
// The result is exact: decimals are scaled as integers, and a fraction of a
// parameter is cut off toward zero, which leaves every comparison with a
// whole bound as it was; without a suffix and below 1000 it is rejected, for
// then the suffix was forgotten. Zero, negative and infinite counts, counts below 1
// or above 2^63-1, and anything else that is not a count give a
// [*SyntaxError]. A valid count costs no allocation.
func ParseParams(s string) (Params, error) {
	n, err := parseCount(&paramsSpelling, s)
	return Params(n), err
}

// ParseParamsBytes is [ParseParams] for text in a buffer, which it neither
// keeps nor changes.
func ParseParamsBytes(b []byte) (Params, error) {
	// The string lives as long as this call: an error holds a copy.
	n, err := parseCount(&paramsSpelling, unsafe.String(unsafe.SliceData(b), len(b)))
	return Params(n), err
}

// ParseTokens parses a number of tokens. It takes the spellings of
// [ParseParams], with the same limits and the same errors.
func ParseTokens(s string) (Tokens, error) {
	n, err := parseCount(&tokensSpelling, s)
	return Tokens(n), err
}

// ParseCount parses a count of anything else (sequences in a batch, devices,
// steps). It takes the spellings of [ParseParams], with the same limits and
// the same errors.
func ParseCount(s string) (int64, error) {
	return parseCount(&countSpelling, s)
}

// parseCount is the fast path: ASCII digits, at most one decimal point, at
// most one suffix letter, 18 digits in all. Whatever it does not know, errors
// included, is left to parseCountSlow.
func parseCount(sp *spelling, s string) (int64, error) {
	var n uint64
	i := 0
	for i < len(s) && isDigit(s[i]) {
		n = n*10 + uint64(s[i]-'0')
		i++
	}
	if i == 0 || i > 18 || n == 0 {
		return parseCountSlow(sp, s)
	}
	if i == len(s) {
		return int64(n), nil
	}
	frac := 0
	if s[i] == '.' {
		start := i + 1
		i = start
		for i < len(s) && isDigit(s[i]) {
			n = n*10 + uint64(s[i]-'0')
			i++
		}
		frac = i - start
		if frac == 0 || i > 19 { // 18 digits and the point
			return parseCountSlow(sp, s)
		}
	}
	shift := 0
	if i < len(s) {
		if shift = letterShift[s[i]]; shift == 0 || i+1 != len(s) {
			return parseCountSlow(sp, s)
		}
	}
	if shift < frac {
		whole := n / pow10[frac-shift] // n was at least 1 before the point
		if shift == 0 && whole < unitForgotten && whole*pow10[frac] != n {
			return parseCountSlow(sp, s)
		}
		return int64(whole), nil
	}
	f := pow10[shift-frac]
	if n > math.MaxInt64/f {
		return parseCountSlow(sp, s)
	}
	return int64(n * f), nil
}

// letterShift is the power of ten of a one-letter suffix.
var letterShift = [256]int{
	'k': 3, 'K': 3, 'm': 6, 'M': 6, 'b': 9, 'B': 9, 't': 12, 'T': 12,
}

// pow10 holds the powers of ten that an int64 can.
var pow10 = [19]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
}

// parseCountSlow takes every spelling and makes every error.
func parseCountSlow(sp *spelling, s string) (int64, error) {
	var buf [96]byte
	b := normalise(buf[:0], s)
	t := unsafe.String(unsafe.SliceData(b), len(b)) // not kept: see errorf
	if p := notANumber(t); p != "" {
		return 0, sp.fail(s, p)
	}
	d, rest, wrong := scanNumber(t)
	if wrong.problem != "" {
		if _, ok := countShift(t); ok {
			wrong = fault{problem: SuffixAlone}
		}
		return 0, sp.failAt(s, wrong.problem, wrong.part)
	}
	rest = sp.cutNoun(trimLeft(rest))
	shift, ok := countShift(rest)
	if power, binary := binaryPower(rest); binary {
		if over := d.times(power); over {
			return 0, sp.fail(s, TooLargeToCount)
		}
		ok = true
	}
	switch {
	case !ok:
		return 0, sp.suffixError(s, rest)
	case rest != "" && d.expTo:
		return 0, sp.fail(s, ExponentAndSuffix)
	case d.isZero():
		return 0, sp.fail(s, Zero)
	}
	n, over := d.int64(shift)
	switch {
	case over:
		return 0, sp.fail(s, TooLargeToCount)
	case n == 0:
		return 0, sp.fail(s, BelowOne)
	case rest == "" && !d.expTo && n < unitForgotten && !d.whole():
		return 0, sp.fail(s, NotWhole)
	}
	return n, nil
}

// binaryPower is the power of two that a binary suffix of a count stands for.
func binaryPower(suffix string) (int, bool) {
	if len(suffix) != 2 || lowerASCII(suffix[1]) != 'i' {
		return 0, false
	}
	switch lowerASCII(suffix[0]) {
	case 'k':
		return 10, true
	case 'm':
		return 20, true
	case 'g':
		return 30, true
	case 't':
		return 40, true
	}
	return 0, false
}

// unitForgotten is the count below which a fraction without a suffix is refused:
// 7.5 is meant as 7.5B or the like, and not as 7.
const unitForgotten = 1000

// countShift is the power of ten that a suffix of a count stands for.
func countShift(suffix string) (int, bool) {
	if len(suffix) == 1 {
		n := letterShift[suffix[0]]
		return n, n != 0
	}
	switch suffix {
	case "":
		return 0, true
	case "千":
		return 3, true
	case "万":
		return 4, true
	case "十万":
		return 5, true
	case "百万":
		return 6, true
	case "千万":
		return 7, true
	case "亿":
		return 8, true
	case "十亿":
		return 9, true
	case "百亿":
		return 10, true
	case "千亿":
		return 11, true
	case "万亿":
		return 12, true
	case "十万亿":
		return 13, true
	case "百万亿":
		return 14, true
	case "千万亿":
		return 15, true
	}
	for _, w := range countWords {
		if strings.EqualFold(suffix, w.word) {
			return w.shift, true
		}
	}
	return 0, false
}

// countWords are the suffixes as they are said.
var countWords = [...]struct {
	word  string
	shift int
}{{"thousand", 3}, {"million", 6}, {"billion", 9}, {"trillion", 12}, {"bn", 9}, {"Mio", 6}, {"Mio.", 6}, {"Mrd", 9}, {"Mrd.", 9}}

// cutNoun leaves off what is counted at the end of a suffix: "B parameters" is
// "B".
func (sp *spelling) cutNoun(suffix string) string {
	for _, noun := range sp.nouns {
		if n := len(suffix) - len(noun); n >= 0 && strings.EqualFold(suffix[n:], noun) {
			return trimRight(suffix[:n])
		}
	}
	return suffix
}

func trimRight(s string) string {
	for s != "" && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func trimLeft(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	return s
}
