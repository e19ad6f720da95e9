package evidence

import (
	"encoding/json"
	"strconv"
	"strings"

	"mlsizer/sizing/limit"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// Options are launch options by their names, without dashes before them. In a
// file they are one JSON object: {"disable-bias-linear":"true","mtp-num-layers":"1"}.
// An empty object means the program's defaults, an empty cell means unknown.
type Options map[string]string

// parse reads the cell of a file.
func (o *Options) parse(cell string) error {
	var read Options
	if err := json.Unmarshal([]byte(cell), &read); err != nil {
		return note.NewError("cell.not-options", cell)
	}
	if key, twice := limit.RepeatedKey([]byte(cell)); twice {
		return note.NewError("json.key-twice", key)
	}
	*o = read
	return nil
}

// on reports whether a switch is set.
func (o Options) on(name string) bool { return strings.EqualFold(o[name], "true") || o[name] == "1" }

// zero reports whether an option is stated as zero, such as
// attention-dropout=0.0.
func (o Options) zero(name string) bool {
	v, err := strconv.ParseFloat(o[name], 64)
	return err == nil && v == 0
}

// count reads a whole number; otherwise is the default.
func (o Options) count(name string, otherwise int64) (int64, error) {
	s, ok := o[name]
	if !ok || strings.EqualFold(s, "none") {
		return otherwise, nil
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil || v < 0 || v > 1<<40 {
		return 0, note.NewError("option.not-a-count", name, s)
	}
	return v, nil
}

// counted is a whole-number option and its destination.
type counted struct {
	option string
	at     *int64
}

// counts reads several numbers and stops at the first error.
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

// fineOffload is the switch that offloads the activations of the modules in
// offload-modules.
const fineOffload = "fine-grained-activation-offloading"

// unmodelled are launch options that change the memory of a device in a way
// that a plan does not support.
// Source: NVIDIA/Megatron-LM megatron/training/arguments.py.
var unmodelled = []string{
	"overlap-moe-expert-parallel-comm", "cpu-offloading", "heterogeneous-layers-config-path",
	"encoder-num-layers", "retro-add-retriever", "delay-wgrad-compute",
}

// gap returns the launch option that prevents a prediction of the row's memory.
func (r *Row) gap() error {
	opt := r.Options
	for _, option := range unmodelled {
		if v, ok := opt[option]; ok && !strings.EqualFold(v, "false") && !opt.zero(option) {
			return note.NewError("option.not-modelled", option, note.Word("option."+option))
		}
	}
	if strings.HasSuffix(r.Recompute, recomputeOffload) {
		return note.NewError("option.offloaded-unsaid", r.Recompute)
	}
	if opt.on(fineOffload) {
		if _, err := model.ParseModules(opt["offload-modules"]); err != nil {
			return note.NewError("option.bad-value", "offload-modules", err)
		}
	}
	return nil
}

// pattern reads which layers of a list are set, as Megatron writes it: an
// interval ("2": every second from the first), or a Python list of 0 and 1
// with sums and repeats ("([0]*3+[1]*12)").
// Source: NVIDIA/Megatron-LM megatron/training/arguments.py (moe_freq_type).
func pattern(s string, layers int) ([]bool, error) {
	wrong := note.NewError("option.bad-layer-pattern", s)
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
		return nil, note.NewError("option.layer-pattern-of-other-length", s, len(list), layers)
	}
	return list, nil
}
