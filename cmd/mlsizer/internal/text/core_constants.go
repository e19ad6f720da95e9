package text

// trainConstantsErrors are what is wrong with constants of training.
var trainConstantsErrors = map[string]Text{
	"constants.of-training":               T("constants: %v", "常数：%v"),
	"constants.first-band-not-everywhere": T("the first band must have an empty match", "第一个区间的 match 必须为空"),
	"constants.bad-widening":              T("inferred_widening is %v (want 1 to %v)", "inferred_widening 为 %v（应为 1 至 %v）"),
}

// servingConstantsErrors are what is wrong with constants of serving.
var servingConstantsErrors = map[string]Text{
	"constants.band-known-of-other-name": T("band of %v: known is %q (want one of %v)", "%v 的区间：known 为 %q（应为 %v 之一）"),
	"constants.no-band-of-known":         T("no band of known=%s for all phases (want one for each of %v: of runtime and device measured)", "没有 known=%s 且不限阶段的区间（%v 应各有一个：按运行时与设备是否实测）"),
	"constants.of-file":                  Fails,
	"constants.depends-on-other":         T("%v: %s depends on %s (want one of %v)", "%v：%s 依赖 %s（应为 %v 之一）"),
	"constants.power-of-other":           T("%v: %s to a power of %q (want one of %v, everywhere)", "%v：%s 为 %q 的幂（应为 %v 之一，且处处成立）"),
	"constants.far-from-prior":           T("%s is %v (want a value nearer to its prior of %v)", "%s 为 %v（应更接近其先验值 %v）"),
	"constants.set-twice":                T("%v: %s is set twice", "%v：%s 设定了两次"),
}
