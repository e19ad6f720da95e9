package render

import (
	"encoding"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
)

// Percent is a share: "43.1 %" for people, 0.431 for machines.
type Percent float64

// String prints one decimal.
func (p Percent) String() string {
	switch v := 100 * float64(p); {
	case v != 0 && math.Abs(v) < 0.05:
		return "<0.1 %"
	default:
		return strconv.FormatFloat(v, 'f', 1, 64) + " %"
	}
}

// Change is how far a value is from another, as a share of that: 0.12 is 12 % more.
type Change float64

// manifold is the change from which on it is said as a factor.
const manifold = 9

// String prints "+12 %", "−3 %", "0 %" or "x12".
func (c Change) String() string {
	v := math.Round(100 * float64(c))
	switch {
	case float64(c) >= manifold:
		return "x" + strconv.FormatFloat(1+float64(c), 'f', 0, 64)
	case v > 0:
		return "+" + strconv.FormatFloat(v, 'f', 0, 64) + " %"
	case v < 0:
		return "−" + strconv.FormatFloat(-v, 'f', 0, 64) + " %"
	}
	return "0 %"
}

// Times is a value over another: "1.25x".
type Times float64

// String prints two decimals.
func (t Times) String() string { return strconv.FormatFloat(float64(t), 'f', 2, 64) + "x" }

// Rate is a number of things per second.
type Rate float64

// String prints three digits.
func (r Rate) String() string {
	switch v := float64(r); {
	case v >= 1000:
		return Count(v).String()
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	default:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
}

// Count is a number of things that need not be whole, such as device-hours.
type Count float64

// String prints three significant digits with K, M, B or T.
func (c Count) String() string {
	if v := float64(c); v < 999.5 && v != math.Trunc(v) {
		s := scaleBy(quantity.NewUSDScale)([]float64{v}) // three digits, no unit
		return s.Format(v)
	}
	return quantity.Params(math.Round(float64(c))).String()
}

// Range is a value with the band that it lies in.
type Range struct{ Mid, Low, High quantity.Seconds }

// String prints "12.1 days (10.9–13.6)".
func (r Range) String() string {
	s := quantity.NewSecondsScale(r.Mid)
	return s.Format(float64(r.Mid)) + " " + s.Unit() + " (" + s.Format(float64(r.Low)) + "–" + s.Format(float64(r.High)) + ")"
}

// In is the range with its unit in a language.
func (r Range) In(l text.Lang) string { return text.UnitIn(r.String(), l) }

// show is a value for people: in the scale of its column if it has one.
func show(v any, scale *quantity.Scale, l text.Lang) string {
	if scale != nil {
		if r, ok := v.(Range); ok {
			return scale.Format(float64(r.Mid)) + " (" + scale.Format(float64(r.Low)) + "–" + scale.Format(float64(r.High)) + ")"
		}
		if f, ok := number(v); ok {
			return scale.Format(f)
		}
	}
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case text.Text:
		return v.In(l)
	case bool:
		if v {
			return text.Yes.In(l)
		}
		return text.No.In(l)
	case quantity.Seconds:
		return text.Duration(v, l)
	case Range:
		return v.In(l)
	case fmt.Stringer:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	return fmt.Sprint(v)
}

// raw is a value for machines: full precision, in the base unit.
func raw(v any, l text.Lang) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case text.Text:
		return v.In(text.English)
	case bool:
		return strconv.FormatBool(v)
	case Range:
		return strconv.FormatFloat(float64(v.Mid), 'f', -1, 64)
	}
	if f, ok := number(v); ok {
		if math.Abs(f) < 1e21 {
			return strconv.FormatFloat(f, 'f', -1, 64)
		}
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	switch v := v.(type) {
	case encoding.TextMarshaler:
		if b, err := v.MarshalText(); err == nil {
			return string(b)
		}
	case quantity.Params:
		return strconv.FormatInt(int64(v), 10)
	case quantity.Tokens:
		return strconv.FormatInt(int64(v), 10)
	}
	return fmt.Sprint(v)
}

// number is the value of a quantity that columns print in one scale. Whole
// counts are not among them: as numbers they would lose digits.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case Percent:
		return float64(v), true
	case Change:
		return float64(v), true
	case Times:
		return float64(v), true
	case Rate:
		return float64(v), true
	case Count:
		return float64(v), true
	case quantity.Bytes:
		return float64(v), true
	case quantity.Bandwidth:
		return float64(v), true
	case quantity.FLOPs:
		return float64(v), true
	case quantity.FLOPRate:
		return float64(v), true
	case quantity.Seconds:
		return float64(v), true
	case quantity.USD:
		return float64(v), true
	case quantity.KWh:
		return float64(v), true
	case quantity.Watts:
		return float64(v), true
	}
	return 0, false
}

// scales are the scales of the columns of every table; nil where the values of
// a column have none.
func (d *Document) scales() [][]*quantity.Scale {
	all := make([][]*quantity.Scale, len(d.Tables))
	across := map[string][]any{}
	for i := range d.Tables {
		for j, c := range d.Tables[i].Columns {
			if c.Across {
				across[c.Name] = append(across[c.Name], d.Tables[i].values(j)...)
			}
		}
	}
	for i := range d.Tables {
		t := &d.Tables[i]
		for j, c := range t.Columns {
			var s *quantity.Scale
			switch {
			case c.Own:
			case c.Across:
				s = scaleOf(across[c.Name], c.Coarse)
			default:
				s = scaleOf(t.values(j), c.Coarse)
			}
			all[i] = append(all[i], s)
		}
	}
	return all
}

func (t *Table) values(column int) []any {
	list := make([]any, len(t.Rows))
	for i, row := range t.Rows {
		list[i] = row[column].Value
	}
	return list
}

// scaleOf is the scale of a column of values.
func scaleOf(values []any, coarse bool) *quantity.Scale {
	var list []float64
	var make func([]float64) quantity.Scale
	for _, v := range values {
		switch v := v.(type) {
		case quantity.Bytes:
			list, make = append(list, float64(v)), scaleBy(quantity.NewByteScale)
		case quantity.Seconds:
			list, make = append(list, float64(v)), scaleBy(quantity.NewSecondsScale)
		case Range:
			list, make = append(list, float64(v.Mid)), scaleBy(quantity.NewSecondsScale)
		case quantity.USD:
			list, make = append(list, float64(v)), scaleBy(quantity.NewUSDScale)
		case quantity.KWh:
			list, make = append(list, float64(v)), scaleBy(quantity.NewKWhScale)
		case quantity.FLOPs:
			list, make = append(list, float64(v)), scaleBy(quantity.NewFLOPsScale)
		case quantity.FLOPRate:
			list, make = append(list, float64(v)), scaleBy(quantity.NewFLOPRateScale)
		case Count:
			if v != 0 && v < 100 { // a scale of counts has no decimals below
				return nil
			}
			list, make = append(list, float64(v)), scaleBy(quantity.NewParamsScale)
		}
	}
	if make == nil {
		return nil
	}
	// A unit that suits both ends of a wide column suits nobody.
	const widest = 1000
	most := slices.Max(list)
	small := slices.ContainsFunc(list, func(v float64) bool { return v > 0 && v < most/widest })
	switch {
	case small && !coarse:
		return nil
	case coarse:
		list = slices.DeleteFunc(list, func(v float64) bool { return v < most/100 })
	}
	s := make(list)
	return &s
}

// scaleBy lets a scale of one quantity be made of plain numbers.
func scaleBy[T ~float64 | ~int64](scale func(...T) quantity.Scale) func([]float64) quantity.Scale {
	return func(values []float64) quantity.Scale {
		list := make([]T, len(values))
		for i, v := range values {
			list[i] = T(v)
		}
		return scale(list...)
	}
}

// cells is a table as text: its heads, with the unit of the column in sep, and
// its rows.
func cells(t *Table, scales []*quantity.Scale, l text.Lang, unit func(head, unit string) string) (heads []string, rows [][]string) {
	for i, c := range t.Columns {
		head := c.Head.In(l) + marks(c.Notes)
		if scales[i] != nil && scales[i].Unit() != "" {
			head = unit(head, text.Unit(scales[i].Unit(), l))
		}
		heads = append(heads, head)
	}
	for _, row := range t.Rows {
		texts := make([]string, len(t.Columns))
		for i := range t.Columns {
			texts[i] = show(row[i].Value, scales[i], l) + marks(row[i].Notes)
		}
		rows = append(rows, texts)
	}
	return heads, rows
}

// hasHeads reports whether any column of the table has a head.
func (t *Table) hasHeads() bool {
	for _, c := range t.Columns {
		if c.Head != (text.Text{}) {
			return true
		}
	}
	return false
}

var superscripts = [10]string{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"}

// mark is the number of a footnote as it stands at a value: ¹².
func mark(n int) string {
	var b strings.Builder
	for _, d := range strconv.Itoa(n) {
		b.WriteString(superscripts[d-'0'])
	}
	return b.String()
}

// marks are the numbers of several footnotes: " ¹ ³".
func marks(notes []int) string {
	s := ""
	for _, n := range notes {
		s += " " + mark(n)
	}
	return s
}
