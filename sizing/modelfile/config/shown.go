package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Shown is a value of a config as errors and warnings show it: as JSON, clipped.
type Shown struct{ value any }

// shown is a value for display.
func shown(v any) Shown { return Shown{v} }

// String is the value with "… 300 in all" at the end of a long list.
func (s Shown) String() string {
	return s.Text(func(n int) string { return fmt.Sprintf("… %d in all", n) })
}

// Text is the value; rest says how long a list is that is not shown whole.
func (s Shown) Text(rest func(n int) string) string {
	w := valueWriter{rest: rest}
	w.write(s.value)
	return w.String()
}

// text writes a value as JSON for display, clipped.
func text(v any) string { return shown(v).String() }

// valueWriter writes values as JSON.
type valueWriter struct {
	strings.Builder
	rest func(n int) string
}

func (w *valueWriter) write(v any) {
	switch v := v.(type) {
	case nil:
		w.WriteString("null")
	case bool:
		w.WriteString(strconv.FormatBool(v))
	case number:
		w.WriteString(clip(string(v)))
	case string:
		w.WriteString(strconv.Quote(clip(v)))
	case []any:
		w.list(v)
	case *object:
		w.object(v)
	}
}

// mostShown is the length from which on a list or an object is cut.
const mostShown = 120

func (w *valueWriter) list(list []any) {
	w.WriteByte('[')
	for i, e := range list {
		if w.Len() > mostShown {
			w.WriteString(", " + w.rest(len(list)))
			break
		}
		if i > 0 {
			w.WriteString(", ")
		}
		w.write(e)
	}
	w.WriteByte(']')
}

func (w *valueWriter) object(o *object) {
	w.WriteByte('{')
	for i, f := range o.fields {
		if w.Len() > mostShown {
			w.WriteString(", …")
			break
		}
		if i > 0 {
			w.WriteString(", ")
		}
		w.WriteString(strconv.Quote(clip(f.name)))
		w.WriteString(": ")
		w.write(f.value)
	}
	w.WriteByte('}')
}
