package evidence

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"mlsizer/sizing/model"
)

// Options are launch options by their names, without dashes before them. In a
// file they are one JSON object: {"disable-bias-linear":"true","mtp-num-layers":"1"}.
// An empty object says that a program ran at its defaults, an empty cell nothing.
type Options map[string]string

// parse reads the cell of a file.
func (o *Options) parse(cell string) error {
	var read Options
	if err := json.Unmarshal([]byte(cell), &read); err != nil {
		return fmt.Errorf(`%q is not a JSON object of strings such as {"disable-bias-linear":"true"}`, cell)
	}
	*o = read
	return nil
}

// on reports whether a switch is set.
func (o Options) on(name string) bool { return strings.EqualFold(o[name], "true") || o[name] == "1" }

// zero reports whether an option is stated to be nothing, such as
// attention-dropout=0.0.
func (o Options) zero(name string) bool {
	v, err := strconv.ParseFloat(o[name], 64)
	return err == nil && v == 0
}

// count reads a whole number; otherwise stands where the option is not given.
func (o Options) count(name string, otherwise int64) (int64, error) {
	s, ok := o[name]
	if !ok || strings.EqualFold(s, "none") {
		return otherwise, nil
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil || v < 0 || v > 1<<40 {
		return 0, fmt.Errorf("%s=%s: not a count", name, s)
	}
	return v, nil
}

// counted is an option that is a whole number, and where it goes.
type counted struct {
	option string
	at     *int64
}

// counts reads several numbers and stops at the first that is none.
func (o Options) counts(fields []counted) error {
	for _, f := range fields {
		v, err := o.count(f.option, *f.at)
		if err != nil {
			return err
		}
		*f.at = v
	}
	return nil
}

// fineOffload is the switch that sends the activations of some modules to the
// host; offload-modules names them.
const fineOffload = "fine-grained-activation-offloading"

// unmodelled are launch options that change what a device holds in a way that
// a plan cannot say.
// Source: NVIDIA/Megatron-LM megatron/training/arguments.py.
var unmodelled = []struct{ option, why string }{
	{"overlap-moe-expert-parallel-comm", "the forward pass of one micro-batch runs inside the backward pass of another"},
	{"cpu-offloading", "the activations of some layers wait on the host"},
	{"heterogeneous-layers-config-path", "layers differ by a file that is not given"},
	{"encoder-num-layers", "an encoder of its own stands before the decoder"},
	{"retro-add-retriever", "a retriever stands beside the decoder"},
	{"delay-wgrad-compute", "weight gradients wait for a later moment"},
}

// gap says which launch option keeps the row's memory from being predicted.
func (r *Row) gap() error {
	opt := r.Options
	for _, u := range unmodelled {
		if v, ok := opt[u.option]; ok && !strings.EqualFold(v, "false") && !opt.zero(u.option) {
			return fmt.Errorf("%s: %s", u.option, u.why)
		}
	}
	if strings.HasSuffix(r.Recompute, recomputeOffload) {
		return fmt.Errorf("recompute %s: which activations wait on the host is not said", r.Recompute)
	}
	if opt.on(fineOffload) {
		if _, err := model.ParseModules(opt["offload-modules"]); err != nil {
			return fmt.Errorf("offload-modules: %w", err)
		}
	}
	return nil
}

// pattern reads which layers of a list are set, as Megatron writes it: an
// interval ("2": every second from the first), or a Python list of 0 and 1
// with sums and repeats ("([0]*3+[1]*12)").
// Source: NVIDIA/Megatron-LM megatron/training/arguments.py (moe_freq_type).
func pattern(s string, layers int) ([]bool, error) {
	wrong := fmt.Errorf("layer pattern %q (want an interval or a list such as ([0]*3+[1]*12))", s)
	set := make([]bool, layers)
	if s == "" {
		s = "1"
	}
	if n, err := strconv.Atoi(s); err == nil {
		if n < 1 {
			return nil, wrong
		}
		for i := 0; i < layers; i += n {
			set[i] = true
		}
		return set, nil
	}
	var list []bool
	for term := range strings.SplitSeq(strings.Trim(strings.ReplaceAll(s, " ", ""), "()"), "+") {
		inner, rest, ok := strings.Cut(strings.TrimPrefix(strings.Trim(term, "()"), "["), "]")
		times := 1
		if rest != "" {
			n, err := strconv.Atoi(strings.TrimPrefix(rest, "*"))
			if err != nil || n < 0 || n > layers {
				return nil, wrong
			}
			times = n
		}
		if !ok || len(inner)*times > 4*layers+4 {
			return nil, wrong
		}
		for range times {
			for v := range strings.SplitSeq(inner, ",") {
				if v != "0" && v != "1" {
					return nil, wrong
				}
				list = append(list, v == "1")
			}
		}
	}
	if len(list) != layers {
		return nil, fmt.Errorf("layer pattern %q has %d layers, the model %d", s, len(list), layers)
	}
	return list, nil
}
