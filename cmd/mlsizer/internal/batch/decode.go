package batch

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// decodeHead is how much of a file is looked at to tell its encoding and line
// ends.
const decodeHead = 64 << 10

// decode puts the text of the source into UTF-8 with line feeds: UTF-16, GBK,
// and lines that end with a carriage return alone.
func (s *source) decode(opt Options) {
	for len(s.head) < decodeHead && s.err == nil {
		s.read()
	}
	if enc := encodingOf(s.head, opt); enc != nil {
		*s = source{r: enc.NewDecoder().Reader(s.all()), line: 1, fixed: s.fixed, lettered: s.lettered, closer: s.closer}
		for len(s.head) < decodeHead && s.err == nil {
			s.read()
		}
	}
	if bytes.IndexByte(s.head, '\n') < 0 && bytes.IndexByte(s.head, '\r') >= 0 {
		*s = source{r: &returnReader{r: s.all()}, line: 1, fixed: s.fixed, lettered: s.lettered, closer: s.closer}
		s.read()
	}
}

// encodingOf is the encoding of a text by its start, nil for UTF-8 and for what
// is no text.
func encodingOf(head []byte, opt Options) encoding.Encoding {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	case opt.UTF8:
		return nil
	case zeroBytes(head, 1):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case zeroBytes(head, 0):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case isGBK(head):
		return simplifiedchinese.GB18030
	}
	return nil
}

// zeroBytes reports whether the start of a file is Latin text in UTF-16 without
// a mark: every second byte is zero, and no other.
func zeroBytes(head []byte, first int) bool {
	const looked = 32
	if len(head) < 8 {
		return false
	}
	for i, b := range head[:min(looked, len(head)&^1)] {
		if (b == 0) != (i%2 == first) {
			return false
		}
	}
	return true
}

// isGBK reports whether a text that is no UTF-8 is Chinese in GBK: every byte
// above ASCII belongs to a pair of GB2312, the characters in common use. Text in
// Latin-1 has such bytes alone.
func isGBK(head []byte) bool {
	if validStart(head) {
		return false
	}
	pairs := 0
	for i := 0; i < len(head); i++ {
		switch lead := head[i]; {
		case lead == 0:
			return false
		case lead < utf8.RuneSelf:
			continue
		case lead < 0xa1 || lead > 0xf7:
			return false
		}
		if i+1 == len(head) { // the second byte was not read
			break
		}
		if i++; head[i] < 0xa1 || head[i] == 0xff {
			return false
		}
		pairs++
	}
	return pairs > 0
}

// validStart reports whether a text is UTF-8, but for a character that its end
// may cut.
func validStart(head []byte) bool {
	for cut := range min(utf8.UTFMax, len(head)+1) {
		if utf8.Valid(head[:len(head)-cut]) {
			return cut == 0 || !utf8.FullRune(head[len(head)-cut:])
		}
	}
	return false
}

// returnReader makes line feeds of carriage returns, and one of both together.
type returnReader struct {
	r     io.Reader
	after bool // a carriage return was the last byte
}

// Read reads, and changes the line ends.
func (c *returnReader) Read(p []byte) (int, error) {
	for {
		n, err := c.r.Read(p)
		if n = c.change(p[:n]); n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// change changes the line ends of b and returns how much of it is left.
func (c *returnReader) change(b []byte) int {
	n := 0
	for _, ch := range b {
		second := ch == '\n' && c.after
		c.after = ch == '\r'
		if second {
			continue
		}
		if c.after {
			ch = '\n'
		}
		b[n] = ch
		n++
	}
	return n
}

// separatorLine is the separator that a line such as "sep=;" names, as Excel
// writes and reads it; 0 if the line is none.
func separatorLine(line []byte) byte {
	line = bytes.Trim(bytes.TrimSpace(trimLineEnd(line)), `"`)
	if len(line) != len("sep=;") || !bytes.EqualFold(line[:4], []byte("sep=")) {
		return 0
	}
	switch c := line[4]; c {
	case ',', ';', '\t', '|':
		return c
	}
	return 0
}
