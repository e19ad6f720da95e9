package text

import (
	"strings"

	"mlsizer/sizing/efficiency"
)

// Parts of a file of constants.
const (
	wholeEntry = `{"name":"speed","match":{},"value":1,"fitted":true,"prior":1}`
	oneBand    = `"bands":[{"match":{},"low":0.9,"high":1.1}]`
)

// constants is the error of a file of constants.
func constants(file string) error {
	return fail(efficiency.Read(strings.NewReader(file), []efficiency.Constant{
		{Name: "speed", Unit: "share", Low: 0.1, High: 2, Spread: 0.1}, {Name: "gap", Unit: "s", Low: 0, High: 9, Base: 1},
	}))
}

// constantsCases are faults of files of constants.
func constantsCases() []sentence {
	return []sentence{
		{constants(""),
			"the file is empty (want a JSON object, as mlsizer calibrate -o FILE.json writes it)",
			"文件为空（应为 mlsizer calibrate -o FILE.json 写出的 JSON 对象）"},
		{constants("{\"constants\":"),
			"the JSON ends in the middle",
			"JSON 中途结束"},
		{constants("[1]"),
			"a JSON array (want an object, as mlsizer calibrate -o FILE.json writes it)",
			"JSON array（应为 mlsizer calibrate -o FILE.json 写出的对象）"},
		{constants(`{"factors":[]}`),
			"factors has an older format (want a list of constants, each with name, match and value, as mlsizer calibrate -o FILE.json writes it)",
			"factors 属于旧格式（应为 mlsizer calibrate -o FILE.json 写出的常数列表，每个常数含 name、match 与 value）"},
		{constants(`{"constants":[{"nmae":"speed"}]}`),
			`json: unknown field "nmae"`,
			`JSON 含未知字段 "nmae"`},
		{constants(`{"constants":[` + wholeEntry + `],` + oneBand + `} {}`),
			"text after the constants (want one JSON object)",
			"常数之后还有内容（应只有一个 JSON 对象）"},
		{constants(`{"constants":[]}`),
			"no constants (want a list of them, each with name, match and value)",
			"没有常数（应为常数列表，每个含 name、match 与 value）"},
		{constants(`{"constants":[` + wholeEntry + `]}`),
			"no bands (want a list of them)",
			"没有区间（应为区间列表）"},
		{constants(`{"constants":[` + wholeEntry + `],"bands":[{"match":{"arch":"Hopper"},"low":2,"high":3}]}`),
			"band of arch=Hopper: 2 to 3 (want a range around 1 within 1e-06 to 1e+06)",
			"arch=Hopper 的区间：2 至 3（应为包含 1、介于 1e-06 与 1e+06 之间的范围）"},
		{constants(`{"constants":[` + wholeEntry + `],` + oneBand + `,"constants":[]}`),
			"key \"constants\" is repeated in one object",
			"键 \"constants\" 在同一对象中重复"},
		{constants(`{"constants":[{"name":"tide","match":{},"value":1,"origin":"x"}],` + oneBand + `}`),
			`default: unknown constant "tide"`,
			`默认：未知常数 "tide"`},
		{constants(`{"constants":[{"name":"gap","match":{},"value":1,"origin":"x"}],` + oneBand + `}`),
			"speed is not set everywhere (want an entry of it whose match is empty)",
			"speed 没有通用的取值（应有一个 match 为空的条目）"},
		{constants(`{"constants":[{"name":"speed","match":{},"value":3,"origin":"x"}],` + oneBand + `}`),
			"default: speed is 3 (want 0.1 to 2 share)",
			"默认：speed 为 3（应为 0.1 至 2 share）"},
		{constants(`{"constants":[{"name":"speed","unit":"s","low":0.1,"high":2,"match":{},"value":1,"origin":"x"}],` + oneBand + `}`),
			"default: speed is in s from 0.1 to 2 (want share from 0.1 to 2)",
			"默认：speed 的单位为 s，范围 0.1 至 2（应为 share，0.1 至 2）"},
		{constants(`{"constants":[{"name":"speed","match":{"arch":"Hopper"},"value":1,"origin":"x"}],` + oneBand + `}`),
			"arch=Hopper: the first entry of speed (want one before it whose match is empty)",
			"arch=Hopper：这是 speed 的第一个条目（其前应有一个 match 为空的条目）"},
		{constants(`{"constants":[{"name":"speed","match":{},"value":1,"fitted":true}],` + oneBand + `}`),
			"the first entry of speed is fitted, but has no prior",
			"speed 的第一个条目是拟合所得，却没有先验值"},
		{constants(`{"constants":[{"name":"speed","match":{},"value":1,"prior":7,"fitted":true}],` + oneBand + `}`),
			"default: a prior of 7 for speed (want one within the bounds of a constant that is fitted)",
			"默认：先验值 7（speed）不可用（应为拟合常数界限之内的值）"},
		{constants(`{"constants":[{"name":"speed","match":{},"value":1}],` + oneBand + `}`),
			"default: speed has no origin",
			"默认：speed 没有来源"},
		{(&efficiency.File{Bands: []efficiency.BandFor{{Plans: []string{"c"}}}}).Keyed(nil),
			`band of default: no key of the measured plan "c" (want it among plan_keys, as mlsizer calibrate -o FILE.json writes it)`,
			`默认 的区间：缺少已测方案 "c" 的键（应列在 plan_keys 中，如 mlsizer calibrate -o FILE.json 所写）`},
	}
}
