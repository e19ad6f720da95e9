package text

// Lists of values in a comparison.
var (
	TooManyRows  = T("%d rows: %v (want at most %d)", "%d 行：%v（最多 %d 行）")
	Crossed      = T("%v x %v", "%v × %v")
	ValuesOf     = T("%d values of --%s", "--%[2]s 的 %[1]d 个取值")
	TakesOne     = T("--%s %q: %d values (%s takes one, compare takes several)", "--%s %q：%d 个取值（%s 只取一个，compare 可取多个）")
	ContextIs    = T("context %d", "上下文 %d")
	TrainingRuns = T("training", "训练")
)
