package quantity

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// decimal is a number as it was written: mant × 10^exp, where mant holds the
// first 19 significant digits. Digits past the 19th are counted into exp, and
// more tells that one of them was not zero. An int64 has at most 19 digits,
// so whatever is dropped is either a fraction or part of an overflow: integer
// conversion is exact without arbitrary precision.
type decimal struct {
	mant  uint64
	exp   int
	more  bool // a dropped digit is not zero
	expTo bool // the text had an exponent
}

// maxExponent bounds the exponent while it is read, so that a long run of
// digits cannot overflow an int. Everything beyond it is 0 or overflow anyway.
const maxExponent = 100_000

// fault is what is wrong with a number, and the part of it that is.
type fault struct {
	problem Problem
	part    string
}

// scanNumber reads the number at the start of s and returns it with the rest
// of s. It is the slow path: separators, fractions, exponents. The text is
// ASCII (normalise has run).
func scanNumber(s string) (d decimal, rest string, wrong fault) {
	i, digits := 0, 0
	var sep byte // the separator in use: ',' or '_'
	run := 0     // digits since the last separator
	push := func(c byte) {
		digits++
		if d.mant >= 1e18 { // 19 digits are in
			d.exp++
			d.more = d.more || c != '0'
			return
		}
		d.mant = d.mant*10 + uint64(c-'0')
	}
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case isDigit(c):
			push(c)
			run++
			continue
		case c == ',' || c == '_':
			switch {
			case digits == 0 || sep == 0 && run > 3 || sep != 0 && run != 3 || sep != 0 && sep != c:
				return d, "", fault{BadSeparator, string(c)}
			}
			sep, run = c, 0
			continue
		}
		break
	}
	if sep != 0 && run != 3 {
		return d, "", fault{BadSeparator, string(sep)}
	}
	if i < len(s) && s[i] == '.' {
		i++
		start := i
		for ; i < len(s) && isDigit(s[i]); i++ {
			push(s[i])
			d.exp--
		}
		if i == start {
			return d, "", fault{problem: NoDecimals}
		}
		if i < len(s) && (s[i] == '.' || s[i] == ',' || s[i] == '_') {
			return d, "", fault{BadSeparator, string(s[i])}
		}
	}
	if digits == 0 {
		return d, "", fault{problem: NoDigit}
	}
	// An e is an exponent only in front of digits: 1.2EFLOP is 1.2 exa.
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j, neg := i+1, false
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			neg = s[j] == '-'
			j++
		}
		if j < len(s) && isDigit(s[j]) {
			e := 0
			for ; j < len(s) && isDigit(s[j]); j++ {
				e = min(e*10+int(s[j]-'0'), maxExponent)
			}
			if neg {
				e = -e
			}
			d.exp += e
			d.expTo = true
			i = j
		}
	}
	return d, s[i:], fault{}
}

// whole reports whether the number has no fraction.
func (d decimal) whole() bool {
	m := d.mant
	for e := d.exp; e < 0 && m > 0; e++ {
		if m%10 != 0 {
			return false
		}
		m /= 10
	}
	return !d.more || d.exp >= 0
}

// int64 is the number times 10^shift, truncated toward zero. over tells that
// it is above the largest int64.
func (d decimal) int64(shift int) (n int64, over bool) {
	m, e := d.mant, d.exp+shift
	if m == 0 {
		return 0, false
	}
	for ; e < 0 && m > 0; e++ {
		m /= 10
	}
	for ; e > 0; e-- {
		if m > math.MaxInt64/10 {
			return 0, true
		}
		m *= 10
	}
	if m > math.MaxInt64 {
		return 0, true
	}
	return int64(m), false
}

// times multiplies the number by a power of two, dropping decimals that there is
// no room for. over tells that it is above the largest int64.
func (d *decimal) times(power int) (over bool) {
	for ; d.exp < 0 && d.mant > math.MaxInt64>>power; d.exp++ {
		d.mant /= 10
	}
	if d.mant > math.MaxInt64>>power {
		return true
	}
	d.mant <<= power
	return false
}

// float64 is the number times 10^shift, rounded once: to the nearest float64
// of the first 19 digits.
func (d decimal) float64(shift int) float64 {
	var buf [40]byte
	b := strconv.AppendUint(buf[:0], d.mant, 10)
	b = append(b, 'e')
	b = strconv.AppendInt(b, int64(d.exp+shift), 10)
	f, _ := strconv.ParseFloat(string(b), 64) // out of range is ±Inf, which the caller rejects
	return f
}

func (d decimal) isZero() bool { return d.mant == 0 }

func isDigit(c byte) bool { return c-'0' <= 9 }

// normalise appends s to buf without surrounding space, with full-width
// digits, letters and punctuation in ASCII, and with 萬, 億 as 万, 亿.
func normalise(buf []byte, s string) []byte {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			buf = append(buf, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			buf = append(buf, s[i]) // keep it: it is rejected as a suffix, as it was written
		case r >= '！' && r <= '～': // U+FF01 to U+FF5E are ASCII 0x21 to 0x7E
			buf = append(buf, byte(r-'！'+'!'))
		case r == '\u3000' || r == '\u00a0' || r == '\u2009' || r == '\u202f':
			buf = append(buf, ' ')
		case r == '−': // U+2212, the minus sign
			buf = append(buf, '-')
		case r == '萬':
			buf = append(buf, "万"...)
		case r == '億':
			buf = append(buf, "亿"...)
		default:
			buf = append(buf, s[i:i+size]...)
		}
		i += size
	}
	return trimSpace(buf)
}

func trimSpace(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// notANumber says what a text that holds no positive number is: empty,
// negative, infinite, not a number. It is "" when the text may be one.
func notANumber(s string) Problem {
	if s == "" {
		return Empty
	}
	t := s
	if t[0] == '-' || t[0] == '+' {
		t = t[1:]
	}
	switch {
	case equalFold(t, "nan"):
		return NotANumber
	case equalFold(t, "inf") || equalFold(t, "infinity") || t == "∞":
		return Infinite
	case s[0] == '-':
		return Negative
	}
	return ""
}

// equalFold compares s with an ASCII lower-case word.
func equalFold(s, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := 0; i < len(s); i++ {
		if lowerASCII(s[i]) != lower[i] {
			return false
		}
	}
	return true
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
