package cli

import (
	"math"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/option"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
)

// value is a flag with a parser.
type value[T any] struct {
	at      *T
	parse   func(string) (T, error)
	kind    string
	example string
	text    string
	sets    []string        // as given, each time
	addsUp  bool            // repeated flags add to the list
	choices func() []string // the values, where they are enumerated
	list    bool            // several values, separated by commas
}

// AddValue adds a flag with its parser; example is a valid value. Package text
// has its description.
func AddValue[T any](fs *pflag.FlagSet, at *T, name, short, kind, example string, parse func(string) (T, error)) *value[T] {
	v := &value[T]{at: at, parse: parse, kind: kind, example: example}
	fs.VarP(v, name, short, "")
	return v
}

// addOption adds a flag whose value is open unless it is given.
func addOption[T any](fs *pflag.FlagSet, at *option.Of[T], name, short, kind, example string, parse func(string) (T, error)) *value[option.Of[T]] {
	return AddValue(fs, at, name, short, kind, example, func(s string) (option.Of[T], error) {
		v, err := parse(s)
		return option.If(err == nil, v), err
	})
}

// addSwitch adds a flag that is on, off or open.
func addSwitch(fs *pflag.FlagSet, at *option.Of[bool], name string) {
	fs.Var(&optionalBool{at}, name, "")
	fs.Lookup(name).NoOptDefVal = "true"
}

// optionalBool is a switch that records whether it was given.
type optionalBool struct{ at *option.Of[bool] }

// Set reads the switch.
func (b *optionalBool) Set(s string) error {
	on, err := strconv.ParseBool(s)
	*b.at = option.If(err == nil, on)
	return err
}

// String is the switch as it stands.
func (b *optionalBool) String() string {
	if b == nil || b.at == nil {
		return "false"
	}
	return strconv.FormatBool(b.at.Or(false))
}

// Type is that of a switch, which takes no value.
func (b *optionalBool) Type() string { return "bool" }

// IsBoolFlag says that no value need follow.
func (b *optionalBool) IsBoolFlag() bool { return true }

// AddList adds a flag with a parser of lists. A repeated flag replaces the
// list, as other flags do, unless [addsUp] says otherwise.
func AddList[E any](fs *pflag.FlagSet, at *[]E, name, kind, example string, parse func(string) ([]E, error)) *value[[]E] {
	v := &value[[]E]{at: at, kind: kind, example: example, list: true}
	v.parse = func(s string) ([]E, error) {
		list, err := parse(s)
		if v.addsUp {
			list = append(*at, list...)
		}
		return list, err
	}
	fs.Var(v, name, "")
	return v
}

// AddBounds adds the flag that moves the cuts between the tiers.
func AddBounds(fs *pflag.FlagSet, at *sizing.Bounds) {
	AddValue(fs, at, "bounds", "", "4 COUNTS", "1M,1B,100B,1T", sizing.ParseBounds)
}

// AddHardwareFile adds the flag for devices of the user's own.
func AddHardwareFile(fs *pflag.FlagSet, a *App) {
	AddValue(fs, &a.hardwareFile, "hardware-file", "", "FILE", "", AsTyped)
}

// AddsUp makes repeated flags add to their lists.
func AddsUp(fs *pflag.FlagSet, names ...string) {
	for _, name := range names {
		fs.Lookup(name).Value.(interface{ setAddsUp() }).setAddsUp()
	}
}

func (v *value[T]) setAddsUp() { v.addsUp = true }

// Set reads the flag's value.
func (v *value[T]) Set(s string) error {
	t, err := v.parse(s)
	if err != nil {
		return err
	}
	if v.sets = append(v.sets, s); !v.addsUp {
		v.sets = []string{s}
	}
	if *v.at = t; v.addsUp && v.text != "" {
		s = v.text + "," + s
	}
	v.text = s
	return nil
}

// given are the values that make the flag what it is, when set one after another.
func (v *value[T]) given() []string { return v.sets }

// String is the value as it was typed.
func (v *value[T]) String() string { return v.text }

// Type is the word that stands for the value in --help.
func (v *value[T]) Type() string { return v.kind }

// Among says which values the flag takes, for completion and --help. They are
// read when they are asked for.
func (v *value[T]) Among(choices func() []string) *value[T] {
	v.choices = choices
	return v
}

// Several says that the flag takes a list in one value.
func (v *value[T]) Several() *value[T] {
	v.list = true
	return v
}

// choiceList returns the values that the flag takes, nil if they cannot be listed.
func (v *value[T]) choiceList() []string {
	if v.choices == nil {
		return nil
	}
	return v.choices()
}

// isList reports whether the flag takes several values.
func (v *value[T]) isList() bool { return v.list }

// exampleText is a value that the flag takes.
func (v *value[T]) exampleText() string { return v.example }

// AsTyped returns a value unchanged.
func AsTyped(s string) (string, error) { return s, nil }

// ParseWhole reads a count that must be whole: ParseCount cuts fractions off,
// which is right for 1.5K and wrong for 1.5 sequences.
func ParseWhole(s string) (int64, error) {
	if f, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err == nil && f != math.Trunc(f) {
		return 0, text.NotWhole.Error()
	}
	return quantity.ParseCount(s)
}

// mostTokens bounds a length in tokens, so that sums and products of lengths and
// batches can be counted.
const mostTokens = 1 << 31

// ParseTokenCount reads the length of a sequence in tokens, in which a k is
// 1,024: 8k is 8,192, 1.5k is 1,536 and 128k 131,072.
func ParseTokenCount(s string) (int64, error) {
	n, err := ParseWhole(s)
	if err != nil {
		return 0, err
	}
	if t := strings.TrimSpace(s); n <= mostTokens && (strings.HasSuffix(t, "k") || strings.HasSuffix(t, "K")) {
		if n*1024%1000 != 0 {
			return 0, text.NotWholeTokens.Error()
		}
		n = n * 1024 / 1000
	}
	if n < 1 || n > mostTokens {
		return 0, text.NotALength.Error(int64(mostTokens))
	}
	return n, nil
}

// ParseDimension reads a number of devices, stages or ranks.
func ParseDimension(s string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 1 || n > hardware.MaxDevices {
		return 0, text.NotInRange.Error(hardware.MaxDevices)
	}
	return n, nil
}

// ParseShare reads a share: 0.4 or 40%.
func ParseShare(s string) (float64, error) {
	t, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	f, err := strconv.ParseFloat(strings.TrimSpace(t), 64)
	if percent {
		f /= 100
	}
	if err != nil || !(f > 0 && f <= 1) {
		return 0, text.NotAShare.Error()
	}
	return f, nil
}

// parsePUE reads the power usage effectiveness of a facility.
func parsePUE(s string) (float64, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f >= 1 && f <= 10) {
		return 0, text.NotAPUE.Error()
	}
	return f, nil
}

// parseFrames reads frames per second: 10000 or 10K.
func parseFrames(s string) (float64, error) {
	n, err := quantity.ParseCount(s)
	return float64(n), err
}

// The ranges of prices per device-hour and of budgets.
const (
	leastPrice, mostPrice   = quantity.USD(1e-6), quantity.USD(1e6)
	leastBudget, mostBudget = quantity.USD(1e-6), quantity.USD(1e30)
)

// ParsePrice reads the price of a device and hour.
func ParsePrice(s string) (quantity.USD, error) { return parseMoney(s, leastPrice, mostPrice) }

// ParseBudget reads the most that a run may cost.
func ParseBudget(s string) (quantity.USD, error) { return parseMoney(s, leastBudget, mostBudget) }

// parseMoney reads dollars in a range.
func parseMoney(s string, least, most quantity.USD) (quantity.USD, error) {
	p, err := quantity.ParseUSD(s)
	switch {
	case err != nil:
		return 0, err
	case p == 0:
		return 0, text.ZeroPrice.Error()
	case p < least || p > most:
		return 0, text.MoneyOutOfRange.Error(least, most)
	}
	return p, nil
}

// parseRampUp reads three counts, separated by commas or as Megatron takes them
// by spaces.
func parseRampUp(s string) (r run.RampUp, err error) {
	fields := strings.FieldsFunc(s, func(c rune) bool { return c == ',' || c == ' ' })
	if len(fields) != 3 {
		return r, text.NotARampUp.Error(len(fields))
	}
	for i, at := range []*int64{&r.Start, &r.Increment, &r.Samples} {
		if *at, err = ParseWhole(fields[i]); err != nil {
			return r, err
		}
	}
	return r, nil
}

// teacherWeights are the storages of a teacher's weights.
func teacherWeights() []string { return []string{"bf16", "fp8"} }

// parseTeacherWeights reads whether a teacher's weights take a byte each.
func parseTeacherWeights(s string) (fp8 bool, err error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "bf16", "fp16":
		return false, nil
	case "fp8":
		return true, nil
	}
	return false, text.NotTeacherWeights.Error(s, strings.Join(teacherWeights(), ", "))
}

// parseEpochs reads how often a run reads its data.
func parseEpochs(s string) (float64, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f > 0 && f <= 1e6) {
		return 0, text.NotEpochs.Error()
	}
	return f, nil
}

// parseFactor reads a factor above 0.
func parseFactor(s string) (float64, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f > 0 && f <= 1e3) {
		return 0, text.NotAFactor.Error(s)
	}
	return f, nil
}

// ParseList reads names separated by commas.
func ParseList(s string) ([]string, error) {
	list := strings.Split(s, ",")
	for i, item := range list {
		if list[i] = strings.TrimSpace(item); list[i] == "" {
			return nil, text.EmptyItem.Error()
		}
	}
	return list, nil
}
