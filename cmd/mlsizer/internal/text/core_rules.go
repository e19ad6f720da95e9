package text

// ruleErrors are the rules of frameworks that a plan breaks, by their names: the
// two values that do not agree, and where the framework checks it.
var ruleErrors = map[string]Text{
	"rule.megatron-interleaved-micro-batches": T(
		"%d micro-batches on %d pipeline stages: Megatron interleaves at least as many micro-batches as stages (rule megatron-interleaved-micro-batches: %s)",
		"%d 个微批次、%d 个流水线段：Megatron 交错流水线的微批次数不得少于段数（规则 megatron-interleaved-micro-batches：%s）"),
	"rule.megatron-micro-batch-group": T(
		"%d micro-batches in groups of %d: the last group of an interleaved pipeline is whole (rule megatron-micro-batch-group: %s)",
		"%d 个微批次、每组 %d 个：交错流水线的最后一组须完整（规则 megatron-micro-batch-group：%s）"),
	"rule.megatron-kv-heads": T(
		"%d KV heads on tp %d: Megatron wants one to divide the other (rule megatron-kv-heads: %s)",
		"%d 个 KV 头、tp %d：Megatron 要求其中一个整除另一个（规则 megatron-kv-heads：%s）"),
	"rule.megatron-optimizer-offload": T(
		"offload of the optimizer with ZeRO stage %d: Megatron wants stage %d at least, its precision-aware optimizer is a distributed one (rule megatron-optimizer-offload: %s)",
		"以 ZeRO 阶段 %d 卸载优化器：Megatron 至少要求阶段 %d，其精度感知优化器是分布式优化器（规则 megatron-optimizer-offload：%s）"),
	"rule.megatron-optimizer-states": T(
		"formats of optimizer states with ZeRO stage %d: Megatron wants stage %d at least, its precision-aware optimizer is a distributed one (rule megatron-optimizer-states: %s)",
		"以 ZeRO 阶段 %d 设定优化器状态的格式：Megatron 至少要求阶段 %d，其精度感知优化器是分布式优化器（规则 megatron-optimizer-states：%s）"),
	"rule.megatron-offload-mxfp8-weights": T(
		"offload of the optimizer (%d, want %d) with weights in mxfp8: Megatron gathers fp8 weights beside it under delayed scaling only (rule megatron-offload-mxfp8-weights: %s)",
		"权重为 mxfp8 时卸载优化器（%d，应为 %d）：Megatron 仅在延迟缩放下才能同时聚集 fp8 权重（规则 megatron-offload-mxfp8-weights：%s）"),
	"rule.deepspeed-optimizer-offload": T(
		"offload of the optimizer with ZeRO stage %d: DeepSpeed's CPU Adam wants stage %d at least (rule deepspeed-optimizer-offload: %s)",
		"以 ZeRO 阶段 %d 卸载优化器：DeepSpeed 的 CPU Adam 至少要求阶段 %d（规则 deepspeed-optimizer-offload：%s）"),
	"rule.torchtitan-kv-heads": T(
		"%d KV heads on tp %d: torchtitan wants tp to divide them (rule torchtitan-kv-heads: %s)",
		"%d 个 KV 头、tp %d：torchtitan 要求 tp 整除 KV 头数（规则 torchtitan-kv-heads：%s）"),
	"rule.torchtitan-counted-stages": T(
		"torchtitan makes %d chunks of these layers, not %d (rule torchtitan-counted-stages: %s)",
		"torchtitan 把这些层分成 %d 块，而非 %d 块（规则 torchtitan-counted-stages：%s）"),
	"rule.torchtitan-rounds": T(
		"%d micro-batches in %d rounds: interleaved rounds of PyTorch are equal (rule torchtitan-rounds: %s)",
		"%d 个微批次分 %d 轮：PyTorch 交错调度的各轮须相等（规则 torchtitan-rounds：%s）"),
	"rule.maxtext-even-stages": T(
		"%d layers in %d chunks: MaxText's pipelines divide layers evenly (rule maxtext-even-stages: %s)",
		"%d 层分成 %d 块：MaxText 的流水线须均匀切分各层（规则 maxtext-even-stages：%s）"),
	"rule.maxtext-first-stage": T(
		"%d layers on the first stage (want %d, which leaves it open): MaxText's stages are equal (rule maxtext-first-stage: %s)",
		"首段 %d 层（应为 %d，即不指定）：MaxText 的各段须相等（规则 maxtext-first-stage：%s）"),
	"rule.maxtext-last-stage": T(
		"%d layers on the last stage (want %d, which leaves it open): MaxText's stages are equal (rule maxtext-last-stage: %s)",
		"末段 %d 层（应为 %d，即不指定）：MaxText 的各段须相等（规则 maxtext-last-stage：%s）"),
	"rule.maxtext-micro-batches": T(
		"%d micro-batches on %d pipeline stages: MaxText wants a multiple of the stages (rule maxtext-micro-batches: %s)",
		"%d 个微批次、%d 个流水线段：MaxText 要求微批次数为段数的倍数（规则 maxtext-micro-batches：%s）"),
}
