package text

// The whole run, and a search of shortened ones.
var (
	Sweep         = T("search of %d trials, each %s of the run", "%d 次试验的搜索，每次为全程的 %s")
	OneTrial      = T("one trial", "单次试验")
	TrialOn       = T("%v on %d x %s (%s)", "%v，%d × %s（%s）")
	AllTrials     = T("all trials", "全部试验")
	IdleHours     = T("idle device-hours", "空闲设备小时")
	TrialsCost    = T("their cost", "试验费用")
	WholeRun      = T("the whole run, goodput %v", "全程（有效吞吐率 %v）")
	Part          = T("part", "组成")
	OfRun         = T("of the planned time", "占计划时间")
	Ideal         = T("steps (ideal)", "训练步（理想）")
	Startup       = T("start-up", "启动")
	RampUp        = T("batch ramp-up", "批次递增")
	Evaluation    = T("evaluation", "评估")
	Checkpointing = T("checkpoint writes", "写检查点")
	Rework        = T("repeated steps", "重做的训练步")
	Restarts      = T("restarts", "重启")
	Planned       = T("planned", "计划")
	BeyondPlan    = T("beyond the plan", "计划之外")
	Expected      = T("expected", "预期")
)
