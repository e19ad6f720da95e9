package batch

import (
	"bytes"
	"encoding/json"
	"slices"

	"mlsizer/cmd/mlsizer/internal/text"
)

// jsonLines classifies JSON objects, one a line.
func (w *worker) jsonLines(b *block) {
	data, line := b.data, b.line
	for ; len(data) > 0; line++ {
		n := bytes.IndexByte(data, '\n') + 1
		if n == 0 {
			n = len(data)
		}
		row := bytes.TrimSpace(data[:n])
		indent := n - len(bytes.TrimLeft(data[:n], " \t"))
		switch bad := badByte(row); {
		case len(row) == 0:
			// A blank line is no row.
		case n > w.opt.MaxRecord:
			w.broken(b, line, 1, row[:min(len(row), w.opt.MaxRecord)], w.problem(overlong))
		case bad >= 0:
			w.brokenByte(b, line, row, bad)
		case row[0] != '{':
			w.broken(b, line, indent+1, row, text.NotAnObject.Error())
		case !json.Valid(row):
			w.invalid(b, line, row, indent)
		default:
			w.object(b, line, row, indent)
		}
		data = data[n:]
	}
}

// invalid says where a line stops being JSON.
func (w *worker) invalid(b *block, line int64, row []byte, indent int) {
	var any json.RawMessage
	err := json.Unmarshal(row, &any)
	col, problem := 1, text.NotJSON.Error()
	if e, ok := err.(*json.SyntaxError); ok {
		col, problem = indent+int(e.Offset), text.NotJSONFor.Error(e)
	}
	w.broken(b, line, col, row, problem)
}

// object classifies a valid JSON object by its best keys.
func (w *worker) object(b *block, line int64, row []byte, indent int) {
	v := valuesOf(row, &w.layout)
	named, count := jsonBytes(v.name), v.count
	if w.group = view(bytes.Trim(v.by, `"`)); w.group == "null" {
		w.group = ""
	}
	col := indent + v.at + 1
	switch {
	case v.twice:
		w.broken(b, line, col, row, text.TwoCounts.Error())
	case count == nil:
		w.fail(b, w.emptyCell(line, col, &Row{Name: view(named)}, text.CellEmpty.In(w.opt.Lang)), view(named))
	case count[0] == '"':
		w.model(b, line, named, cell{jsonBytes(count), col})
	case count[0] == 'n': // null
		w.model(b, line, named, cell{nil, col})
	case count[0] == '-' || '0' <= count[0] && count[0] <= '9':
		w.model(b, line, named, cell{count, col})
	default:
		w.broken(b, line, col, row, text.CountOfNoKind.Error())
	}
}

// objectValues are the values of an object that count.
type objectValues struct {
	count, name, by []byte // as they stand
	at              int    // of the count
	twice           bool   // there is another count
}

// valuesOf finds the values of the best keys of an object.
func valuesOf(row []byte, l *layout) (v objectValues) {
	countRank, nameRank, byRank := len(l.countKeys), len(l.nameKeys), len(l.byKeys)
	for m := range members(row) {
		key := foldHeader(jsonText(m.key))
		if i := slices.Index(l.countKeys, key); i >= 0 && i <= countRank {
			v.twice = i == countRank
			v.count, v.at, countRank = m.value, m.at, i
		}
		if i := slices.Index(l.nameKeys, key); i >= 0 && i < nameRank {
			v.name, nameRank = m.value, i
		}
		if i := slices.Index(l.byKeys, key); i >= 0 && i < byRank {
			v.by, byRank = m.value, i
		}
	}
	return v
}

// jsonCount is the count of a line, nil if it has none.
func jsonCount(row []byte, l *layout) []byte {
	if len(row) == 0 || row[0] != '{' || !json.Valid(row) {
		return nil
	}
	count := valuesOf(row, l).count
	if len(count) > 0 && count[0] == '"' {
		return jsonBytes(count)
	}
	return count
}

// jsonText is jsonBytes as a string that is valid as long as the block.
func jsonText(value []byte) string { return view(jsonBytes(value)) }

// jsonBytes is the text of a JSON string, nil for any other value.
func jsonBytes(value []byte) []byte {
	if len(value) < 2 || value[0] != '"' {
		return nil
	}
	if inner := value[1 : len(value)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	var s string
	if json.Unmarshal(value, &s) != nil {
		return nil
	}
	return []byte(s)
}

// member is a key of a JSON object with its value, as they stand; at is the
// offset of the value.
type member struct {
	key, value []byte
	at         int
}

// members yields the members of a valid JSON object.
func members(object []byte) func(yield func(member) bool) {
	return func(yield func(member) bool) {
		rest := skipSpace(object[1:])
		for len(rest) > 0 && rest[0] == '"' {
			var m member
			n := stringEnd(rest)
			m.key = rest[:n]
			rest = skipSpace(rest[n:])
			rest = skipSpace(rest[1:]) // the colon
			m.at = len(object) - len(rest)
			n = valueEnd(rest)
			m.value = rest[:n]
			if !yield(m) {
				return
			}
			rest = skipSpace(rest[n:])
			if len(rest) > 0 && rest[0] == ',' {
				rest = skipSpace(rest[1:])
			}
		}
	}
}

func skipSpace(b []byte) []byte { return bytes.TrimLeft(b, " \t\r\n") }

// stringEnd is the length of the JSON string at the start of b.
func stringEnd(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// valueEnd is the length of the JSON value at the start of b.
func valueEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i += stringEnd(b[i:]) - 1
		case '{', '[':
			depth++
			continue
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
			continue
		default:
			continue
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(b)
}
