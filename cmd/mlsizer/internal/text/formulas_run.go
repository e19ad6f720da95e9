package text

// runFormulas are the derivations of a run and of its teacher, by rule.
var runFormulas = map[string]derived{
	// The run.
	"run.ideal":             {stepsByStep, stepsByStepNumbers},
	"run.start-up":          {T("scheduling, compilation and first data, once", "调度、编译与首批数据，一次"), T("equal to %s", "同 %s")},
	"run.ramp-up":           {T("samples of each smaller batch x (its step / it - step / full batch)", "各较小批次的样本 x (其单步 / 其批次 - 单步 / 全批次)"), T("from %d by %d to %d over %d samples", "从 %d 起每次加 %d 至 %d，共 %d 个样本")},
	"run.evaluation":        {T("evaluations x batches x forward pass of a batch", "评估次数 x 批次数 x 每批前向"), Same("%d x %d x %s")},
	"run.checkpoints":       {checkpointing, T("%s / %s x %s, pause %s / (%d x %s)", "%s / %s x %s，暂停 %s / (%d x %s)")},
	"run.checkpoints.async": {checkpointing, T("%s / %s x %s, pause %s / (%d x %s to the host)", "%s / %s x %s，暂停 %s / (%d x %s 至主机)")},
	"run.rework":            {rework, T("%.4g x (%s / 2), one failure per %s / %d devices", "%.4g x (%s / 2)，每 %s / %d 台设备故障一次")},
	"run.rework.async":      {rework, T("%.4g x (%s / 2 + %s), one failure per %s / %d devices", "%.4g x (%s / 2 + %s)，每 %s / %d 台设备故障一次")},
	"run.restarts":          {T("failures x restart", "故障次数 x 重启"), Same("%.4g x %s")},
	"run.planned":           {sumOfLines, T("goodput %.1f %%", "有效率 %.1f %%")},
	"run.expected":          {T("planned x the ratio of published runs of this kind to their plans", "计划 x 此类已公布训练与其计划之比"), Same("%s x %.4g")},
	// A run of reinforcement learning.
	"run.environment": {T("frames x frame skip / frames per second", "帧数 x 跳帧 / 每秒帧数"), Same("%s x %d / %.4g")},
	"run.acting":      {T("frames / actors x forward pass of a frame of each actor", "帧数 / 执行器数 x 各执行器一帧的前向"), Same("%s / %d x %s")},
	"run.learning":    {T("gradient steps x (step + forward pass of the target network)", "梯度步数 x (单步 + 目标网络前向)"), Same("%.4g x (%s + %s)")},
	"run.ideal.sum":   {T("environment + acting + gradient steps", "环境 + 动作前向 + 梯度步"), Same("%s + %s + %s")},
	"run.ideal.max":   {T("the longer of environment + acting and gradient steps", "环境 + 动作前向 与 梯度步 中较长者"), Same("%s + %s, %s")},
	// Its teacher.
	"distillation.memory": {T("teacher's parameters per stage x bytes / weight shards + logits of a micro-batch (and their fp32 softmax)", "教师模型每段参数 x 字节 / 权重分片数 + 微批次的 logits (及其 fp32 softmax)"), Same("%s, %s, + %s")},
	"distillation.pass":   {T("samples of the dataset / global batch x forward pass of a batch, in the fastest layout of the teacher alone", "数据集样本 / 全局批次 x 每批前向，取教师模型单独最快的布局"), Same("%s")},
	"distillation.stored": {T("tokens of the dataset x bytes per token", "数据集 token 数 x 每 token 字节"), Same("%.4g x %.0f B")},
}

// What several derivations share.
var (
	sumOfLines         = T("sum of the lines above", "以上各行之和")
	stepsByStep        = T("steps x step", "步数 x 单步")
	stepsByStepNumbers = Same("%.0f x %s")
	checkpointing      = T("work / interval x pause, interval = sqrt(2 pause x MTBF) where none is given", "工作时间 / 间隔 x 暂停，未指定时间隔 = sqrt(2 x 暂停 x MTBF)")
	rework             = T("failures x half an interval (and what is not yet written), at most half the run", "故障次数 x 半个间隔 (及尚未写完的部分)，至多全程之半")
)
