package text

// What is wrong with the arguments of a command.
var (
	FromOrModel       = T("--from %s and MODEL %q (want one or the other)", "--from %s 与 MODEL %q（应只用其一）")
	FromEmpty         = T("--from \"\" (want a file, or - for stdin)", "--from \"\"（应为文件，或以 - 表示标准输入）")
	NoModelToClassify = T("no model (want one MODEL or more, such as gpt-3 or 7B, or --from FILE)", "没有模型（应给出一个或多个 MODEL，如 gpt-3 或 7B，或 --from FILE）")
	BadLimit          = T("--limit %d (want 0 or more rows)", "--limit %d（应为 0 行或更多）")
	WithoutFrom       = T("--%s without --from FILE (it says how a file is read)", "--%s 缺少 --from FILE（它说明如何读取文件）")
	NoModels          = T("no model (want one MODEL or more, such as llama-3.1-70b or 7B)", "没有模型（应给出一个或多个 MODEL，如 llama-3.1-70b 或 7B）")
	OneDeviceName     = T("%d names (want one, such as h100)", "%d 个名称（应为一个，如 h100）")
	NoSuchVendor      = T("--vendor %q: no device is of that vendor (want %s)", "--vendor %q：没有该厂商的设备（应为 %s）")
	OnePath           = T("%d paths (want one, such as ./llama/config.json)", "%d 个路径（应为一个，如 ./llama/config.json）")
	OneFolder         = T("%d folders (want one, such as ./man)", "%d 个文件夹（应为一个，如 ./man）")
	OneModelName      = T("%d names (want one, such as llama-3.1-70b)", "%d 个名称（应为一个，如 llama-3.1-70b）")
	UnknownSubcommand = T("%q: unknown subcommand (want list or show NAME%s)", "%q：未知子命令（应为 list 或 show NAME%s）")
	NoArgument        = T("%q: no argument is taken here", "%q：此处不接受参数")
	OneModelOnly      = T("%d models (want one MODEL, such as llama-3.1-70b or 7B)", "%d 个模型（应为一个 MODEL，如 llama-3.1-70b 或 7B）")
	PrunedTwice       = T("--prune: %d prunings of one model (compare takes several)", "--prune：对一个模型作 %d 次剪枝（compare 可取多次）")
	NoModel           = T("no model (want one MODEL, such as %s)", "没有模型（应给出一个 MODEL，如 %s）")
	SeveralModels     = T("%d models (want one MODEL; %s takes several)", "%d 个模型（应为一个 MODEL；%s 可取多个）")
	UnknownCommand    = T("%q: unknown command (want %s)", "%q：未知命令（应为 %s）")
	EstimateOneDevice = T("--on %q: %d devices (estimate takes one, compare takes several)", "--on %q：%d 种设备（estimate 只取一种，compare 可取多种）")
	NoDevices         = T("--on is missing (want devices, such as --on h100x8)", "缺少 --on（应给出设备，如 --on h100x8）")
)

// AlsoNearest follows an unknown name.
var AlsoNearest = T("; nearest: %s", "；最接近：%s")

// What a MODEL may be, in an example.
var (
	ModelOrCount = T("llama-3.1-70b or 7B", "llama-3.1-70b 或 7B")
	ModelOrFile  = T("llama-3.1-70b or a .gguf file", "llama-3.1-70b 或 .gguf 文件")
)
