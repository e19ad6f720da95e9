package evidence

import (
	"strconv"
	"strings"

	"mlsizer/sizing"
)

// method reads what the row trains: "lora", "QLoRA", "full finetune", or a
// LoRA with its rank and targets spelled out ("LORA r=32
// targets=['q_proj', 'v_proj']").
func (r *Row) method(w *sizing.Workload) error {
	text := strings.ToLower(r.Method)
	if text == "" {
		return nil
	}
	packed := strings.Contains(r.PrecisionDetail, "nf4")
	switch {
	case strings.Contains(text, "qlora"), strings.Contains(text, "lora") && packed:
		w.Method = sizing.QLoRA
	case strings.Contains(text, "lora"):
		w.Method = sizing.LoRA
	default:
		w.Method = sizing.FullTune
		return nil
	}
	w.Adapter = sizing.DefaultAdapter
	if s, ok := between(text+" ", " r=", " "); ok && s != "" {
		rank, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return err
		}
		w.Adapter.Rank = rank
	}
	if s, ok := between(text, "targets=[", "]"); ok {
		w.Adapter.Targets = strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune("', ", c) })
	}
	if w.Method == sizing.QLoRA {
		w.Adapter.BaseBits = sizing.NF4Bits
		if strings.Contains(r.PrecisionDetail, "dq") {
			w.Adapter.BaseBits = sizing.NF4DoubleBits
		}
	}
	return nil
}
