package text

// What is wrong with what validate and calibrate are asked.
var (
	NoSuchGroup     = T("--leave-out %q: not a group of these rows (want %s)", "--leave-out %q：不是这些行的分组（应为 %s）")
	FitOrRefit      = T("--fit names constants, and --refit fits all of them (want one of the two)", "--fit 指定常数，--refit 拟合全部常数（应只用其一）")
	NoRuns          = T("no --from: whose runs the constants are fitted to (--refit takes the shipped ones)", "缺少 --from：要拟合的实测文件（--refit 用内置的实测）")
	MemoryAlone     = T("--memory fits the facts of stacks: it goes with neither --fit nor --refit", "--memory 拟合训练框架的内存常数：不能与 --fit 或 --refit 同用")
	MemoryOrServing = T("--memory is of training and --serving of inference (want one of the two)", "--memory 用于训练，--serving 用于推理（应只用其一）")
)
