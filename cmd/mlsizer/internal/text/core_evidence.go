package text

// evidenceRowErrors are why a measured row is not predicted.
var evidenceRowErrors = map[string]Text{
	"row.no-device":               T("no device", "未给出设备"),
	"row.runtime-of-other-vendor": T("runtime version %q runs on AMD's devices, and %s is of %s", "运行时版本 %q 用于 AMD 设备，而 %s 属于 %s"),
	"row.no-runtime":              T("no runtime", "未给出运行时"),
	"row.model-only-counted":      T("%s is not in the catalogue: of its parameter count alone neither the cache nor the speed is known", "%s 不在目录中：仅凭参数量无法得知缓存与速度"),
	"row.does-not-fit-device":     T("weights in %s take %s per device, and %s has %s", "%s 权重每设备 %s，而 %s 只有 %s"),
	"row.tower-not-modelled":      T("the start-up of %s encodes images, and its tower is not modelled", "%s 启动时编码图像，其图像塔未建模"),
	"row.no-serving-layout":       T("%s on %d x %s: no layout", "%s 在 %d × %s 上：没有布局"),
	"row.bad-batch":               T("batch %q (want a number of sequences or max)", "批次 %q（应为序列数或 max）"),
	"row.nothing-measured":        T("neither a step time, a peak memory nor device-hours (want step_seconds, tokens_per_second_per_device, tflops_per_device, peak_mem_gib or device_hours)", "没有步时、内存峰值或设备时（应为 step_seconds、tokens_per_second_per_device、tflops_per_device、peak_mem_gib 或 device_hours）"),
	"row.no-shape":                T("model %q is not in the catalogue, and the row gives no shape", "目录中没有模型 %q，该行也未给出结构"),
	"row.other-layers":            T("%d layers, but %s has %d", "%d 层，但 %s 有 %d 层"),
	"row.inferred-shape":          T("%s: its shape is inferred, and constants are fitted to known shapes only", "%s：结构为推断所得，不用于拟合常数"),
	"row.mix-of-one-file":         T("%v; a mix of formats made for one file has no fixed size", "%v；为单个文件而定的混合格式没有固定的大小"),
	"row.mix-of-each-model":       T("%s is a mix of formats chosen for each model separately", "%s 是为每个模型另行选定的混合格式"),
	"row.mix-of-maker":            T("%s names the leading format of a mix that the file's maker chose", "%s 是文件制作者所选混合格式中的主要格式"),
	"row.other-peak":              T("a peak defined as %q is not predicted", "未对定义为 %q 的内存峰值作预测"),
	"row.no-layout":               T("no layout of this model on these devices", "该模型在这些设备上没有布局"),
	"row.no-image-size":           T("%s on images of a size that the row does not give", "%s 所用图像的尺寸该行未注明"),
	"row.only-count":              T("model %q is not in the catalogue, and its parameter count alone gives no shape: only a language model's is inferred", "目录中没有模型 %q，仅凭参数量得不出结构：只推断语言模型的结构"),
	"row.no-samples":              T("%s is counted in %vs, and the row gives no samples", "%s 按%v计，该行未给出样本数"),
	"row.compute-of-base-model":   T("training compute includes that of a base model, which was trained elsewhere", "训练算量包含在别处运行的基础模型"),
	"row.hours-without-length":    T("device-hours without the tokens or samples of the training, or its compute", "有设备时，但没有训练的 token 数、样本数或算量"),
	"row.layout-of-other-devices": T("tp %d x pp %d x cp %d x dp %d is not %d devices", "tp %d × pp %d × cp %d × dp %d 不是 %d 台设备"),
	"row.no-sequence-length":      T("no sequence length", "未给出序列长度"),
	"row.unknown-convention":      T("TFLOP/s without a known convention (%q)", "TFLOP/s 的约定未知（%q）"),
	"row.no-rate":                 T("no step time, tokens/s or TFLOP/s", "没有步时、token/s 或 TFLOP/s"),
	"row.no-batch":                T("no batch: a fit would use an assumed one", "未给出批次：拟合将基于假定的批次"),
}

// fitErrors are why constants are not fitted.
var fitErrors = map[string]Text{
	"fit.no-constant":       T("no constant to fit (want names such as products or overlap)", "没有要拟合的常数（应为 products 或 overlap 之类的名称）"),
	"fit.no-step-time":      T("no row has a step time to fit the constants to", "没有一行的步时可用于拟合常数"),
	"fit.unknown-constant":  T("%q is not a constant (want %v)", "%q 不是常数（应为 %v）"),
	"fit.no-entry":          T("%q: no entry sets it (want %s, or one of these before the colon: %s)", "%q：没有条目设定它（应为 %s，或冒号前取其一：%s）"),
	"fit.row-fails":         Fails,
	"fit.no-rows":           T("no rows", "没有数据行"),
	"fit.nothing-to-fit-to": T("no data to fit to: %v", "没有可供拟合的数据：%v"),
	"fit.no-row-predicted":  T("no row of %d can be predicted", "%d 行均无法预测"),
	"fit.no-such-entry":     T("no entry %d of %d constants", "没有第 %d 个条目，共 %d 个常数"),
	"fit.not-a-constant":    T("%q is not a constant", "%q 不是常数"),
	"fit.no-peak":           T("no row has a peak memory to fit the memory constants of training frameworks to", "没有一行的内存峰值可用于拟合训练框架的内存常数"),
	"fit.shipped-rows":      T("evidence: %v", "内置数据：%v"),
}
