package render

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
)

// writeMarkdown prints the document in the Markdown of GitHub.
func writeMarkdown(w io.Writer, d *Document, p Page) error {
	b := bufio.NewWriter(w)
	gap := ""
	if t := d.Title.In(p.Lang); t != "" {
		b.WriteString("# " + escapeMarkdown(t) + "\n")
		gap = "\n"
	}
	if t := d.Lead.In(p.Lang); t != "" {
		b.WriteString(gap + escapeMarkdown(t) + "\n")
		gap = "\n"
	}
	scales := d.scales()
	for i := range d.Tables {
		t := &d.Tables[i]
		b.WriteString(gap)
		gap = "\n"
		if title := t.Title.In(p.Lang); title != "" {
			b.WriteString("## " + escapeMarkdown(title) + marks(t.TitleNotes) + "\n\n")
		}
		markdownTable(b, t, scales[i], p.Lang)
	}
	for i, n := range d.Notes {
		b.WriteString(gap)
		gap = ""
		b.WriteString(strconv.Itoa(i+1) + ". " + escapeMarkdown(n.in(p.Lang)) + "\n")
	}
	return b.Flush()
}

func markdownTable(b *bufio.Writer, t *Table, scales []*quantity.Scale, l text.Lang) {
	heads, rows := cells(t, scales, l, func(head, unit string) string { return head + " (" + unit + ")" })
	line := func(row []string) {
		for _, cell := range row {
			b.WriteString("| " + escapeMarkdown(cell) + " ")
		}
		b.WriteString("|\n")
	}
	line(heads)
	for _, c := range t.Columns {
		if c.Right {
			b.WriteString("|---:")
		} else {
			b.WriteString("|---")
		}
	}
	b.WriteString("|\n")
	for _, row := range rows {
		line(row)
	}
}

// escapeMarkdown makes text stand for itself: what Markdown or the HTML in it
// would read as markup is escaped, and a line break becomes a space, since a
// cell, a heading and a footnote are one line.
func escapeMarkdown(s string) string {
	var b strings.Builder
	for _, r := range clean(s) {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '\\', '|', '*', '_', '`', '[', ']', '~', '#', '!', '$':
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// in is the note with its source.
func (n *Note) in(l text.Lang) string {
	text := n.Text.In(l)
	if n.Source != "" {
		text += " [" + n.Source + "]"
	}
	return text
}
