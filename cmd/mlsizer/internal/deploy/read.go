package deploy

import (
	"path"
	"strconv"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
)

// Read is what a launch says, as flags of infer.
type Read struct {
	Program Program
	Model   string
	// Flags are the flags in the order of the launch, Left the options that have
	// none.
	Flags []Flag
	Left  []string
}

// Flag is a flag with its value.
type Flag struct{ Name, Value string }

// takes says what an option becomes: a flag, or a use of its own.
type takes struct {
	flag   string
	toggle bool // without a value
	use    func(*reader, string) error
}

// reader reads the words of a launch.
type reader struct {
	Read
	options  map[string]takes
	words    []string
	separate map[string]string // values that are joined with others
}

// Parse reads a launch of one of the programs.
func Parse(launch string) (*Read, error) {
	list, err := words(launch)
	if err != nil {
		return nil, err
	}
	r := &reader{words: list, separate: map[string]string{}}
	r.skipEnvironment()
	if err := r.program(); err != nil {
		return nil, err
	}
	for len(r.words) > 0 {
		if err := r.word(); err != nil {
			return nil, err
		}
	}
	if r.Model == "" {
		return nil, text.LaunchNoModel.Error(string(r.Program))
	}
	r.join()
	return &r.Read, nil
}

// skipEnvironment leaves out NAME=value before the command.
func (r *reader) skipEnvironment() {
	for len(r.words) > 0 {
		name, _, ok := strings.Cut(r.words[0], "=")
		if !ok || name == "" || strings.ContainsAny(name, "-/.") {
			return
		}
		r.words = r.words[1:]
	}
}

// program finds the program in the first words.
func (r *reader) program() error {
	w := r.words
	at := func(i int) string {
		if i < len(w) {
			return path.Base(w[i])
		}
		return ""
	}
	switch python := strings.HasPrefix(at(0), "python"); {
	case at(0) == "vllm" && at(1) == "serve":
		r.Program, r.options, r.words = VLLM, vllmOptions, w[2:]
	case python && at(1) == "-m" && at(2) == "vllm.entrypoints.openai.api_server":
		r.Program, r.options, r.words = VLLM, vllmOptions, w[3:]
	case python && at(1) == "-m" && at(2) == "sglang.launch_server":
		r.Program, r.options, r.words = SGLang, sglangOptions, w[3:]
	case at(0) == "llama-server" || at(0) == "llama-cli":
		r.Program, r.options, r.words = LlamaCPP, llamaOptions, w[1:]
	default:
		return text.LaunchOfOther.Error(strings.Join(w[:min(len(w), 3)], " "))
	}
	return nil
}

// word reads an option with its value, or the model.
func (r *reader) word() error {
	word := r.words[0]
	r.words = r.words[1:]
	if !strings.HasPrefix(word, "-") {
		if r.Model == "" && r.Program == VLLM {
			r.Model = word
			return nil
		}
		return text.LaunchStray.Error(word)
	}
	name, value, joined := strings.Cut(word, "=")
	if strings.HasPrefix(name, "--") {
		name = strings.ReplaceAll(name, "_", "-")
	}
	o, known := r.options[name]
	if !joined && !o.toggle && (known || r.hasValue()) {
		if !r.hasValue() {
			return text.LaunchNoValue.Error(name)
		}
		value = r.words[0]
		r.words = r.words[1:]
	}
	switch {
	case !known:
		r.Left = append(r.Left, name)
	case o.use != nil:
		return o.use(r, value)
	case o.toggle:
		r.set(o.flag, "true")
	default:
		r.set(o.flag, value)
	}
	return nil
}

// hasValue reports whether a value comes next: a word that is no option.
func (r *reader) hasValue() bool {
	if len(r.words) == 0 {
		return false
	}
	w := r.words[0]
	_, err := strconv.ParseFloat(w, 64)
	return !strings.HasPrefix(w, "-") || err == nil
}

func (r *reader) set(name, value string) { r.Flags = append(r.Flags, Flag{name, value}) }

// model takes the model.
func model(r *reader, value string) error {
	r.Model = value
	return nil
}

// repository takes a model of the hub, without the file that a colon names.
func repository(r *reader, value string) error {
	r.Model, _, _ = strings.Cut(value, ":")
	return nil
}

// keep keeps a value until all are read.
func keep(name string) func(*reader, string) error {
	return func(r *reader, value string) error {
		r.separate[name] = value
		return nil
	}
}

// cache takes a cache format; auto is the default.
func cache(r *reader, value string) error {
	if value != "auto" {
		r.set("kv", value)
	}
	return nil
}

// quantised takes a weight format, as far as its name is one of infer's.
func quantised(r *reader, value string) error {
	if name, ok := map[string]string{"fp8": "fp8", "awq": "awq", "awq_marlin": "awq", "gptq": "gptq", "gptq_marlin": "gptq",
		"bitsandbytes": "nf4", "mxfp4": "mxfp4", "modelopt_fp4": "nvfp4", "w8a8_fp8": "fp8", "w8a8_int8": "int8"}[value]; ok {
		r.set("weights", name)
		return nil
	}
	r.Left = append(r.Left, "--quantization "+value)
	return nil
}

// fused takes whether attention is fused.
func fused(r *reader, value string) error {
	if value == "off" || value == "0" {
		r.set("no-flash-attention", "true")
	}
	return nil
}

// The options that have a flag, or say what a flag is.
var (
	vllmOptions = map[string]takes{
		"--model": {use: model}, "--tensor-parallel-size": {flag: "tp"}, "-tp": {flag: "tp"}, "--pipeline-parallel-size": {flag: "pp"}, "-pp": {flag: "pp"},
		"--data-parallel-size": {use: keep("dp")}, "-dp": {use: keep("dp")}, "--enable-expert-parallel": {toggle: true, use: keep("experts")}, "-ep": {toggle: true, use: keep("experts")},
		"--max-model-len": {flag: "context"}, "--max-num-seqs": {flag: "max-num-seqs"}, "--max-num-batched-tokens": {flag: "max-num-batched-tokens"},
		"--gpu-memory-utilization": {flag: "gpu-memory-utilization"}, "--kv-cache-dtype": {use: cache}, "--quantization": {use: quantised}, "-q": {use: quantised},
	}
	sglangOptions = map[string]takes{
		"--model-path": {use: model}, "--model": {use: model}, "--tp-size": {flag: "tp"}, "--tp": {flag: "tp"}, "--tensor-parallel-size": {flag: "tp"},
		"--pp-size": {flag: "pp"}, "--pipeline-parallel-size": {flag: "pp"}, "--context-length": {flag: "context"}, "--max-running-requests": {flag: "max-num-seqs"},
		"--chunked-prefill-size": {flag: "max-num-batched-tokens"}, "--mem-fraction-static": {flag: "gpu-memory-utilization"},
		"--kv-cache-dtype": {use: cache}, "--quantization": {use: quantised}, "--trust-remote-code": {toggle: true, use: ignore}, "--enable-dp-attention": {toggle: true, use: left("--enable-dp-attention")},
	}
	llamaOptions = map[string]takes{
		"-m": {use: model}, "--model": {use: model}, "-hf": {use: repository}, "--hf-repo": {use: repository}, "-c": {flag: "context"}, "--ctx-size": {flag: "context"},
		"-np": {use: keep("slots")}, "--parallel": {use: keep("slots")}, "-ctk": {use: keep("keys")}, "--cache-type-k": {use: keep("keys")},
		"-ctv": {use: keep("values")}, "--cache-type-v": {use: keep("values")}, "-ub": {flag: "ubatch"}, "--ubatch-size": {flag: "ubatch"},
		"--swa-full": {flag: "swa-full", toggle: true}, "-fa": {use: fused}, "--flash-attn": {use: fused},
	}
)

// ignore takes an option that changes no figure, left one that has no flag.
func ignore(*reader, string) error { return nil }

func left(name string) func(*reader, string) error {
	return func(r *reader, _ string) error {
		r.Left = append(r.Left, name)
		return nil
	}
}

// join sets the flags of values that belong together.
func (r *reader) join() {
	if slots := r.separate["slots"]; slots != "" {
		r.set("batch", slots)
		r.set("shared-context", "true")
	}
	keys, values := r.separate["keys"], r.separate["values"]
	switch keys, values = firstOf(keys, "f16"), firstOf(values, "f16"); {
	case r.Program != LlamaCPP:
	case keys == values:
		r.set("kv", keys)
	default:
		r.set("kv", keys+"/"+values)
	}
	if dp := r.separate["dp"]; dp != "" {
		if _, experts := r.separate["experts"]; experts {
			r.set("ep", dp)
		} else {
			r.Left = append(r.Left, "--data-parallel-size")
		}
	}
}
