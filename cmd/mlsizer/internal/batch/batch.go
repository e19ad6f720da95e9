// Package batch classifies files of models: CSV, TSV or JSON Lines of any
// length, plain or gzip, in constant memory and on every core, and sheets of
// Excel workbooks.
//
// The start of a file tells its format, encoding and line ends (source.go,
// decode.go, workbook.go), the first record its columns (columns.go), and the
// first thousand rows the unit of the counts and what a comma means (sample.go).
// One goroutine reads blocks and cuts them where a record ends (block.go);
// workers split the records (csvscan.go, jsonl.go), classify their counts and
// append the answers to the block's own buffer (worker.go, encode.go); the
// caller's goroutine writes the blocks in the order in which they were read
// (run.go). Blocks and their buffers go round, so a row costs no allocation.
// With Options.Sort the answers pass through a merge sort that moves to disk
// when they outgrow Options.SortMemory (sort.go).
//
// reference_test.go is the readable account of what a CSV file means, on
// encoding/csv; properties and a fuzz target hold the fast path to it.
package batch

import (
	"strconv"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// Row is the answer for one model. Its JSON names are those of
// mlsizer classify -o json.
type Row struct {
	Input        string          `json:"input"`
	Name         string          `json:"name"`
	Params       quantity.Params `json:"params"`
	ActiveParams quantity.Params `json:"active_params"`
	Tier         sizing.Tier     `json:"-"`
	Beyond       bool            `json:"beyond_report"`
	Field        model.Field     `json:"field"`
	Inferred     bool            `json:"inferred"`
	// Scope says what Params counts when that is not the whole model.
	Scope string `json:"scope,omitempty"`
	// Spelled is nil for a count that was written as one number.
	*Spelled
}

// Spelled is what a count that was not written as one number says besides its
// total.
type Spelled struct {
	// Low is the lower end of a range, whose upper end is the count.
	Low quantity.Params `json:"low_params,omitempty"`
	// Approximate tells that the count is said to be one.
	Approximate bool `json:"approximate,omitempty"`
	// Experts is the number of experts in 8x7B, whose count is an upper bound.
	Experts int64 `json:"experts,omitempty"`
	// Hint is a model of the catalogue that is spelled so.
	Hint string `json:"hint,omitempty"`
}

// Model is what a cell that is not a count stands for.
type Model struct {
	Name     string
	Params   quantity.Params
	Active   quantity.Params
	Field    model.Field
	Inferred bool
	Scope    string
	Year     int      // 0 if it is not known
	Spelled  *Spelled // nil for a count that was written as one number
}

// Format is the form in which Run writes the rows.
type Format uint8

// CSV has a header and one line per row, JSON is one object, JSONL one object a
// line, Rows writes nothing and keeps the first Options.Limit rows in the
// Summary.
const (
	CSV Format = iota
	JSON
	JSONL
	Rows
)

// Options say how a file is read and what is written. The zero value reads a
// file whose header names the columns and writes CSV.
type Options struct {
	// Bounds are the cuts between the tiers; the zero value is
	// sizing.DefaultBounds.
	Bounds sizing.Bounds
	// Column is the header name (or the number, from 1) of the column with
	// the counts, or a key of JSON Lines; "" looks for a known name.
	Column string
	// Resolve finds the model of a cell that is no count. Workers call it
	// concurrently. A nil Resolve rejects every such cell.
	Resolve func(cell string) (Model, error)
	// Unpublished says of a name that its size is known not to be published;
	// nil for any other. A nil Unpublished knows none.
	Unpublished func(name string) error
	// Similar names a model of the catalogue that is spelled like a mixture of
	// experts such as 8x7B, "" if there is none.
	Similar func(spelling string) string
	// Unit is the suffix of counts that bare numbers are in, "1" for numbers
	// that are parameters; "" goes by the name of the column.
	Unit string
	// AskUnit refuses a file whose counts all have no unit and are below 1,000:
	// the unit was left out.
	AskUnit bool
	// Sheet is the name of a sheet of a workbook; "" is the first.
	Sheet string
	// UTF8 takes a file for UTF-8 unless it begins with the mark of another
	// encoding.
	UTF8 bool
	// By, if set, is the column whose values the models are counted by: its
	// header name, or year, vendor or field.
	By string
	// Repeats is how many names are looked at for repeated ones; 0 looks at
	// none.
	Repeats int
	// Field, if set, keeps only the models of that field.
	Field model.Field
	// Format is what is written.
	Format Format
	// Sort orders the rows by tier and count, smallest first; equal ones
	// keep their order. Descending puts the largest first.
	Sort, Descending bool
	// SortMemory is how many bytes of answers are sorted in memory before
	// they go to disk; 0 means 12 MiB.
	SortMemory int
	// TempDir holds the files of a sort; "" means the system's.
	TempDir string
	// Limit is how many rows the Summary keeps under Rows.
	Limit int
	// Workers is the number of classifying goroutines; 0 means one a core.
	Workers int
	// BlockSize is the number of bytes read at a time; 0 means 256 KiB.
	BlockSize int
	// MaxRecord is the length in bytes of the longest record; 0 means 1 MiB.
	MaxRecord int
	// Lang is the language of what is wrong with a row, and of notes.
	Lang text.Lang
	// Progress, if set, is kept up to date while Run works.
	Progress *Progress
}

func (o Options) withDefaults() Options {
	if o.Bounds == (sizing.Bounds{}) {
		o.Bounds = sizing.DefaultBounds
	}
	if o.SortMemory == 0 {
		o.SortMemory = 12 << 20
	}
	if o.BlockSize == 0 {
		o.BlockSize = 256 << 10
	}
	if o.MaxRecord == 0 {
		o.MaxRecord = 1 << 20
	}
	return o
}

// Summary is what a file held.
type Summary struct {
	// Rows is the number of rows that were read, blank lines left out.
	Rows int64
	// Unit is the suffix of counts that the name of their Column has.
	Unit, Column string
	// Sheet is the sheet that was read of the Sheets of a workbook.
	Sheet  string
	Sheets []string
	// HeaderLine is the line of the header where other lines stand above it.
	HeaderLine int64
	// DecimalComma tells that a comma in the counts was read as a decimal mark.
	DecimalComma bool
	// Sizes are the models by the bits of their counts: Sizes[n] have a count
	// from 2^(n-1) to below 2^n.
	Sizes [64]int64
	// Ranges, Approximate and Products are the counts that are written as a
	// range, as about a number, or as experts times size.
	Ranges, Approximate, Products int64
	// UnitMissing asks for the unit of counts that all turned out to have none
	// and to be below 1,000, after the rows were answered.
	UnitMissing error
	// Groups are the models by the values of Options.By.
	Groups []Group
	// Repeated is the number of rows whose name stood before, Repeats the first
	// of them. NamesLookedAt is how many names were looked at where that is not
	// all.
	Repeated, NamesLookedAt int64
	Repeats                 []Repeat
	// Counts says how many models fell in each tier.
	Counts sizing.Counts
	// NoCount and Bad are the rows that were not answered: their count is
	// missing, or cannot be read.
	NoCount, Bad int64
	// OtherField is the number of models that Options.Field left out.
	OtherField int64
	// Errors are the first unanswered rows, at most MaxErrors.
	Errors []RowError
	// Kept are the first rows under Rows.
	Kept []Row

	small, large int64 // counts without a unit, where the sample had none
}

// MaxErrors is how many unanswered rows a Summary holds. All of them are in
// what Run writes.
const MaxErrors = 20

// Unanswered is the number of rows without a tier.
func (s *Summary) Unanswered() int64 { return s.NoCount + s.Bad }

// Classified is the number of rows with a tier.
func (s *Summary) Classified() int64 {
	n := int64(0)
	for _, c := range s.Counts.ByTier {
		n += int64(c)
	}
	return n
}

// RowError is a row that was not answered.
type RowError struct {
	// Line is the line on which the row begins, from 1. It is 0 for a model
	// that did not come from a file.
	Line int64 `json:"line"`
	// Column is the byte of that line at which the fault stands, from 1.
	Column int `json:"column,omitempty"`
	// Cell is the column of the sheet, from 1; 0 where the row could not be
	// split, and of JSON Lines. CellName is its name: of a workbook the letters,
	// of other files the header.
	Cell     int    `json:"cell,omitempty"`
	CellName string `json:"cell_name,omitempty"`
	// Input is the cell, or the start of a row that could not be split.
	Input string `json:"input"`
	// Problem is what is wrong, and what is accepted, in the language of the
	// options.
	Problem string `json:"error"`

	empty    bool // there is no count
	lettered bool // columns are named by letters
}

// Error says where the row stands and what is wrong with it.
func (e *RowError) Error() string { return e.In(text.English) }

// In says it in a language.
func (e *RowError) In(l text.Lang) string {
	switch {
	case e.Line == 0:
		return e.Problem
	case e.Cell > 0:
		return text.AtCell.Form(l, e.Line, e.Place(), e.Problem)
	case e.Column == 0:
		return text.AtLine.Form(l, e.Line, e.Problem)
	}
	return text.AtLineColumn.Form(l, e.Line, e.Column, e.Problem)
}

// Place is the column of the fault: of a sheet as the sheet names it, else the
// byte of the line.
func (e *RowError) Place() string {
	switch {
	case e.Cell == 0 && e.Column == 0:
		return ""
	case e.Cell == 0:
		return strconv.Itoa(e.Column)
	case e.lettered:
		return e.CellName
	case e.CellName != "":
		return strconv.Itoa(e.Cell) + " (" + e.CellName + ")"
	}
	return strconv.Itoa(e.Cell)
}

// NameError is a model that did not come from a file and has no answer; empty
// tells that it is known and has no count.
func NameError(name, problem string, empty bool) RowError {
	return RowError{Input: name, Problem: problem, empty: empty}
}
