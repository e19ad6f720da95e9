package text

// workloadErrors are what is wrong with what a training step is to do.
var workloadErrors = map[string]Text{
	"loss.unknown":                            T("%q is not a cross-entropy (want plain, fused or chunked)", "%q 不是已知的交叉熵实现（应为 plain、fused 或 chunked）"),
	"loss.not-in-stack":                       T("%s does not compute its loss as %q (want %v)", "%s 不以 %q 计算损失（应为 %v）"),
	"routing.no-experts":                      T("%s has no experts", "%s 没有专家"),
	"routing.factor-out-of-range":             T("a factor of %v (want %v to %d)", "系数 %v（应为 %v 至 %d）"),
	"workload.sequence-out-of-range":          T("a sequence of %d tokens (want 1 to %d)", "序列长 %d 个 token（应为 1 至 %d）"),
	"workload.negative":                       T("batch %d and tokens %d must not be negative", "批次 %d 与 token 数 %d 不能为负"),
	"workload.no-sequence-length":             T("%s is counted in samples of one %v: it has no sequence length", "%s 按样本计，每个样本为一个%v：没有序列长度"),
	"workload.unknown-precision-or-optimizer": T("unknown precision or optimizer", "未知的精度或优化器"),
	"workload.adapter-needs-rank-and-targets": T("%s needs a rank of at least 1 (not %d) and the matrices it adapts", "%s 需要至少为 1 的秩（而非 %d）以及所适配的矩阵"),
	"workload.mfu-out-of-range":               T("an MFU of %v (want a share between 0 and 1)", "MFU 为 %v（应为 0 到 1 之间的比例）"),
	"workload.unknown-mfu-convention":         T("unknown MFU convention %d", "未知的 MFU 约定 %d"),
	"stack.unlike":                            T("%q is not modelled, nor is a training framework that it is built on (the nearest known stack is %s)", "%q 未建模，其底层训练框架亦未建模（最接近的已知训练框架为 %s）"),
	"stack.unknown":                           T("%q is not a known stack (want %v)", "%q 不是已知的训练框架（应为 %v）"),
}

// recomputeErrors are what is wrong with what is recomputed.
var recomputeErrors = map[string]Text{
	"recompute.unknown-method":         T("%q is not a recompute method (want uniform, block or every)", "%q 不是重计算方法（应为 uniform、block 或 every）"),
	"recompute.unknown-mode":           T("%q is not a known recompute mode (want %v)", "%q 不是已知的重计算方式（应为 %v）"),
	"recompute.not-a-number-of-layers": T("%q: %q is not a number of layers (want 1 to %d, as in %v)", "%q：%q 不是层数（应为 1 至 %d，形如 %v）"),
	"recompute.by-operator":            T("%s recomputes by operator, not by module", "%s 按算子而非按模块重计算"),
	"recompute.inconsistent":           T("recompute of %d layers by method %q of mode %s (want %v)", "重计算 %d 层，方法 %q，方式 %s（应为 %v）"),
	"recompute.not-in-stack":           T("%s has no recompute by %s (want %v)", "%s 不支持 %s 重计算（应为 %v）"),
}

// stateErrors are what is wrong with the formats of states.
var stateErrors = map[string]Text{
	"states.unknown-format":            T("%q is not a known format (want %v)", "%q 不是已知的数值格式（应为 %v）"),
	"states.not-in-stack":              T("%s does not store %v in %s (want %v)", "%s 不能以 %[3]s 保存%[2]v（应为 %[4]v）"),
	"states.fp32-under-precision":      T("precision %s stores %v in fp32 (want --precision bf16 for another format)", "精度 %s 以 fp32 保存%v（其他格式应用 --precision bf16）"),
	"states.fp8-needs-8-bit-products":  T("weights in fp8 are read by products in 8 bits, not %s (want --precision fp8 or mxfp8)", "fp8 权重用于 8 位乘法，而非 %s（应用 --precision fp8 或 mxfp8）"),
	"states.weights-are-frozen":        T("%s freezes the weights in their stored format (want --method pretrain or full)", "%s 冻结权重，保持其存储格式（应用 --method pretrain 或 full）"),
	"states.remainder-of-other-width":  T("int16 is the low half of a bf16 weight's fp32 copy, but weights have %.3g bytes (want fp32)", "int16 是 bf16 权重的 fp32 副本的低半部分，但权重为 %.3g 字节（应为 fp32）"),
	"states.remainder-of-other-format": T("int16 is the low half of a bf16 weight's fp32 copy, not of one in %s (want fp32)", "int16 是 bf16 权重的 fp32 副本的低半部分，而非 %s 权重的（应为 fp32）"),
	"states.moments-are-fixed":         T("%s has no moments whose format can be set (want an optimizer with moments, such as adamw)", "%s 没有可设定格式的动量（应用带动量的优化器，如 adamw）"),
}

// offloadErrors are what is wrong with what is offloaded.
var offloadErrors = map[string]Text{
	"offload.params-need-zero3":          T("weights are read back layer by layer with zero3, not %s (want --sharding zero3)", "zero3 才逐层读回权重，%s 不会（应用 --sharding zero3）"),
	"offload.inputs-need-full-recompute": T("only full recompute saves layer inputs alone, not recompute %s (want --recompute full)", "仅 full 重计算只保存输入，%s 不是（应用 --recompute full）"),
	"offload.modules-are-recomputed":     T("recompute %s saves no activations of modules (want --recompute none or selective)", "重计算为 %s 时不保存任何模块的激活（应用 --recompute none 或 selective）"),
	"offload.no-host-link":               T("%s has no known link to host memory", "%s 与主机内存之间没有已知的链路"),
	"offload.weights-stay":               T("%s does not offload weights (want %v)", "%s 不卸载权重（应为 %v）"),
	"offload.optimizer-not-alone":        T("%s does not offload the optimizer state alone (want %v)", "%s 不单独卸载优化器状态（应为 %v）"),
	"offload.inputs-stay":                T("%s does not offload the inputs of recomputed layers (want %v)", "%s 不卸载重计算层的输入（应为 %v）"),
	"offload.modules-stay":               T("%s does not offload the activations of modules (want %v)", "%s 不卸载模块的激活（应为 %v）"),
	"offload.no-nvme":                    T("%s does not use NVMe disks (want %v)", "%s 不使用 NVMe 磁盘（应为 %v）"),
}

// teacherErrors are what is wrong with a teacher.
var teacherErrors = map[string]Text{
	"teacher.reads-other-input":      T("%s and %s do not read the same input", "%s 的输入与 %s 的输入不同"),
	"teacher.no-logits":              T("%s and %s have no logits to compare", "%s 与 %s 没有可比较的 logits"),
	"teacher.other-vocabulary":       T("%s has %.0f outputs per token and %s %.0f: their logits do not compare (want a teacher with the student's vocabulary)", "%s 每 token 有 %.0f 个输出，%s 有 %.0f 个：logits 不可比较（应用与学生模型同词表的教师模型）"),
	"teacher.top-k-of-online-logits": T("an online teacher gives all its logits: the %d largest are for stored logits (want --teacher-logits stored too)", "在线的教师模型给出全部 logits：只取 %d 个仅用于存储的 logits（应同时用 --teacher-logits stored）"),
	"teacher.top-k-exceeds-logits":   T("%d of %.0f logits (want fewer)", "%d 个 logits，共 %.0f 个（应更少）"),
	"teacher.top-k-takes-more":       T("%d logits with their indices take %.0f bytes per token, all %.0f without indices %.0f (want fewer, or no top-k)", "%d 个 logits 连同编号每 token 占 %.0f 字节，全部 %.0f 个不带编号占 %.0f 字节（应更少，或不用 top-k）"),
	"teacher.cannot-be-prepared":     T("the teacher: %v", "教师模型：%v"),
	"teacher.cannot-be-divided":      T("the teacher %s: %v", "教师模型 %s：%v"),
}
