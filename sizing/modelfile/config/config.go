// Package config reads the config.json of Hugging Face: which family a model is
// of, its exact architecture, and how its weights are quantised.
package config

import (
	"slices"
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Config is what a Hugging Face config.json says of a model.
type Config struct {
	// Model is the architecture, ready for estimates.
	Model *model.Model
	// ModelType is the config's model_type, that of the text part where there
	// are several; Architecture is the class it names, such as
	// "LlamaForCausalLM", or empty.
	ModelType    string
	Architecture string
	// DType is the element type that the config names ("bfloat16"), or empty.
	DType string
	// Keys are the keys that the count rests on, in the config's own words and
	// the order they were asked for.
	Keys []Key
	// Quant describes the quantisation of the weights; nil if there is none.
	Quant *Quantization
	// TiedStoredTwice is how many parameters more a file holds than
	// Model.Params counts, if it stores the tied head a second time.
	TiedStoredTwice quantity.Params
	// NotCounted names parts of the file's model that Model leaves out:
	// "vision tower", "1 multi-token-prediction layer".
	NotCounted []string
	// HeadDoubtful says that the class names an output head which the checkpoint
	// may not store, since it is one of embeddings.
	HeadDoubtful bool
	// Warnings are doubts that a reader of the total must know.
	Warnings note.List
}

// Key is a key of a config with its value as JSON.
type Key struct {
	Name  string
	Value string
	// Default marks a value that the file leaves out and the family's class
	// supplies.
	Default bool
}

// Parse reads a Hugging Face config.json. The name stands in the model
// and in errors.
//
// The parameter count is exact or there is none: a family that is not known, a
// key that the family needs and the file lacks, and a key that contradicts the
// family are errors (those that reject an architecture wrap ErrNotModelled).
// Every error is an *Error.
func Parse(name string, data []byte) (*Config, error) {
	top, err := parseJSON(data)
	if err != nil {
		return nil, &Error{Name: name, Err: err}
	}
	return parseTop(name, top)
}

// parseTop reads a config that is parsed.
func parseTop(name string, top *object) (*Config, error) {
	r, f, err := findFamily(name, top)
	if err != nil {
		return nil, err
	}
	m := f.build(r)
	if r.err == nil {
		r.checkRest()
	}
	if r.err != nil {
		return nil, r.err
	}
	c := &Config{
		Model: m, ModelType: f.modelType, Architecture: f.architecture,
		Keys: r.keys, NotCounted: r.left, Warnings: r.warn,
	}
	m.Name, m.Family = name, f.modelType
	if m.Field == "" {
		m.Field = model.NLP
	}
	if f.field != "" {
		m.Field = f.field
	}
	if len(c.NotCounted) > 0 {
		m.Scope = "language model; not counted: " + strings.Join(c.NotCounted, ", ")
	}
	if len(r.unknown) > 0 {
		m.Scope = strings.TrimPrefix(m.Scope+"; keys not understood: "+strings.Join(r.unknown, ", "), "; ")
	}
	if c.HeadDoubtful = embeddingClass(top) && hasHead(m); c.HeadDoubtful {
		m.Scope = strings.TrimPrefix(m.Scope+"; "+headScope, "; ")
	}
	m.Towers = visionTower(top, m)
	if err := checkModel(m); err != nil {
		return nil, &Error{Name: name, Err: err}
	}
	c.TiedStoredTwice = tiedParams(m)
	c.DType = dtypeOf(top, r.obj)
	if err := c.readQuant(name, top, r.obj); err != nil {
		return nil, err
	}
	return c, nil
}

// checkModel rejects a model whose dimensions are out of range, before any
// product of them is trusted.
func checkModel(m *model.Model) error {
	if err := m.Check(); err != nil {
		return err
	}
	if m.Params() <= 0 {
		return note.NewError("model.no-parameters-at-all")
	}
	return nil
}

// tiedParams counts the parameters of heads that use the embedding's table.
func tiedParams(m *model.Model) quantity.Params {
	var n int64
	for _, g := range m.Groups {
		for _, b := range g.Blocks {
			if l, ok := b.(model.Linear); ok && l.Tied {
				n += l.In * l.Out * int64(g.Repeat)
			}
		}
	}
	return quantity.Params(n)
}

// dtypeOf reads the element type from the text part or the top.
func dtypeOf(objs ...*object) string {
	for _, o := range slices.Backward(objs) {
		for _, name := range []string{"dtype", "torch_dtype"} {
			if v, ok := o.get(name); ok {
				if s, ok := v.(string); ok {
					return strings.TrimPrefix(s, "torch.")
				}
			}
		}
	}
	return ""
}

// chosen is a family with what the file says of itself.
type chosen struct {
	build        func(*reader) *model.Model
	modelType    string
	architecture string
	field        model.Field
}

// findFamily walks down to the object that describes the (text) model and
// looks up its family.
func findFamily(name string, top *object) (*reader, *chosen, error) {
	r := &reader{file: name, obj: top, used: map[string]bool{}}
	c := &chosen{}
	modelType := r.modelType(true)
	for r.err == nil && notModelled[modelType] == "" {
		inner := r.textPart()
		if inner == nil {
			break
		}
		w, known := wrappers[modelType]
		if !known {
			r.refuse("model_type", near(modelType, note.NewError("family.unknown-wrapper", clip(modelType), len(wrappers))))
			break
		}
		innerType := inner.modelType(false)
		if innerType == "" {
			innerType = w.text
		}
		if innerType == "" {
			inner.fail("model_type", note.NewError("value.missing-in-a-wrapper", modelType))
		}
		c.field = w.field
		inner.left = append(r.left, r.towers(w)...)
		inner.outer, inner.class = top, classDefaults[innerType]
		inner.warn = append(inner.warn, r.outerRest(inner, modelType)...)
		inner.err = firstError(r.err, inner.err)
		r, modelType = inner, innerType
	}
	// Some multimodal models keep the text model's keys at the top.
	if flat, ok := flatWrappers[modelType]; ok && r.err == nil {
		c.field = flat.field
		r.left = append(r.left, r.towers(flat)...)
		if v, ok := r.obj.get("version"); modelType == "minicpmv" && (!ok || v != number("2.6")) {
			r.refuse("version", note.NewError("family.unknown-version", shown(v)))
		}
		modelType = flat.text
	}
	build := families[modelType]
	if build == nil {
		switch why := notModelled[modelType]; {
		case modelType == "":
			r.refuse("model_type", note.NewError("family.not-named"))
		case why != "":
			r.refuse("model_type", note.NewError("family.not-counted", modelType, why))
		default:
			r.refuse("model_type", near(modelType, note.NewError("family.unknown", clip(modelType), len(families))))
		}
	}
	if r.err != nil {
		return nil, nil, r.err
	}
	r.family = modelType
	c.build, c.modelType = build, modelType
	c.architecture = r.architecture()
	if c.architecture == "" {
		c.architecture = (&reader{obj: top}).architecture()
	}
	return r, c, nil
}

// modelType reads model_type, or infers it from the class where a file names
// only that.
func (r *reader) modelType(infer bool) string {
	r.neutral("model_type", "architectures")
	if v, ok := r.obj.get("model_type"); ok {
		s, ok := v.(string)
		if !ok {
			r.fail("model_type", note.NewError("value.not-a-string", shown(v)))
		}
		return s
	}
	if !infer {
		return ""
	}
	return byArchitecture[r.architecture()]
}

// architecture returns the first class that the object names, or "".
func (r *reader) architecture() string {
	v, ok := r.obj.get("architectures")
	if !ok {
		return ""
	}
	l, ok := v.([]any)
	if !ok || len(l) == 0 {
		return ""
	}
	s, _ := l[0].(string)
	return s
}

// textKeys are the names under which a config of several parts holds its
// language model.
var textKeys = []string{"text_config", "llm_config", "language_config", "thinker_config"}

// textPart returns the nested language model, or nil.
func (r *reader) textPart() *reader {
	for _, k := range textKeys {
		if s := r.sub(k); s != nil {
			return s
		}
	}
	return nil
}

// towers names the parts beside the language model that the object describes.
func (r *reader) towers(w wrapper) []string {
	var left []string
	for _, t := range []struct{ key, name string }{
		{"vision_config", "vision tower"}, {"visual", "vision tower"}, {"audio_config", "audio tower"},
		{"vision_tower", "vision tower"}, {"talker_config", "speech decoder"}, {"token2wav_config", "vocoder"}, {"code2wav_config", "vocoder"},
	} {
		r.used[t.key] = true
		if v, ok := r.obj.get(t.key); ok && !slices.Contains(left, t.name) {
			if _, isObject := v.(*object); isObject {
				left = append(left, t.name)
			}
		}
	}
	for _, t := range w.towers {
		if !slices.Contains(left, t) {
			left = append(left, t)
		}
	}
	return left
}

// outerRest returns doubts that the enclosing object's keys raise about the
// text model's count.
func (r *reader) outerRest(inner *reader, modelType string) note.List {
	if v, ok := r.obj.get("vocab_size"); ok {
		if w, ok := inner.obj.get("vocab_size"); ok && text(v) != text(w) {
			return note.List{note.New("file.two-vocabularies", "", shown(v), modelType, shown(w))}
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
