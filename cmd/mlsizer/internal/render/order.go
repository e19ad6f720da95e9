package render

import (
	"cmp"
	"reflect"
	"strconv"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
)

// Compare orders two values of a column: numbers by size, names by their letters.
// A value that is missing stands after all others.
func Compare(a, b any) int {
	an, aNumber := sizeOf(a)
	bn, bNumber := sizeOf(b)
	switch {
	case missing(a) || missing(b):
		return firstOf(!missing(a), !missing(b))
	case aNumber && bNumber:
		return cmp.Compare(an, bn)
	case aNumber != bNumber:
		return firstOf(aNumber, bNumber)
	}
	return strings.Compare(show(a, nil, text.English), show(b, nil, text.English))
}

// firstOf puts what has a property first.
func firstOf(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// missing reports whether a cell is empty.
func missing(v any) bool { return v == nil || v == "" }

// sizeOf is the size of a value that has one: of a number, a quantity, the middle
// of a range, or a text that is a number.
func sizeOf(v any) (float64, bool) {
	switch v := v.(type) {
	case Range:
		return float64(v.Mid), true
	case string:
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			return f, true
		}
		n, err := quantity.ParseCount(v)
		return float64(n), err == nil
	case nil, text.Text:
		return 0, false
	}
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		return float64(r.Int()), true
	case r.CanUint() && r.Kind() != reflect.Uint8: // names are numbered in bytes
		return float64(r.Uint()), true
	case r.CanFloat():
		return r.Float(), true
	case r.Kind() == reflect.Bool && r.Bool():
		return 1, true
	case r.Kind() == reflect.Bool:
		return 0, true
	}
	return 0, false
}
