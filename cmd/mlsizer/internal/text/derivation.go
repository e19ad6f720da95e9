package text

// Derivations.
var (
	Derivation = T("derivation of %s", "推导：%s")
	Term       = T("term", "项")
	Formula    = T("formula", "公式")
	Numbers    = T("with the numbers", "代入数字")
	Value      = T("value", "值")
)

// DerivationGroups are what derivations are of, by their groups.
var DerivationGroups = map[string]Text{
	"memory":       T("memory", "显存"),
	"storage":      Storage,
	"compute":      Compute,
	"time":         Time,
	"constants":    Constants,
	"distillation": T("distillation", "蒸馏"),
	"run":          T("the whole run", "全程"),
	"prompt":       T("the time to the first token", "首 token 时间"),
	"rates":        T("rates", "速率"),
	"front":        T("what comes before the decoder", "解码器之前"),
	"cost":         Cost,
	"energy":       Energy,
}

// Derived are what single derivations are of, where that is no term of a step or
// of the memory.
var Derived = map[string]Text{
	"total": Total, "checkpoint": T("checkpoint", "检查点"), "dataset": Dataset, "cost": Cost, "energy": Energy,
	"model FLOPs": ModelFLOPs, "model FLOPs (megatron)": MegatronFLOPs, "model FLOPs (6ND)": SixND, "hardware FLOPs": HardwareFLOPs,
	"model FLOPs per token": T("model FLOPs per token or sample", "模型 FLOPs（每 token 或样本）"),
	"MFU (megatron)":        T("MFU (megatron)", "MFU（Megatron 约定）"), "MFU (palm)": T("MFU (palm)", "MFU（PaLM 约定）"), "MFU (6ND)": T("MFU (6ND)", "MFU（6ND 约定）"), "HFU": HFU,
	"step": Step, "student's step": T("student's step", "学生模型步时"), "run": Run, "ideal": Ideal, "start-up": Startup, "batch ramp-up": RampUp, "evaluation": Evaluation,
	"outside the device": T("outside the device", "设备之外"),
	"teacher's memory":   T("teacher's memory", "教师模型显存"), "teacher's pass": T("teacher's forward pass", "教师模型前向一遍"), "stored logits": StoredLogits,
	"KV cache, full attention": T("KV cache, full attention", "KV 缓存，全注意力"), "KV cache, of the encoder": T("KV cache, of the encoder", "KV 缓存，编码器"),
	"KV cache, rounding": KVPadding, "state": State, "compute buffers": ComputeBuffer, "the runtime takes": Budget,
	"read the weights": T("read the weights", "读取权重"), "multiply": T("multiply", "相乘"), "gaps": T("gaps", "算子间隙"), "host": T("host", "主机"),
	"scheduling and sampling": T("scheduling and sampling", "调度与采样"), "between devices": T("between devices", "设备间"), "between stages": T("between stages", "流水线段之间"), "weights on the host": T("weights on the host", "主机上的权重"),
	"prompt": T("prompt", "提示"), "first token": TTFT, "prefill": Prefill, "decode, a user": DecodeUser, "decode, in all": DecodeAll,
	"compute-bound batch": ComputeBound, "requests answered": T("answers with prompts, tokens per second", "含提示的回答，每秒 token"), "full load": T("full load", "满载"), "sequences": T("sequences or samples", "序列或样本"), "reading and multiplying": T("reading and multiplying", "读取与相乘"),
	"cost a million": T("cost per million, this batch", "每百万成本，本批次"), "cost a million, full load": T("cost per million, full load", "每百万成本，满载"),
	"energy a million": T("energy per million, this batch", "每百万能耗，本批次"), "energy a million, full load": T("energy per million, full load", "每百万能耗，满载"),
	"a token of each sequence": T("one token per sequence", "每条序列一个 token"), "pass": T("pass", "一次前向"),
	"environment": EnvironmentPart, "acting": ActingPart, "gradient steps": LearningPart, "ideal run": IdealRun,
	"checkpoints": Checkpointing, "rework": Rework, "restarts": Restarts, "as planned": Planned, "expected": Expected, "cost of the steps": StepsCost, "energy of the steps": StepsEnergy, "CO2": Carbon, "CO2 of the steps": StepsCarbon,
}
