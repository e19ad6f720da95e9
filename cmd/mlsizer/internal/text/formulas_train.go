package text

// trainFormulas are the derivations of one step of training, by rule.
var trainFormulas = map[string]derived{
	// Memory.
	"memory.weights":   {T("parameters per stage x bytes / weight shards", "每段参数 x 字节 / 权重分片数"), T("%s x %.4g B%s (stage %d of %d, tp %d)%s", "%s x %.4g B%s (第 %d 段，共 %d 段，tp %d)%s")},
	"memory.gradients": {T("trained parameters x bytes / gradient shards", "训练的参数 x 字节 / 梯度分片数"), Same("%s x %.3g B%s%s")},
	"memory.optimizer": {T("trained parameters x (fp32 copy + moments) / state shards", "训练的参数 x (fp32 副本 + 动量) / 状态分片数"), Same("%s x (%.3g + %.3g) B%s%s")},
	"memory.activations": {T("micro-batches in flight x saved activations per stage + activations recomputed simultaneously (+ embedding or head)", "在途微批次 x 每段保存的激活 + 同时重计算的激活 (+ 嵌入或输出头)"),
		T("%.3g x %s in %.0f layers%s, %s%s", "%.3g x %s (%.0f 层)%s，%s%s")},
	"memory.logits": {T("micro-batch x outputs per sample (sequence x vocabulary) / (tp x cp) x bytes", "微批次 x 每样本输出 (序列 x 词表) / (tp x cp) x 字节"),
		T("%d x %.0f / %d x %.3g B (last stage only)", "%d x %.0f / %d x %.3g B (仅最后一段)")},
	"memory.communication": {T("gathered units (ZeRO-3) + pipeline buffers", "聚集的单元 (ZeRO-3) + 流水线缓冲"), T("gather depth %.3g, pp %d", "聚集深度 %.3g，pp %d")},
	"memory.overhead":      {T("context + workspaces + fragmentation", "上下文 + 工作区 + 碎片"), Same("%s + %s + %.1f %%")},
	"memory.others":        {T("weights of frozen models + state of the critic and the sleeping engine + logits of the reference", "冻结模型的权重 + 价值模型状态与休眠引擎 + 参考模型 logits"), Same("%s + %s + %s")},
	"memory.total":         {T("sum of the lines above, in the peak phase of the step", "以上各行之和，取单步的峰值阶段"), T("%s phase; device has %s", "%s阶段；设备容量 %s")},
	"memory.outside": {T("offloaded states / their shards + micro-batches in flight x offloaded activations", "卸载的状态 / 其分片数 + 在途微批次 x 卸载的激活值"),
		T("host memory %s, NVMe disks %s; %.3g x %s of activations", "主机内存 %s，NVMe 硬盘 %s；%.3g x %s 激活值")},
	// FLOPs.
	"compute.palm": {T("(%d x active parameters + 12 x layers x heads x head_dim x sequence) x %s", "(%d x 激活参数 + 12 x 层数 x 头数 x 头维 x 序列) x %s"),
		T("(%.4[3]g + %.4[4]g) x %.4[5]g %[2]s", "(%.4[3]g + %.4[4]g) x %.4[5]g，单位：%[2]s")},
	"compute.megatron":           {T("(%d x forward products + 3 x attention by its causal half) x samples", "(%d x 前向矩阵乘 + 3 x 因果一半的注意力) x 样本数"), Same("(%d x %.4g + 3 x %.4g) x %.4g")},
	"compute.6nd":                {T("6 x active parameters x tokens", "6 x 激活参数 x token 数"), Same("6 x %s x %.4g")},
	"compute.6nd.reused":         {T("6 x parameters x uses of each x %s", "6 x 参数 x 各参数使用次数 x %s"), Same("6 x %.4[2]g x %.4[3]g")},
	"compute.hardware":           {hardwareFLOPs, Same("(%d x %.4g + 3 x %.4g) x %.4g")},
	"compute.hardware.recompute": {hardwareFLOPs, Same("(%d x %.4g + 3 x %.4g + %.4[5]g) x %.4[4]g")},
	"compute.per-token":          {T("model FLOPs (palm) / %s", "模型 FLOPs (palm) / %s"), Same("%.4[2]g / %.4[3]g")},
	// Storage, money and energy of the steps.
	"storage.weights":    {T("parameters x bytes", "参数 x 字节"), Same("%s x %.3g B")},
	"storage.checkpoint": {T("trained parameters x (weights + fp32 copy + moments)", "训练的参数 x (权重 + fp32 副本 + 动量)"), T("%s x (%.3g + %.3g) B + moments, %d kept", "%s x (%.3g + %.3g) B + 动量，保留 %d 个")},
	"storage.dataset":    {T("tokens x bytes per id", "token 数 x 每个编号的字节"), Same("%s x %.0f B")},
	"cost.price":         {T("device-hours x price", "设备小时 x 单价"), Same("%.4g x %s")},
	"cost.energy":        {T("device-hours x (rated power + host and network) x PUE", "设备小时 x (额定功率 + 主机与网络) x PUE"), Same("%.4g x (%s + %s) x %.2f")},
	"cost.carbon":        {T("energy x CO2 per kWh", "能耗 x 每 kWh 的 CO2"), Same("%s x %.4g g")},
}

// hardwareFLOPs is the formula of what devices execute.
var hardwareFLOPs = T("executed FLOPs: those of the megatron convention and of recompute", "实际执行：同 Megatron 约定，加重计算部分")

// trainParts are the forms of parts of the numbers of a step.
var trainParts = map[string]Text{
	"memory.shards":              T(" / %.0f ranks", " / %.0f 个 rank"),
	"memory.shards.experts":      T(" / %.0f ranks (experts / %.0f)", " / %.0f 个 rank (专家 / %.0f)"),
	"memory.offloaded":           T(", offloaded", "，卸载"),
	"memory.absent":              T(", none in the peak phase", "，峰值阶段无"),
	"memory.recomputed":          Same(" + %s"),
	"memory.recompute":           T("recompute %s", "重计算 %s"),
	"memory.recompute.none":      T("recompute none", "不重计算"),
	"memory.recompute.selective": T("recompute selective", "选择性重计算"),
	"memory.recompute.full":      T("recompute full", "全部重计算"),
}

// unitWords are what models read, where formulas count it.
var unitWords = map[string]Text{
	"tokens":    T("tokens", "token 数"),
	"images":    T("images", "图像数"),
	"samples":   T("samples", "样本数"),
	"frames":    T("frames", "帧数"),
	"positions": T("positions", "局面数"),
}
