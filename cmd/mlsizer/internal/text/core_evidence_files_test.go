package text

import (
	"cmp"
	"strings"

	"mlsizer/sizing/evidence"
	"mlsizer/sizing/limit"
	"mlsizer/sizing/note"
)

// cellCases are sentences of what is wrong with the cells of a file of measurements.
func cellCases() []sentence {
	return []sentence{
		{note.NewError("cell.not-whole", "x"),
			`"x" is not a whole number`,
			`"x" 不是整数`},
		{note.NewError("cell.not-a-count", "x"),
			`"x" is not a count (want a whole number of 1 or more)`,
			`"x" 不是数量（应为不小于 1 的整数）`},
		{note.NewError("cell.negative", "x"),
			`"x" is not a number of 0 or more`,
			`"x" 不是不小于 0 的数`},
		{note.NewError("cell.not-a-switch", "x"),
			`"x" is not 0 or 1`,
			`"x" 不是 0 或 1`},
		{note.NewError("cell.of-method", "r", note.NewError("cell.not-whole", "x")),
			`column method: r="x" is not a whole number`,
			`列 method：r="x" 不是整数`},
		{note.NewError("cell.not-options", "{1}"),
			`"{1}" is not a JSON object of strings such as {"disable-bias-linear":"true"}`,
			`"{1}" 不是 {"disable-bias-linear":"true"} 之类的字符串 JSON 对象`},
		{&evidence.SchemaError{File: "a.csv", Line: 3, Err: note.NewError("row.no-device")},
			"a.csv:3: no device",
			"a.csv：第 3 行：未给出设备"},
		{&evidence.SchemaError{File: "a.csv", Line: 3, Column: "tp", Err: note.NewError("cell.not-whole", "x")},
			`a.csv:3: column tp: "x" is not a whole number`,
			`a.csv：第 3 行，列 tp："x" 不是整数`},
		{note.NewError("rows.empty", note.Word("serving columns")),
			"the file is empty (want a header row with id, source, runtime and the columns of the serving schema)",
			"文件为空（应有含 id、source、runtime 与推理测量的各列 的表头）"},
		{&limit.Error{Most: 64 << 10, Line: true}, "a line is longer than 64.0 KiB (limit)", "有一行超过上限 64.0 KiB"},
		{note.NewError("rows.too-many", 20_000), "more than 20000 rows (limit)", "超过 20000 行（上限）"},
		{note.NewError("rows.column-twice"), "occurs twice", "出现两次"},
		{note.NewError("rows.no-column", []string{"id", "model"}),
			"is missing (the header has id, model)",
			"缺失（表头有 id、model）"},
	}
}

// csvCases are sentences of what is wrong with the CSV of such a file.
func csvCases() []sentence {
	read := func(file string) error {
		rows, err := evidence.ReadCSV(strings.NewReader(file), "a.csv")
		for i := range rows {
			err = cmp.Or(err, rows[i].Fault)
		}
		return err
	}
	return []sentence{
		{read("id,source\na\n"),
			"a.csv:2: record on line 2: wrong number of fields",
			"a.csv：第 2 行：第 2 行的记录：字段数不对"},
		{read("id,source\na,b\"c\n"),
			`a.csv:2: parse error on line 2, column 4: bare " in non-quoted-field`,
			"a.csv：第 2 行：第 2 行第 4 列解析出错：未加引号的字段中含引号"},
		{read("id,source\na,\"s\nb\"x,c\n"),
			`a.csv:2: record on line 2; parse error on line 3, column 2: extraneous or missing " in quoted-field`,
			"a.csv：第 2 行：第 2 行的记录，第 3 行第 2 列解析出错：引号字段中多出或缺少引号"},
	}
}

// optionCases are sentences of what is wrong with the launch options of a measured run.
func optionCases() []sentence {
	return []sentence{
		{note.NewError("option.uneven-chunks", 2, 3),
			"decoder-first-pipeline-num-layers=2, decoder-last-pipeline-num-layers=3: with virtual stages every chunk of such a stage has fewer layers, which plans do not support",
			"decoder-first-pipeline-num-layers=2、decoder-last-pipeline-num-layers=3：使用虚拟段时，该段的每块层数更少，方案不支持"},
		{note.NewError("option.bad-pipeline-layout", "Et|", note.NewError("pipeline-layout.chunks-differ")),
			"pipeline-model-parallel-layout=Et|: its chunks differ in a way that plans do not support",
			"流水线布局 pipeline-model-parallel-layout=Et|：各块的差异方案不支持"},
		{note.NewError("option.bad-value", "moe-layer-freq", note.NewError("option.bad-layer-pattern", "x")),
			`moe-layer-freq: layer pattern "x" (want an interval or a list such as ([0]*3+[1]*12))`,
			`moe-layer-freq：层模式 "x"（应为间隔，或 ([0]*3+[1]*12) 之类的列表）`},
		{note.NewError("option.not-a-factor", "x"),
			"moe-expert-capacity-factor=x: not a factor",
			"moe-expert-capacity-factor=x：不是系数"},
		{note.NewError("option.unknown-sharding", "some"),
			"data-parallel-sharding-strategy=some is not known",
			"data-parallel-sharding-strategy=some 未知"},
		{note.NewError("option.too-many-mtp-layers", 2),
			"mtp-num-layers=2: more than 64",
			"mtp-num-layers=2：大于 64"},
		{note.NewError("option.unknown-letter", "M*Q", "Q"),
			`hybrid layer pattern "M*Q": unknown letter "Q"`,
			`混合层模式 "M*Q"：未知字母 "Q"`},
		{note.NewError("option.not-a-share", "ratio", "x"),
			"ratio=x: not a share",
			"ratio=x：不是比例"},
		{note.NewError("option.not-a-count", "first", "x"),
			"first=x: not a count",
			"first=x：不是数量"},
		{note.NewError("option.not-modelled", "cpu-offloading", note.Word("option.cpu-offloading")),
			"cpu-offloading: the activations of some layers are offloaded to the host",
			"cpu-offloading：部分层的激活卸载到主机"},
		{note.NewError("option.offloaded-unsaid", "full+offload"),
			"recompute full+offload: the offloaded activations are not given",
			"重计算 full+offload：未注明卸载哪些激活"},
		{note.NewError("option.bad-layer-pattern", "2*x"),
			`layer pattern "2*x" (want an interval or a list such as ([0]*3+[1]*12))`,
			`层模式 "2*x"（应为间隔，或 ([0]*3+[1]*12) 之类的列表）`},
		{note.NewError("option.layer-pattern-of-other-length", "[1]*3", 3, 4),
			`layer pattern "[1]*3" has 3 layers, the model 4`,
			`层模式 "[1]*3" 有 3 层，模型有 4 层`},
	}
}

// pipelineLayoutCases are sentences of what is wrong with a pipeline layout that is written by hand.
func pipelineLayoutCases() []sentence {
	return []sentence{
		{note.NewError("pipeline-layout.unreadable"),
			"not a layout such as Et*3|(tt|)*6t*2L",
			"不是 Et*3|(tt|)*6t*2L 之类的布局"},
		{note.NewError("pipeline-layout.chunks-must-divide"),
			"its chunks do not divide into the stages",
			"其块数不能按流水线段等分"},
		{note.NewError("pipeline-layout.chunks-differ"),
			"its chunks differ in a way that plans do not support",
			"各块的差异方案不支持"},
		{note.NewError("pipeline-layout.open-bracket"),
			"a bracket is not closed",
			"括号未闭合"},
		{note.NewError("pipeline-layout.unknown-letter"),
			"an unknown letter",
			"未知字母"},
		{note.NewError("pipeline-layout.bad-repeat"),
			"a repeat is not a number",
			"重复次数不是数"},
		{note.NewError("pipeline-layout.too-long"),
			"too long",
			"过长"},
		{note.NewError("pipeline-layout.surplus-bracket"),
			"one bracket too many",
			"多出一个括号"},
	}
}
