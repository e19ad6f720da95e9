package text

// The frame of --help.
var (
	HelpUsage    = T("Usage:", "用法：")
	HelpExamples = T("Examples:", "示例：")
	HelpCommands = T("Available Commands:", "可用命令：")
	HelpMore     = T(`Use "%s [command] --help" for more information about a command.`, `用 "%s [command] --help" 查看某个命令的详细说明。`)
	HelpGroup    = T("%s:", "%s：")
	FlagDefault  = T(" (default: %s)", "（默认：%s）")
)
