package text

// programNotes are the program's own notes, by key.
var programNotes = map[string]Text{
	"assumed":                     T("%s not given: %s", "未指定 %s：取 %s"),
	"import.auto":                 T("%s:%d: %s is auto: the framework chooses it, here it is open", "%s:%d：%s 为 auto：由框架决定，此处未定"),
	"import.epochs":               T("%s:%d: %s epochs: the number of examples is not in the file (--examples, --example-tokens and --epochs give the length of the run)", "%s:%d：%s 轮：文件中没有样本数（运行长度由 --examples、--example-tokens 与 --epochs 给出）"),
	"import.model":                T("%s:%d: dimensions with %s are not built (give a MODEL)", "%s:%d：含 %s 的维度无法建立（请给出 MODEL）"),
	"import.more":                 T("%s:%d: from here on what is not understood is not listed (%d are)", "%s:%d：此后不理解的项不再列出（已列 %d 项）"),
	"import.open":                 T("%s:%d: %s is %s, which the file does not say: it is open", "%s:%d：%s 为 %s，文件未给出其值：未定"),
	"import.other-file":           T("%s:%d: %s is in another file, %s, which is not read", "%s:%d：%s 在另一文件 %s 中，未读取"),
	"import.unknown":              T("%s:%d: %s %s is not understood and has no part in the answer", "%s:%d：%s %s 不被理解，未计入答案"),
	"images.other-sizes":          T("%s: images of other sizes take other numbers of tokens", "%s：其他尺寸的图像 token 数不同"),
	"images.tower":                T("the image tower is read from the config; towers of any resolution are evaluated on images of 672 x 672", "图像塔取自配置；支持任意分辨率者按 672 x 672 的图像计"),
	"tokens.per-parameter":        T("%g tokens per parameter: %s tokens for %s parameters", "每参数 %g 个 token：%[3]s 参数共 %[2]s token"),
	"tokens.per-parameter-of-all": T("%g tokens per parameter: %s tokens for %s parameters, %.3g per active parameter", "每参数 %g 个 token：%[3]s 参数共 %[2]s token，按激活参数计每参数 %.3[4]g 个"),
	"tokens.text":                 T("%s of text taken as %s tokens: %.2f bytes per token, the median of tokenizers on English web text (%.2f to %.2f: %s to %s tokens); code and other scripts have fewer bytes per token", "%s 文本按 %s token 计：每 token %.2f 字节，为各分词器在英文网页文本上的中位数（%.2f 至 %.2f，即 %s 至 %s token）；代码与其他文字每 token 字节更少"),
	"published":                   T("published training run: %v", "已公布的训练：%v"),
}
