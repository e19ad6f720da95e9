package render

import (
	"strings"

	"mlsizer/sizing/quantity"
)

// timeUnits are the units of time in Chinese.
var timeUnits = map[string]string{
	"ns": "纳秒", "µs": "微秒", "ms": "毫秒", "s": "秒", "min": "分钟", "h": "小时", "days": "天", "years": "年",
}

// unitIn is the name of a unit in a language: those of time have one.
func unitIn(unit string, l Lang) string {
	if zh, ok := timeUnits[unit]; ok && l == Chinese {
		return zh
	}
	return unit
}

// Duration spells a time, or a time with its range, in a language: 12.1 days
// (10.9–13.6), 12.1 天 (10.9–13.6).
func Duration(v any, l Lang) string {
	var text string
	switch v := v.(type) {
	case quantity.Seconds:
		text = v.String()
	case Range:
		text = v.String()
	}
	words := strings.SplitN(text, " ", 3)
	if len(words) > 1 {
		words[1] = unitIn(words[1], l)
	}
	return strings.Join(words, " ")
}
