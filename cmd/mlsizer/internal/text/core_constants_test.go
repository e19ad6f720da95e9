package text

import (
	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/note"
)

// trainConstantsCases are sentences of what is wrong with constants of training.
func trainConstantsCases() []sentence {
	return []sentence{
		{note.NewError("constants.of-training", note.NewError("constants.none")),
			"constants: no constants (want a list of them, each with name, match and value)",
			"常数：没有常数（应为常数列表，每个含 name、match 与 value）"},
		{note.NewError("constants.first-band-not-everywhere"),
			"the first band must have an empty match",
			"第一个区间的 match 必须为空"},
		{note.NewError("constants.bad-widening", 0.5, 100.0),
			"inferred_widening is 0.5 (want 1 to 100)",
			"inferred_widening 为 0.5（应为 1 至 100）"},
	}
}

// servingConstantsCases are sentences of what is wrong with constants of serving.
func servingConstantsCases() []sentence {
	return []sentence{
		{note.NewError("constants.band-known-of-other-name", &efficiency.Match{Known: "much"}, "much", []string{"nothing", "part", "all"}),
			`band of known=much: known is "much" (want one of nothing, part, all)`,
			`known=much 的区间：known 为 "much"（应为 nothing、part、all 之一）`},
		{note.NewError("constants.no-band-of-known", "part", []string{"nothing", "part", "all"}),
			"no band of known=part for all phases (want one for each of nothing, part, all: of runtime and device measured)",
			"没有 known=part 且不限阶段的区间（nothing、part、all 应各有一个：按运行时与设备是否实测）"},
		{note.NewError("constants.of-file", "c.json", note.NewError("constants.no-bands")),
			"c.json: no bands (want a list of them)",
			"c.json：没有区间（应为区间列表）"},
		{note.NewError("constants.depends-on-other", &efficiency.Match{Stack: "x"}, "memory", "stack", []string{"device", "runtime"}),
			"stack=x: memory depends on stack (want one of device, runtime)",
			"stack=x：memory 依赖 stack（应为 device、runtime 之一）"},
		{note.NewError("constants.power-of-other", &efficiency.Match{}, "spread", "layers", []string{"~experts", "~batch"}),
			`default: spread to a power of "layers" (want one of ~experts, ~batch, everywhere)`,
			`默认：spread 为 "layers" 的幂（应为 ~experts、~batch 之一，且处处成立）`},
		{note.NewError("constants.far-from-prior", "memory", 1e-09, 0.9),
			"memory is 1e-09 (want a value nearer to its prior of 0.9)",
			"memory 为 1e-09（应更接近其先验值 0.9）"},
		{note.NewError("constants.set-twice", &efficiency.Match{}, "memory"),
			"default: memory is set twice",
			"默认：memory 设定了两次"},
	}
}
