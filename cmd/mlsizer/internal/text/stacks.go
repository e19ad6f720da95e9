package text

// The stack of an answer.
var (
	StackAssumed  = T("%v, assumed (--stack changes it)", "%v（假定，可用 --stack 更改）")
	StackAliased  = T("%v, modelling %s", "%v，代表 %s")
	StacksAssumed = T("stack not given: %s assumed for %s (--stack changes it)", "未指定训练框架：%[2]s 假定 %[1]s（可用 --stack 更改）")
)

// stackWords are the kinds of work that stacks are assumed for, and what differs
// between a stack and the software that it stands for.
var stackWords = map[string]Text{
	"stack-for.adapters":    T("LoRA and QLoRA", "LoRA 与 QLoRA"),
	"stack-for.tpu":         T("TPUs", "TPU 训练"),
	"stack-for.vision":      T("models that read no tokens", "不以 token 为输入的模型"),
	"stack-for.desktop":     T("one desktop card or machine", "单张桌面显卡或个人设备"),
	"stack-for.cards":       T("several desktop cards", "多张桌面显卡"),
	"stack-for.tuning":      T("full fine-tuning", "全量微调"),
	"stack-for.pretraining": T("pre-training in a data centre", "数据中心预训练"),

	"stack-differs.name":     T("another name of the same framework", "同一框架的另一名称"),
	"stack-differs.same":     T("both have the same training code", "两者以同一软件训练"),
	"stack-differs.kernels":  T("its own kernels are not modelled", "其自有算子未建模"),
	"stack-differs.layers":   T("its own layers and defaults are not modelled", "其自有的层与默认设置未建模"),
	"stack-differs.rollouts": T("its rollouts are not modelled", "其采样阶段未建模"),
	"stack-differs.strategy": T("its default strategy; the others are the stacks of their names", "此为其默认策略；其他策略请用同名训练框架"),
}
