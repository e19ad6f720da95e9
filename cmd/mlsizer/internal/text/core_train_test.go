package text

import (
	"mlsizer/sizing/note"
)

// workloadCases are sentences of what is wrong with what a training step is to do.
func workloadCases() []sentence {
	return []sentence{
		{note.NewError("loss.unknown", "best"),
			`"best" is not a cross-entropy (want plain, fused or chunked)`,
			`"best" 不是已知的交叉熵实现（应为 plain、fused 或 chunked）`},
		{note.NewError("loss.not-in-stack", "maxtext", "fused", []string{"chunked", "plain"}),
			`maxtext does not compute its loss as "fused" (want chunked, plain)`,
			`maxtext 不以 "fused" 计算损失（应为 chunked、plain）`},
		{note.NewError("routing.no-experts", "gpt-3"),
			"gpt-3 has no experts",
			"gpt-3 没有专家"},
		{note.NewError("routing.factor-out-of-range", 200.0, 0.01, 64),
			"a factor of 200 (want 0.01 to 64)",
			"系数 200（应为 0.01 至 64）"},
		{note.NewError("workload.sequence-out-of-range", 2, 3),
			"a sequence of 2 tokens (want 1 to 3)",
			"序列长 2 个 token（应为 1 至 3）"},
		{note.NewError("workload.negative", 2, 3),
			"batch 2 and tokens 3 must not be negative",
			"批次 2 与 token 数 3 不能为负"},
		{note.NewError("workload.no-sequence-length", "resnet-50", note.Word("image")),
			"resnet-50 is counted in samples of one image: it has no sequence length",
			"resnet-50 按样本计，每个样本为一个图像：没有序列长度"},
		{note.NewError("workload.unknown-precision-or-optimizer"),
			"unknown precision or optimizer",
			"未知的精度或优化器"},
		{note.NewError("workload.adapter-needs-rank-and-targets", "lora", 0),
			"lora needs a rank of at least 1 (not 0) and the matrices it adapts",
			"lora 需要至少为 1 的秩（而非 0）以及所适配的矩阵"},
		{note.NewError("workload.mfu-out-of-range", 1.5),
			"an MFU of 1.5 (want a share between 0 and 1)",
			"MFU 为 1.5（应为 0 到 1 之间的比例）"},
		{note.NewError("workload.unknown-mfu-convention", 2),
			"unknown MFU convention 2",
			"未知的 MFU 约定 2"},
		{note.NewError("stack.unknown", "nobody", []string{"megatron-core", "deepspeed"}),
			`"nobody" is not a known stack (want megatron-core, deepspeed)`,
			`"nobody" 不是已知的训练框架（应为 megatron-core、deepspeed）`},
		{note.NewError("stack.unlike", "nanotron", "megatron-core"),
			`"nanotron" is not modelled, nor is a training framework that it is built on (the nearest known stack is megatron-core)`,
			`"nanotron" 未建模，其底层训练框架亦未建模（最接近的已知训练框架为 megatron-core）`},
	}
}

// recomputeCases are sentences of what is wrong with what is recomputed.
func recomputeCases() []sentence {
	return []sentence{
		{note.NewError("recompute.unknown-method", "half"),
			`"half" is not a recompute method (want uniform, block or every)`,
			`"half" 不是重计算方法（应为 uniform、block 或 every）`},
		{note.NewError("recompute.unknown-mode", "some", note.Choice{"none", "selective", "full"}),
			`"some" is not a known recompute mode (want none, selective or full)`,
			`"some" 不是已知的重计算方式（应为 none、selective 或 full）`},
		{note.NewError("recompute.not-a-number-of-layers", "every:0", "0", 1048576, note.Choice{"none", "every:N"}),
			`"every:0": "0" is not a number of layers (want 1 to 1048576, as in none or every:N)`,
			`"every:0"："0" 不是层数（应为 1 至 1048576，形如 none 或 every:N）`},
		{note.NewError("recompute.by-operator", "torchtitan"),
			"torchtitan recomputes by operator, not by module",
			"torchtitan 按算子而非按模块重计算"},
		{note.NewError("recompute.inconsistent", 2, "uniform", "none", note.Choice{"none", "full:uniform:N"}),
			`recompute of 2 layers by method "uniform" of mode none (want none or full:uniform:N)`,
			`重计算 2 层，方法 "uniform"，方式 none（应为 none 或 full:uniform:N）`},
		{note.NewError("recompute.not-in-stack", "litgpt", "block", []string{"none", "selective", "full"}),
			"litgpt has no recompute by block (want none, selective, full)",
			"litgpt 不支持 block 重计算（应为 none、selective、full）"},
	}
}

// stateCases are sentences of what is wrong with the formats of states.
func stateCases() []sentence {
	return []sentence{
		{note.NewError("states.unknown-format", "fp12", []string{"fp32", "bf16"}),
			`"fp12" is not a known format (want fp32, bf16)`,
			`"fp12" 不是已知的数值格式（应为 fp32、bf16）`},
		{note.NewError("states.not-in-stack", "torchtitan", note.Word("state.master"), "fp32", []string{"none"}),
			"torchtitan does not store a master copy of the weights in fp32 (want none)",
			"torchtitan 不能以 fp32 保存权重主副本（应为 none）"},
		{note.NewError("states.fp32-under-precision", "fp32", note.Word("state.gradients")),
			"precision fp32 stores gradients in fp32 (want --precision bf16 for another format)",
			"精度 fp32 以 fp32 保存梯度（其他格式应用 --precision bf16）"},
		{note.NewError("states.fp8-needs-8-bit-products", "bf16"),
			"weights in fp8 are read by products in 8 bits, not bf16 (want --precision fp8 or mxfp8)",
			"fp8 权重用于 8 位乘法，而非 bf16（应用 --precision fp8 或 mxfp8）"},
		{note.NewError("states.weights-are-frozen", "lora"),
			"lora freezes the weights in their stored format (want --method pretrain or full)",
			"lora 冻结权重，保持其存储格式（应用 --method pretrain 或 full）"},
		{note.NewError("states.remainder-of-other-width", 4.0),
			"int16 is the low half of a bf16 weight's fp32 copy, but weights have 4 bytes (want fp32)",
			"int16 是 bf16 权重的 fp32 副本的低半部分，但权重为 4 字节（应为 fp32）"},
		{note.NewError("states.remainder-of-other-format", "fp8"),
			"int16 is the low half of a bf16 weight's fp32 copy, not of one in fp8 (want fp32)",
			"int16 是 bf16 权重的 fp32 副本的低半部分，而非 fp8 权重的（应为 fp32）"},
		{note.NewError("states.moments-are-fixed", "sgd"),
			"sgd has no moments whose format can be set (want an optimizer with moments, such as adamw)",
			"sgd 没有可设定格式的动量（应用带动量的优化器，如 adamw）"},
	}
}

// offloadCases are sentences of what is wrong with what is offloaded.
func offloadCases() []sentence {
	return []sentence{
		{note.NewError("offload.params-need-zero3", "zero1"),
			"weights are read back layer by layer with zero3, not zero1 (want --sharding zero3)",
			"zero3 才逐层读回权重，zero1 不会（应用 --sharding zero3）"},
		{note.NewError("offload.inputs-need-full-recompute", "none"),
			"only full recompute saves layer inputs alone, not recompute none (want --recompute full)",
			"仅 full 重计算只保存输入，none 不是（应用 --recompute full）"},
		{note.NewError("offload.modules-are-recomputed", "full"),
			"recompute full saves no activations of modules (want --recompute none or selective)",
			"重计算为 full 时不保存任何模块的激活（应用 --recompute none 或 selective）"},
		{note.NewError("offload.no-host-link", "m2-ultra"),
			"m2-ultra has no known link to host memory",
			"m2-ultra 与主机内存之间没有已知的链路"},
		{note.NewError("offload.weights-stay", "megatron-core", note.Fields{"offload-optimizer", "offload-modules"}),
			"megatron-core does not offload weights (want --offload-optimizer, --offload-modules)",
			"megatron-core 不卸载权重（应为 --offload-optimizer、--offload-modules）"},
		{note.NewError("offload.optimizer-not-alone", "litgpt", note.Word("no offload")),
			"litgpt does not offload the optimizer state alone (want no offload)",
			"litgpt 不单独卸载优化器状态（应为 不卸载）"},
		{note.NewError("offload.inputs-stay", "torchtitan", note.Fields{"offload-params"}),
			"torchtitan does not offload the inputs of recomputed layers (want --offload-params)",
			"torchtitan 不卸载重计算层的输入（应为 --offload-params）"},
		{note.NewError("offload.modules-stay", "torchtitan", note.Fields{"offload-params"}),
			"torchtitan does not offload the activations of modules (want --offload-params)",
			"torchtitan 不卸载模块的激活（应为 --offload-params）"},
		{note.NewError("offload.no-nvme", "maxtext", note.Fields{"offload-optimizer", "offload-params"}),
			"maxtext does not use NVMe disks (want --offload-optimizer, --offload-params)",
			"maxtext 不使用 NVMe 磁盘（应为 --offload-optimizer、--offload-params）"},
	}
}

// teacherCases are sentences of what is wrong with a teacher.
func teacherCases() []sentence {
	return []sentence{
		{note.NewError("teacher.reads-other-input", "gpt-3", "resnet-50"),
			"gpt-3 and resnet-50 do not read the same input",
			"gpt-3 的输入与 resnet-50 的输入不同"},
		{note.NewError("teacher.no-logits", "gpt-3", "resnet-50"),
			"gpt-3 and resnet-50 have no logits to compare",
			"gpt-3 与 resnet-50 没有可比较的 logits"},
		{note.NewError("teacher.other-vocabulary", "gpt-3", 50257.0, "7B", 32000.0),
			"gpt-3 has 50257 outputs per token and 7B 32000: their logits do not compare (want a teacher with the student's vocabulary)",
			"gpt-3 每 token 有 50257 个输出，7B 有 32000 个：logits 不可比较（应用与学生模型同词表的教师模型）"},
		{note.NewError("teacher.top-k-of-online-logits", 2),
			"an online teacher gives all its logits: the 2 largest are for stored logits (want --teacher-logits stored too)",
			"在线的教师模型给出全部 logits：只取 2 个仅用于存储的 logits（应同时用 --teacher-logits stored）"},
		{note.NewError("teacher.top-k-exceeds-logits", 99999, 32000.0),
			"99999 of 32000 logits (want fewer)",
			"99999 个 logits，共 32000 个（应更少）"},
		{note.NewError("teacher.top-k-takes-more", 30000, 120000.0, 32000.0, 64000.0),
			"30000 logits with their indices take 120000 bytes per token, all 32000 without indices 64000 (want fewer, or no top-k)",
			"30000 个 logits 连同编号每 token 占 120000 字节，全部 32000 个不带编号占 64000 字节（应更少，或不用 top-k）"},
		{note.NewError("teacher.cannot-be-prepared", note.NewError("layout.tp-must-divide-heads", 5, 96)),
			"the teacher: tp 5 does not divide 96 heads",
			"教师模型：tp 5 不能整除 96 个头"},
		{note.NewError("teacher.cannot-be-divided", "gpt-3", note.NewError("layout.tp-must-divide-heads", 5, 96)),
			"the teacher gpt-3: tp 5 does not divide 96 heads",
			"教师模型 gpt-3：tp 5 不能整除 96 个头"},
	}
}
