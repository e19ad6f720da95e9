package render

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
)

// The escapes that Color allows.
const (
	bold  = "\x1b[1m"
	dim   = "\x1b[2m"
	reset = "\x1b[0m"
)

// textLeast is the narrowest that a wrapped column gets.
const textLeast = 12

// writeText prints tables for a terminal or a pipe.
func writeText(out io.Writer, d *Document, p Page) error {
	var w bytes.Buffer
	paint := func(escape, s string) string {
		if p.Color {
			return escape + s + reset
		}
		return s
	}
	if t := d.Title.In(p.Lang); t != "" {
		for _, line := range Wrap(clean(t), p.Width) {
			w.WriteString(paint(bold+colours[d.Verdict], line) + "\n")
		}
	}
	if t := d.Lead.In(p.Lang); t != "" {
		for _, line := range Wrap(clean(t), p.Width) {
			w.WriteString(line + "\n")
		}
	}
	scales := d.scales()
	dropped := dropTogether(d, scales, p)
	d = d.without(dropped)
	for i := range d.Tables {
		t := &d.Tables[i]
		if w.Len() > 0 {
			w.WriteString("\n")
		}
		if title := t.Title.In(p.Lang); title != "" {
			for _, line := range Wrap(clean(title)+marks(t.TitleNotes), p.Width) {
				w.WriteString(paint(bold, line) + "\n")
			}
		}
		if err := textTable(&w, t, scales[i], dropped[i], p); err != nil {
			return err
		}
	}
	if len(d.Notes) > 0 && w.Len() > 0 {
		w.WriteString("\n")
	}
	for i, n := range d.Notes {
		m := mark(i+1) + " "
		indent := strings.Repeat(" ", width(m))
		for j, line := range Wrap(clean(n.in(p.Lang)), p.Width-width(m)) {
			if j > 0 {
				m = indent
			}
			w.WriteString(paint(dim, m+line) + "\n")
		}
	}
	_, err := out.Write(w.Bytes())
	return err
}

// all says that no column of a table is left out.
const all = int(^uint(0) >> 1)

// dropTogether says for every table from which Drop on its columns are left
// out, so that tables of the same columns leave out the same.
func dropTogether(d *Document, scales [][]*quantity.Scale, p Page) []int {
	from := make([]int, len(d.Tables))
	least := map[string]int{}
	for i := range d.Tables {
		t := &d.Tables[i]
		heads, rows := textCells(t, scales[i], p.Lang)
		wrapHeads(heads, rows)
		_, _, from[i] = fit(t, heads, rows, all, p)
		kind := t.columnNames()
		if known, ok := least[kind]; !ok || from[i] < known {
			least[kind] = from[i]
		}
	}
	for i := range d.Tables {
		from[i] = least[d.Tables[i].columnNames()]
	}
	return from
}

func (t *Table) columnNames() string {
	var b strings.Builder
	for _, c := range t.Columns {
		b.WriteString(c.Name + "\n")
	}
	return b.String()
}

// textCells are the heads, with their units, and the rows of a table.
func textCells(t *Table, scales []*quantity.Scale, l text.Lang) (heads []string, rows [][]string) {
	heads, rows = cells(t, scales, l, func(head, unit string) string { return head + "\n" + unit })
	for _, row := range rows {
		for i := range row {
			row[i] = clean(row[i])
		}
	}
	return heads, rows
}

// textTable prints one table within the page's width, without the columns
// whose Drop is dropFrom or more.
func textTable(w *bytes.Buffer, t *Table, scales []*quantity.Scale, dropFrom int, p Page) error {
	heads, rows := textCells(t, scales, p.Lang)
	plain := slices.Clone(heads)
	wrapHeads(heads, rows)
	right := make([]bool, len(t.Columns))
	for i, c := range t.Columns {
		right[i] = c.Right
	}
	keep, widths, dropped := fit(t, heads, rows, dropFrom, p)
	if dropped == 0 {
		return vertical(w, heads, rows, t.hasHeads())
	}
	pick := func(row []string) []string {
		var list []string
		for _, i := range keep {
			cell := row[i]
			if width := widths[i]; width > 0 {
				cell = strings.Join(wrapCell(cell, width), "\n")
			}
			list = append(list, cell)
		}
		return list
	}
	var kept [][]string
	for _, row := range rows {
		kept = append(kept, pick(row))
	}
	var align []bool
	for _, i := range keep {
		align = append(align, right[i])
	}
	if t.hasHeads() {
		head := trimAbove(pick(heads))
		kept = append([][]string{rule(head, kept)}, kept...)
		if err := grid(w, head, kept, align); err != nil {
			return err
		}
	} else if err := grid(w, nil, kept, align); err != nil {
		return err
	}
	return leftOut(w, plain, keep, p)
}

// wrapHeads breaks heads that are wider than the values under them, and lets
// all of them end on the same line.
func wrapHeads(heads []string, rows [][]string) {
	const least = 8
	most := 0
	for i, head := range heads {
		lines := wrapEvenly(head, max(columnWidth(rows, i), least))
		heads[i] = strings.Join(lines, "\n")
		most = max(most, len(lines))
	}
	for i, head := range heads {
		heads[i] = strings.Repeat("\n", most-1-strings.Count(head, "\n")) + head
	}
}

// trimAbove takes off the empty lines that all heads begin with, where the
// tallest of them is left out.
func trimAbove(heads []string) []string {
	least := -1
	for _, head := range heads {
		if n := len(head) - len(strings.TrimLeft(head, "\n")); least < 0 || n < least {
			least = n
		}
	}
	for i := range heads {
		heads[i] = heads[i][max(least, 0):]
	}
	return heads
}

// rule is the row under the heads.
func rule(heads []string, rows [][]string) []string {
	line := make([]string, len(heads))
	for i := range line {
		line[i] = strings.Repeat("-", max(cellWidth(heads[i]), columnWidth(rows, i)))
	}
	return line
}

// leftOut names the columns that did not fit.
func leftOut(w *bytes.Buffer, heads []string, keep []int, p Page) error {
	if len(keep) == len(heads) {
		return nil
	}
	var names []string
	next := 0
	for i, head := range heads {
		if next < len(keep) && keep[next] == i {
			next++
			continue
		}
		names = append(names, strings.ReplaceAll(head, "\n", " "))
	}
	for _, line := range Wrap("("+text.LeftOut.In(p.Lang)+strings.Join(names, text.Comma.In(p.Lang))+")", p.Width) {
		w.WriteString(line + "\n")
	}
	return nil
}

// vertical prints every row as a list of heads and values, for a terminal that
// is too narrow for a table.
func vertical(w *bytes.Buffer, heads []string, rows [][]string, withHeads bool) error {
	for i, row := range rows {
		if i > 0 && withHeads {
			w.WriteString("\n")
		}
		for j, cell := range row {
			head := strings.Join(strings.Fields(heads[j]), " ")
			switch {
			case cell == "":
			case head == "":
				w.WriteString(cell + "\n")
			default:
				w.WriteString(head + ": " + cell + "\n")
			}
		}
	}
	return nil
}

// fit chooses the columns that are printed, of those whose Drop is below
// dropFrom, and how wide the wrapped ones are (0: as wide as they need).
// dropped is the Drop from which on columns are left out; 0 if not even those
// that must stay fit.
func fit(t *Table, heads []string, rows [][]string, dropFrom int, p Page) (keep []int, widths []int, dropped int) {
	natural, least := make([]int, len(t.Columns)), make([]int, len(t.Columns))
	for i := range t.Columns {
		natural[i] = max(cellWidth(heads[i]), columnWidth(rows, i))
		least[i] = max(textLeast, cellWidth(heads[i]), longestPiece(rows, i))
	}
	for {
		keep = keep[:0]
		highest := 0
		for i, c := range t.Columns {
			if c.Drop < dropFrom {
				keep = append(keep, i)
				highest = max(highest, c.Drop)
			}
		}
		over := 0
		if widths, over = squeeze(t, keep, natural, least, p.Width); over <= 0 || !p.Fit {
			return keep, widths, dropFrom
		}
		dropFrom = highest
		if highest == 0 {
			return keep, widths, 0
		}
	}
}

// squeeze narrows the columns that may wrap, the widest first, until the kept
// ones fit; over is by how much they do not.
func squeeze(t *Table, keep, natural, least []int, to int) (widths []int, over int) {
	widths = make([]int, len(t.Columns))
	over = -gap - to
	for _, i := range keep {
		over += natural[i] + gap
	}
	for over > 0 {
		widest := -1
		for _, i := range keep {
			now := current(natural, widths, i)
			if t.Columns[i].Wrap && now > least[i] && (widest < 0 || now > current(natural, widths, widest)) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest] = current(natural, widths, widest) - 1
		over--
	}
	return widths, over
}

func current(natural, widths []int, i int) int {
	if widths[i] > 0 {
		return widths[i]
	}
	return natural[i]
}

func columnWidth(rows [][]string, i int) int {
	n := 0
	for _, row := range rows {
		n = max(n, cellWidth(row[i]))
	}
	return n
}

// longestPiece is the width of the longest part of a column that cannot be
// broken.
func longestPiece(rows [][]string, i int) int {
	n := 0
	for _, row := range rows {
		for line := range strings.SplitSeq(row[i], "\n") {
			for _, piece := range pieces(line) {
				n = max(n, width(strings.TrimRight(piece, " ")))
			}
		}
	}
	return n
}

// cellWidth is the width of the widest line of a cell.
func cellWidth(s string) int {
	n := 0
	for line := range strings.SplitSeq(s, "\n") {
		n = max(n, width(line))
	}
	return n
}

func wrapCell(s string, to int) []string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		lines = append(lines, Wrap(line, to)...)
	}
	return lines
}

// wrapEvenly is wrapCell for a head: where it breaks between the characters of
// scripts without spaces, its lines are as short as their number allows, so
// that no single character stands alone.
func wrapEvenly(s string, to int) []string {
	lines := wrapCell(s, to)
	if !strings.ContainsFunc(s, isWide) {
		return lines
	}
	for narrower := to - 1; narrower > 3; narrower-- {
		tighter := wrapCell(s, narrower)
		if len(tighter) > len(lines) {
			break
		}
		lines = tighter
	}
	return lines
}

// Wrap breaks a text into lines of at most to columns, at spaces and between
// the characters of scripts that have none. A longer word stays whole.
func Wrap(s string, to int) []string {
	if width(s) <= to || to < 1 {
		return []string{s}
	}
	var lines []string
	line, lineWidth := "", 0
	for _, piece := range pieces(s) {
		n := width(piece)
		if line != "" && lineWidth+width(strings.TrimRight(piece, " ")) > to {
			lines = append(lines, strings.TrimRight(line, " "))
			line, lineWidth = "", 0
		}
		line += piece
		lineWidth += n
	}
	return append(lines, strings.TrimRight(line, " "))
}

// pieces are the parts of a text that stay together: words with the space
// after them, and single wide characters, with the punctuation that may not
// begin a line.
func pieces(s string) []string {
	var list []string
	start := 0
	for i, r := range s {
		if i == start {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		if before == ' ' && r != ' ' || (isWide(r) || isWide(before)) && r != ' ' && !strings.ContainsRune("，。；：、）」』！？%)", r) && !strings.ContainsRune("（「『(", before) {
			list = append(list, s[start:i])
			start = i
		}
	}
	return append(list, s[start:])
}

func isWide(r rune) bool { return r >= 0x2e80 && r <= 0xffef }

// breaks becomes a space of whatever breaks a line.
var breaks = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ", "\u0085", " ", "\u2028", " ", "\u2029", " ")

// clean makes a text harmless on a line of a terminal.
func clean(s string) string { return text.Harmless(breaks.Replace(s)) }
