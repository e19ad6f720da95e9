package limit

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		text       string
		file, line int64
		want       error
	}{
		"empty":            {"", 4, 0, nil},
		"as long":          {"abcd", 4, 0, nil},
		"longer":           {"abcde", 4, 0, &Error{Most: 4}},
		"lines as long":    {"ab\ncd\n", 6, 2, nil},
		"a line longer":    {"ab\ncde\n", 9, 2, &Error{Most: 2, Line: true}},
		"last line longer": {"ab\ncde", 9, 2, &Error{Most: 2, Line: true}},
		"file before line": {"ab\ncd", 4, 2, &Error{Most: 4}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text))} {
				got, err := io.ReadAll(Lines(r, c.file, c.line))
				if c.want != nil {
					require.Equal(t, c.want, err)
					continue
				}
				require.NoError(t, err)
				assert.Equal(t, c.text, string(got))
			}
		})
	}
}

// A limit of lines is found without reading the rest, however long it is.
func TestEndlessLine(t *testing.T) {
	_, err := ReadAll(Lines(endless{}, 1<<40, 1<<10), 1<<40)
	require.Equal(t, &Error{Most: 1 << 10, Line: true}, err)
	_, err = ReadAll(endless{}, 1<<10)
	require.Equal(t, &Error{Most: 1 << 10}, err)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }
