package main

import "mlsizer/cmd/mlsizer/internal/render"

// Every word that the program says, in both languages: English, Chinese.
var (
	labelError     = render.T("error", "错误")
	labelHint      = render.T("hint", "提示")
	labelUsage     = render.T("usage", "用法")
	labelUsageLine = render.T("%s (%s --help lists the flags)", "%s（%s --help 列出全部参数）")
)
