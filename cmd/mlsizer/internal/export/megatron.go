package export

import (
	"fmt"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/train"
)

// megatron is the arguments of pretrain_gpt.py.
func (w *writer) megatron() Result {
	var o options
	w.megatronLayout(&o)
	w.megatronBatch(&o)
	w.megatronState(&o)
	w.megatronModel(&o)
	w.leave(text.MegatronUndecided)
	return Result{Text: asLines(w.megatronEnvironment()+w.launch("pretrain_gpt.py"), "--", o), Upstream: "NVIDIA/Megatron-LM@d98e8a64", Comments: true}
}

// megatronEnvironment is the variables of the launch. Megatron wants kernels of
// one queue where tensor or context parallelism overlaps them, but for FSDP and
// from Blackwell on.
// Source: NVIDIA/Megatron-LM megatron/training/arguments.py:1452-1479, :1166.
func (w *writer) megatronEnvironment() string {
	p := &w.plan
	divided := p.TP > 1 || p.CP > 1
	if !divided || p.Sharding >= train.Zero2 || strings.HasPrefix(w.Cluster.Device.Arch, "Blackwell") {
		return ""
	}
	return "CUDA_DEVICE_MAX_CONNECTIONS=1 "
}

func (w *writer) megatronLayout(o *options) {
	p := &w.plan
	o.add("tensor-model-parallel-size", p.TP)
	o.add("pipeline-model-parallel-size", p.PP)
	w.megatronStages(o)
	o.add("context-parallel-size", p.CP)
	if p.EP > 1 || w.shape.moe != nil {
		o.add("expert-model-parallel-size", p.EP)
	}
	if p.ETP > 0 && p.ETP != p.TP {
		o.add("expert-tensor-parallel-size", p.ETP)
	}
	if p.SequenceParallel {
		o.add("sequence-parallel", "")
	}
}

// megatronStages says which layers stand where, unless they divide evenly.
func (w *writer) megatronStages(o *options) {
	p := &w.plan
	if p.PP == 1 {
		return
	}
	chunks := w.Chunks(p)
	even := true
	for _, n := range chunks {
		even = even && n == chunks[0]
	}
	inner := true // all but the first and the last
	for _, n := range chunks[1 : len(chunks)-1] {
		inner = inner && n == chunks[1]
	}
	if g := p.MicroBatchGroup(); p.VP > 1 && g != int64(p.PP) {
		o.add("microbatch-group-size-per-virtual-pipeline-stage", g)
	}
	switch {
	case even && p.VP > 1:
		o.add("num-layers-per-virtual-pipeline-stage", chunks[0])
	case even:
	case p.VP == 1 && inner && p.PP > 2:
		o.add("decoder-first-pipeline-num-layers", chunks[0])
		o.add("decoder-last-pipeline-num-layers", chunks[len(chunks)-1])
	default:
		o.add("pipeline-model-parallel-layout", layoutOf(chunks))
	}
}

// layoutOf spells chunks as E (embedding), t (layer) and L (loss), with "|"
// between them and equal ones together: Et*7|(t*8|)*14t*7L.
func layoutOf(chunks []int) string {
	var b strings.Builder
	b.WriteString("E")
	last := len(chunks) - 1
	for i := 0; i < len(chunks); {
		n := 1 // equal chunks in a row; the first and the last stand alone
		for i > 0 && i+n < last && chunks[i+n] == chunks[i] {
			n++
		}
		switch {
		case n > 1:
			fmt.Fprintf(&b, "(t*%d|)*%d", chunks[i], n)
		case i < last:
			fmt.Fprintf(&b, "t*%d|", chunks[i])
		default:
			fmt.Fprintf(&b, "t*%dL", chunks[i])
		}
		i += n
	}
	return b.String()
}
