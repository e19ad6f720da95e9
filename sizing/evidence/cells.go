package evidence

import (
	"math"
	"strconv"
	"strings"

	"mlsizer/sizing/note"
	"mlsizer/sizing/train"
)

// peakCell is the field of a peak of memory, or of an out-of-memory mark.
type peakCell struct {
	gib         *float64
	outOfMemory *bool
}

// set stores a cell in the field that its column names; nil ignores it.
func set(field any, cell string) error {
	switch p := field.(type) {
	case peakCell:
		if strings.EqualFold(cell, "OOM") {
			*p.outOfMemory = true
			return nil
		}
		return set(p.gib, cell)
	case *string:
		*p = strings.Clone(cell)
	case *Options:
		return p.parse(cell)
	case *train.StateType:
		return p.UnmarshalText([]byte(cell))
	case *train.Loss:
		return setLoss(p, cell)
	case *[]string:
		*p = list(cell)
	case *int64:
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil || v != math.Trunc(v) || v < 0 || v > 1e18 {
			return note.NewError("cell.not-whole", cell)
		}
		*p = int64(v)
	case *int:
		v, err := strconv.ParseInt(cell, 10, 32)
		if err != nil || v < 1 { // an unknown number is blank
			return note.NewError("cell.not-a-count", cell)
		}
		*p = int(v)
	case *float64:
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return note.NewError("cell.negative", cell)
		}
		*p = v
	case *bool:
		v, err := strconv.ParseBool(cell)
		if err != nil {
			return note.NewError("cell.not-a-switch", cell)
		}
		*p = v
	case **bool:
		v, err := strconv.ParseBool(cell)
		if err != nil {
			return note.NewError("cell.not-a-switch", cell)
		}
		*p = &v
	}
	return nil
}

// list reads the items of a list, with commas or spaces between and with or
// without brackets and quotes.
func list(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(`[]'", `, c) })
}

// setLoss reads the loss of a row: besides those of a request, that of a loop
// which drops the outputs.
func setLoss(loss *train.Loss, cell string) (err error) {
	if *loss = train.Loss(strings.ToLower(cell)); *loss != train.DroppedLoss {
		*loss, err = train.ParseLoss(cell)
	}
	return err
}
