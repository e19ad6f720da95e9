package text

// Predictions against measurements.
var (
	BySource      = T("by source", "按来源")
	ByStack       = T("by stack", "按训练框架")
	ByDevice      = T("by device", "按设备")
	Quantity      = T("quantity", "量")
	Rows          = T("rows", "行数")
	SkippedRows   = T("skipped", "跳过")
	MeanError     = T("mean error", "平均误差")
	MedianError   = T("median", "中位误差")
	P90Error      = T("90th percentile", "第 90 百分位")
	Bias          = T("bias", "偏差")
	Coverage      = T("in the band", "区间内占比")
	SkippedTitle  = T("not predicted", "未预测的行")
	Reason        = T("reason", "原因")
	ErrorNote     = T("errors are |predicted - measured| / measured; a positive bias predicts too much", "误差为 |预测 - 实测| / 实测；正偏差表示预测偏大")
	CoverageNote  = T("the band should hold 80 % of measurements", "区间应覆盖 80 % 的实测值")
	Scatter       = T("predicted against measured, one dot per row", "预测与实测对比，每行一点")
	MeasuredAxis  = T("measured %s", "实测%s")
	PredictedAxis = T("predicted %s", "预测%s")
	FigureTitle   = T("%v: %v rows, median error %v, %v in the band", "%v：%v 行，中位误差 %v，%v 在区间内")
	Exactly       = T("predicted exactly", "预测完全准确")
	Dashed        = T("20 % off", "相差 20 %")
	InBand        = T("measured in the 80 % band", "实测在 80 % 区间内")
	OutOfBand     = T("measured outside the band", "实测在区间外")
	Dot           = T("measured %v, predicted %v (%v)", "实测 %v，预测 %v（%v）")
)

// Published whole runs.
var (
	RunsTitle      = T("%v published training runs, predicted with layout and training framework not given", "%v 次已公布的训练，布局与训练框架均未给定")
	RunsNote       = T("predicted with factors and bands fitted without the runs of the same laboratory; the band should hold 80 % of them", "预测所用的倍数与区间由不含同一实验室的训练拟合；区间应覆盖其中 80 %")
	RatioNote      = T("published over predicted", "公布值与预测值之比")
	ByGiven        = T("by what the request gives", "按请求所给定的内容")
	GivenHead      = T("given", "给定")
	ByKind         = T("by kind of model", "按模型类型")
	ByYear         = T("by year", "按年份")
	Laboratory     = T("laboratory", "实验室")
	PublishedHours = T("published hours", "公布小时数")
	PredictedHours = T("predicted hours", "预测小时数")
	Ratio          = T("ratio", "比值")
	MedianRatio    = T("median ratio", "比值中位数")
	InTheBand      = T("in the band", "在区间内")
	Runs           = T("runs", "训练次数")
	RunsAlone      = T("--runs covers the shipped runs only and takes no other measurements or fits", "--runs 只针对随附的训练，不接受其他实测或拟合")
)

// RunGroups are what runs are told apart by.
var RunGroups = map[string]Text{
	"all": T("all", "全部"), "nothing": T("nothing", "均未给定"), "layout": T("layout", "布局"), "software": T("training framework", "训练框架"), "both": T("layout and training framework", "布局与训练框架"),
	"dense": T("dense decoder", "稠密解码器"), "mixture": T("mixture of experts", "混合专家"), "encoder": T("encoder or other", "编码器或其他"),
}

// Quantities are what is measured, by the names of their columns.
var Quantities = map[string]Text{
	"step_seconds":       T("step time (s)", "单步时间（秒）"),
	"peak_mem_gib":       T("peak memory (GiB)", "峰值显存（GiB）"),
	"device_hours":       DeviceHours,
	"tokens_per_second":  TokensPerSecond,
	"ttft_s":             T("first token (s)", "首 token 时间（秒）"),
	"kv_gib":             T("KV cache (GiB)", "KV 缓存（GiB）"),
	"compute_buffer_gib": T("compute buffers (GiB)", "计算缓冲（GiB）"),
	"weights_gib":        T("weights (GiB)", "权重（GiB）"),
}
