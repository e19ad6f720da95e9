package quantity

import "math"

var durationSpelling = spelling{
	kind:   "duration",
	want:   Want{Forms: formsOfDuration},
	suffix: Want{Forms: formsOfTimeUnit},
}

// Lengths of the units of time, in seconds. A year is the Julian year of
// 365.25 days.
const (
	Minute Seconds = 60
	Hour   Seconds = 3600
	Day    Seconds = 86400
	Week   Seconds = 7 * Day
	Year   Seconds = 31557600
)

// ParseDuration parses a duration: 30d, 12h, 90s, 850 ms, 1.5y (years of
// 365.25 days), or several units from long to short, as in 2h30m. A plain
// number is rejected, since it leaves the unit open; so are zero, negative,
// infinite and unknown, all with a [*SyntaxError].
func ParseDuration(s string) (Seconds, error) {
	var buf [96]byte
	sp := &durationSpelling
	t := string(normalise(buf[:0], s))
	if p := notANumber(t); p != "" {
		return 0, sp.fail(s, p)
	}
	total, last := 0.0, math.Inf(1)
	for t != "" {
		d, rest, wrong := scanNumber(t)
		if wrong.problem != "" {
			return 0, sp.failAt(s, wrong.problem, wrong.part)
		}
		rest = trimLeft(rest)
		n := 0
		for n < len(rest) && !isDigit(rest[n]) && rest[n] != '.' && rest[n] != ' ' {
			n++
		}
		if n == 0 {
			return 0, sp.missingUnit(s)
		}
		shift, factor, ok := timeUnit(rest[:n])
		if !ok {
			return 0, sp.suffixError(s, rest[:n])
		}
		unit := factor * math.Pow10(shift)
		if unit >= last {
			return 0, sp.fail(s, UnitsOutOfOrder)
		}
		total, last = total+d.float64(shift)*factor, unit
		t = trimLeft(rest[n:])
	}
	switch {
	case math.IsInf(total, 0):
		return 0, sp.fail(s, TooLarge)
	case total == 0:
		return 0, sp.fail(s, Zero)
	}
	return Seconds(total), nil
}

// timeUnit is a unit of time as a power of ten and a factor, in seconds.
func timeUnit(u string) (shift int, factor float64, ok bool) {
	var b [12]byte
	if len(u) > len(b) {
		return 0, 0, false
	}
	for i := range len(u) {
		b[i] = lowerASCII(u[i])
	}
	switch string(b[:len(u)]) {
	case "ns":
		return -9, 1, true
	case "us", "µs", "μs":
		return -6, 1, true
	case "ms", "毫秒":
		return -3, 1, true
	case "s", "sec", "second", "seconds", "秒":
		return 0, 1, true
	case "m", "min", "minute", "minutes", "分钟", "分":
		return 0, float64(Minute), true
	case "h", "hr", "hour", "hours", "小时":
		return 0, float64(Hour), true
	case "d", "day", "days", "天", "日":
		return 0, float64(Day), true
	case "w", "week", "weeks", "周":
		return 0, float64(Week), true
	case "y", "yr", "year", "years", "年":
		return 0, float64(Year), true
	}
	return 0, 0, false
}
