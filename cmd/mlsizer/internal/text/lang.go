package text

import "strings"

// Lang is a language of the answers.
type Lang uint8

// The languages.
const (
	English Lang = iota
	Chinese
)

// Langs are the codes of the languages.
func Langs() []string { return []string{English.String(), Chinese.String()} }

// ParseLang reads en or zh.
func ParseLang(s string) (Lang, error) {
	switch strings.ToLower(s) {
	case "en":
		return English, nil
	case "zh", "zh-cn", "zh_cn":
		return Chinese, nil
	}
	return 0, UnknownLanguage.Error(s)
}

// FromEnvironment is the language that the variables of the locale ask for: the
// first of LC_ALL, LC_MESSAGES and LANG that is set decides.
func FromEnvironment(getenv func(string) string) Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := getenv(name); locale != "" {
			if strings.HasPrefix(strings.ToLower(locale), "zh") {
				return Chinese
			}
			return English
		}
	}
	return English
}

// String is the language's code.
func (l Lang) String() string {
	if l == Chinese {
		return "zh"
	}
	return "en"
}
