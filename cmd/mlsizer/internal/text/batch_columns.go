package text

// ParamColumns are the names of the column with the parameter counts, the
// plainest first.
var ParamColumns = []string{
	"params", "parameters", "parameter", "num_params", "num_parameters", "n_params", "total_params", "total_parameters",
	"param_count", "params_count", "parameter_count", "parameters_count", "number_of_parameters",
	"参数量", "参数", "参数数量", "参数规模", "总参数量", "总参数", "模型参数量", "模型规模", "model_size", "size",
}

// ModelColumns are the names of the column with the names of the models.
var ModelColumns = []string{"name", "model", "model_name", "model_id", "id", "名称", "模型", "模型名称"}

// ColumnUnit is a unit in the name of a column, with the suffix of a count that
// it stands for.
type ColumnUnit struct{ Unit, Suffix string }

// ColumnUnits may stand behind the name of a column of counts, in brackets or
// not: "params (B)", "parameters_millions", "参数量（亿）".
var ColumnUnits = []ColumnUnit{
	{"k", "K"}, {"m", "M"}, {"b", "B"}, {"t", "T"}, {"bn", "B"}, {"thousand", "K"}, {"million", "M"}, {"billion", "B"}, {"trillion", "T"},
	{"thousands", "K"}, {"millions", "M"}, {"billions", "B"}, {"trillions", "T"}, {"千", "千"}, {"万", "万"}, {"百万", "M"}, {"亿", "亿"}, {"十亿", "B"}, {"万亿", "万亿"},
}
