package text

// layoutErrors are what is wrong with how work is divided among devices.
var layoutErrors = map[string]Text{
	"layout.dimension-below-one":           T("every dimension of a layout is at least 1, not tp %d pp %d vp %d cp %d ep %d dp %d", "布局的每个维度至少为 1，而给出的是 tp %d pp %d vp %d cp %d ep %d dp %d"),
	"batch.out-of-range":                   T("a global batch of %d (want 1 to %d)", "全局批次 %d（应为 1 至 %d）"),
	"batch.below-one":                      T("micro-batch %d and global batch %d must be at least 1", "微批次 %d 与全局批次 %d 至少应为 1"),
	"batch.must-divide-into-micro-batches": T("a global batch of %d does not divide into dp %d x micro-batch %d", "全局批次 %d 不能被 dp %d × 微批次 %d 整除"),
	"layout.no-heads-to-divide":            T("tp %d: %s has no attention or state-space heads to divide", "tp %d：%s 没有可切分的注意力头或状态空间头"),
	"layout.tp-must-divide-heads":          T("tp %d does not divide %d heads", "tp %d 不能整除 %d 个头"),
	"layout.must-divide-devices":           T("tp %d x pp %d x cp %d does not divide %d devices", "tp %d × pp %d × cp %d 不能整除 %d 台设备"),
	"layout.must-use-all-devices":          T("tp %d x pp %d x cp %d x dp %d is %d devices, but the cluster has %d", "tp %d × pp %d × cp %d × dp %d 为 %d 台设备，但集群有 %d 台"),
	"layout.more-chunks-than-layers":       T("pp %d x vp %d is more than %d layers", "pp %d × vp %d 超过 %d 层"),
	"layout.vp-needs-stages":               T("vp %d needs more than one pipeline stage", "vp %d 需要一个以上的流水线段"),
	"layout.first-and-last-leave-too-few":  T("first and last chunk of %d and %d of %d layers leave less than one layer for each other of pp %d x vp %d chunks (and need pp above 1)", "首块 %d 层、末块 %d 层（共 %d 层）不能使 pp %d × vp %d 的其余每块至少有一层（且 pp 须大于 1）"),
	"layout.no-sequence-to-divide":         T("cp %d: %s has no sequence to divide", "cp %d：%s 没有可切分的序列"),
	"layout.cp-must-divide-sequence":       T("cp %d: a sequence of %d tokens does not divide into %d parts", "cp %d：%d 个 token 的序列不能等分为 %d 份"),
	"layout.no-experts-to-divide":          T("ep %d: %s has no experts", "ep %d：%s 没有专家"),
	"layout.ep-must-divide-experts":        T("ep %d does not divide %d experts", "ep %d 不能整除 %d 个专家"),
	"layout.etp-must-divide-tp":            T("etp %d does not divide tp %d", "etp %d 不能整除 tp %d"),
	"layout.no-experts-for-etp":            T("etp %d: %s has no experts", "etp %d：%s 没有专家"),
	"layout.ep-must-divide-ranks":          T("ep %d does not divide dp %d x cp %d", "ep %d 不能整除 dp %d × cp %d"),
	"layout.sequence-parallel-needs-tp":    T("sequence parallelism needs tp above 1", "序列并行要求 tp 大于 1"),
	"layout.shard-group-too-small":         T("a shard group of %d (want 2 ranks or more, or 0 for all)", "分片组大小为 %d（至少应为 2 个 rank，或 0 表示全部）"),
	"layout.shard-group-needs-sharding":    T("a shard group of %d needs a sharding", "大小为 %d 的分片组需要启用分片"),
	"layout.shard-group-must-divide-ranks": T("a shard group of %d does not divide dp %d x cp %d", "大小为 %d 的分片组不能整除 dp %d × cp %d"),
	"layout.ep-must-divide-shard-group":    T("ep %d does not divide a shard group of %d", "ep %d 不能整除大小为 %d 的分片组"),
	"layout.none-uses-all-devices":         T("no layout uses exactly %d devices", "没有布局恰好使用 %d 台设备"),
}
