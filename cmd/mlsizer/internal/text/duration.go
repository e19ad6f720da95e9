package text

import (
	"strings"

	"mlsizer/sizing/quantity"
)

// timeUnits are the units of time in Chinese.
var timeUnits = map[string]string{
	"ns": "纳秒", "µs": "微秒", "ms": "毫秒", "s": "秒", "min": "分钟", "h": "小时", "days": "天", "years": "年",
}

// Unit is the name of a unit in a language: those of time have one.
func Unit(unit string, l Lang) string {
	if zh, ok := timeUnits[unit]; ok && l == Chinese {
		return zh
	}
	return unit
}

// Duration spells a time in a language: 12.1 days, 12.1 天.
func Duration(s quantity.Seconds, l Lang) string { return UnitIn(s.String(), l) }

// UnitIn is a quantity with its unit in a language, and whatever follows it:
// 12.1 天 (10.9–13.6).
func UnitIn(quantity string, l Lang) string {
	words := strings.SplitN(quantity, " ", 3)
	if len(words) > 1 {
		words[1] = Unit(words[1], l)
	}
	return strings.Join(words, " ")
}
