package text

// The catalogue of models, and model files.
var (
	Field          = T("field", "领域")
	Exact          = T("exactly", "精确值")
	Active         = T("active", "激活参数")
	Year           = T("year", "年份")
	Published      = T("published params", "公布参数量")
	Layers         = T("layers", "层")
	Hidden         = T("hidden size", "隐藏维度")
	Vocab          = T("vocabulary", "词表")
	Context        = T("context", "上下文长度")
	Aliases        = T("aliases", "别名")
	Scope          = T("scope", "统计范围")
	Source         = T("source", "来源")
	Note           = T("note", "备注")
	Component      = T("component", "组成")
	ShareOfAll     = T("share", "占比")
	Count          = T("count", "数量")
	Blocks         = T("one layer", "每层")
	PublishedRuns  = T("published training runs", "公布的训练")
	Length         = T("%ss", "训练量（%s）")
	Days           = T("days", "天数")
	Sequence       = T("sequence", "序列长")
	Batch          = T("batch", "批次")
	Name           = T("name", "名称")
	Format         = T("format", "格式")
	Stored         = T("stored", "存储")
	StoredIn       = T("%s in %d tensors of %d files", "%s，%d 个张量，%d 个文件")
	Architecture   = T("architecture", "架构")
	OfArchitecture = T("of the architecture", "架构参数量")
	Config         = T("config", "配置")
	Tensors        = T("tensors", "张量数")
)

// Attention is a part of a network, and a term of a step.
var Attention = T("attention", "注意力")

// Components are the parts of a network, by their names.
var Components = map[string]Text{
	"embedding":   T("embedding", "嵌入"),
	"attention":   Attention,
	"ffn":         T("ffn", "前馈"),
	"experts":     T("experts", "专家"),
	"router":      T("router", "路由"),
	"norms":       T("norms", "归一化"),
	"ssm":         T("ssm", "状态空间"),
	"convolution": T("convolution", "卷积"),
	"head":        T("head", "输出头"),
	"other":       T("other", "其他"),
}

// Fields are the fields of application, by their names.
var Fields = map[string]Text{
	"nlp":              T("nlp", "自然语言处理"),
	"cv":               T("cv", "计算机视觉"),
	"rl":               T("rl", "强化学习"),
	"multimodal":       T("multimodal", "多模态"),
	"speech":           T("speech", "语音"),
	"image-generation": T("image-generation", "图像生成"),
	"science":          T("science", "科学"),
}

// A published training run.
var (
	PublishedLead = T("published: %v on the same number of devices, %v device-hours (%.2fx this estimate)", "已公布：同样数量的设备用时 %v，%v 设备小时（为本估计的 %.2f 倍）")
	RunTook       = T("%[1]v%[2]vtook %[3]v", "%[2]v%[1]v%[3]v")
	RunTokens     = T("%s %ss ", "%s %s，")
	RunOn         = T("on %s ", "%s，")
	RunDays       = T("%.4g days", "%.4g 天")
	RunHours      = T("%s device-hours", "%s 设备小时")
	RunSnapshot   = T("%.3g days of all devices; the often quoted %.4g days are a part of the run", "合全部设备 %.3g 天；常被引用的 %.4g 天只是其中一部分")
)
