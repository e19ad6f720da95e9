package quantity

import "strings"

var usdSpelling = spelling{
	kind:   "amount of money",
	want:   Want{Forms: formsOfUSD},
	suffix: Want{Forms: formsOfCountUnit},
}

// ParseUSD parses an amount of money in US dollars: 3.99, $1,000, 1.5K, 2M,
// 100万, with or without $ or USD. Zero is an amount (a machine that costs
// nothing more); negative, infinite and unknown give a [*SyntaxError].
func ParseUSD(s string) (USD, error) {
	t := strings.TrimSpace(s)
	for _, sign := range []string{"US$", "USD", "$", "＄"} {
		if rest, ok := strings.CutPrefix(t, sign); ok {
			t = strings.TrimSpace(rest)
			break
		}
	}
	v, err := measure(&usdSpelling, t, true, usdUnit)
	if e, ok := err.(*SyntaxError); ok {
		e.Input = strings.Clone(s) // with its sign, as given
	}
	return USD(v), err
}

func usdUnit(u string) (int, float64, bool) {
	if rest, ok := strings.CutSuffix(u, "USD"); ok {
		u = strings.TrimRight(rest, " ")
	}
	shift, ok := countShift(u)
	return shift, 1, ok
}
