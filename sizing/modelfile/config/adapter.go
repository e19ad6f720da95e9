package config

// Adapter is what an adapter_config.json of PEFT says.
type Adapter struct {
	Method  string   // "LORA", "IA3", "PROMPT_TUNING"
	Base    string   // the model that it adapts
	Rank    int64    // of LoRA's matrices; 0 where the method has none
	Targets []string // the modules that it changes, or one expression
}

// ParseAdapter reads an adapter_config.json.
// Source: huggingface/peft src/peft/config.py and tuners/lora/config.py.
func ParseAdapter(name string, data []byte) (*Adapter, error) {
	top, err := parseJSON(data)
	if err != nil {
		return nil, &Error{Name: name, Err: err}
	}
	r := &reader{file: name, family: "PEFT", obj: top, used: map[string]bool{}}
	a := &Adapter{Method: clip(r.word("", "peft_type")), Base: clip(r.word("", "base_model_name_or_path"))}
	if _, v, ok := r.lookup("r"); ok {
		a.Rank = r.whole("r", v, 1, maxWidth)
	}
	if v, _ := top.get("target_modules"); v != nil {
		if s, ok := v.(string); ok {
			a.Targets = []string{clip(s)}
		} else {
			a.Targets = r.strings("target_modules")
		}
	}
	return a, r.err
}
