package web

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/modelfile/source"
)

// Bounds of a request.
const (
	mostValues = 256 // of an argument
	mostFiles  = 8
)

// argument is an argument of a request with its values.
type argument struct {
	name   string
	values []string
}

// request is what a body says: arguments of a command by their names, and model
// files that they name.
type request struct {
	models    []string
	arguments []argument
	files     map[string]*source.Memory
}

// parseRequest reads a body.
func parseRequest(body []byte) (*request, error) {
	q := &request{files: map[string]*source.Memory{}}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, notJSON(d, err)
	}
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, notJSON(d, err)
		}
		name := spelled(key.(string)) // keys of objects are strings
		if seen[name] {
			return nil, text.WebKeyTwice.Error(name)
		}
		seen[name] = true
		if err := q.read(d, name); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, notJSON(d, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, notJSON(d, err)
	}
	return q, nil
}

// notJSON is the error of a body that is no object.
func notJSON(d *json.Decoder, err error) error {
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return text.WebNotJSON.Error(text.Colon.Error(strconv.FormatInt(d.InputOffset(), 10), err))
}

// spelled is a name as flags are spelled: micro_batch is micro-batch.
func spelled(name string) string { return strings.ReplaceAll(name, "_", "-") }

// argumentName are the names that a flag may have.
var argumentName = regexp.MustCompile(`^[a-z][a-z0-9-]{1,40}$`)

// notTaken are flags that would answer with something else than an answer.
var notTaken = map[string]bool{"help": true, "version": true, "file": true, "scenario": true, "import": true}

// read reads the values of a name.
func (q *request) read(d *json.Decoder, name string) error {
	switch {
	case name == "files":
		return q.readFiles(d)
	case notTaken[name]:
		return text.WebNotTaken.Error(name)
	case !argumentName.MatchString(name):
		return text.WebNoKey.Error(name)
	}
	var raw any
	if err := d.Decode(&raw); err != nil {
		return notJSON(d, err)
	}
	values, err := valuesOf(name, raw)
	if err != nil {
		return err
	}
	if name == "model" || name == "models" {
		q.models = append(q.models, values...)
		return nil
	}
	q.arguments = append(q.arguments, argument{name, values})
	return nil
}

// valuesOf are the values of an argument as text.
func valuesOf(name string, raw any) ([]string, error) {
	items, isList := raw.([]any)
	if !isList {
		items = []any{raw}
	}
	if len(items) > mostValues {
		return nil, text.WebTooMany.Error(name, len(items), mostValues)
	}
	values := make([]string, 0, len(items))
	for _, item := range items {
		switch v := item.(type) {
		case string:
			values = append(values, v)
		case json.Number:
			values = append(values, v.String())
		case bool:
			values = append(values, strconv.FormatBool(v))
		default:
			return nil, text.WebNoValue.Error(name)
		}
	}
	if len(values) == 0 {
		return nil, text.WebNoValue.Error(name)
	}
	return values, nil
}

// readFiles reads the model files that came along: their text, or the bytes of
// their header and their size.
func (q *request) readFiles(d *json.Decoder) error {
	var files map[string]struct {
		Text   *string `json:"text"`
		Base64 *string `json:"base64"`
		Size   int64   `json:"size"`
	}
	if err := d.Decode(&files); err != nil {
		return notJSON(d, err)
	}
	if len(files) > mostFiles {
		return text.WebTooMany.Error("files", len(files), mostFiles)
	}
	for name, f := range files {
		m := &source.Memory{Name: name, Size: f.Size}
		switch {
		case name == "" || strings.ContainsAny(name, "/\\\x00") || (f.Text == nil) == (f.Base64 == nil):
			return text.WebBadFile.Error(name)
		case f.Text != nil:
			m.Header = []byte(*f.Text)
		default:
			header, err := base64.StdEncoding.DecodeString(*f.Base64)
			if err != nil {
				return text.WebBadFile.Error(name)
			}
			m.Header = header
		}
		if m.Size = max(m.Size, int64(len(m.Header))); m.Size == 0 {
			return text.WebBadFile.Error(name)
		}
		q.files[name] = m
	}
	return nil
}

// args is the request as the arguments of a command.
func (q *request) args(cmd *cobra.Command) []string {
	args := []string{cmd.Name()}
	behind := []string{}
	for _, m := range q.models {
		if strings.HasPrefix(m, "-") && len(behind) == 0 {
			behind = append(behind, "--") // so that no model is taken for a flag
		}
		behind = append(behind, m)
	}
	if len(behind) == 0 || behind[0] != "--" {
		args = append(args, behind...)
	}
	for _, a := range q.arguments {
		args = append(args, cli.FlagArgs(cmd, a.name, a.values)...)
	}
	if len(behind) > 0 && behind[0] == "--" {
		args = append(args, behind...)
	}
	return args
}
