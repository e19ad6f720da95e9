package sizing

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// decodeConstants reads a file of constants, a JSON object with nothing after
// it, into one of the forms that there are.
func decodeConstants(r io.Reader, into any) error {
	text := bufio.NewReader(r)
	if mark, err := text.Peek(3); err == nil && string(mark) == "\ufeff" {
		text.Discard(3) // as some editors write it
	}
	d := json.NewDecoder(text)
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("the file is empty (want a JSON object, as mlsizer calibrate -o FILE.json writes it)")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON ends in the middle")
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("a JSON %s (want an object, as mlsizer calibrate -o FILE.json writes it)", kind.Value)
	case err != nil:
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("text after the constants (want one JSON object)")
	}
	return nil
}
