package text

// The short form of an answer.
var (
	BriefOrFull   = T("--brief and --full exclude each other", "--brief 与 --full 不能同用")
	BriefExplains = T("--explain derives every figure, --brief leaves most of them out", "--explain 推导每个数字，而 --brief 省略其大部分")
	BriefIsText   = T("--brief is a form of text, and --output %v has every figure", "--brief 只用于文本；--output %v 含全部数字")

	Used = T("%s of %s (%s)", "已用 %s，共 %s（%s）")
	// UsedBand adds the band of the memory.
	UsedBand = T("%s, 80 %% band %s–%s", "%s，80 %% 区间 %s–%s")
	BandOf   = T("%s (80 %% band %s–%s)", "%s（80 %% 区间 %s–%s）")
	Moves    = T("what would move the answer most", "最影响答案的假设")
	TheRest  = T("the rest", "其余")
	AllOf    = T("--full: memory by term, the whole run, energy, notes with sources; --explain derives them", "--full：分项内存、整轮运行、能耗及带来源的注释；--explain 给出推导")
	AllRows  = T("--full has the notes with assumptions and sources", "--full 含注明假设与来源的注释")
	AllTiers = T("--full: where the tiers begin and why, up to 50 rows of a file", "--full：各级起点及依据，文件至多 50 行")
	AllServe = T("--full: memory by term, limits, speed, notes with sources", "--full：分项内存、上限、速度及带来源的注释")
)

// What the answer is sensitive to.
var (
	Sensitivity    = T("sensitivity: the same request with another value of one assumption", "敏感性：同一请求，仅改变一项假设")
	Assumption     = T("assumption", "假设")
	Assumed        = T("assumed", "所假设")
	Alternative    = T("alternative", "另一取值")
	InsteadOf      = T("%v %v instead of %v", "%v 取 %v 而非 %v")
	MovesRun       = T("run %s", "全程 %s")
	MovesStep      = T("step per token %s", "每 token 步时 %s")
	MovesCost      = T("cost %s", "费用 %s")
	FromProvider   = T("%v (%s)", "%v（%s）")
	AssumptionName = map[string]Text{
		"stack": Stack, "precision": T("precision", "精度"), "batch": T("global batch", "全局批次"), "seq": T("sequence length", "序列长度"),
		"recompute": T("recompute", "重计算"), "mtbf": T("time between failures of a device", "单台设备平均无故障时间"), "price": T("price per device-hour", "每设备小时价格"),
	}
)

// SeveralStacks refuses a list of stacks where one is taken.
var SeveralStacks = T("--stack %s: %d stacks (%s takes one, compare takes several)", "--stack %s：%d 个软件栈（%s 只取一个，compare 可取多个）")
