package note

import (
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestErrorIsItsRuleAndValues(t *testing.T) {
	for _, c := range []struct {
		err  *Error
		want string
	}{
		{FieldError("tp", "layout.tp-must-divide-heads", 5, 96), "layout: tp must divide heads: 5, 96"},
		{NewError("model.no-layers"), "model: no layers"},
		{NewError("file.cannot-read", "a.json", io.EOF), "file: cannot read: a.json, EOF"},
	} {
		assert.Equal(t, c.want, c.err.Error())
	}
}

func TestIsFindsCodesWithin(t *testing.T) {
	inner := NewError("device.no-network", "l4")
	err := fmt.Errorf("estimate: %w", NewError("run.cannot-start", 8, inner))
	assert.True(t, Is(err, "device.no-network"))
	assert.True(t, Is(err, "run.cannot-start"))
	assert.False(t, Is(err, "device.no-rate"))
	assert.False(t, Is(io.EOF, "device.no-network"))
	assert.ErrorIs(t, NewError("file.cannot-read", io.EOF), io.EOF)
}

func TestChoiceJoinsNames(t *testing.T) {
	for want, c := range map[string]Choice{"": nil, "a": {"a"}, "a or b": {"a", "b"}, "a, b or c": {"a", "b", "c"}} {
		assert.Equal(t, want, c.String())
	}
	assert.Equal(t, "a、b 或 c", Choice{"a", "b", "c"}.Join("、", " 或 "))
}
