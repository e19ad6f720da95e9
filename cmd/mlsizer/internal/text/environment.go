package text

// A run of reinforcement learning.
var (
	EnvironmentPart = T("environment", "环境")
	ActingPart      = T("acting", "动作前向")
	LearningPart    = T("gradient steps", "梯度步")
	AtOnce          = T("%v, at the same time", "%v，同时进行")
	IdealRun        = T("environment, acting and gradient steps (ideal)", "环境、动作前向与梯度步（理想）")
	IdealCost       = T("ideal cost", "理想费用")
	IdealEnergy     = T("ideal energy", "理想能耗")
	IdealCarbon     = T("ideal CO2", "理想 CO2")
	LearntPerSecond = T("samples a second in gradient steps", "梯度步每秒样本")
	GradientOnly    = T("gradient steps only", "仅计梯度步")
)

// agentNotes are of an agent in its environment.
var agentNotes = map[string]Text{
	"batch.agent":              T("batch of a gradient step not given: %d, as published", "未指定梯度步的批次：%d，取发表值"),
	"environment.unknown":      T("gradient steps only: how %s acts in its environment is not known; a sample is a %v that gradient steps learn from, and environment, self-play and acting passes come on top", "仅计梯度步：%s 如何与环境交互未知；一个样本为梯度步所学的一个%v，环境、自我对弈与动作前向另计"),
	"environment.frames":       T("a sample of the run is a frame that the agent sees and answers with an action; the environment runs %d frames for each, %s in all, and a gradient step of %[4]d samples follows every %[3]d actions", "训练量以智能体所见并据以行动的帧计；每帧环境运行 %d 帧，共 %s 帧；每 %d 个动作后有一个 %d 样本的梯度步"),
	"environment.rate.given":   T("given %s frames per second of the environment, all actors together", "给定环境每秒 %s 帧，各执行器合计"),
	"environment.rate.assumed": T("frames per second of the environment not given: %s, with a core of the host for each actor (%d; --env-fps)", "未指定环境每秒帧数：%s，每个执行器占主机一核（%d 个；--env-fps）"),
	"environment.overlaps":     T("actors do not wait for gradient steps: the longer of the two is the run", "执行器不等待梯度步：全程取两者中较长者"),
	"replay":                   T("the replay memory of %s frames takes %s of the host's; sampling and copying it is in no term", "经验回放存 %s 帧，占主机内存 %s；采样与拷贝未计入各项"),
	"expected.agent":           T("expected: %d published runs of reinforcement learning took %.2f times what was planned (80 %% of such runs %.2f to %.2f): the interpreter between calls, sampling and copying of the replay memory, evaluation, older devices and software, none of which is measured; as planned it takes %s, a lower bound", "预期：已公布的 %d 次强化学习训练的用时为计划的 %.2f 倍（其中 80 %% 在 %.2f 至 %.2f 倍之间）：调用之间的解释器、经验回放的采样与拷贝、评估、较旧的设备与软件，均无实测；按计划需 %s，为下界"),
}
