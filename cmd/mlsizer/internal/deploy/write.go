package deploy

import (
	"fmt"
	"strings"

	"mlsizer/cmd/mlsizer/internal/shell"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/serve"
)

// Launch is what a launch is written from.
type Launch struct {
	*serve.Answer
	// Model is what was asked for, Repository where its weights are published;
	// "" if that is not known.
	Model, Repository string
	Lang              text.Lang
}

// option is an option of a program; without a value it is a switch.
type option struct{ name, value string }

// writer collects the options of a launch.
type writer struct {
	Launch
	list []option
}

func (w *writer) add(name string, value any) {
	w.list = append(w.list, option{name, fmt.Sprint(value)})
}

func (w *writer) toggle(name string) { w.list = append(w.list, option{name, ""}) }

// above adds a value above 1.
func (w *writer) above(name string, n int) {
	if n > 1 {
		w.add(name, n)
	}
}

// Write spells the launch.
func Write(p Program, l Launch) string {
	w := &writer{Launch: l}
	command := ""
	switch p {
	case VLLM:
		command = w.vllm()
	case SGLang:
		command = w.sglang()
	case LlamaCPP:
		command = w.llama()
	}
	lines := []string{command}
	for _, o := range w.list {
		line := o.name
		if o.value != "" {
			line += " " + shell.Word(o.value)
		}
		lines = append(lines, line)
	}
	return w.header(p) + shell.Lines(lines) + "\n"
}

// header says what the launch is of and where its options are from, and names
// the weights.
func (w *writer) header(p Program) string {
	var b strings.Builder
	line := func(t text.Text) { fmt.Fprintf(&b, "# %s\n", t.In(w.Lang)) }
	line(text.LaunchOf.With(w.Model, w.Cluster.Count, w.Cluster.Device.Name, w.Quant.Name))
	line(text.LaunchOptions.With(upstreams[p]))
	if w.Repository == "" {
		line(text.LaunchModel.With(w.Model, w.Quant.Name))
	}
	fmt.Fprintf(&b, "MODEL=%s\n", shell.Word(firstOf(w.Repository, w.Model)))
	return b.String()
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// vllm spells the options of vLLM.
func (w *writer) vllm() string {
	w.add("--tensor-parallel-size", w.Layout.TP)
	w.above("--pipeline-parallel-size", w.Layout.PP)
	w.above("--data-parallel-size", w.Layout.EP*w.Layout.Replicas)
	if w.Layout.EP > 1 {
		w.toggle("--enable-expert-parallel")
	}
	w.add("--max-model-len", w.Context)
	w.add("--gpu-memory-utilization", w.Share())
	w.add("--max-num-seqs", w.PassSequences())
	w.add("--max-num-batched-tokens", w.PassTokens())
	w.add("--kv-cache-dtype", cacheType(w.KV.Name, "fp8"))
	w.quantisation("--quantization")
	if w.Memory.HostLayers > 0 {
		w.add("--cpu-offload-gb", int(w.Memory.Host/(1<<30))+1)
	}
	return `vllm serve "$MODEL"`
}

// sglang spells the options of SGLang.
func (w *writer) sglang() string {
	w.add("--tp-size", w.Layout.TP*w.Layout.EP)
	w.above("--pp-size", w.Layout.PP)
	w.above("--dp-size", w.Layout.EP*w.Layout.Replicas)
	if w.Layout.EP > 1 {
		w.toggle("--enable-dp-attention")
		w.add("--ep-size", w.Layout.EP)
	}
	w.add("--context-length", w.Context)
	w.add("--mem-fraction-static", w.Share())
	if w.MaxSequences > 0 {
		w.add("--max-running-requests", w.MaxSequences)
	}
	w.add("--chunked-prefill-size", w.PassTokens())
	w.add("--kv-cache-dtype", cacheType(w.KV.Name, "fp8_e4m3"))
	w.quantisation("--quantization")
	return `python -m sglang.launch_server --model-path "$MODEL"`
}

// llama spells the options of llama.cpp: its context is that of all sequences.
func (w *writer) llama() string {
	context := w.Context * w.Batch
	if w.SharedContext {
		context = w.Context
	}
	w.add("-c", context)
	w.add("-np", w.Batch)
	keys, values, mixed := strings.Cut(w.KV.Name, "/")
	if !mixed {
		values = keys
	}
	w.add("-ctk", keys)
	w.add("-ctv", values)
	w.add("-ub", w.PassTokens())
	if w.Unfused {
		w.add("-fa", "off")
	}
	if w.FullWindows {
		w.toggle("--swa-full")
	}
	layers := w.offloadable()
	switch host := w.Memory.HostLayers * w.Layout.PP; {
	case host == 0:
		w.add("-ngl", layers)
	case w.Offload == serve.OffloadExperts:
		w.add("-ngl", layers)
		w.add("-ot", fmt.Sprintf(`blk\.(%s)\.ffn_.*_exps\.=CPU`, firstLayers(host)))
	default:
		w.add("-ngl", layers-host)
	}
	return `llama-server -m "$MODEL"`
}

// offloadable is the layers of the model and its head, as llama.cpp counts
// those that it offloads to the device.
func (w *writer) offloadable() int { return w.Answer.Model.DecoderLayers() + 1 }

// firstLayers are the numbers of the first n layers, as a pattern.
func firstLayers(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprint(i)
	}
	return strings.Join(list, "|")
}

// cacheType is a cache format as a program spells it; "auto" is that of the
// activations.
func cacheType(name, fp8 string) string {
	switch name {
	case "fp8":
		return fp8
	case "f16", "bf16":
		return "auto"
	}
	return name
}

// online are the formats that vLLM and SGLang make of 16-bit weights when they
// load them. Others are in the files, which name them.
var online = map[string]string{"fp8": "fp8", "nf4": "bitsandbytes"}

// quantisation adds the format if the program is to make it.
func (w *writer) quantisation(name string) {
	if q, ok := online[w.Quant.Name]; ok && w.Repository == "" {
		w.add(name, q)
	}
}
