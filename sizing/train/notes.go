package train

import (
	"fmt"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// Notes names every assumption behind an estimate that does not come from the
// question.
func (p *Prepared) Notes(e *Estimate) note.List {
	var notes note.List
	p.noteModel(&notes)
	p.noteTime(&notes, &e.Plan)
	p.noteMemory(&notes, e)
	p.noteMoney(&notes, e)
	if e.Storage.Dataset > 0 {
		width := tokenBytes(p.costs.model.Vocab)
		notes.Add("dataset", fmt.Sprintf("dataset as token ids of %.0f bytes", width), fmt.Sprintf("数据集按每 token %.0f 字节计", width), "NVIDIA/Megatron-LM megatron/core/datasets/indexed_dataset.py")
	}
	what, zh := "full checkpoints kept (weights, fp32 copy and optimizer state)", "个完整检查点（权重、fp32 副本与优化器状态）"
	if p.Workload.FreezesWeights() {
		what, zh = "checkpoints kept (the adapters and their optimizer state)", "个检查点（适配器及其优化器状态）"
	}
	notes.Add("storage", fmt.Sprintf("%d %s", e.Storage.CheckpointsKept, what), fmt.Sprintf("保留 %d %s", e.Storage.CheckpointsKept, zh), "")
	if p.Workload.Tokens == 0 {
		notes.Add("run", "length of the run not given: figures are of one step", "未指定训练量：数字为单步", "")
	}
	return notes
}

// noteModel says what the model's figures rest on, and how its FLOPs count.
func (p *Prepared) noteModel(notes *note.List) {
	c, w := p.costs, &p.Workload
	if c.model.Inferred {
		notes.Add("inferred-shape", fmt.Sprintf("only the count of %s is known: its shape (%d layers of %d) is that of comparable dense models (%s), and every band is wider", c.params, c.layers, c.model.Hidden, c.model.Source),
			fmt.Sprintf("仅知参数量 %s：形状（%d 层，宽 %d）取自相近的稠密模型（%s），各区间相应放宽", c.params, c.layers, c.model.Hidden, c.model.Source), "")
	}
	if c.model.Scope != "" {
		notes.Add("scope", "parameters count: "+c.model.Scope, "参数范围："+model.ChineseScope(c.model.Scope), "")
	}
	if w.FreezesWeights() {
		notes.Add("flops", "model FLOPs and MFU by the palm convention: 4 per frozen parameter and token (6 less the gradient of the weight), plus full attention, no recompute; 6ND counts the gradients of frozen weights too, which nothing computes: its MFU is no share of the peak here",
			"模型 FLOPs 与 MFU 按 PaLM 约定：每个冻结参数每 token 计 4（6 减去权重梯度），加完整注意力，不计重算；6ND 连冻结权重并未计算的梯度也计入，其 MFU 在此并非峰值的占比", sourcePaLM)
	} else {
		notes.Add("flops", "model FLOPs and MFU by the palm convention: 6 per parameter and token, plus full attention, no recompute",
			"模型 FLOPs 与 MFU 按 PaLM 约定：每参数每 token 计 6，加完整注意力，不计重算", sourcePaLM)
	}
	if w.Method == QLoRA && !c.stack.Packs {
		notes.Add("method", fmt.Sprintf("%s is not known to train adapters on weights of 4 bits: its figures are as if it did (transformers-peft, litgpt and torchtune do)", c.stack.Name),
			fmt.Sprintf("未知 %s 可在 4 比特权重上训练适配器：按可行计（transformers-peft、litgpt、torchtune 可行）", c.stack.Name), "")
	}
	if c.model.EncoderDecoder() {
		notes.Add("encoder-decoder", fmt.Sprintf("a sequence is %d tokens in the encoder and %d in the decoder: a token counts once for both, and passes through all parameters", w.Seq, w.Seq),
			fmt.Sprintf("一条序列在编码器与解码器中各有 %d 个 token：一个 token 对两者只计一次，经过全部参数", w.Seq), "")
	}
}

// noteTime says what the time of a step rests on.
func (p *Prepared) noteTime(notes *note.List, plan *Plan) {
	d := p.Cluster.Device
	if w := &p.Workload; w.MFU > 0 {
		notes.Add("mfu", fmt.Sprintf("time from the given MFU of %.3g (%s convention), not predicted", w.MFU, w.Convention), fmt.Sprintf("时间由给定的 MFU %.3g（%s 约定）得出，并非预测", w.MFU, w.Convention), "")
	} else {
		source := p.constants.Source
		if p.rate.Achievable == 0 {
			notes.Add("rate", fmt.Sprintf("no measured matrix rate for %s: %.0f %% of the peak taken", d.ID, 100*p.timing.e.Achievable),
				fmt.Sprintf("%s 无实测矩阵速率：取峰值的 %.0f %%", d.ID, 100*p.timing.e.Achievable), source)
		} else {
			notes.Add("rate", fmt.Sprintf("measured matrix rate of %s: %s of %s peak", d.ID, p.rate.Achievable, p.rate.Peak),
				fmt.Sprintf("%s 实测矩阵速率：%s，峰值 %s", d.ID, p.rate.Achievable, p.rate.Peak), p.rate.AchievableSource)
		}
		notes.Add("efficiency", fmt.Sprintf("step time from default efficiencies (%.0f %% of the matrix rate in products); its band is what published measurements show", 100*p.timing.e.Products),
			fmt.Sprintf("步时由默认效率得出（矩阵乘取实测速率的 %.0f %%）；区间依据公开测量", 100*p.timing.e.Products), source)
		switch {
		case p.measured(plan):
			notes.Add("measured", "this plan was measured: its band is that of measured plans", "该方案有实测：区间取自已测方案", source)
		case !p.costs.model.PerToken():
			unit := p.costs.model.Unit
			notes.Add("unmeasured-network", fmt.Sprintf("no measured training step of a model of %ss: it takes the constants of language models, and its band is wider", unit),
				fmt.Sprintf("无以 %s 计的模型的训练步实测：常数取自语言模型，区间放宽", unit), "")
		case !p.timing.stackMeasured:
			notes.Add("unmeasured", fmt.Sprintf("no measured training step of %s: it takes the constants of other stacks, and its band is wider", p.costs.stack.Name), fmt.Sprintf("%s 无训练步实测：常数取自其他软件栈，区间放宽", p.costs.stack.Name), "")
		case !p.timing.measured:
			notes.Add("unmeasured", fmt.Sprintf("no measured training step of %s on %s: it takes the constants of its architecture, and its band is wider", p.costs.stack.Name, d.ID), fmt.Sprintf("%s 在 %s 上无训练步实测：常数取自同架构，区间放宽", p.costs.stack.Name, d.ID), "")
		}
	}
	if p.network > 0 {
		notes.Add("network", fmt.Sprintf("between nodes %s a device", p.network), fmt.Sprintf("节点间每设备 %s", p.network), "")
	}
}

// noteMemory says what the memory rests on and, if the plan does not fit, what
// would.
func (p *Prepared) noteMemory(notes *note.List, e *Estimate) {
	p.noteOffload(notes, e)
	p.noteStates(notes)
	p.noteWork(notes)
	c, m := p.costs, &e.Memory
	notes.Add("memory", fmt.Sprintf("at the %s, where a step holds most; overhead: %s for context and communication, %s for workspaces, and %.1f %% for fragmentation", m.Peak, c.stack.ContextBytes, p.workspace, 100*(c.stack.Reserved-1)),
		fmt.Sprintf("步内峰值在%s；开销：上下文与通信 %s，工作区 %s，碎片 %.1f %%", m.Peak.Chinese(), c.stack.ContextBytes, p.workspace, 100*(c.stack.Reserved-1)), c.stack.Source)
	if band := p.memoryBand(m.Total); band.Rows > 0 {
		notes.Add("memory-band", fmt.Sprintf("80 %% of %d measured peaks on %s lie between %.3g and %.3g times the estimate, 95 %% below %.3g", band.Rows, c.stack.Name, band.Low, band.High, band.Sure),
			fmt.Sprintf("%[2]s 上 %[1]d 个实测峰值有 80 %% 落在估计值的 %.3[3]g 至 %.3[4]g 倍之间，95 %% 低于 %.3[5]g 倍", band.Rows, c.stack.Name, band.Low, band.High, band.Sure), "published measurements of peak memory by stack")
	} else {
		notes.Add("memory-band", fmt.Sprintf("no measured peak memory on %s of such a model: the band is that of the stack that is furthest off", c.stack.Name), fmt.Sprintf("%s 无此类模型的实测峰值内存：取偏差最大的软件栈的区间", c.stack.Name), "")
	}
	if m.Verdict == Tight {
		notes.Add("tight", fmt.Sprintf("tight: the estimate fits, %s does not, which 95 %% of measured peaks would stay below", m.Sure), fmt.Sprintf("偏紧：估计值放得下，但 95 %% 实测峰值的上界 %s 放不下", m.Sure), "")
	}
	if !m.Fits {
		name, size := m.LargestTerm()
		notes.Add("does-not-fit", fmt.Sprintf("does not fit: %s is the largest part (%s)", name, size), fmt.Sprintf("放不下：最大的一项是 %s（%s）", name, size), "")
	}
}

// noteMoney says what cost and energy rest on.
func (p *Prepared) noteMoney(notes *note.List, e *Estimate) {
	d, w := p.Cluster.Device, &p.Workload
	if e.Cost.PerHour == 0 {
		notes.Add("price", fmt.Sprintf("no price known for %s: cost is left out (give one with --price)", d.ID), fmt.Sprintf("%s 无已知价格：不计费用（可用 --price 指定）", d.ID), "")
	} else if w.PricePerHour > 0 {
		notes.Add("price", fmt.Sprintf("given price of %s a device-hour", e.Cost.PerHour), fmt.Sprintf("给定单价：每设备小时 %s", e.Cost.PerHour), "")
	} else {
		notes.Add("price", fmt.Sprintf("%s a device-hour (%s)", e.Cost.PerHour, d.Price.Date), fmt.Sprintf("每设备小时 %s（%s）", e.Cost.PerHour, d.Price.Date), d.Price.Source)
	}
	if d.Power == 0 {
		notes.Add("energy", fmt.Sprintf("no power figure for %s: energy is left out", d.ID), fmt.Sprintf("%s 无功率数据：不计能耗", d.ID), "")
	} else {
		notes.Add("energy", fmt.Sprintf("devices at their rated %s, times a PUE of %.2f; hosts and network not counted", d.Power, w.PUE),
			fmt.Sprintf("设备按额定 %s 计，乘 PUE %.2f；不含主机与网络", d.Power, w.PUE), "PUE: Google 2023 environmental report (fleet average 1.10)")
	}
}
