package cli

import (
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/text"
)

// listFlag is a flag of a comparison, which takes several values. The flag of a
// single value that it stands for has the first.
type listFlag struct {
	pflag.Value
	items    []string // as typed
	repeated bool     // a value holds commas of its own, so that others repeat the flag
}

// ofOne are the flags of a comparison that take one value: those about the whole
// answer, about files read once, and those that are lists already.
var ofOne = []string{"on", "prune", "student", "bounds", "hardware-file", "price-file", "explain", "strict", "brief", "full", "sort", "columns", fileFlag, scenarioFlag, importFlag}

// withCommas are the flags whose values hold commas of their own.
var withCommas = []string{"lora-targets", "recompute-modules", "offload-modules", "rampup-batch-size", "constants"}

// TakeLists makes the flags of a comparison take several values each.
func TakeLists(fs *pflag.FlagSet) {
	fs.VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(ofOne, f.Name) {
			f.Value = &listFlag{Value: f.Value, repeated: slices.Contains(withCommas, f.Name)}
		}
	})
}

// Set reads the values of one use of the flag, and adds those that are new.
func (l *listFlag) Set(s string) error {
	items := []string{s}
	if !l.repeated {
		items = l.split(s)
	}
	for i, item := range items {
		if err := l.Value.Set(item); err != nil {
			return itemError(item, len(items), err)
		}
		if slices.Contains(items[:i], item) {
			return text.Twice.Error(item)
		}
		if !slices.Contains(l.items, item) {
			l.items = append(l.items, item)
		}
	}
	return l.Value.Set(l.items[0])
}

// split takes a list apart at its commas. A number whose commas separate
// thousands is one value, if that shows: 1,024 does, 1,536 does not.
func (l *listFlag) split(s string) []string {
	items := strings.Split(s, ",")
	grouped := func(item string) bool {
		return len(item) >= 3 && item[0] == '0' && strings.IndexFunc(item[:3], func(r rune) bool { return !unicode.IsDigit(r) }) < 0
	}
	if slices.ContainsFunc(items[1:], grouped) && l.Value.Set(s) == nil {
		return []string{s}
	}
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	return items
}

// valuesIn is the number of values in a list that a flag of one value was given,
// 0 if it is no such list.
func valuesIn(f *pflag.Flag, s string) int {
	items := strings.Split(s, ",")
	if _, isList := f.Value.(*listFlag); isList || slices.Contains(ofOne, f.Name) || slices.Contains(withCommas, f.Name) {
		return 0
	}
	for _, item := range items {
		if f.Value.Set(item) != nil {
			return 0
		}
	}
	return len(items)
}

// itemFault is what is wrong with one item of a list.
type itemFault struct {
	error
	item string
}

// Unwrap is the error with its words.
func (f *itemFault) Unwrap() error { return f.error }

// In is the error in a language.
func (f *itemFault) In(l text.Lang) string { return text.ErrorIn(f.error, l) }

// itemError says which item of a list an error is about.
func itemError(item string, items int, err error) error {
	if items == 1 {
		return err
	}
	return &itemFault{quoted(item, err), item}
}

// given are the values that make the flag what it is, when set one after another.
func (l *listFlag) given() []string { return l.items }

// String is the list as it was typed.
func (l *listFlag) String() string { return strings.Join(l.items, ",") }

// choiceList returns the values that the flag takes, nil if they cannot be listed.
func (l *listFlag) choiceList() []string {
	if v, ok := l.Value.(interface{ choiceList() []string }); ok {
		return v.choiceList()
	}
	return nil
}

// isList reports whether a value may follow another one after a comma.
func (l *listFlag) isList() bool {
	v, ok := l.Value.(interface{ isList() bool })
	return !l.repeated || ok && v.isList()
}

// exampleText is a value that the flag takes.
func (l *listFlag) exampleText() string {
	if v, ok := l.Value.(interface{ exampleText() string }); ok {
		return v.exampleText()
	}
	return ""
}

// Setting is a flag with a value.
type Setting struct{ Flag, Value string }

// Varied is a flag with the values that the rows of a comparison cross.
type Varied struct {
	Flag   string
	Values []string
}

// VariedOf are the flags of a command that were given several values, in the
// order of --help.
func VariedOf(cmd *cobra.Command) []Varied {
	var list []Varied
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if l, ok := f.Value.(*listFlag); ok && len(l.items) > 1 {
			list = append(list, Varied{f.Name, l.items})
		}
	})
	return list
}

// Varies reports whether one of some flags has several values.
func Varies(lists []Varied, flags ...string) bool {
	return slices.ContainsFunc(lists, func(v Varied) bool { return slices.Contains(flags, v.Flag) })
}

// Combinations are all choices of a value from each list, the last of which
// changes first. Without lists there is one empty choice.
func Combinations(lists []Varied) [][]Setting {
	all := [][]Setting{nil}
	for _, l := range lists {
		var longer [][]Setting
		for _, c := range all {
			for _, v := range l.Values {
				longer = append(longer, append(slices.Clone(c), Setting{l.Flag, v}))
			}
		}
		all = longer
	}
	return all
}

// MostRows is the largest number of rows that a comparison may have.
const MostRows = 1000

// CheckRows refuses a comparison of too many rows: models by devices by the
// values of each list.
func (a *App) CheckRows(models, devices int, lists []Varied) error {
	rows := float64(models) * float64(devices)
	for _, l := range lists {
		rows *= float64(len(l.Values))
	}
	if rows <= MostRows {
		return nil
	}
	factors := []text.Text{text.ModelsTitle.With(models), text.DevicesTitle.With(devices)}
	for _, l := range lists {
		factors = append(factors, text.ValuesOf.With(len(l.Values), l.Flag))
	}
	return UsageError(text.TooManyRows.Error(int64(rows), text.List(factors, text.Crossed), MostRows), "")
}

// ArgsWith is the command line of one row: the flags of a command with one value
// each, those of a combination with its own.
func ArgsWith(cmd *cobra.Command, chosen []Setting) []string {
	var args []string
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		l, isList := f.Value.(*listFlag)
		i := slices.IndexFunc(chosen, func(s Setting) bool { return s.Flag == f.Name })
		switch {
		case i >= 0:
			args = append(args, "--"+f.Name+"="+chosen[i].Value)
		case !f.Changed || settable(cmd, f.Name) == nil || f.Name == "prune": // the models are pruned already
		case isList:
			args = append(args, "--"+f.Name+"="+l.items[0])
		default:
			args = append(args, "--"+f.Name+"="+f.Value.String())
		}
	})
	return args
}
