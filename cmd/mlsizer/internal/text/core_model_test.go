package text

import (
	"mlsizer/sizing/note"
)

// shapeCases are sentences of what is wrong with the shape of a model.
func shapeCases() []sentence {
	return []sentence{
		{note.NewError("model.unknown-field", "sport", []string{"nlp", "cv"}),
			`"sport" is not a field (want nlp, cv)`,
			`"sport" 不是已知的领域（应为 nlp、cv）`},
		{note.NewError("model.no-layers", "x"),
			`model "x" has no layers`,
			`模型 "x" 没有层`},
		{note.NewError("model.bad-environment", "x", int64(0)),
			`model "x": an environment needs a name, a source and counts of at least 1 (the least is 0)`,
			`模型 "x"：环境应有名称、来源与至少为 1 的各项计数（最小为 0）`},
		{note.NewError("model.bad-group", "x", "decoder", 0, 1),
			`model "x", group "decoder": 0 layers of 1 tokens`,
			`模型 "x"，组 "decoder"：0 层，1 个 token`},
		{note.NewError("model.too-many-layers", "x", 100_000),
			`model "x" has more than 100000 layers (limit)`,
			`模型 "x" 超过 100000 层（上限）`},
		{note.NewError("model.bad-block", "x", "decoder", note.NewError("block.top-k-exceeds-experts", 9, 8)),
			`model "x", group "decoder": moe: top-k 9 exceeds 8 experts`,
			`模型 "x"，组 "decoder"：moe：top-k 9 超过专家数 8`},
		{note.NewError("model.more-than-can-be-counted", "x", 2.5e+18),
			`model "x" has 2.5e+18 parameters: more than can be counted exactly`,
			`模型 "x" 有 2.5e+18 个参数：超出可精确计数的范围`},
	}
}

// blockCases are sentences of what is wrong with a layer.
func blockCases() []sentence {
	return []sentence{
		{note.NewError("recompute.unknown-module", "flash", []string{"core_attn", "mlp"}),
			`"flash" is not a module to recompute (want core_attn, mlp)`,
			`"flash" 不是可重计算的模块（应为 core_attn、mlp）`},
		{note.NewError("block.below-one", "attention", note.Word("hidden size"), 0),
			"attention: hidden size is 0 (want at least 1)",
			"attention：隐藏维度 为 0（至少应为 1）"},
		{note.NewError("block.too-large", "moe", note.Word("expert width"), int64(4294967296), int64(2147483648)),
			"moe: expert width is 4294967296 (more than 2147483648)",
			"moe：专家宽度 为 4294967296（大于 2147483648）"},
		{note.NewError("block.top-k-exceeds-experts", 2, 3),
			"moe: top-k 2 exceeds 3 experts",
			"moe：top-k 2 超过专家数 3"},
		{note.NewError("block.negative-shared-width", 2),
			"moe: shared width 2 (want 0 or more)",
			"moe：共享专家宽度 2（应不小于 0）"},
		{note.NewError("block.bad-routing-groups", 2, 3, 4),
			"moe: routing to 2 of 3 groups of 4 experts (want 1 to all of the groups, and at most as many groups as experts)",
			"moe：路由到 2 组（共 3 组，4 个专家）（应为 1 至全部组，组数不多于专家数）"},
		{note.NewError("block.unknown-query-key-norm", "layer"),
			`"layer" is not a query and key norm (want none, head or full)`,
			`"layer" 不是查询与键的归一化方式（应为 none、head 或 full）`},
		{note.NewError("block.negative-uses", -1.5),
			"linear: -1.5 uses per token (want 0 or more)",
			"linear：每 token 使用 -1.5 次（应不小于 0）"},
		{note.NewError("block.groups-must-divide-channels", 2, 3, 4),
			"conv: 2 groups do not divide 3 and 4 channels",
			"conv：2 组不能整除 3 与 4 个通道"},
		{note.NewError("block.bad-biases", 2),
			"lstm: 2 biases per gate (want 0, 1 or 2)",
			"lstm：每个门 2 个偏置（应为 0、1 或 2）"},
		{note.NewError("block.heads-must-divide-hidden-size", 2, 3),
			"attention: 2 heads do not divide hidden size 3, and no head_dim is given",
			"attention：2 个头不能整除隐藏维度 3，且未给出 head_dim"},
		{note.NewError("block.kv-heads-must-divide-heads", 2, 3),
			"attention: 2 KV heads do not divide 3 heads",
			"attention：2 个 KV 头不能整除 3 个头"},
		{note.NewError("block.negative-window", 2, 3),
			"attention: window 2, key tokens 3 (want 0 or more)",
			"attention：窗口 2，键的 token 数 3（应不小于 0）"},
		{note.NewError("block.indexer-without-query-latent"),
			"mla: the indexer reads the query latent, but q_lora_rank is missing",
			"mla：索引器读取查询的潜向量，但缺少 q_lora_rank"},
		{note.NewError("block.output-groups-must-divide-heads", "compressed", 3, 8),
			"compressed: 3 output groups do not divide 8 heads",
			"compressed：3 个输出组不能整除 8 个头"},
	}
}

// pruneCases are sentences of what is wrong with what a model is pruned to.
func pruneCases() []sentence {
	return []sentence{
		{note.NewError("prune.not-a-dimension", "x"),
			`"x" is not a dimension to prune`,
			`"x" 不是可剪枝的维度`},
		{note.NewError("prune.not-a-value", "layers=x", note.NewError("prune.not-a-number")),
			`"layers=x": not a number of 1 or more`,
			`"layers=x"：不是至少为 1 的数`},
		{note.NewError("prune.not-a-share"),
			"not a share above 0 % and up to 100 %",
			"不是大于 0 %、至多 100 % 的比例"},
		{note.NewError("prune.not-a-number"),
			"not a number of 1 or more",
			"不是至少为 1 的数"},
		{note.NewError("prune.more-than-there-are", "layers", 13, 12),
			"layers=13: there are 12",
			"layers=13：只有 12"},
		{note.NewError("prune.no-hidden-size", "gpt-3"),
			"gpt-3 has no hidden size to prune",
			"gpt-3 没有可剪枝的隐藏维度"},
		{note.NewError("prune.experts-by-share", "gpt-3"),
			"gpt-3 has no dense layers; the width of experts is pruned by a share (want ffn=50%)",
			"gpt-3 没有稠密层；专家宽度按比例剪枝（应为 ffn=50%）"},
		{note.NewError("prune.no-dimension", "resnet-50", "heads"),
			"resnet-50 has no heads to prune",
			"resnet-50 没有可剪枝的 heads"},
		{note.NewError("prune.fixed-width", "conv"),
			"the width of a conv block cannot be pruned",
			"conv 层的宽度不能剪枝"},
		{note.NewError("prune.wants-dimensions", note.NewError("prune.not-a-dimension", "depth=2")),
			`"depth=2" is not a dimension to prune (want what is left of layers, hidden, ffn, heads, kv-heads or experts, such as layers=16, hidden=3072,ffn=9216 or experts=50%)`,
			`"depth=2" 不是可剪枝的维度（应为 layers、hidden、ffn、heads、kv-heads 或 experts 所剩的量，如 layers=16、hidden=3072,ffn=9216 或 experts=50%）`},
	}
}
