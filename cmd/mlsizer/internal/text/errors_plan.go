package text

// What is wrong with a question about plans, or leaves none.
var (
	NoModelNorDevices = T("no model (want one MODEL, and devices with --on)", "没有模型（应给出一个 MODEL，并用 --on 给出设备）")
	BudgetOrHours     = T("--budget and --device-hours both limit the run (want one of them)", "--budget 与 --device-hours 都限定训练的花费（应只用其一）")
	NoModelNorBudget  = T("no model (want one MODEL, or --budget or --device-hours for the model with the lowest loss)", "没有模型（应给出一个 MODEL，或用 --budget 或 --device-hours 求损失最低的模型）")
	TokensOfBudget    = T("--tokens without a MODEL: a budget alone chooses the tokens (want a MODEL, or no --tokens)", "--tokens 缺少 MODEL：仅有预算时 token 数由其决定（应给出 MODEL，或不给 --tokens）")
	GoalOfRun         = T("--days, --budget and --device-hours are for a run (want its length with --tokens or --samples)", "--days、--budget 与 --device-hours 用于整个训练（应用 --tokens 或 --samples 给出训练量）")
	ExportOne         = T("--export prints one plan (want one device in --on, not %d)", "--export 只输出一个方案（--on 应为一种设备，而非 %d 种）")
	MFUFixesTime      = T("--mfu fixes the time of every layout, so none is faster (want plan without it, or estimate)", "--mfu 固定每种布局的时间，无从择优（应在 plan 中去掉它，或用 estimate）")
	NoPriceOf         = T("no known price for %s (want --price, dollars per device-hour)", "%s 无已知价格（应给出 --price，即每设备小时的美元数）")
	BudgetTooSmall    = T("%v cannot be kept: the smallest run that was tried, of %v parameters and %v tokens, takes %v with its start-up", "%v 无法满足：所试的最小训练（%v 参数、%v 个 token）连同启动需 %v")
	NoLayoutUses      = T("no layout uses exactly %d devices with a global batch of %d (want another number of devices, or a batch that more data-parallel ranks divide)", "没有布局恰好用 %d 台设备处理全局批次 %d（应换设备数，或取能被更多数据并行 rank 整除的批次）")
	NoLayoutDivides   = T("no layout divides these devices, this model and this batch", "没有布局能划分这些设备、该模型与该批次")
	NoMatrixRate      = T("%q: no %s matrix rate known (want %s)", "%q：无已知的 %s 矩阵速率（应为 %s）")
)
