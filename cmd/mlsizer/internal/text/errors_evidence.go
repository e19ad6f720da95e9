package text

// What is wrong with what validate and calibrate are asked.
var (
	NonePredicted   = T("none of the rows was predicted (%d skipped)", "没有一行得到预测（跳过 %d 行）")
	NoSuchGroup     = T("--leave-out %q: these rows have no such group (want %s)", "--leave-out %q：这些行没有该分组（应为 %s）")
	FitOrRefit      = T("--fit names constants, and --refit fits all of them (want one of the two)", "--fit 指定常数，--refit 拟合全部常数（应只用其一）")
	NoRuns          = T("no --from: no runs to fit the constants to (want a file, or --refit for the shipped ones)", "缺少 --from：没有可供拟合的实测（应给出文件，或用 --refit 拟合内置的实测）")
	MemoryAlone     = T("--memory fits the memory constants of training frameworks: it goes with neither --fit nor --refit", "--memory 拟合训练框架的内存常数：不能与 --fit 或 --refit 同用")
	MemoryOrServing = T("--memory is for training and --serving for inference (want one of the two)", "--memory 用于训练，--serving 用于推理（应只用其一）")
)
