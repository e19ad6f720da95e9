package batch

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

// A block is a run of whole records, with what became of them.
type block struct {
	data []byte // records as they were read
	line int64  // of the first record, from 1
	cut  cut

	out     []byte // the answers, in the form that is written
	ends    []mark // with a sort: where each answer ends
	errs    []byte // unanswered rows, where they are written after the others
	kept    []Row
	names   []named // of rows, for the search for repeated ones
	letters []byte  // of the names
	sum     Summary
	worked  chan struct{} // a token once a worker is done
}

// mark is the end of an answer in a block's out, with its sort key.
type mark struct {
	params int64
	end    int
}

// cut says what is particular about the only record of a block.
type cut uint8

const (
	whole    cut = iota
	tooLong      // the start of a line longer than the longest record
	cutShort     // the start of a record at which reading failed
)

// shownHead is how many characters of a broken row an error shows.
const shownHead = 60

// head is as much of a row as an error may show.
func head(row []byte) []byte { return row[:min(len(row), utf8.UTFMax*shownHead)] }

// maxRows is about how many rows a block holds at most: rows of a few bytes
// would make answers of many times the block's size.
const maxRows = 8 << 10

// cutter cuts a stream into blocks.
type cutter struct {
	r        io.Reader
	scan     csvScanner
	quotes   bool  // quotes may hold line ends
	size     int   // of the next read
	most     int   // of any read
	line     int64 // the next one, from 1
	carry    []byte
	err      error // of the reader, io.EOF at the end
	skipping bool  // inside a line that is too long
}

// next fills b with the next records. It returns false at the end of the
// stream; c.err is then io.EOF or what went wrong.
func (c *cutter) next(b *block) bool {
	buf := append(b.data[:0], c.carry...)
	c.carry = c.carry[:0]
	for size := c.size; ; size = max(c.size, len(buf)) {
		// A record that did not fit takes twice the bytes at the next try, so
		// that scanning it again and again stays linear in its length.
		buf = c.fill(buf, size)
		if c.skipping {
			nl := bytes.IndexByte(buf, '\n')
			if nl < 0 {
				nl = len(buf) - 1
			} else {
				c.skipping = false
			}
			buf = append(buf[:0], buf[nl+1:]...)
			if c.skipping && c.err != nil {
				return false
			}
			if c.err == nil {
				continue
			}
		}
		b.line, b.cut = c.line, whole
		if errors.Is(c.err, io.EOF) {
			c.scan.final = true
			return c.emit(b, buf, len(buf))
		}
		n, long := c.wholeRecords(buf)
		switch {
		case n > 0:
			return c.emit(b, buf, n)
		case c.err != nil:
			// Reading failed. What is left may be a part of a record, and a
			// part of a count is another count.
			b.data, b.cut = head(buf), cutShort
			return len(buf) > 0
		case long:
			b.data, b.cut = head(buf[:c.scan.max]), tooLong
			c.skipping = true
			c.line++
			return true
		}
	}
}

// fill reads into the end of buf: once, or until there are twice as many
// bytes, unless reading has ended.
func (c *cutter) fill(buf []byte, size int) []byte {
	want := len(buf) + size
	least := want
	if size <= c.size {
		least = len(buf) + 1
	}
	if cap(buf) < want {
		buf = append(make([]byte, 0, max(want, c.most+c.most/4)), buf...)
	}
	for c.err == nil && len(buf) < least {
		var n int
		n, c.err = c.r.Read(buf[len(buf):want])
		buf = buf[:len(buf)+n]
	}
	return buf
}

// emit makes the first n bytes of buf the block and keeps the rest.
func (c *cutter) emit(b *block, buf []byte, n int) bool {
	rows := bytes.Count(buf[:n], []byte("\n"))
	c.size = c.most
	if rows > maxRows {
		c.size = max(1, c.most/16, int(int64(n)*maxRows/int64(rows)))
		n = c.firstRecords(buf[:n], maxRows)
		rows = bytes.Count(buf[:n], []byte("\n"))
	}
	c.line += int64(rows)
	c.carry = append(c.carry, buf[n:]...)
	b.data = buf[:n]
	return n > 0
}

// firstRecords returns the length of the first most records of buf, or of all
// if there are fewer.
func (c *cutter) firstRecords(buf []byte, most int) int {
	pos := 0
	quotes := c.quotes && bytes.IndexByte(buf, '"') >= 0
	for ; most > 0 && pos < len(buf); most-- {
		n := bytes.IndexByte(buf[pos:], '\n') + 1
		if n > 0 && quotes && bytes.IndexByte(buf[pos:pos+n], '"') >= 0 {
			n, _ = c.scan.record(buf[pos:])
		}
		if n == 0 {
			return len(buf) // the last record, which has no line end
		}
		pos += n
	}
	return pos
}

// wholeRecords returns the length of the whole records at the start of buf,
// and whether a line longer than the longest record follows them.
func (c *cutter) wholeRecords(buf []byte) (n int, long bool) {
	pos := 0
	for c.quotes {
		q := bytes.IndexByte(buf[pos:], '"')
		if q < 0 {
			break
		}
		pos += bytes.LastIndexByte(buf[pos:pos+q], '\n') + 1
		n, st := c.scan.record(buf[pos:])
		if n == 0 {
			return pos, st == overlong
		}
		pos += n
	}
	pos += bytes.LastIndexByte(buf[pos:], '\n') + 1
	return pos, len(buf)-pos > c.scan.max
}
