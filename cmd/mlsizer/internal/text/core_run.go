package text

// runErrors are what is wrong with a run and with a search of trials.
var runErrors = map[string]Text{
	"sweep.no-trials":                        T("%d trials (want at least 1)", "%d 次试验（至少应为 1）"),
	"sweep.fraction-out-of-range":            T("trials of %v of the run (want a share above 0, at most 1)", "试验为全程的 %v（应为大于 0、至多 1 的比例）"),
	"sweep.more-at-once-than-trials":         T("%d trials at once (want 1 to %d, the number of trials)", "同时 %d 次试验（应为 1 至总数 %d）"),
	"sweep.trials-must-divide-devices":       T("%d trials at once do not divide %d devices (want a number that does)", "同时 %d 次试验不能整除 %d 台设备（应取能整除的数）"),
	"sweep.trial-has-no-answer":              T("a trial on %d of %d devices: %v", "单次试验用 %d 台设备（共 %d 台）：%v"),
	"examples.none":                          T("%d examples (want at least 1)", "%d 个样例（至少应为 1）"),
	"examples.length-out-of-range":           T("examples of %d tokens (want 1 to %d)", "样例长 %d 个 token（应为 1 至 %d）"),
	"examples.have-no-length":                T("%s is counted in samples of one %v: an example is one", "%s 按样本计，每个样本为一个%v：一个样例即一个样本"),
	"examples.nothing-to-pack":               T("%s is counted in samples of one %v: there is nothing to pack", "%s 按样本计，每个样本为一个%v：无可打包"),
	"examples.epochs-out-of-range":           T("%v epochs (want a number above 0)", "%v 个 epoch（应为大于 0 的数）"),
	"examples.less-than-one":                 T("%v epochs of %d examples are less than one example", "%v 个 epoch、%d 个样例合计不足一个样例"),
	"examples.too-many-tokens":               T("%d examples come to %.3g tokens (want at most %v)", "%d 个样例合计 %.3g 个 token（应至多 %v）"),
	"environment.unknown":                    T("%s acts in no environment that is known", "%s 没有已知的交互环境"),
	"environment.rate-not-positive":          T("%v frames per second (want a number above 0)", "每秒 %v 帧（应为大于 0 的数）"),
	"environment.actors-out-of-range":        T("%d actors (want 1 to %d)", "%d 个执行器（应为 1 至 %d）"),
	"ramp-up.incomplete":                     T("a batch that grows from %d by %d over %d samples (want all three above 0)", "批次自 %d 起每次增 %d，历经 %d 个样本（三者都应大于 0）"),
	"evaluation.incomplete":                  T("evaluation of %d batches every %d steps (want both above 0, or neither)", "每 %[2]d 步评估 %[1]d 个批次（应都大于 0 或都不给）"),
	"ramp-up.does-not-reach-batch":           T("a batch that grows from %d by %d does not reach %d", "批次自 %d 起每次增 %d，达不到 %d"),
	"ramp-up.must-divide-into-micro-batches": T("batches of %d and %d more do not divide into dp %d x micro-batch %d (want multiples of %d, or another --dp)", "批次 %d 及增量 %d 不能被 dp %d × 微批次 %d 整除（应为 %d 的倍数，或改 --dp）"),
	"ramp-up.longer-than-run":                T("a ramp-up of %d samples is longer than the run of %.0f", "%d 个样本的升批次阶段长于 %.0f 个样本的训练"),
	"checkpoint.no-host-link":                T("%s has no known link to host memory, which receives the checkpoint", "%s 与接收检查点的主机内存之间没有已知的链路"),
}

// requestErrors are what is wrong with a request and with tiers.
var requestErrors = map[string]Text{
	"request.needs-model-and-device": T("a request needs a model and a device", "请求需要模型与设备"),
	"request.batch-is-in-samples":    T("%s is counted in samples of one %v (want --batch)", "%s 按样本计，每个样本为一个%v（应用 --batch）"),
	"request.batch-out-of-range":     T("%s tokens are %d sequences of %d (want 1 to %d)", "%s 个 token 为 %d 条长 %d 的序列（应为 1 至 %d）"),
	"request.no-such-matrices":       T("%s has no matrix named %v (want %v, or all-linear)", "%s 没有名为 %v 的矩阵（应为 %v，或 all-linear）"),
	"tier.unknown":                   T("%q is not a tier (want small, medium, large or very-large)", "%q 不是级别（应为 small、medium、large 或 very-large）"),
	"tier.bound-not-positive":        T("bound %d is %d (want a positive count)", "第 %d 个界限为 %d（应为正数）"),
	"tier.bounds-must-rise":          T("bounds must rise: %d does not exceed %d", "界限必须递增：%d 不大于 %d"),
	"tier.four-bounds":               T("%q has %d bounds (want 4, such as 1M,1B,100B,1T)", "%q 有 %d 个界限（应为 4 个，如 1M,1B,100B,1T）"),
}
