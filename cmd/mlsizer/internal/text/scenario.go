package text

// Files of scenarios.
var (
	AtFileLine         = T("%s:%d: %v", "%s:%d：%v")
	NotYAML        = T("not YAML: %v", "不是 YAML：%v")
	TooLarge       = T("%s: larger than %d KiB", "%s：超过 %d KiB")
	NoScenario     = T("%s: no scenario (want flags by name, such as model: llama-3.1-8b and on: h100x64)", "%s：没有情景（应按名称给出参数，如 model: llama-3.1-8b 与 on: h100x64）")
	SecondDocument = T("a second document (want one; several scenarios stand under scenarios)", "第二个文档（应只有一个；多个情景写在 scenarios 之下）")
	NotAMapping    = T("not flags by name (want such as on: h100x64)", "不是按名称给出的参数（应形如 on: h100x64）")
	NotAKey        = T("not the name of a flag", "不是参数名称")
	KeyTwice       = T("%s is given twice, before at line %d", "%s 重复，先前在第 %d 行")
	ModelTwice     = T("model and models are both given (want one of them)", "model 与 models 同时给出（应只用其一）")
	NotAValue      = T("%s: not a value or a list of values", "%s：不是取值或取值的列表")
	NoValueOf      = T("%s: no value", "%s：缺少取值")
	NoAliases      = T("aliases and merge keys are not read (what all scenarios share stands above them)", "不读取别名与合并键（各情景共有的参数写在 scenarios 之外）")
	UnknownKey     = T("unknown key %q: %s has no such flag", "未知键 %q：%s 没有该参数")
	NoSuchScenario = T("--scenario %q: %s has no such scenario (want %s)", "--scenario %q：%s 没有该情景（应为 %s）")
	ScenarioOfFile = T("--scenario is of a file (want -f too)", "--scenario 用于文件（还应给出 -f）")
	SeveralOfFile  = T("%s has %d scenarios: %s (%s takes one, compare takes several)", "%s 有 %d 个情景：%s（%s 只取一个，compare 可取多个）")
	FileOfPlan     = T("a YAML file of scenarios", "情景的 YAML 文件")
	TwoTasks       = T("scenario %q is about training and %q about serving (want one of the two)", "情景 %q 为训练，%q 为推理（应只用其一）")
	ScenarioHead   = T("scenario", "情景")
)
