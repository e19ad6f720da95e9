package text

// Post-training: its models, its phases and what is wrong with a question about it.
var (
	RolesTitle    = T("models of a step of %v", "%v 单步所用模型")
	PhasesTitle   = T("phases of a step", "单步各阶段")
	RoleHead      = T("role", "角色")
	RoleShares    = T("the policy's weights", "与策略共享权重")
	PhaseBound    = T("longest phase: %v; most memory: %v", "最长阶段：%v；显存最多：%v")
	AnswersOfStep = T("%d sequences: %d prompts of %d tokens, %d answers each of %d tokens on average", "%d 条序列：%d 个提示（%d token），每个 %d 条回答（平均 %d token）")
	EngineOfStep  = T("%d devices, tp %d, %d sequences per replica at once", "%d 台设备，tp %d，每副本同时 %d 条序列")
	EngineHead    = T("generation", "生成")
	OtherModels   = T("other models", "其他模型")

	UnknownMethod  = T("%q is not a known method (want %s)", "%q 不是已知的方法（应为 %s）")
	NotJoined      = T("%q does not join a method of post-training to full, lora or qlora (want dpo+lora)", "%q 未将后训练方法与 full、lora 或 qlora 相连（例如 dpo+lora）")
	UnknownEngine  = T("%q is not a known engine (want %s)", "%q 不是已知的引擎（应为 %s）")
	OfPostTraining = T("--%s is for post-training (want --method dpo, kto, orpo, rm, grpo or ppo)", "--%s 用于后训练（应为 --method dpo、kto、orpo、rm、grpo 或 ppo）")
	NoPostTraining = T("post-training is not launched by an export to %v: trainers of its own do that (verl, TRL, OpenRLHF)", "导出到 %v 不含后训练：由其专用训练器启动（verl、TRL、OpenRLHF）")
	SplitsTitle    = T("devices for generation", "用于生成的设备")
	SplitHead      = T("generation on", "生成所用")
	Together       = T("all devices, in turns", "全部设备，轮流使用")
	DevicesApart   = T("%d of %d devices", "%[2]d 台中的 %[1]d 台")
)

// RoleName are the models of a step.
var RoleName = map[string]Text{
	"policy": T("policy", "策略模型"), "reference": T("reference", "参考模型"), "reward": T("reward model", "奖励模型"),
	"critic": T("critic", "价值模型"), "rollout": T("generation engine", "生成引擎"),
}

// PhaseName are the parts of a step.
var PhaseName = map[string]Text{
	"rollout": T("rollout", "生成回答"), "reward": T("reward", "奖励"), "log-probabilities": T("log-probabilities", "对数概率"),
	"update": T("update", "更新"), "weight-synchronisation": T("weight synchronisation", "权重同步"),
}

// postTrainErrors are what the core refuses of post-training.
var postTrainErrors = map[string]Text{
	"posttrain.only-online":          T("%v does not generate answers (want --method grpo or ppo)", "%v 不生成回答（应为 --method grpo 或 ppo）"),
	"posttrain.no-critic":            T("%v has no critic (want --method ppo)", "%v 没有价值模型（应为 --method ppo）"),
	"posttrain.no-adapter":           T("method %v trains no adapters that could be switched off (want --method dpo+lora)", "方法 %v 不训练可关闭的适配器（应为 --method dpo+lora）"),
	"posttrain.no-reference":         T("%v has no reference (want none)", "%v 没有参考模型（应为 none）"),
	"posttrain.group-of-one":         T("%d answer to a prompt has no group to compare with (want 2 or more)", "每个提示 %d 条回答无法组内比较（应为 2 或更多）"),
	"posttrain.no-mfu":               T("a given MFU says nothing of generation (want none)", "给定的 MFU 不涉及生成（不应给出）"),
	"posttrain.no-device-left":       T("%d of %d devices generate, which leaves none to train (want fewer)", "%[2]d 台设备中 %[1]d 台用于生成，没有可训练的设备（应更少）"),
	"posttrain.tp-above-devices":     T("a replica on %d of %d devices that generate (want fewer)", "用于生成的 %[2]d 台设备放不下一个 %[1]d 台的副本（应更少）"),
	"posttrain.offload-of-split":     T("devices of their own generate: there is no state to offload", "生成使用独立设备：没有可卸载的状态"),
	"posttrain.split-needs-count":    T("%d devices generate, but how many there are is open (want --on with a count)", "%d 台设备用于生成，但未给出总数（--on 应带数量）"),
	"posttrain.engine-does-not-fit":  T("%s on tp %d: %s does not hold the weights and one answer in the %.0f %% of its memory that generation has (want a larger --rollout-tp, --rollout-offload, or --rollout-devices)", "%s，tp %d：%s 用于生成的 %.0f %% 显存放不下权重与一条回答（可增大 --rollout-tp，或用 --rollout-offload、--rollout-devices）"),
	"posttrain.no-memory-for-engine": T("the state of training %s leaves no memory of %s for generation (want --rollout-offload, --rollout-devices, or more devices)", "训练 %s 的状态未给 %s 留下生成所需的显存（可用 --rollout-offload、--rollout-devices 或更多设备）"),
	"posttrain.no-language-model":    T("%s does not generate text", "%s 不生成文本"),
	"posttrain.no-teacher":           T("%v with a teacher is not estimated (want one of the two)", "不估计带教师模型的 %v（二者取一）"),
	"posttrain.batch-is-rollout":     T("the batch is that of the rollout, %d answers (want --rollout-batch and --group)", "批次即生成的 %d 条回答（应用 --rollout-batch 与 --group）"),
	"posttrain.too-many":             T("%d sequences of %d tokens in a step (want fewer)", "单步 %d 条序列、每条 %d token（应更少）"),
	"others.cannot-be-prepared":      Fails,
	"others.cannot-be-divided":       Fails,
	"others.divides-a-pair":          T("micro-batches of %d sequences divide a pair of %d (want a multiple)", "%d 条序列的微批次拆分了 %d 条一组的样本（应为其倍数）"),
}

// postTrainNotes are the assumptions of post-training.
var postTrainNotes = map[string]Text{
	"posttrain-method":     T("%v: roles and phases as its trainers have them", "%v：角色与阶段依其训练器"),
	"posttrain-pairs":      T("a batch and a micro-batch count examples of %d sequences each", "批次与微批次以样本计，每个样本 %d 条序列"),
	"posttrain-lengths":    T("lengths: prompts of %d and answers of %d tokens on average, the longest %d; half the mean is assumed as deviation", "长度：提示平均 %d、回答平均 %d token，最长 %d；标准差假定为平均值的一半"),
	"posttrain-unmeasured": T("no measured step of %v: the bands of generation and of training are combined, each as wide as without measurements", "无 %v 的实测单步：合并生成与训练各自最宽的区间"),
	"posttrain-colocated":  T("generation takes turns with training on the same devices; the engine takes up to 50 %% of a device (tp %d) and sleeps in between, the state of training stays (--rollout-offload moves it)", "生成与训练在同一批设备上轮流进行；引擎至多占设备的 50 %%（tp %d），其间休眠；训练状态保留（--rollout-offload 可移出）"),
}
