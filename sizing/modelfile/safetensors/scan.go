package safetensors

import (
	"bytes"
	"errors"
	"io"
	"math"
	"unicode/utf8"

	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/note"
)

// scanner reads JSON from a stream, a token at a time, and holds no more
// of it than its buffer: a header of 100,000 tensors or an index of 60 MB costs
// the same memory as a small one. encoding/json would build a tree ten times
// the size of the text, keep the last of two equal keys and mend invalid UTF-8.
type scanner struct {
	r    io.Reader
	file string
	buf  []byte
	i, n int   // the unread part of buf
	base int64 // the byte of the file that buf[0] is
	eof  bool
	err  error // of the reader
	long []byte
}

const (
	scanBuffer = 64 << 10
	// maxKey bounds a key. GGUF has the same bound; real names have 150.
	maxKey = 65535
	// maxDepth bounds the nesting of what is skipped.
	maxDepth = 64
)

func newScanner(r io.Reader, file string, base int64) *scanner {
	return &scanner{r: r, file: file, base: base, buf: make([]byte, scanBuffer)}
}

// offset is the byte of the file that is read next.
func (s *scanner) offset() int64 { return s.base + int64(s.i) }

func (s *scanner) fail(at int64, why *note.Error) error {
	if s.err != nil {
		return note.NewError("path.fails-at", s.file, s.base+int64(s.n), s.err)
	}
	return &source.FormatError{File: s.file, Offset: at, Err: why}
}

// more reads on, keeping the unread part. It reports whether anything came.
func (s *scanner) more() bool {
	if s.eof {
		return false
	}
	if s.i > 0 {
		copy(s.buf, s.buf[s.i:s.n])
		s.base += int64(s.i)
		s.n -= s.i
		s.i = 0
	}
	if s.n == len(s.buf) {
		return false
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.n:])
		s.n += n
		if err != nil {
			s.eof = true
			if !errors.Is(err, io.EOF) {
				s.err = err
			}
		}
		if n > 0 || err != nil {
			return n > 0
		}
	}
	s.eof, s.err = true, io.ErrNoProgress
	return false
}

// next skips white space and returns the byte that follows without taking it,
// or 0 at the end.
func (s *scanner) next() byte {
	for {
		for s.i < s.n {
			switch c := s.buf[s.i]; c {
			case ' ', '\t', '\n', '\r':
				s.i++
			default:
				return c
			}
		}
		if !s.more() {
			return 0
		}
	}
}

// expect takes the byte c, which is wanted to open something.
func (s *scanner) expect(c byte, want note.Word) error {
	if got := s.next(); got != c {
		return s.unexpected(want)
	}
	s.i++
	return nil
}

// unexpected is the error of what stands where something else is wanted: a
// [note.Word], or the very text.
func (s *scanner) unexpected(want any) error {
	got := s.next()
	switch {
	case s.i >= s.n:
		return s.fail(s.offset(), note.NewError("header.text-ends", want))
	case got < 0x20 || got >= 0x7f:
		return s.fail(s.offset(), note.NewError("header.odd-byte", got, want))
	}
	return s.fail(s.offset(), note.NewError("header.odd-character", got, want))
}

// object reads an object; member is called after each key and must take the
// value. The key is valid until the value is read.
func (s *scanner) object(open note.Word, member func(key []byte, at int64) error) error {
	if err := s.expect('{', open); err != nil {
		return err
	}
	if s.next() == '}' {
		s.i++
		return nil
	}
	for {
		if s.next() != '"' {
			return s.unexpected(note.Word("header.key"))
		}
		at := s.offset()
		key, err := s.text(maxKey)
		if err != nil {
			return err
		}
		if s.next() != ':' {
			// The key may have moved with the buffer; it is not used here.
			return s.unexpected(note.Word("header.colon"))
		}
		s.i++
		if err := member(key, at); err != nil {
			return err
		}
		switch s.next() {
		case ',':
			s.i++
		case '}':
			s.i++
			return nil
		default:
			return s.unexpected(note.Word("header.comma-or-brace"))
		}
	}
}

// text reads a string of at most most bytes. What it returns is valid until
// the next read.
func (s *scanner) text(most int) ([]byte, error) {
	at := s.offset()
	s.i++ // the quote
	s.long = s.long[:0]
	for {
		end := bytes.IndexByte(s.buf[s.i:s.n], '"')
		if end < 0 && len(s.buf)-(s.n-s.i) > 0 && s.n-s.i <= most && s.more() {
			continue
		}
		if end < 0 {
			return s.slowText(at, most, keepAll)
		}
		part := s.buf[s.i : s.i+end]
		if bytes.IndexByte(part, '\\') >= 0 || !plainText(part) || len(part) > most {
			return s.slowText(at, most, keepAll)
		}
		// The key is copied: peeking at what follows may move the buffer.
		s.long = append(s.long, part...)
		s.i += end + 1
		return s.long, nil
	}
}

// plainText reports whether the bytes are valid in a JSON string as they are.
func plainText(b []byte) bool {
	ascii := byte(0)
	for _, c := range b {
		if c < 0x20 {
			return false
		}
		ascii |= c
	}
	return ascii < utf8.RuneSelf || utf8.Valid(b)
}

// keep says what slowText does with a string.
type keep uint8

const (
	keepAll  keep = iota // more than the bound is an error
	keepPart             // more than the bound is dropped
	keepNone
)

// slowText reads a string rune by rune, behind the opening quote at the byte
// at, and checks its syntax whatever is kept of it.
func (s *scanner) slowText(at int64, most int, how keep) ([]byte, error) {
	s.long = s.long[:0]
	for {
		if s.n-s.i < utf8.UTFMax {
			s.more()
		}
		if s.i >= s.n {
			return nil, s.fail(s.offset(), note.NewError("header.open-string", at))
		}
		c := s.buf[s.i]
		var r rune
		switch {
		case c == '"':
			s.i++
			return s.long, nil
		case c == '\\':
			var err error
			if r, err = s.escape(); err != nil {
				return nil, err
			}
		case c < 0x20:
			return nil, s.fail(s.offset(), note.NewError("header.control-character", c))
		default:
			var n int
			r, n = utf8.DecodeRune(s.buf[s.i:s.n])
			if r == utf8.RuneError && n <= 1 {
				return nil, s.fail(s.offset(), note.NewError("header.not-utf8", c))
			}
			s.i += n
		}
		if how == keepNone || len(s.long) > most {
			continue
		}
		if s.long = utf8.AppendRune(s.long, r); len(s.long) > most && how == keepAll {
			return nil, s.fail(at, note.NewError("header.long-string", most))
		}
	}
}

// textUpTo reads a string; of one longer than most it reports only that.
func (s *scanner) textUpTo(most int) (text string, over bool, err error) {
	at := s.offset()
	s.i++
	b, err := s.slowText(at, most, keepPart)
	return string(b), len(b) > most, err
}

// skipText reads a string and holds nothing of it.
func (s *scanner) skipText() error {
	at := s.offset()
	s.i++
	_, err := s.slowText(at, 0, keepNone)
	return err
}

// escape reads a backslash sequence. Half a surrogate pair becomes U+FFFD, as
// in encoding/json.
func (s *scanner) escape() (rune, error) {
	at := s.offset()
	for s.n-s.i < 12 && s.more() {
	}
	if s.n-s.i < 2 {
		return 0, s.fail(at, note.NewError("header.ends-in-escape"))
	}
	c := s.buf[s.i+1]
	if c == 'u' {
		r, ok := hex4(s.buf[s.i+2 : s.n])
		if !ok {
			return 0, s.fail(at, note.NewError("header.bad-escape"))
		}
		s.i += 6
		if r < 0xd800 || r > 0xdfff {
			return r, nil
		}
		if rest := s.buf[s.i:s.n]; r < 0xdc00 && len(rest) >= 6 && rest[0] == '\\' && rest[1] == 'u' {
			if low, ok := hex4(rest[2:]); ok && low >= 0xdc00 && low <= 0xdfff {
				s.i += 6
				return (r-0xd800)<<10 + (low - 0xdc00) + 0x10000, nil
			}
		}
		return utf8.RuneError, nil
	}
	s.i += 2
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	}
	return 0, s.fail(at, note.NewError("header.unknown-escape", c))
}

func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// count reads a whole number from 0 to 2^63-1; want says of what.
func (s *scanner) count(want note.Word) (int64, error) {
	if c := s.next(); c < '0' || c > '9' {
		return 0, s.unexpected(want)
	}
	at := s.offset()
	var n int64
	digits, first := 0, byte(0)
	for {
		for ; s.i < s.n; s.i++ {
			c := s.buf[s.i]
			if c < '0' || c > '9' {
				if c == '.' || c == 'e' || c == 'E' || first == '0' && digits > 1 {
					return 0, s.fail(at, note.NewError("header.not-whole", want))
				}
				return n, nil
			}
			if digits++; digits == 1 {
				first = c
			}
			if n > (math.MaxInt64-int64(c-'0'))/10 {
				return 0, s.fail(at, note.NewError("header.number-too-large", want))
			}
			n = n*10 + int64(c-'0')
		}
		if !s.more() {
			return 0, s.fail(s.offset(), note.NewError("header.ends-in-number", want))
		}
	}
}

// list reads an array; element is called for each.
func (s *scanner) list(open note.Word, element func() error) error {
	if err := s.expect('[', open); err != nil {
		return err
	}
	if s.next() == ']' {
		s.i++
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		switch s.next() {
		case ',':
			s.i++
		case ']':
			s.i++
			return nil
		default:
			return s.unexpected(note.Word("header.comma-or-bracket"))
		}
	}
}

// skip reads any value and holds nothing of it.
func (s *scanner) skip(depth int) error {
	if depth > maxDepth {
		return s.fail(s.offset(), note.NewError("header.too-deep", maxDepth))
	}
	switch c := s.next(); {
	case c == '"':
		return s.skipText()
	case c == '{':
		return s.object(note.Word("header.open-object"), func([]byte, int64) error { return s.skip(depth + 1) })
	case c == '[':
		return s.list(note.Word("header.open-array"), func() error { return s.skip(depth + 1) })
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	case c == '-' || c >= '0' && c <= '9':
		return s.skipNumber()
	}
	return s.unexpected(note.Word("header.value"))
}

func (s *scanner) word(w string) error {
	for s.n-s.i < len(w) && s.more() {
	}
	if s.n-s.i < len(w) || string(s.buf[s.i:s.i+len(w)]) != w {
		return s.unexpected(w)
	}
	s.i += len(w)
	return nil
}

// skipNumber reads -?digits(.digits)?([eE][+-]?digits)?.
func (s *scanner) skipNumber() error {
	at := s.offset()
	take := func(set string) bool {
		if s.i >= s.n && !s.more() || bytes.IndexByte([]byte(set), s.buf[s.i]) < 0 {
			return false
		}
		s.i++
		return true
	}
	digits := func() (n int) {
		for take("0123456789") {
			n++
		}
		return n
	}
	take("-")
	if take("0") {
		if digits() > 0 {
			return s.fail(at, note.NewError("header.leading-zero"))
		}
	} else if digits() == 0 {
		return s.fail(at, note.NewError("header.sign-alone"))
	}
	if take(".") && digits() == 0 {
		return s.fail(at, note.NewError("header.ends-in-point"))
	}
	if take("eE") {
		take("+-")
		if digits() == 0 {
			return s.fail(at, note.NewError("header.exponent-alone"))
		}
	}
	return nil
}

// end checks that nothing but white space follows.
func (s *scanner) end(want note.Word) error {
	if s.next(); s.i < s.n {
		return s.unexpected(want)
	}
	if s.err != nil {
		return s.fail(s.offset(), note.NewError("header.unreadable"))
	}
	return nil
}
