package web

import (
	"encoding/json"
	"net/http"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/cmd/mlsizer/internal/version"
)

type object = map[string]any

// described is the description of the API. It is made from the flags of the
// commands, once.
func (s *server) described() []byte {
	paths := object{}
	for _, name := range s.has(asked) {
		cmd := s.localized(name)
		paths[apiPath+name] = object{"post": object{
			"operationId": name, "summary": cmd.Short, "description": cmd.Long,
			"requestBody": object{"required": true, "content": object{"application/json": object{"schema": requestSchema(cmd)}}},
			"responses":   responses(name),
		}}
	}
	for _, name := range s.has(listed) {
		cmd := s.localized(name)
		paths[apiPath+name] = object{"get": object{
			"operationId": name, "summary": cmd.Short, "description": cmd.Long,
			"parameters": parameters(cmd), "responses": responses(name),
		}}
	}
	paths[apiPath+"openapi.json"] = object{"get": object{"operationId": "openapi", "summary": text.APIOfItself.In(s.lang), "responses": object{"200": described(text.APIOfItself.In(s.lang), "application/json", object{"type": "object"})}}}
	d := object{
		"openapi": "3.1.0", "info": object{"title": "mlsizer", "version": version.Number, "description": s.localized("serve").Long},
		"paths":      paths,
		"components": object{"schemas": object{"problem": problemSchema, "argument": argumentSchema}},
	}
	body, _ := json.MarshalIndent(d, "", "  ") // of maps, strings and bools
	return body
}

// localized is a command with its words.
func (s *server) localized(name string) *cobra.Command {
	a := &cli.App{Root: s.root, Lang: s.lang}
	root := s.root(a)
	a.Localize(root)
	cmd, _, _ := root.Find([]string{name})
	return cmd
}

// openAPI answers with the description of the API.
func (s *server) openAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Write(s.description()) // an error is that of a client that left
}

// argumentSchema is what an argument may be: a value or a list of values.
var argumentSchema = func() object {
	value := object{"type": []string{"string", "number", "boolean"}}
	return object{"anyOf": []any{value, object{"type": "array", "items": value, "minItems": 1, "maxItems": mostValues}}}
}()

var problemSchema = object{
	"type": "object", "required": []string{"type", "title", "status", "detail"},
	"properties": object{"type": typed("string"), "title": typed("string"), "status": typed("integer"), "detail": typed("string"), "hint": typed("string")},
}

func typed(name string) object { return object{"type": name} }

// flagsOf visits the flags that requests may give.
func flagsOf(cmd *cobra.Command, visit func(f *pflag.Flag)) {
	each := func(f *pflag.Flag) {
		if !notTaken[f.Name] && !f.Hidden {
			visit(f)
		}
	}
	cmd.LocalFlags().VisitAll(each)
	cmd.InheritedFlags().VisitAll(each)
}

// flagSchema is what a flag takes.
func flagSchema(f *pflag.Flag) object {
	_, usage := pflag.UnquoteUsage(f)
	schema := object{"description": usage, "$ref": "#/components/schemas/argument"}
	if choices := cli.ChoicesOf(f); len(choices) > 0 {
		schema["examples"] = []any{choices[0]}
	}
	return schema
}

// requestSchema is the body of a command.
func requestSchema(cmd *cobra.Command) object {
	properties := object{
		"models": object{"$ref": "#/components/schemas/argument"},
		"files": object{"type": "object", "maxProperties": mostFiles, "additionalProperties": object{
			"type": "object", "properties": object{"text": typed("string"), "base64": typed("string"), "size": typed("integer")},
		}},
	}
	flagsOf(cmd, func(f *pflag.Flag) { properties[f.Name] = flagSchema(f) })
	return object{"type": "object", "properties": properties, "additionalProperties": false}
}

// parameters are those of a query.
func parameters(cmd *cobra.Command) []any {
	list := []any{}
	flagsOf(cmd, func(f *pflag.Flag) {
		_, usage := pflag.UnquoteUsage(f)
		list = append(list, object{"name": f.Name, "in": "query", "description": usage, "schema": typed("string")})
	})
	return list
}

func described(what, kind string, schema object) object {
	return object{"description": what, "content": object{kind: object{"schema": schema}}}
}

// responses are the answers of a command.
func responses(name string) object {
	ok := described("mlsizer/v1", "application/json", object{
		"type": "object", "required": []string{"schema", "command", "version"},
		"properties": object{"schema": object{"const": "mlsizer/v1"}, "command": object{"const": name}, "version": typed("string")},
	})
	return object{"200": ok, "default": described("RFC 9457", "application/problem+json", object{"$ref": "#/components/schemas/problem"})}
}

// describeOnce keeps the description.
type describeOnce struct {
	once sync.Once
	body []byte
}

// description is the description of the API.
func (s *server) description() []byte {
	s.api.once.Do(func() { s.api.body = s.described() })
	return s.api.body
}
