package main

import (
	"regexp"
	"strings"
	"sync"
	"unicode"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/internal/spell"
	"mlsizer/sizing/note"
)

// wording is an English text of the domain as a pattern, and its Chinese.
type wording struct {
	pattern *regexp.Regexp
	chinese string
}

// newWordings makes patterns of labels, each %s of which stands for value.
func newWordings(labels []text.Text, before, value, after string) []wording {
	list := make([]wording, len(labels))
	for i, t := range labels {
		parts := strings.Split(t.EN, "%s")
		for j := range parts {
			parts[j] = regexp.QuoteMeta(parts[j])
		}
		list[i] = wording{regexp.MustCompile(before + strings.Join(parts, value) + after), t.ZH}
	}
	return list
}

// numberPattern is a number with its unit, as formulas spell it.
const numberPattern = `([\d.,+^e\-]*\d[KMBT]?(?: (?:微秒|毫秒|秒|分钟|小时|天|年|[KMGTPE]?i?B(?:/s)?|[KMGTPE]?FLOP))?)`

var (
	formulaWordings = sync.OnceValue(func() []wording { return newWordings(formulaLabels, "^", "(.+?)", "$") })
	numberWordings  = sync.OnceValue(func() []wording { return newWordings(numberLabels, "", numberPattern, "") })
)

// fill puts values in the places of %s.
func fill(text string, values []string) string {
	for _, v := range values {
		text = strings.Replace(text, "%s", v, 1)
	}
	return text
}

// formulaText is a formula; one that has no words is the same in both
// languages.
func formulaText(formula string) text.Text {
	for _, w := range formulaWordings() {
		if m := w.pattern.FindStringSubmatch(formula); m != nil {
			for i, v := range m {
				if unit, ok := formulaUnits[v]; ok {
					m[i] = unit.ZH
				}
			}
			return text.Text{EN: formula, ZH: fill(w.chinese, m[1:])}
		}
	}
	return text.Same(formula)
}

// timeUnits are the units of times after a number.
var timeUnits = []struct {
	pattern *regexp.Regexp
	chinese string
}{
	{regexp.MustCompile(`(\d) µs\b`), "$1 微秒"}, {regexp.MustCompile(`(\d) ms\b`), "$1 毫秒"}, {regexp.MustCompile(`(\d) s\b`), "$1 秒"},
	{regexp.MustCompile(`(\d) min\b`), "$1 分钟"}, {regexp.MustCompile(`(\d) h\b`), "$1 小时"}, {regexp.MustCompile(`(\d) days?\b`), "$1 天"},
	{regexp.MustCompile(`(\d) years?\b`), "$1 年"},
}

// timesInChinese writes the units of the times in a text in Chinese.
func timesInChinese(s string) string {
	for _, u := range timeUnits {
		s = u.pattern.ReplaceAllString(s, u.chinese)
	}
	return unitBeforeHan.ReplaceAllString(s, "$1$2")
}

// unitBeforeHan is a unit that Chinese writes together with what follows.
var unitBeforeHan = regexp.MustCompile(`(秒|分钟|小时|天|年) (\p{Han})`)

// noteText is a note of the domain, which spells times in English in both
// languages, and the parts of the memory by their keys.
func noteText(n note.Note) text.Text {
	if n.Key != "" {
		return text.OfNote(n)
	}
	zh := timesInChinese(n.Chinese)
	if n.Code == "does-not-fit" {
		for name, label := range text.MemoryTerms {
			zh = strings.Replace(zh, "是 "+name+"（", "是"+label.ZH+"（", 1)
		}
	}
	return text.Text{EN: spell.Singular(n.Text), ZH: zh}
}

// numbersText is the numbers of a formula with the words among them.
func numbersText(numbers string) text.Text {
	zh := timesInChinese(numbers)
	for _, w := range numberWordings() {
		zh = w.pattern.ReplaceAllStringFunc(zh, func(s string) string {
			return fill(w.chinese, w.pattern.FindStringSubmatch(s)[1:])
		})
	}
	if strings.ContainsFunc(zh, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		zh = strings.NewReplacer(", ", "，", "; ", "；").Replace(zh)
	}
	return text.Text{EN: numbers, ZH: zh}
}

// derivationsIn are derivations in the language of the answer.
func derivationsIn(list []note.Derivation, l text.Lang) []note.Derivation {
	out := make([]note.Derivation, len(list))
	for i, d := range list {
		if formula, numbers, value, ok := text.OfDerivation(d); ok {
			d.Formula, d.Numbers, d.Value = formula.In(l), numbers.In(l), value.In(l)
			out[i] = d
			continue
		}
		d.Formula, d.Numbers, d.Value = formulaText(d.Formula).In(l), numbersText(d.Numbers).In(l), numbersText(d.Value).In(l)
		out[i] = d
	}
	return out
}
