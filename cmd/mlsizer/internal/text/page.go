package text

import (
	"encoding/json"
	"maps"

	"mlsizer/sizing"
)

// PageWords are the words of the page in a language, as JSON, by their keys.
func PageWords(l Lang) []byte {
	all := map[string]string{}
	for key, t := range pageTexts() {
		all[key] = t.In(l)
	}
	body, _ := json.Marshal(all) // of strings
	return body
}

// pageTexts are the page's own words, and those of the program that it shows under
// a table's name: tier.small, derived.weights.
func pageTexts() map[string]Text {
	all := maps.Clone(pageWords)
	maps.Copy(all, pageAnswers)
	add := func(table string, entries map[string]Text) {
		for key, t := range entries {
			all[table+"."+key] = t
		}
	}
	add("field", Fields)
	add("group", DerivationGroups)
	add("derived", Derived)
	add("term", StepTerms)
	add("derived", MemoryTerms)
	for tier := range sizing.NumTiers {
		all["tier."+tier.String()] = OfTier(tier)
	}
	for unit := range timeUnits {
		all["unit."+unit] = T(Unit(unit, English), Unit(unit, Chinese))
	}
	return all
}

// pageWords are the words of the page around an answer; %s stands for a value.
var pageWords = map[string]Text{
	"skip":         T("to the answer", "跳到答案"),
	"nav":          T("views", "视图"),
	"question":     T("the question", "问题"),
	"answer":       T("the answer", "答案"),
	"loading":      T("asking …", "计算中……"),
	"offline":      T("The server does not answer. Is mlsizer serve still running?", "服务器没有响应。mlsizer serve 是否仍在运行？"),
	"problem":      T("This has no answer yet", "此问题尚无答案"),
	"hint.apply":   T("Use this instead", "改用此项"),
	"promise":      T("A number is either exact, or it has a band and a source: press it. Bands hold 80 % of published measurements. Everything is computed by this server; nothing is sent elsewhere.", "每个数字要么精确，要么带区间与来源：点按即可查看。区间涵盖 80 % 的已发布实测值。一切由本服务器计算，不向外发送任何内容。"),
	"drop":         T("Drop a config.json, .safetensors or .gguf: only its header is read", "拖入 config.json、.safetensors 或 .gguf：只读取文件头"),
	"close":        T("Close", "关闭"),
	"theme":        T("Theme: %s", "主题：%s"),
	"theme.auto":   T("as the system", "跟随系统"),
	"theme.light":  T("light", "浅色"),
	"theme.dark":   T("dark", "深色"),
	"view.run":     T("Run", "推理"),
	"view.train":   T("Train", "训练"),
	"view.card":    T("My device", "我的设备"),
	"view.compare": T("Scenarios", "方案对比"),

	"model":           T("Model", "模型"),
	"device":          T("Device", "设备"),
	"devices":         T("Devices", "设备数量"),
	"exact":           T("exact value", "精确值"),
	"per.hour":        T("%s per hour", "每小时 %s"),
	"file.open":       T("Open a model file", "打开模型文件"),
	"file.paste":      T("or drop it here, or paste a config.json", "也可拖入，或粘贴 config.json"),
	"file.large":      T("%s: the header is too long to be sent", "%s：文件头过长，无法发送"),
	"file.short":      T("%s: the file ends before its header does", "%s：文件在文件头结束之前终止"),
	"file.kind":       T("%s: expected a config.json, .safetensors or .gguf", "%s：应为 config.json、.safetensors 或 .gguf"),
	"file.json":       T("What was pasted is no JSON: expected the text of a config.json", "粘贴的内容不是 JSON：应为 config.json 的文本"),
	"settings":        T("Settings", "设置"),
	"more":            T("More settings and prices", "更多设置与价格"),
	"chosen":          T("chosen", "自动选择"),
	"as.published":    T("as published", "依发布格式"),
	"none":            T("nothing", "无"),
	"one.step":        T("one step", "一步"),
	"offload.layers":  T("layers", "按层卸载"),
	"offload.experts": T("experts", "专家卸载"),
	"method.pretrain": T("pre-training", "预训练"),
	"cloud.median":    T("median of all", "全部的中位数"),

	"arg.context":     T("Context per sequence", "每条序列的上下文"),
	"arg.sequences":   T("Sequences at once", "同时处理的序列"),
	"arg.weights":     T("Weights", Weights.ZH),
	"arg.runtime":     T("Runtime", Runtime.ZH),
	"arg.kv":          KVCache,
	"arg.offload":     T("Offloaded to the host", "卸载到主机"),
	"arg.prompt":      T("Tokens per prompt", "每个提示的 token 数"),
	"arg.tokens":      T("Tokens to train on", "训练 token 数"),
	"arg.samples":     T("Samples to train on", "训练样本数"),
	"arg.method":      T("Method", "方法"),
	"arg.seq":         T("Sequence length", "序列长度"),
	"arg.batch":       T("Global batch, in sequences", "全局批次（序列数）"),
	"arg.micro-batch": T("Micro-batch", "微批次"),
	"arg.stack":       T("Training framework", "训练框架"),
	"arg.recompute":   T("Recompute", "重计算"),
	"arg.precision":   T("Precision", "精度"),
	"arg.price":       T("Price per hour", "每小时价格"),
	"arg.cloud":       T("Cloud", "云厂商"),
	"arg.price-kind":  T("Kind", "价格类型"),

	"share":         T("Share", "分享"),
	"copy.link":     T("Copy link", "复制链接"),
	"copy.command":  T("Copy command", "复制命令"),
	"copy.markdown": Same("Markdown"),
	"copy.csv":      Same("CSV"),
	"copy.json":     Same("JSON"),
	"copied":        T("Copied", "已复制"),
	"copy.failed":   T("Not copied", "未能复制"),
	"report":        T("Report", "报告"),
	"print":         T("Print", "打印"),

	"filter":       T("Filter", "筛选"),
	"filter.text":  T("Name", Name.ZH),
	"filter.field": T("Field", Field.ZH),
	"filter.speed": T("Tokens per second, at least", "每秒 token 至少"),
	"filter.fits":  T("only what may fit", "仅可能放下的"),
	"all":          T("all of them", "全部"),
	"sorted.up":    T("sorted by %s, smallest first", "按%s从小到大排序"),
	"sorted.down":  T("sorted by %s, largest first", "按%s从大到小排序"),

	"scenario.keep":    T("Add to scenarios", "加入对比"),
	"scenario.kept":    T("%s scenarios to compare", "共 %s 个方案"),
	"scenario.remove":  T("Remove scenario %s", "移除方案 %s"),
	"compare.title":    T("Scenarios side by side", "方案并列"),
	"compare.lead":     T("Differences are against the first.", "差异相对于第一个方案。"),
	"compare.empty":    T("None yet: ask something under Run or Train, and add it with the button under the answer.", "尚无方案：在“推理”或“训练”中提问，再用答案下方的按钮加入。"),
	"compare.bad":      T("not a scenario", "不是方案"),
	"compare.sentence": T("%s scenarios", "%s 个方案"),
	"figure":           T("Figure", "指标"),
	"asked":            T("Asked for", "设定"),
}
