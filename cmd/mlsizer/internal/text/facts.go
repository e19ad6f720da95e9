package text

// What an answer is of.
var (
	Beyond       = T("%s (beyond the report's last tier)", "%s（超出报告的分级）")
	ParamsOf     = T("%s parameters", "参数 %s")
	ParamsActive = T("%s parameters (%s active)", "参数 %s（激活 %s）")
	HardwareFact = T("%d x %s of %s", "%d × %s，各 %s")
	NodesOf      = T("%s, %d nodes of %d", "%s，%d 节点，每节点 %d")
	SliceOf      = T("%s, a %s slice", "%s，%s 切片")
	SlicesOf     = T("%s, %d slices of %s", "%s，%d 个 %s 切片")
	BatchFact    = T("global batch %d", "全局批次 %d")
	WorkFact     = T("sequence length %d, global batch %d (%s tokens)", "序列长 %d，全局批次 %d（%s token）")
	Model        = T("model", "模型")
	Hardware     = T("hardware", "硬件")
	Workload     = T("workload", "任务")
	Layout       = T("layout", "并行布局")
	Stack        = T("stack", "训练框架")
)
