package text

// cellErrors are what is wrong with the cells of a file of measurements.
var cellErrors = map[string]Text{
	"cell.not-whole":    T("%q is not a whole number", "%q 不是整数"),
	"cell.not-a-count":  T("%q is not a count (want a whole number of 1 or more)", "%q 不是数量（应为不小于 1 的整数）"),
	"cell.negative":     T("%q is not a number of 0 or more", "%q 不是不小于 0 的数"),
	"cell.not-a-switch": T("%q is not 0 or 1", "%q 不是 0 或 1"),
	"cell.of-method":    T("column method: %s=%v", "列 method：%s=%v"),
	"cell.not-options":  T("%q is not a JSON object of strings such as {\"disable-bias-linear\":\"true\"}", "%q 不是 {\"disable-bias-linear\":\"true\"} 之类的字符串 JSON 对象"),
	"rows.bad-row":      T("%s:%d: %v", "%s：第 %d 行：%v"),
	"rows.bad-cell":     T("%s:%d: column %s: %v", "%s：第 %d 行，列 %s：%v"),
	"rows.empty":        T("the file is empty (want a header row with %v)", "文件为空（应有含 %v 的表头）"),
	"rows.too-many":     T("more than %d rows (limit)", "超过 %d 行（上限）"),
	"rows.column-twice": T("occurs twice", "出现两次"),
	"rows.no-column":    T("is missing (the header has %v)", "缺失（表头有 %v）"),
}

// limitErrors are what a foreign file has too much of.
var limitErrors = map[string]Text{
	"limit.file": T("the file goes on after %v (limit)", "文件超过上限 %v"),
	"limit.line": T("a line is longer than %v (limit)", "有一行超过上限 %v"),
}

// csvErrors are what is wrong with the CSV of such a file.
var csvErrors = map[string]Text{
	"csv.wrong-record":             T("record on line %d: %v", "第 %d 行的记录：%v"),
	"csv.not-parsed":               T("parse error on line %d, column %d: %v", "第 %d 行第 %d 列解析出错：%v"),
	"csv.not-parsed-within-record": T("record on line %d; parse error on line %d, column %d: %v", "第 %d 行的记录，第 %d 行第 %d 列解析出错：%v"),
}

// optionErrors are what is wrong with the launch options of a measured run.
var optionErrors = map[string]Text{
	"option.uneven-chunks":                 T("decoder-first-pipeline-num-layers=%d, decoder-last-pipeline-num-layers=%d: with virtual stages every chunk of such a stage has fewer layers, which plans do not support", "decoder-first-pipeline-num-layers=%d、decoder-last-pipeline-num-layers=%d：使用虚拟段时，该段的每块层数更少，方案不支持"),
	"option.bad-pipeline-layout":           T("pipeline-model-parallel-layout=%s: %v", "流水线布局 pipeline-model-parallel-layout=%s：%v"),
	"option.bad-value":                     Fails,
	"option.not-a-factor":                  T("moe-expert-capacity-factor=%s: not a factor", "moe-expert-capacity-factor=%s：不是系数"),
	"option.unknown-sharding":              T("data-parallel-sharding-strategy=%s is not known", "data-parallel-sharding-strategy=%s 未知"),
	"option.too-many-mtp-layers":           T("mtp-num-layers=%d: more than 64", "mtp-num-layers=%d：大于 64"),
	"option.unknown-letter":                T("hybrid layer pattern %q: unknown letter %q", "混合层模式 %q：未知字母 %q"),
	"option.not-a-share":                   T("%s=%s: not a share", "%s=%s：不是比例"),
	"option.not-a-count":                   T("%s=%s: not a count", "%s=%s：不是数量"),
	"option.not-modelled":                  Colon,
	"option.offloaded-unsaid":              T("recompute %s: the offloaded activations are not given", "重计算 %s：未注明卸载哪些激活"),
	"option.bad-layer-pattern":             T("layer pattern %q (want an interval or a list such as ([0]*3+[1]*12))", "层模式 %q（应为间隔，或 ([0]*3+[1]*12) 之类的列表）"),
	"option.layer-pattern-of-other-length": T("layer pattern %q has %d layers, the model %d", "层模式 %q 有 %d 层，模型有 %d 层"),
}

// pipelineLayoutErrors are what is wrong with a pipeline layout that is written by hand.
var pipelineLayoutErrors = map[string]Text{
	"pipeline-layout.unreadable":         T("not a layout such as Et*3|(tt|)*6t*2L", "不是 Et*3|(tt|)*6t*2L 之类的布局"),
	"pipeline-layout.chunks-must-divide": T("its chunks do not divide into the stages", "其块数不能按流水线段等分"),
	"pipeline-layout.chunks-differ":      T("its chunks differ in a way that plans do not support", "各块的差异方案不支持"),
	"pipeline-layout.open-bracket":       T("a bracket is not closed", "括号未闭合"),
	"pipeline-layout.unknown-letter":     T("an unknown letter", "未知字母"),
	"pipeline-layout.bad-repeat":         T("a repeat is not a number", "重复次数不是数"),
	"pipeline-layout.too-long":           T("too long", "过长"),
	"pipeline-layout.surplus-bracket":    T("one bracket too many", "多出一个括号"),
}

// optionWords are what launch options do that keep memory from being predicted.
var optionWords = map[string]Text{
	"option.overlap-moe-expert-parallel-comm": T("the forward pass of one micro-batch runs inside the backward pass of another", "一个微批次的前向与另一个的反向交叠"),
	"option.cpu-offloading":                   T("the activations of some layers are offloaded to the host", "部分层的激活卸载到主机"),
	"option.heterogeneous-layers-config-path": T("layers differ as given by a file that is missing", "各层的差异由未提供的文件规定"),
	"option.encoder-num-layers":               T("a separate encoder precedes the decoder", "解码器之前另有编码器"),
	"option.retro-add-retriever":              T("a retriever runs with the decoder", "解码器之外另有检索器"),
	"option.delay-wgrad-compute":              T("weight gradients are computed in a later phase", "权重梯度推迟计算"),
}

// columnWords are what the header of a file of measurements holds.
var columnWords = map[string]Text{
	"measurement columns": T("id, source and the columns of the measurement schema", "id、source 与训练测量的各列"),
	"serving columns":     T("id, source, runtime and the columns of the serving schema", "id、source、runtime 与推理测量的各列"),
}
