package batch

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"io"
	"unicode/utf8"

	"mlsizer/cmd/mlsizer/internal/text"
)

// kind is how the rows of a file are written.
type kind uint8

const (
	separated kind = iota // CSV or TSV
	jsonLines
)

// source is a file of which the first record has been looked at.
type source struct {
	r     io.Reader // everything, decompressed
	kind  kind
	comma byte
	head  []byte // what was read so far, all of r's start
	first []byte // the first record that is not blank, without its line end
	skip  int    // bytes of head before the first record
	line  int64  // of the first record
	err   error  // of the reads so far

	fixed    byte      // the separator, where the file says it
	lettered bool      // rows and columns are those of a sheet of a workbook
	closer   *workbook // nil if the file is none
}

// magic are files that are often given by mistake, by how they begin.
var magic = []struct {
	bytes        string
	name, advice text.Text
}{
	{"\xd0\xcf\x11\xe0", text.OldWorkbook, text.SaveAsCSV},
	{"PAR1", text.ParquetFile, text.ConvertToCSV},
	{"\xfd7zXZ\x00", text.XZFile, text.Same("xz -dc FILE | mlsizer classify --from -")},
	{"(\xb5/\xfd", text.ZstdFile, text.Same("zstd -dc FILE | mlsizer classify --from -")},
	{"BZh", text.Bzip2File, text.Same("bzip2 -dc FILE | mlsizer classify --from -")},
	{"SQLite format 3\x00", text.SQLiteFile, text.ExportToCSV},
	{"GGUF", text.GGUFFile, text.GiveAsModel},
	{"\x1f\x8b", text.GzipTwice, text.UnpackOnce},
}

// FileError is an error in a file as a whole.
type FileError struct {
	Problem error
	Hint    text.Text // what to do instead, of FILE; may be empty
	Column  string    // that may hold the counts, where one must be chosen; "" if none is known
	Sheet   string    // that there is, where another was asked for
	AskUnit bool      // the unit of the counts must be said
	// Err is the cause where it lies in reading.
	Err error
}

// Error says what is wrong with the file.
func (e *FileError) Error() string { return e.In(text.English) }

// In says it in a language.
func (e *FileError) In(l text.Lang) string {
	if e.Err != nil {
		return text.Colon.Form(l, e.Problem, e.Err)
	}
	return text.ErrorIn(e.Problem, l)
}

// Unwrap returns the cause.
func (e *FileError) Unwrap() error { return e.Err }

// openSource looks at the start of r: what it is by its content, whatever its
// name is.
func openSource(r io.Reader, opt Options) (*source, error) {
	s := &source{r: r, line: 1}
	for len(s.head) < 2 && s.err == nil {
		s.read()
	}
	if bytes.HasPrefix(s.head, []byte("\x1f\x8b")) {
		packed := s.all()
		z, err := gzip.NewReader(packed)
		if err != nil {
			return nil, &FileError{Problem: text.GzipHeader.Error(), Err: err}
		}
		*s = source{r: z, line: 1}
	}
	for len(s.head) < 16 && s.err == nil {
		s.read()
	}
	for _, m := range magic {
		if bytes.HasPrefix(s.head, []byte(m.bytes)) {
			return nil, &FileError{Problem: text.NotATable.Error(m.name), Hint: m.advice}
		}
	}
	if err := s.unpack(opt); err != nil {
		return nil, err
	}
	s.decode(opt)
	if bytes.HasPrefix(s.head, []byte("\ufeff")) {
		s.skip = len("\ufeff")
	}
	s.takeSeparator()
	if err := s.findFirst(opt); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// unpack makes a source of a workbook the rows of its sheet.
func (s *source) unpack(opt Options) error {
	if !bytes.HasPrefix(s.head, []byte("PK\x03\x04")) {
		if opt.Sheet != "" {
			return &FileError{Problem: text.SheetOfNoWorkbook.Error(opt.Sheet)}
		}
		return nil
	}
	w, err := openWorkbook(s.all(), opt)
	if err != nil {
		return err
	}
	*s = source{r: w, line: 1, fixed: ',', lettered: true, closer: w}
	return nil
}

// close removes what a workbook was unpacked to.
func (s *source) close() {
	if s.closer != nil {
		s.closer.Close()
	}
}

// takeSeparator passes over a first line that names the separator.
func (s *source) takeSeparator() {
	n := bytes.IndexByte(s.head[s.skip:], '\n') + 1
	if comma := separatorLine(s.head[s.skip : s.skip+n]); comma != 0 && s.fixed == 0 {
		s.fixed = comma
		s.skip += n
		s.line++
	}
}

// advance moves to the next record that is not blank.
func (s *source) advance(opt Options) bool {
	s.skip += len(s.first)
	s.line += int64(bytes.Count(s.first, []byte("\n")))
	return s.findFirst(opt) == nil
}

// read appends what one Read gives to s.head.
func (s *source) read() {
	const step = 32 << 10
	if cap(s.head)-len(s.head) < step {
		s.head = append(make([]byte, 0, 2*cap(s.head)+step), s.head...)
	}
	var n int
	n, s.err = s.r.Read(s.head[len(s.head) : len(s.head)+step])
	s.head = s.head[:len(s.head)+n]
}

// all is the source from its start: what was read, then the rest.
func (s *source) all() io.Reader {
	rest := s.r
	if s.err != nil {
		rest = failedReader{s.err}
	}
	return io.MultiReader(bytes.NewReader(s.head), rest)
}

type failedReader struct{ err error }

func (f failedReader) Read([]byte) (int, error) { return 0, f.err }

// findFirst reads to the end of the first record that is not blank and says
// what kind of file it begins.
func (s *source) findFirst(opt Options) error {
	for {
		s.skipBlank()
		rest := s.head[s.skip:]
		if len(rest) > 0 && rest[0] == '\r' && len(rest) < 2 && s.err == nil {
			s.read()
			continue
		}
		nl := bytes.IndexByte(rest, '\n')
		switch {
		case nl < 0 && s.err == nil && len(rest) <= opt.MaxRecord:
			s.read()
			continue
		case nl < 0 && len(rest) > opt.MaxRecord:
			return &FileError{Problem: text.LineTooLong.Error(s.line, opt.MaxRecord)}
		case len(rest) == 0 && s.err != nil && !errors.Is(s.err, io.EOF):
			return &FileError{Problem: text.CannotBeRead.Error(), Err: s.err}
		case len(rest) == 0:
			return &FileError{Problem: text.EmptyFile.Error()}
		}
		if nl < 0 {
			nl = len(rest)
		}
		line := rest[:nl]
		if i := badByte(line); i >= 0 {
			return &FileError{Problem: text.BinaryFile.Error(s.line, i+1, describeByte(line[i]))}
		}
		if done, err := s.classify(line, opt); done || err != nil {
			return err
		}
		s.read() // a quoted header goes on in the next line
	}
}

// skipBlank moves s.skip past blank lines.
func (s *source) skipBlank() {
	for {
		rest := s.head[s.skip:]
		n := 0
		if len(rest) > 1 && rest[0] == '\r' && rest[1] == '\n' {
			n = 2
		} else if len(rest) > 0 && rest[0] == '\n' {
			n = 1
		}
		if n == 0 {
			return
		}
		s.skip += n
		s.line++
	}
}

// classify tells the kind of the file from its first line. It returns false
// if the first record is not all there yet.
func (s *source) classify(line []byte, opt Options) (done bool, err error) {
	start := bytes.TrimLeft(line, " \t")
	if len(start) > 0 && start[0] == '{' && s.fixed == 0 {
		s.kind, s.first = jsonLines, trimLineEnd(line)
		return true, nil
	}
	if len(start) > 0 && start[0] == '[' && s.fixed == 0 {
		return false, &FileError{Problem: text.JSONArray.Error(s.line), Hint: text.Same("jq -c '.[]' FILE | mlsizer classify --from -")}
	}
	s.kind, s.comma = separated, cmp.Or(s.fixed, commaOf(line))
	scan := csvScanner{comma: s.comma, max: opt.MaxRecord, final: s.err != nil}
	n, st := scan.record(s.head[s.skip:])
	if n == 0 && st == incomplete {
		return false, nil
	}
	if st != complete {
		return false, &FileError{Problem: text.AtLineColumn.Error(s.line, scan.col, problems[st])}
	}
	s.first = s.head[s.skip : s.skip+n]
	return true, nil
}

// commaOf is the separator of a line: a tab where there are tabs outside
// quotes, else a comma, else a semicolon.
func commaOf(line []byte) byte {
	tabs, commas, semicolons, quoted := 0, 0, 0, false
	for _, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\t':
			tabs++
		case c == ',':
			commas++
		case c == ';':
			semicolons++
		}
	}
	switch {
	case tabs > 0 && tabs >= commas:
		return '\t'
	case commas == 0 && semicolons > 0:
		return ';'
	}
	return ','
}

// badByte is the index of the first byte that is no text: NUL, or not UTF-8;
// -1 if there is none.
func badByte(text []byte) int {
	nul := bytes.IndexByte(text, 0)
	if utf8.Valid(text) {
		return nul
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 || text[i] == 0 {
			return i
		}
		i += size
	}
	return nul
}

// describeByte says what is wrong with the byte that badByte found.
func describeByte(c byte) error {
	if c == 0 {
		return text.NULByte.Error()
	}
	return text.NotUTF8.Error(c)
}
