package config

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"mlsizer/sizing/note"
)

// A config is read by a strict parser of its own: encoding/json takes the last
// of two equal keys, mends invalid UTF-8 and reads counts as floats, and each
// of these turns a damaged file into a wrong total.

// Limits of a config file. Real files are a few kB; the longest hold a label
// a class or a type a layer.
const (
	MaxBytes  = 16 << 20
	maxDepth  = 64
	maxValues = 1 << 18
)

// number is a JSON number as it is written.
type number string

// object is a JSON object in the order of the file.
type object struct {
	fields []field
	index  map[string]int // only of long objects
}

type field struct {
	name  string
	value any // nil, bool, number, string, []any or *object
}

// get returns the value of a key; a null counts as missing.
func (o *object) get(name string) (any, bool) {
	i := o.find(name)
	if i < 0 || o.fields[i].value == nil {
		return nil, false
	}
	return o.fields[i].value, true
}

// has reports whether the key is there, null or not.
func (o *object) has(name string) bool { return o.find(name) >= 0 }

func (o *object) find(name string) int {
	if o == nil {
		return -1
	}
	if o.index != nil {
		if i, ok := o.index[name]; ok {
			return i
		}
		return -1
	}
	for i := range o.fields {
		if o.fields[i].name == name {
			return i
		}
	}
	return -1
}

// add appends a field and reports whether the key is new.
func (o *object) add(name string, value any) bool {
	if o.find(name) >= 0 {
		return false
	}
	const long = 32
	if o.index == nil && len(o.fields) >= long {
		o.index = make(map[string]int, 2*long)
		for i, f := range o.fields {
			o.index[f.name] = i
		}
	}
	if o.index != nil {
		o.index[name] = len(o.fields)
	}
	o.fields = append(o.fields, field{name, value})
	return true
}

type jsonParser struct {
	s      string
	pos    int
	values int
}

// parseJSON reads one JSON object and nothing after it. Infinity, -Infinity
// and NaN, which Python writes, are read as numbers.
func parseJSON(data []byte) (*object, error) {
	if len(data) > MaxBytes {
		return nil, note.NewError("json.too-long", len(data), MaxBytes)
	}
	p := &jsonParser{s: string(data)}
	if !utf8.ValidString(p.s) {
		for i := 0; i < len(p.s); {
			r, n := utf8.DecodeRuneInString(p.s[i:])
			if r == utf8.RuneError && n == 1 {
				return nil, note.NewError("json.at", i, note.NewError("json.not-utf8", p.s[i]))
			}
			i += n
		}
	}
	if strings.HasPrefix(p.s, "\ufeff") { // as some editors begin a file
		p.pos = len("\ufeff")
	}
	p.space()
	if p.pos == len(p.s) {
		return nil, p.fail(note.NewError("json.empty"))
	}
	if p.s[p.pos] != '{' {
		return nil, p.fail(note.NewError("json.not-an-object"))
	}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	p.space()
	if p.pos != len(p.s) {
		return nil, p.fail(note.NewError("json.text-after"))
	}
	return v.(*object), nil
}

// fail is an error at the place that the parser has come to.
func (p *jsonParser) fail(why *note.Error) error { return note.NewError("json.at", p.pos, why) }

func (p *jsonParser) space() {
	for p.pos < len(p.s) {
		switch p.s[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

func (p *jsonParser) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, p.fail(note.NewError("json.too-deep", maxDepth))
	}
	if p.values++; p.values > maxValues {
		return nil, p.fail(note.NewError("json.too-many-values", maxValues))
	}
	if p.pos == len(p.s) {
		return nil, p.fail(note.NewError("json.ends"))
	}
	switch c := p.s[p.pos]; c {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"':
		return p.string()
	default:
		for _, w := range []struct {
			text  string
			value any
		}{{"null", nil}, {"true", true}, {"false", false}, {"NaN", number("NaN")}, {"Infinity", number("Infinity")}, {"-Infinity", number("-Infinity")}} {
			if strings.HasPrefix(p.s[p.pos:], w.text) {
				p.pos += len(w.text)
				return w.value, nil
			}
		}
		return p.number()
	}
}

func (p *jsonParser) object(depth int) (*object, error) {
	o := &object{}
	p.pos++
	p.space()
	if p.eat('}') {
		return o, nil
	}
	for {
		p.space()
		at := p.pos
		if p.pos == len(p.s) || p.s[p.pos] != '"' {
			return nil, p.fail(note.NewError("json.no-key"))
		}
		name, err := p.string()
		if err != nil {
			return nil, err
		}
		p.space()
		if !p.eat(':') {
			return nil, p.fail(note.NewError("json.no-colon", clip(name)))
		}
		p.space()
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if !o.add(name, v) {
			return nil, note.NewError("json.at", at, note.NewError("json.key-twice", clip(name)))
		}
		p.space()
		if p.eat('}') {
			return o, nil
		}
		if !p.eat(',') {
			return nil, p.fail(note.NewError("json.no-comma-in-object", clip(name)))
		}
	}
}

func (p *jsonParser) array(depth int) ([]any, error) {
	list := []any{}
	p.pos++
	p.space()
	if p.eat(']') {
		return list, nil
	}
	for {
		p.space()
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		p.space()
		if p.eat(']') {
			return list, nil
		}
		if !p.eat(',') {
			return nil, p.fail(note.NewError("json.no-comma-in-list"))
		}
	}
}

func (p *jsonParser) eat(c byte) bool {
	if p.pos < len(p.s) && p.s[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// number reads a number by the grammar of RFC 8259.
func (p *jsonParser) number() (any, error) {
	start := p.pos
	digits := func() int {
		n := 0
		for p.pos < len(p.s) && '0' <= p.s[p.pos] && p.s[p.pos] <= '9' {
			p.pos++
			n++
		}
		return n
	}
	p.eat('-')
	first := p.pos
	if n := digits(); n == 0 {
		p.pos = start
		return nil, p.fail(note.NewError("json.no-value"))
	} else if n > 1 && p.s[first] == '0' {
		p.pos = start
		return nil, p.fail(note.NewError("json.leading-zero"))
	}
	if p.eat('.') && digits() == 0 {
		return nil, p.fail(note.NewError("json.no-digits-after-point"))
	}
	if p.eat('e') || p.eat('E') {
		if !p.eat('+') {
			p.eat('-')
		}
		if digits() == 0 {
			return nil, p.fail(note.NewError("json.no-digits-in-exponent"))
		}
	}
	return number(p.s[start:p.pos]), nil
}

func (p *jsonParser) string() (string, error) {
	start := p.pos
	p.pos++
	begin := p.pos
	for ; p.pos < len(p.s); p.pos++ {
		switch c := p.s[p.pos]; {
		case c == '"':
			p.pos++
			return p.s[begin : p.pos-1], nil
		case c == '\\':
			return p.escaped(start, begin)
		case c < ' ':
			return "", p.fail(note.NewError("json.control-character", c))
		}
	}
	p.pos = start
	return "", p.fail(note.NewError("json.open-string"))
}

// escaped reads the rest of a string that has escapes.
func (p *jsonParser) escaped(start, begin int) (string, error) {
	var b strings.Builder
	b.WriteString(p.s[begin:p.pos])
	for p.pos < len(p.s) {
		c := p.s[p.pos]
		switch {
		case c == '"':
			p.pos++
			return b.String(), nil
		case c < ' ':
			return "", p.fail(note.NewError("json.control-character", c))
		case c != '\\':
			b.WriteByte(c)
			p.pos++
			continue
		}
		if p.pos+1 == len(p.s) {
			break
		}
		esc := p.s[p.pos+1]
		if i := strings.IndexByte(`"\/bfnrt`, esc); i >= 0 {
			b.WriteByte("\"\\/\b\f\n\r\t"[i])
			p.pos += 2
			continue
		}
		if esc != 'u' {
			return "", p.fail(note.NewError("json.unknown-escape", esc))
		}
		r, err := p.hex(p.pos)
		if err != nil {
			return "", err
		}
		p.pos += 6
		if utf16.IsSurrogate(r) {
			low, err := p.hex(p.pos)
			if err != nil {
				return "", err
			}
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				return "", p.fail(note.NewError("json.half-a-pair"))
			}
			p.pos += 6
		}
		b.WriteRune(r)
	}
	p.pos = start
	return "", p.fail(note.NewError("json.open-string"))
}

// hex reads the escape \uXXXX at a position.
func (p *jsonParser) hex(at int) (rune, error) {
	if at+6 > len(p.s) || p.s[at] != '\\' || p.s[at+1] != 'u' {
		return 0, p.fail(note.NewError("json.bad-unicode-escape"))
	}
	n, err := strconv.ParseUint(p.s[at+2:at+6], 16, 32)
	if err != nil {
		return 0, p.fail(note.NewError("json.bad-unicode-escape"))
	}
	return rune(n), nil
}

// clip shortens foreign text for an error message.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	n := most
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
