package evidence

import (
	"encoding/csv"
	"errors"

	"mlsizer/sizing/note"
)

// csvError is an error of the CSV reader as data, with the line at which its
// record begins; line is the default.
func csvError(err error, line int) (int, error) {
	var broken *csv.ParseError
	switch {
	case !errors.As(err, &broken):
		return line, err
	case broken.StartLine != broken.Line:
		return broken.StartLine, note.NewError("csv.not-parsed-within-record", broken.StartLine, broken.Line, broken.Column, broken.Err)
	}
	return broken.StartLine, note.NewError("csv.not-parsed", broken.Line, broken.Column, broken.Err)
}
