package text

// LaunchExample is how a launch begins.
const LaunchExample = "vllm serve ..."

// Launches of serving programs, written and read.
var (
	UnknownProgram  = T("%q is not a serving program that launches are written for (want %s)", "%q 不是可写出启动命令的推理程序（应为 %s）")
	LaunchOf        = T("%s on %d x %s, weights in %s", "%s，%d × %s，权重 %s")
	LaunchOptions   = T("option names of %s", "选项名取自 %s")
	LaunchModel     = T("MODEL is the repository or the folder of %s with weights in %s", "MODEL 为 %s 的仓库或目录，权重为 %s")
	LaunchTooLong   = T("a launch of %d bytes (want at most %d)", "启动命令长 %d 字节（至多 %d）")
	LaunchOpenQuote = T("the launch ends in an open %s", "启动命令的 %s 未闭合")
	LaunchShell     = T("the launch has a %s, which only a shell can evaluate (want words and quotes)", "启动命令含 %s，只有 shell 能求值（应只有单词与引号）")
	LaunchNoModel   = T("the launch of %s names no model", "%s 的启动命令未给出模型")
	LaunchOfOther   = T("%q is not a launch that is read (want vllm serve, python -m sglang.launch_server or llama-server)", "%q 不是可读取的启动命令（应为 vllm serve、python -m sglang.launch_server 或 llama-server）")
	LaunchStray     = T("%q is no option of the launch", "%q 不是该启动命令的选项")
	LaunchNoValue   = T("%s of the launch has no value", "启动命令的 %s 没有值")
	LaunchLeft      = T("not taken from the launch: %s", "未取自启动命令：%s")
	LaunchFlag      = T("%s of the launch, as --%s %q: %v", "启动命令的 %s（--%s %q）：%v")
	ExportOther     = T("--export %s, and the runtime is %s (want the same)", "--export %s，而运行时为 %s（应一致）")
)
