package text

// Memory and storage.
var (
	MemoryDevice   = T("memory per device", "每设备显存")
	Size           = T("size", "大小")
	Share          = T("of the device", "占设备")
	Weights        = T("weights", "权重")
	Gradients      = T("gradients", "梯度")
	OptimizerState = T("optimizer state", "优化器状态")
	Activations    = T("activations", "激活值")
	Logits         = T("logits", "输出 logits")
	Communication  = T("communication", "通信缓冲")
	Overhead       = T("overhead", "开销")
	Total          = T("total", "合计")
	BandLow        = T("  80 % band, low", "  80 % 区间下限")
	MemorySure     = T("  95 % of peaks below", "  95 % 峰值低于")
	BandHigh       = T("  80 % band, high", "  80 % 区间上限")
	DeviceMemory   = T("device", "设备容量")
	HostMemory     = T("host memory", "主机内存")
	NVMe           = T("NVMe disks", "NVMe 硬盘")
	Storage        = T("storage", "存储")
	Checkpoints    = T("%d checkpoints", "%d 个检查点")
	Dataset        = T("dataset", "数据集")
)

// MemoryTerms are the terms of the memory of a device, by their names.
var MemoryTerms = map[string]Text{
	"weights": Weights, "gradients": Gradients, "optimizer": OptimizerState, "activations": Activations,
	"logits": Logits, "communication": Communication, "teacher": Teacher, "other models": OtherModels, "overhead": Overhead,
}
