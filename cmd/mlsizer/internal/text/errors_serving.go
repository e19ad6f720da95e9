package text

// What is wrong with a question about serving.
var (
	OtherWeights     = T("--weights %s holds %v parameters in %v: they are not those of %s with %v", "--weights %s 含参数 %v，共 %v：不是 %s（参数 %v）的权重")
	AboutTraining    = T("--%s is for training, and --weights and --student compare serving (want one of the two)", "--%s 用于训练，而 --weights 与 --student 比较推理（应只用其一）")
	AboutServing     = T("--%s is for serving (want --weights or --student too)", "--%s 用于推理（还应给出 --weights 或 --student）")
	NoDevice         = T("--on is missing (want a device, such as --on h100x2)", "缺少 --on（应给出设备，如 --on h100x2）")
	InferOneDevice   = T("--on: %d devices (infer takes one; compare --weights takes several)", "--on：%d 种设备（infer 只取一种；compare --weights 可取多种）")
	InferOneStorage  = T("--weights: %d storages (infer takes one; compare takes several)", "--weights：%d 种存储（infer 只取一种；compare 可取多种）")
	ContextTooShort  = T("a prompt of %d and an answer of %d do not fit a context of %d (want %d or more)", "提示 %d 与回答 %d 放不进上下文 %d（应为 %d 或更多）")
	ReadsInOnePass   = T("--%s: %s reads a %s in one pass: it generates nothing and has no cache", "--%s：%s 一次前向读取一个%s：不生成内容，也没有缓存")
	NoSequenceLength = T("--context: %s is counted in samples of one %s: it has no sequence length", "--context：%s 按样本计，每个样本为一个 %s：没有序列长度")
)
