package quantity

import "strings"

// activeWords say which of two counts is the active one, totalWords which is
// the total; a longer one before its start.
var (
	activeWords = [...]string{"activated", "active", "激活参数", "激活", "活跃"}
	totalWords  = [...]string{"in total", "total", "总参数", "总计", "总"}
)

// sizeWithActive is the total and the active parameters of a mixture of experts:
// 235B-A22B, 671B (37B active), 671B total, 37B active.
func sizeWithActive(s string) (Size, bool) {
	for _, split := range [...]func(string) (total, active string, ok bool){splitAtLetter, splitAtWord} {
		left, right, ok := split(s)
		if !ok {
			continue
		}
		total, err := ParseParams(left)
		active, err2 := ParseParams(right)
		if err == nil && err2 == nil && active <= total {
			return Size{Params: total, Active: active}, true
		}
	}
	return Size{}, false
}

// splitAtLetter splits 235B-A22B at the A that follows a separator.
func splitAtLetter(s string) (total, active string, ok bool) {
	i := strings.LastIndexAny(s, "Aa")
	if i < 1 || i+1 == len(s) || !isDigit(s[i+1]) || !strings.ContainsRune("-_ (/,[", rune(s[i-1])) {
		return "", "", false
	}
	return strings.TrimRight(s[:i], "-_ (/,["), strings.TrimRight(s[i+1:], ")] "), true
}

// splitAtWord splits a text that says which of two counts is the active one.
func splitAtWord(s string) (total, active string, ok bool) {
	for _, sign := range [...]string{"(", "[", "/", ";", ", ", "、", "-"} {
		left, right, found := strings.Cut(s, sign)
		if !found {
			continue
		}
		left, firstActive := cutWord(left, activeWords[:])
		right, secondActive := cutWord(right, activeWords[:])
		if firstActive {
			left, right = right, left
		}
		left, _ = cutWord(left, totalWords[:])
		return left, right, firstActive != secondActive
	}
	return "", "", false
}

// cutWord leaves off a word at the start or the end of a text, and what holds
// it there.
func cutWord(s string, words []string) (rest string, found bool) {
	const around = " ()[]:,"
	s = strings.Trim(s, around)
	for _, word := range words {
		switch n := len(s) - len(word); {
		case n < 0:
		case strings.EqualFold(s[n:], word):
			return strings.Trim(s[:n], around), true
		case strings.EqualFold(s[:len(word)], word):
			return strings.Trim(s[len(word):], around), true
		}
	}
	return s, false
}
