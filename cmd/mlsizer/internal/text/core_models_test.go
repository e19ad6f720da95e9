package text

import (
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// modelCases are models and objectives that there are not.
func modelCases() []sentence {
	return []sentence{
		{fail(catalog.Default().Find("lama-2-7b")),
			`no model "lama-2-7b" in the catalogue (nearest: llama-2-7b, llama-7b, llama-2-70b)`,
			`目录中没有模型 "lama-2-7b"（最接近：llama-2-7b、llama-7b、llama-2-70b）`},
		{fail(catalog.Default().Find("qwertyuiopasdfghjkl")),
			`no model "qwertyuiopasdfghjkl" in the catalogue`,
			`目录中没有模型 "qwertyuiopasdfghjkl"`},
		{fail(catalog.FromCount(0)),
			"parameter count 0 (want at least 1)",
			"参数量 0（至少应为 1）"},
		{fail(search.ParseObjective("speed")),
			`"speed": unknown objective (want time, cost, energy, devices or memory)`,
			`"speed"：未知目标（应为 time、cost、energy、devices 或 memory）`},
		{fail(search.Run(&train.Prepared{}, search.Options{})),
			"a search needs a global batch",
			"搜索需要全局批次"},
		{fail(search.Twenty.For(1e42)),
			"1.00e42 FLOP train 9.13e+19 parameters on 1.83e+21 tokens: more than can be counted (want less)",
			"1.00e42 FLOP 对应 9.13e+19 个参数与 1.83e+21 个 token：超出计数范围（应更少）"},
	}
}
