package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
)

// writeJSON prints the object of the answer.
func writeJSON(w io.Writer, d *Document) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(d.JSON)
}

// writeJSONL prints the records of the answer, an object per line, or the object
// of the answer as the only line.
func writeJSONL(w io.Writer, d *Document) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if d.Records == nil {
		return e.Encode(d.JSON)
	}
	data, err := json.Marshal(d.Records)
	if err != nil {
		return err
	}
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return text.NoRecords.Error(err)
	}
	for _, r := range list {
		if err := e.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// writeCSV prints the records of the answer, or its first table.
func writeCSV(w io.Writer, d *Document, p Page) error {
	var all [][]string
	if d.Chosen != nil {
		all = tableRecords(d.Chosen, p.Lang)
	} else if d.Records == nil {
		if len(d.Tables) > 0 {
			all = tableRecords(&d.Tables[0], p.Lang)
		}
	} else {
		var err error
		if all, err = flatten(d.Records); err != nil {
			return err
		}
	}
	c := csv.NewWriter(w)
	if err := c.WriteAll(all); err != nil {
		return err
	}
	return c.Error()
}

func tableRecords(t *Table, l text.Lang) [][]string {
	head := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = c.Name
	}
	all := [][]string{head}
	for _, row := range t.Rows {
		record := make([]string, len(row))
		for i, c := range row {
			record[i] = raw(c.Value, l)
		}
		all = append(all, record)
	}
	return all
}

// field is a value with the name of its column.
type field struct{ name, value string }

// flatten makes a table of a slice of values: the names of nested fields are
// joined with "_", lists of plain values with "; ", and lists of objects are
// left out. A field that only some records have stands after the one that it
// follows there.
func flatten(records any) ([][]string, error) {
	data, err := json.Marshal(records)
	if err != nil {
		return nil, err
	}
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, text.NoRecords.Error(err)
	}
	rows := make([][]field, len(list))
	var head []string
	for i, r := range list {
		d := json.NewDecoder(bytes.NewReader(r))
		d.UseNumber()
		if rows[i], err = flattenValue(d, "", nil); err != nil {
			return nil, err
		}
		head = mergeHead(head, rows[i])
	}
	at := make(map[string]int, len(head))
	for i, name := range head {
		at[name] = i
	}
	all := [][]string{head}
	for _, row := range rows {
		record := make([]string, len(head))
		for _, f := range row {
			record[at[f.name]] = f.value
		}
		all = append(all, record)
	}
	return all, nil
}

// mergeHead adds the fields of a record that head lacks, in their order.
func mergeHead(head []string, row []field) []string {
	next := 0
	for _, f := range row {
		i := slices.Index(head, f.name)
		if i < 0 {
			i = next
			head = slices.Insert(head, i, f.name)
		}
		next = i + 1
	}
	return head
}

// flattenValue appends the fields of the next value of d, which is called
// name.
func flattenValue(d *json.Decoder, name string, row []field) ([]field, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			inner := fmt.Sprint(key)
			if name != "" && !strings.HasPrefix(inner, name+"_") {
				inner = name + "_" + inner
			}
			if row, err = flattenValue(d, inner, row); err != nil {
				return nil, err
			}
		}
		_, err = d.Token()
		return row, err
	case json.Delim('['):
		var plain []string
		objects := false
		for d.More() {
			item, err := flattenValue(d, "", nil)
			if err != nil {
				return nil, err
			}
			if objects = objects || len(item) != 1 || item[0].name != ""; !objects {
				plain = append(plain, item[0].value)
			}
		}
		if !objects && len(plain) > 0 {
			row = append(row, field{name, strings.Join(plain, "; ")})
		}
		_, err = d.Token()
		return row, err
	case nil:
		return row, nil
	}
	return append(row, field{name, fmt.Sprint(token)}), nil
}
