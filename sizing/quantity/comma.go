package quantity

// CommaStyle says what comma and point mean in numbers, as far as a text shows
// it: 1,5 has a decimal comma, 1.5 a decimal point, and 1,500 may be either.
type CommaStyle struct{ Comma, Point bool }

// StyleOf finds what the numbers of a text show.
func StyleOf(b []byte) (style CommaStyle) {
	for len(b) > 0 {
		n := numberEnd(b)
		if n == 0 {
			b = b[1:]
			continue
		}
		s := marksOf(b[:n])
		switch {
		case s.commas == 1 && s.points > 0 && s.lastComma > s.lastPoint, s.commas == 1 && s.points == 0 && n-s.lastComma != groupEnd, s.points > 1:
			style.Comma = true
		case s.points == 1 && s.commas > 0 && s.lastPoint > s.lastComma, s.points == 1 && s.commas == 0 && n-s.lastPoint != groupEnd, s.commas > 1:
			style.Point = true
		}
		b = b[n:]
	}
	return style
}

// groupEnd is how far from its end a number has a mark in front of three digits.
const groupEnd = 4

// AppendDecimalPoint appends a text in whose numbers the comma is the decimal
// mark with decimal points instead: 1,5B becomes 1.5B. With grouped, a point in
// front of three digits separates thousands and is left out: 1.234,5 becomes
// 1234.5. A number whose commas
// can only separate thousands (1,234.5; 1,000,000) stays as it is.
func AppendDecimalPoint(buf, b []byte, grouped bool) []byte {
	for len(b) > 0 {
		n := numberEnd(b)
		if n == 0 {
			buf, b = append(buf, b[0]), b[1:]
			continue
		}
		buf, b = appendNumber(buf, b[:n], grouped), b[n:]
	}
	return buf
}

// appendNumber is AppendDecimalPoint for one number.
func appendNumber(buf, number []byte, grouped bool) []byte {
	s := marksOf(number)
	if s.commas > 1 || s.commas == 1 && s.lastPoint > s.lastComma {
		return append(buf, number...)
	}
	thousands := s.points > 0 && (s.commas == 1 || s.points > 1 || grouped && len(number)-s.lastPoint == groupEnd)
	for _, c := range number {
		switch {
		case c == ',':
			buf = append(buf, '.')
		case c == '.' && thousands:
		default:
			buf = append(buf, c)
		}
	}
	return buf
}

// numberEnd is the length of the digits, commas and points at the start of b.
func numberEnd(b []byte) int {
	n := 0
	for n < len(b) && (isDigit(b[n]) || n > 0 && (b[n] == ',' || b[n] == '.')) {
		n++
	}
	for n > 0 && !isDigit(b[n-1]) { // the end of a sentence
		n--
	}
	return n
}

// marks are the commas and points of a number.
type marks struct{ commas, points, lastComma, lastPoint int }

func marksOf(number []byte) (m marks) {
	for i, c := range number {
		switch c {
		case ',':
			m.commas++
			m.lastComma = i
		case '.':
			m.points++
			m.lastPoint = i
		}
	}
	return m
}
