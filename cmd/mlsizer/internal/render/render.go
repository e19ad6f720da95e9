// Package render prints the answers of the commands: as text tables, Markdown,
// CSV, JSON, JSON Lines or a page of HTML.
//
// A command hands over a Document of typed values. Text, Markdown and HTML
// show them in humane units, one scale a column; CSV, JSON and JSON Lines
// print them in full precision, in the base units that their names say.
package render

import (
	"fmt"
	"io"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
)

// Format is a form of output.
type Format uint8

// The forms.
const (
	Plain Format = iota // text tables
	Markdown
	CSV
	JSON
	JSONL
	HTML
	numFormats
)

var formatNames = [numFormats]string{"table", "markdown", "csv", "json", "jsonl", "html"}

// String is the name that ParseFormat takes.
func (f Format) String() string {
	if f < numFormats {
		return formatNames[f]
	}
	return fmt.Sprintf("Format(%d)", uint8(f))
}

// FormatNames lists the forms.
func FormatNames() []string { return formatNames[:] }

// ParseFormat reads the name of a form.
func ParseFormat(s string) (Format, error) {
	for f, name := range formatNames {
		if s == name {
			return Format(f), nil
		}
	}
	return 0, text.UnknownForm.Error(s, strings.Join(FormatNames(), ", "))
}

// Page says what a Document is laid out for.
type Page struct {
	Format  Format
	Lang    text.Lang
	Width   int    // of a line of text, in columns
	Fit     bool   // less important columns may be left out to fit Width
	Color   bool   // ANSI escapes are understood
	Command string // the command line, for the foot of a page of HTML
}

// Verdict is whether what an answer is about can be done.
type Verdict uint8

// The verdicts; the zero value is of answers that have none.
const (
	NoVerdict Verdict = iota
	Good              // it fits
	Doubtful          // it may not fit
	Bad               // it does not fit
)

// colours are the escapes of the verdicts.
var colours = [...]string{NoVerdict: "", Good: "\x1b[32m", Doubtful: "\x1b[33m", Bad: "\x1b[31m"}

// Document is the answer of a command.
type Document struct {
	Title text.Text
	// Lead is a line right under the title.
	Lead text.Text
	// Verdict colours the title on a terminal.
	Verdict Verdict
	// Figure is a drawing in SVG, shown on a page of HTML only. It is written
	// as it stands: whoever makes it escapes what is not its own.
	Figure string
	Tables []Table
	Notes  []Note
	// JSON is what -o json prints: one object with schema and command.
	JSON any
	// Records is what -o csv and -o jsonl print: a slice of values that encode
	// as JSON objects, whose nested fields csv joins with "_". nil takes the
	// first table with its columns' names and values in base units (csv), or
	// JSON as the only line (jsonl).
	Records any
	// Chosen is what -o csv prints instead where its columns were chosen.
	Chosen *Table
}

// Note is a numbered footnote.
type Note struct {
	Text   text.Text
	Source string
}

// Table is a titled table.
type Table struct {
	Title text.Text
	// TitleNotes are the numbers of the footnotes that the title refers to.
	TitleNotes []int
	Columns    []Column
	Rows       [][]Cell
}

// Column is a column of a table.
type Column struct {
	Name string // of the field, with its unit: "memory_bytes"
	Head text.Text
	// Key is the name by which a command line sorts by the column and chooses it;
	// "" is Name.
	Key string
	// Optional columns are shown where they are chosen.
	Optional bool
	// Notes are the numbers of the footnotes that the head refers to.
	Notes []int
	// Right puts the values to the right, as numbers are.
	Right bool
	// Own lets every value choose its own unit; without it the quantities of
	// a column share one, which stands in the head.
	Own bool
	// Coarse takes the unit from the larger values, so that one of less than a
	// hundredth of the largest does not put all others into a small unit.
	Coarse bool
	// Across shares the unit with the columns of the same name in the other
	// tables of the document.
	Across bool
	// Drop orders what is left out on a narrow terminal: the highest first; 0
	// stays.
	Drop int
	// Wrap allows line breaks at spaces.
	Wrap bool
}

// Cell is a value of a table: a string, a Text, a bool, an integer, a float64,
// a Percent, a Count, a Range or a quantity. nil is an empty cell.
type Cell struct {
	Value any
	// Notes are the numbers of the footnotes that it refers to, from 1.
	Notes []int
}

// Write prints the document.
func Write(w io.Writer, d *Document, p Page) error {
	switch p.Format {
	case Markdown:
		return harmlessly(w, d, p, writeMarkdown)
	case CSV:
		return harmlessly(w, d, p, writeCSV)
	case JSON:
		return writeJSON(w, d)
	case JSONL:
		return writeJSONL(w, d)
	case HTML:
		return harmlessly(w, d, p, writeHTML)
	}
	return writeText(w, d, p)
}

// harmlessly writes a document of which no control character is its own.
func harmlessly(w io.Writer, d *Document, p Page, write func(io.Writer, *Document, Page) error) error {
	var b strings.Builder
	if err := write(&b, d, p); err != nil {
		return err
	}
	_, err := io.WriteString(w, text.Harmless(b.String()))
	return err
}
