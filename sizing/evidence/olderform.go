package evidence

import (
	"cmp"
	"slices"
	"strings"

	"mlsizer/sizing/note"
	"mlsizer/sizing/train"
)

// Measurement files of the older form have no column of options. They state
// launch options as key=value in the note, and columns of a fixed vocabulary,
// such as method, in their source's words. This file moves both into the
// current columns when a file is read, and olderPhrases does the same for phrases of
// a note; no other code reads a note.

// keyValues returns the pairs that a text spells as key=value, such as
// "disable-bias-linear=true", by their keys without dashes before them. A list
// in brackets may hold spaces, and "n_batch=n_ubatch=512" states both.
func keyValues(text string) map[string]string {
	pairs := map[string]string{}
	fields := strings.Fields(text)
	for i := 0; i < len(fields); i++ {
		parts := strings.Split(fields[i], "=")
		value := parts[len(parts)-1]
		for strings.HasPrefix(value, "[") && !strings.Contains(value, "]") && i+1 < len(fields) {
			i++
			value += " " + fields[i]
		}
		for _, key := range parts[:len(parts)-1] {
			if key = strings.TrimLeft(key, "-"); key != "" {
				pairs[key] = strings.TrimRight(value, ";,")
			}
		}
	}
	return pairs
}

// fromOlder moves what a row of an older file states into columns.
func (r *Row) fromOlder() error {
	noted := keyValues(r.Note)
	if len(noted) > 0 && strings.Contains(r.Note, "-") { // as options are spelled
		r.Options = noted
	}
	r.Domain, r.BaseModel = cmp.Or(r.Domain, noted["domain"]), cmp.Or(r.BaseModel, noted["base"])
	_ = set(&r.TrainingFLOPs, noted["training_compute_flop"]) // ignored if not a number
	if err := r.olderMethod(); err != nil {
		return err
	}
	r.olderStates()
	r.olderPhrases()
	return nil
}

// olderMethod reads a method in a source's words: "full finetune", "LORA r=32
// targets=['q_proj', 'v_proj']" or "whole run, median seconds, samples=3072".
func (r *Row) olderMethod() error {
	text := strings.ToLower(r.Method)
	stated := keyValues(text)
	if strings.HasPrefix(text, "whole run") {
		r.Method, r.WholeRun = "", true
		return setNumber(&r.Samples, "samples", stated["samples"])
	}
	if r.Method = methodWord(text); r.Method == "" || r.Method == fullMethod {
		return nil
	}
	r.olderBase()
	if targets := list(stated["targets"]); len(targets) > 0 {
		r.LoRATargets = targets
	}
	_ = set(&r.Trainable, strings.ReplaceAll(stated["trainable"], ",", "")) // ignored if not a number
	return setNumber(&r.LoRARank, "r", strings.TrimPrefix(stated["r"], "none"))
}

// setNumber stores a cell of the form key=value; an empty one is ignored.
func setNumber(field any, key, value string) error {
	if value == "" {
		return nil
	}
	if err := set(field, value); err != nil {
		return note.NewError("cell.of-method", key, err)
	}
	return nil
}

// methodWord is the method in a source's words, in lower case.
func methodWord(text string) string {
	for _, m := range []struct{ word, method string }{
		{"qlora", qloraMethod}, {"qdora", qdoraMethod}, {"dora", doraMethod}, {"lora", loraMethod},
		{"full", fullMethod}, {"sft", fullMethod}, {"finetune", fullMethod}, {"fine-tune", fullMethod}, {"pretrain", fullMethod},
	} {
		if strings.Contains(text, m.word) {
			return m.method
		}
	}
	word, _, _ := strings.Cut(text, " ")
	return word
}

// olderBase reads how the frozen weights are packed, which the older form
// states in the detail of the precision.
func (r *Row) olderBase() {
	detail := strings.ToLower(r.PrecisionDetail)
	has := func(word string) bool { return strings.Contains(detail, word) }
	if slices.ContainsFunc([]string{"nf4", "4bit", "4-bit", "fp4", "int4"}, has) && !has("nvfp4") {
		if r.Method == doraMethod || r.Method == qdoraMethod {
			r.Method = qdoraMethod
		} else {
			r.Method = qloraMethod
		}
	}
	r.DoubleQuantised = r.DoubleQuantised || has("nf4-dq") || has("double")
}

// olderStates reads the formats of the states, which the older form states in
// the detail of the precision: "bf16 master weights, gradients and states".
func (r *Row) olderStates() {
	detail := strings.ToLower(r.PrecisionDetail)
	if !strings.HasPrefix(detail, "bf16 master weights") {
		return
	}
	r.States.Master = train.BF16State
	if strings.Contains(detail, "states") {
		r.States.Moments = train.BF16State
	}
}

// fromOlder moves what a row of an older file states into columns.
func (r *ServingRow) fromOlder() error {
	noted := keyValues(r.Note)
	_ = set(&r.UBatch, cmp.Or(noted["n_ubatch"], noted["ubatch"])) // ignored if not a number
	_ = set(&r.MLAAttention, noted["mla_attn"])
	if r.Flash == "" {
		r.Flash = map[string]string{"1": "on", "0": "off"}[noted["flash_attn"]]
	}
	if strings.Contains(strings.ToLower(r.Version), "vulkan") {
		r.Backend = "vulkan"
	}
	r.olderPhrases()
	r.FigureKind, _, _ = strings.Cut(r.FigureKind, " measured") // "ttft+tpot measured, total derived"
	for _, d := range olderDefinitions {
		if strings.Contains(r.MemDefinition, d.words) {
			r.MemDefinition = d.definition
			break
		}
	}
	return nil
}

// olderDefinitions are the words in which sources define a peak of serving.
var olderDefinitions = []struct{ words, definition string }{
	{"KV cache", cacheDefinition}, {"weights only", weightsDefinition}, {"max_memory_allocated", allocatorDefinition},
	{"process GPU memory", processDefinition}, {"amdgpu", riseDefinition}, {"ledger", ledgerDefinition},
	{"vLLM budget", budgetDefinition}, {"KV pool", poolDefinition},
}
