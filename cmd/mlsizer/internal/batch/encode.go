package batch

import (
	"encoding/json"
	"strconv"
	"unicode"
	"unicode/utf8"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
)

// Header is the first line of CSV output. active_params is empty where it is
// params. A row that was not answered has its error in the last column and
// nothing in the columns between.
const Header = "name,params,active_params,tier,beyond_report,field,error\n"

// AppendCSV appends the row as a line of CSV, as encoding/csv writes it.
func (r *Row) AppendCSV(b []byte) []byte {
	b = appendCSVField(b, r.Name)
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(r.Params), 10)
	b = append(b, ',')
	if r.ActiveParams != r.Params {
		b = strconv.AppendInt(b, int64(r.ActiveParams), 10)
	}
	b = append(b, ',')
	b = append(b, r.Tier.String()...)
	if r.Beyond {
		b = append(b, ",true,"...)
	} else {
		b = append(b, ",false,"...)
	}
	b = append(b, r.Field...)
	return append(b, ",\n"...)
}

// AppendCSV appends the row as a line of CSV with the error in a language.
func (e *RowError) AppendCSV(b []byte, name string, l text.Lang) []byte {
	b = appendCSVField(b, name)
	b = append(b, ",,,,,,"...)
	b = appendCSVField(b, e.In(l))
	return append(b, '\n')
}

// appendCSVField appends a cell, in quotes where encoding/csv puts it in
// quotes, and harmless.
func appendCSVField(b []byte, s string) []byte {
	class := classOf(s)
	if class&odd != 0 {
		s = text.Harmless(s)
	}
	if class == 0 || class&quoted == 0 && !beginsOddly(s) {
		return append(b, s...)
	}
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}

// What a byte asks of the cell that it is in.
const (
	quoted = 1 << iota // quotes
	odd                // a closer look: it is a control character, or not ASCII
	first              // quotes if it is the first
)

var byteClasses = func() (classes [256]byte) {
	for c := range classes {
		if c < ' ' || c >= 0x7f {
			classes[c] = odd
		}
	}
	for _, c := range []byte{',', '"', '\n', '\r'} {
		classes[c] |= quoted
	}
	classes[' '], classes['\\'] = first, first
	return classes
}()

// classOf is what the bytes of a cell ask for.
func classOf(s string) (class byte) {
	for i := range len(s) {
		class |= byteClasses[s[i]]
	}
	return class
}

// beginsOddly is the rule of encoding/csv for cells without a separator.
func beginsOddly(s string) bool {
	if s[0] > ' ' && s[0] < utf8.RuneSelf {
		return s == `\.`
	}
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsSpace(r)
}

// AppendJSON appends the row as a JSON object.
func (r *Row) AppendJSON(b []byte) []byte {
	b = append(b, `{"input":`...)
	b = appendJSONString(b, r.Input)
	b = append(b, `,"name":`...)
	b = appendJSONString(b, r.Name)
	b = append(b, `,"params":`...)
	b = strconv.AppendInt(b, int64(r.Params), 10)
	b = append(b, `,"active_params":`...)
	b = strconv.AppendInt(b, int64(r.ActiveParams), 10)
	b = append(b, `,"tier":"`...)
	b = append(b, r.Tier.String()...)
	b = append(b, `","tier_zh":"`...)
	b = append(b, text.OfTier(r.Tier).ZH...)
	b = append(b, `","beyond_report":`...)
	b = strconv.AppendBool(b, r.Beyond)
	b = append(b, `,"field":`...)
	b = appendJSONString(b, string(r.Field))
	b = append(b, `,"inferred":`...)
	b = strconv.AppendBool(b, r.Inferred)
	if r.Scope != "" {
		b = append(b, `,"scope":`...)
		b = appendJSONString(b, r.Scope)
	}
	if r.Spelled != nil {
		b = r.Spelled.appendJSON(b)
	}
	return append(b, '}')
}

// appendJSON appends what a count says besides its total as fields.
func (s *Spelled) appendJSON(b []byte) []byte {
	if s.Low > 0 {
		b = append(b, `,"low_params":`...)
		b = strconv.AppendInt(b, int64(s.Low), 10)
	}
	if s.Approximate {
		b = append(b, `,"approximate":true`...)
	}
	if s.Experts > 0 {
		b = append(b, `,"experts":`...)
		b = strconv.AppendInt(b, s.Experts, 10)
	}
	if s.Hint != "" {
		b = append(b, `,"hint":`...)
		b = appendJSONString(b, s.Hint)
	}
	return b
}

// appendGroups appends the models by the values of a column, if that is asked.
func appendGroups(b []byte, by string, list []Group) []byte {
	if by == "" {
		return b
	}
	b = append(b, ",\n  \"by\": {\"column\": "...)
	b = appendJSONString(b, by)
	b = append(b, `, "groups": [`...)
	for i, g := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, "\n    {\"value\":"...)
		b = appendJSONString(b, g.Key)
		if g.Rest {
			b = append(b, `,"rest":true`...)
		}
		b = append(b, `,"counts":`...)
		b = append(appendCounts(b, g.Counts), '}')
	}
	return append(b, "\n  ]}"...)
}

// AppendJSON appends the error as a JSON object.
func (e *RowError) AppendJSON(b []byte) []byte {
	b = append(b, `{"line":`...)
	b = strconv.AppendInt(b, e.Line, 10)
	if e.Column > 0 {
		b = append(b, `,"column":`...)
		b = strconv.AppendInt(b, int64(e.Column), 10)
	}
	if e.Cell > 0 {
		b = append(b, `,"cell":`...)
		b = strconv.AppendInt(b, int64(e.Cell), 10)
	}
	if e.CellName != "" {
		b = append(b, `,"cell_name":`...)
		b = appendJSONString(b, e.CellName)
	}
	b = append(b, `,"input":`...)
	b = appendJSONString(b, e.Input)
	b = append(b, `,"error":`...)
	b = appendJSONString(b, e.Problem)
	return append(b, '}')
}

// appendJSONString appends a JSON string.
func appendJSONString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			quoted, _ := json.Marshal(s) // a string always has a JSON form
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// appendCounts appends the models in each tier as a JSON object.
func appendCounts(b []byte, c sizing.Counts) []byte {
	for t, n := range c.ByTier {
		sep := byte(',')
		if t == 0 {
			sep = '{'
		}
		b = append(b, sep)
		b = appendJSONString(b, sizing.Tier(t).String())
		b = append(b, ':')
		b = strconv.AppendInt(b, int64(n), 10)
	}
	return append(b, '}')
}
