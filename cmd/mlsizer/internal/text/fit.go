package text

// The models that run on a machine.
var (
	FitTitle        = T("%d x %s: %d of %d language models run with %d tokens per sequence", "%d × %s：每序列 %[5]d token 时，%[4]d 个语言模型中 %[3]d 个可运行")
	FitNote         = T("each with the weights of the most bits that fit and reach the speed, for one user; a context of less than that asked for is the model's own", "各取放得下且达到速度的最多比特权重，单用户；上下文短于所给者为模型自身上限")
	FitOneDevice    = T("fit takes one machine, not %d", "fit 只取一台机器，而非 %d 台")
	OnOrDetect      = T("--on and --detect: the machine is given already", "--on 与 --detect：机器已给定")
	DetectedNote    = T("detected %q by %s, taken as %d x %s", "由 %[2]s 检测到 %[1]q，按 %[3]d × %[4]s 计")
	DetectedUnknown = T("detected %q (%d of them, by %s), which the catalogue does not have (want --on with one that it has)", "检测到 %q（%d 个，由 %s），目录中没有（应以 --on 给出目录中的设备）")
	DetectedNone    = T("no GPU found by nvidia-smi, rocm-smi or system_profiler; the processor is %q with %v of memory, which the catalogue does not have (want --on with a processor that it has)", "nvidia-smi、rocm-smi、system_profiler 均未找到 GPU；处理器为 %q，内存 %v，目录中没有（应以 --on 给出目录中的处理器）")
)

var fitLong = T(`Fit ranks the models of the catalogue that run on a machine, each with the
weights of the most bits that fit, and says how fast they generate.
--detect takes the machine that the program runs on, as nvidia-smi, rocm-smi,
system_profiler or /proc describe it.

Exit code 3 means that nothing runs.`, `Fit 列出目录中可在一台机器上运行的模型，各取放得下的最多比特权重，
并给出生成速度。--detect 取程序所在的机器，由 nvidia-smi、rocm-smi、
system_profiler 或 /proc 得知。

退出码 3 表示没有可运行的模型。`)
