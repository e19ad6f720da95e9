package text

// What is wrong with a file.
var (
	Writing            = T("writing the answer: %v", "写出答案：%v")
	NothingFetched     = T("%q: rows of a file are not downloaded (%s)", "%q：不为文件中的行下载内容（%s）")
	NoSuchModel        = T("no model %q in the catalogue (%s)", "目录中没有模型 %q（%s）")
	ProgramInterrupted = T("interrupted", "已中断")
	Interrupted        = T("%s: interrupted after %d rows", "%s：在 %d 行之后中断")
	NoRows             = T("%s: no rows under the header", "%s：表头之下没有行")
	FileBarred         = T("%q: files of this machine are not read for requests (--allow-files lets them be)", "%q：不为请求读取本机文件（--allow-files 可允许）")
	HubBarred          = T("%q: repositories of the hub are not read for requests (--allow-hub lets them be)", "%q：不为请求读取 hub 仓库（--allow-hub 可允许）")
	IsFolder           = T("%s %q: a folder (want %s)", "%s %q：是文件夹（应为%s）")
)

// What a file is to be, and where one comes from.
var (
	FileOfMeasurements = T("a CSV file of measurements, one per row", "实测数据的 CSV 文件，每行一条")
	FileOfConstants    = T("constants, as calibrate writes them", "calibrate 写出的常数文件")
	FileOfDevices      = T("a CSV or JSON file of devices", "设备的 CSV 或 JSON 文件")
	FileOfPrices       = T("a CSV file of prices", "价格的 CSV 文件")
	FileOfModels       = T("a file of models, one per row", "模型文件，每行一个")
	StandardInput      = T("standard input", "标准输入")
	WantModel          = T("want a count such as 7B, a catalogue name or a path", "应为参数量（如 7B）、目录中的名称或路径")
)
