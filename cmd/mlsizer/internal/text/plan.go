package text

// Plans.
var (
	BestPlans       = T("best plans", "最佳方案")
	Candidates      = T("layouts", "布局")
	Goal            = T("goal", "目标")
	GoalKept        = T("kept with a chance of %v (--chance)", "以 %v 的概率满足（--chance）")
	WaitingForHub   = T("waiting for the model hub", "正在等待模型仓库")
	Searching       = T("searching layouts", "正在搜索布局")
	SinceSeconds    = T("%v, %d s", "%v，%d 秒")
	Possible        = T("%v possible", "共 %v 种")
	Buys            = T("this buys", "可完成")
	OfTokens        = T("%v tokens, %v of the run", "%v 个 token，占全程 %v")
	NoPlanForMemory = T("no plan: memory", "无方案：内存不足")
	NoPlanForTime   = T("no plan: time or money", "无方案：超出时间或费用")
	Bounded         = T("%v possible, %v evaluated, the others excluded by a lower bound", "共 %v 种，评估 %v 种，其余由下界排除")
	EvaluatedAll    = T("%v possible, %v evaluated", "共 %v 种，评估 %v 种")
	SearchTime      = T("search", "搜索")
	SearchRate      = T("%v, %v layouts per second", "%v，每秒 %v 种布局")
	FewestGrain     = T("%d, the fewest that suffice (in steps of %d)", "最少 %d 台（按 %d 台一步查找）")
	WhatBounds      = T("bottlenecks", "瓶颈")
	OfStep          = T("of the step", "占单步")
	RunnerUp        = T("the runner-up, %s, takes %v longer", "次优方案 %s 慢 %v")
	Longer          = T("longer", "多用")
	MoreOf          = T("speed-up from more of each resource", "各资源增加的收益")
	Resource        = T("resource", "资源")
	PlanChange      = T("change", "变化")
	Faster          = T("faster", "加快")
	Pareto          = T("Pareto front of time, devices, cost and memory", "时间、设备数、费用与显存的帕累托前沿")
	Clusters        = T("the same goal on each device", "同一目标在各硬件上")
	NoPlanMemory    = T("no plan: %s on %d x %s does not fit", "无方案：%s，%d × %s 放不下")
	NoPlanTime      = T("no plan: %s on %d x %s %s, but exceeds the time or the budget", "无方案：%s，%d × %s %s，但超出时间或费用")
	Nearest         = T("nearest", "最接近")
	Fastest         = T("fastest", "最快")
	OfDeviceMemory  = T("%v of %v", "%v（设备 %v）")
	LargestTerm     = T("largest term", "最大部分")
	PlanWouldFit    = T("with more devices", "增加设备")
	OnMore          = T("%d suffice: %s, %v per device", "%d 台可行：%s，每设备 %v")
	NotOnMore       = T("no number up to %d suffices", "至 %d 台均不可行")
	Advice          = T("changes on the same devices", "相同设备上的改动")
	OptimalModel    = T("%s parameters on %s tokens (%s)", "参数 %s，%s token（%s）")
	OptimalFor      = T("lowest loss with %v (6ND)", "%v（6ND）下损失最低者")
	Law             = T("scaling law", "缩放定律")
	PlanTokensHead  = T("tokens", "训练 token 数")
	Loss            = T("loss, nats per token", "损失（nat/token）")
	LawNote         = T("%s: fitted to dense decoders; the loss is on the data of the fit", "%s：由稠密解码器拟合；损失对应其拟合数据")
	NotExported     = T("not in the file: %s (option names of %s)", "文件未含：%s（选项名依据 %s）")
)

// Resources are what a plan could have more of.
var Resources = map[string]Text{
	"flops":            T("FLOP/s", "算力"),
	"memory-bandwidth": T("memory bandwidth", "显存带宽"),
	"scale-up":         T("links in a node", "节点内互联"),
	"scale-out":        T("network between nodes", "节点间网络"),
	"memory":           MemoryDevice,
	"devices":          Devices,
}
