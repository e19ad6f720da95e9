package text

// What is wrong with a file of models as a whole.
var (
	NoCountKey         = T("line %d: no key with a parameter count (has %s; want params, parameters, num_params, size, model or name, in any case)", "第 %d 行：没有参数量的键（现有 %s；应为 params、parameters、num_params、size、model 或 name，不分大小写）")
	NoColumnNumber     = T("line %d: no column %d (want 1 to %d)", "第 %d 行：没有第 %d 列（应为 1 至 %d）")
	NoColumnNamed      = T("line %d: no column %q in the header (has %s; want one of these, or a number from 1)", "第 %d 行：表头中没有列 %q（现有 %s；应为其中之一，或从 1 起的序号）")
	OneCountOrCells    = T("line %d: %s may be one count or %d cells (want a count with commas in quotes, or --column 1)", "第 %d 行：%s 可能是一个数，也可能是 %d 个单元格（应把带逗号的数放在引号中，或用 --column 1）")
	NoHeaderManyCounts = T("line %d: no header, and columns %s hold counts", "第 %d 行：没有表头，且第 %s 列都含参数量")
	NoCountColumn      = T("line %d: no column with parameter counts (has %s; want a header with params, parameters, num_params, size, model or name, in any case)", "第 %d 行：没有参数量所在的列（现有 %s；表头应含 params、parameters、num_params、size、model 或 name，不分大小写）")
	TwoCountColumns    = T("line %d: columns %d (%q) and %d (%q) may both be the counts", "第 %d 行：第 %d 列（%q）与第 %d 列（%q）都可能是参数量")
	TwoColumnsNamed    = T("line %d: columns %d and %d are both named %q", "第 %d 行：第 %d 列与第 %d 列同名 %q")
	CannotBeRead       = T("cannot be read", "无法读取")
	CutShort           = T("truncated after line %d", "在第 %d 行之后中断")
	HeaderAlone        = T("a header and no rows (want rows of models, one per line)", "只有表头没有行（应为模型的行，每行一个）")
	GzipHeader         = T("gzip header cannot be read", "gzip 文件头无法读取")
	NotATable          = T("%s (want CSV, TSV or JSON Lines in UTF-8, plain or gzip)", "%s（应为 UTF-8 的 CSV、TSV 或 JSON Lines，纯文本或 gzip）")
	LineTooLong        = T("line %d is longer than %d bytes (want CSV, TSV or JSON Lines)", "第 %d 行超过 %d 字节（应为 CSV、TSV 或 JSON Lines）")
	EmptyFile          = T("empty (want rows of models, one per line)", "文件为空（应为模型的行，每行一个）")
	BinaryFile         = T("line %d, column %d: %s: a binary file or another encoding (want CSV, TSV or JSON Lines in UTF-8)", "第 %d 行第 %d 列：%s：二进制文件或其他编码（应为 UTF-8 的 CSV、TSV 或 JSON Lines）")
	JSONArray          = T("line %d: a JSON array (want JSON Lines: one object per line)", "第 %d 行：JSON 数组（应为 JSON Lines：每行一个对象）")
	AtLineColumn       = T("line %d, column %d: %s", "第 %d 行第 %d 列：%s")
	TemporaryFile      = T("temporary file", "临时文件")
	TemporaryFileOf    = T("temporary file %q", "临时文件 %q")
)

// Files that are given by mistake.
var (
	ZIPFile     = T("a ZIP file or a spreadsheet", "ZIP 文件或电子表格")
	ParquetFile = T("a Parquet file", "Parquet 文件")
	XZFile      = T("an xz file", "xz 文件")
	ZstdFile    = T("a zstd file", "zstd 文件")
	Bzip2File   = T("a bzip2 file", "bzip2 文件")
	SQLiteFile  = T("an SQLite database", "SQLite 数据库")
	GGUFFile    = T("a GGUF model file", "GGUF 模型文件")
	UTF16File   = T("UTF-16 text", "UTF-16 文本")
	GzipTwice   = T("gzip inside gzip", "gzip 之内又是 gzip")
)

// What to do instead.
var (
	SaveAsCSV     = T("save the sheet as CSV, or unpack it", "把表格另存为 CSV，或先解压")
	ConvertToCSV  = T("convert it to CSV", "转换为 CSV")
	ExportToCSV   = T("export the table as CSV", "把表导出为 CSV")
	GiveAsModel   = T("give it as a MODEL: mlsizer classify FILE", "作为 MODEL 给出：mlsizer classify FILE")
	ConvertToUTF8 = T("convert it to UTF-8", "转换为 UTF-8")
	UnpackOnce    = T("unpack it once", "先解压一次")
	ChooseTMPDIR  = T("TMPDIR=FOLDER chooses a folder with space", "用 TMPDIR=FOLDER 选择有空间的文件夹")
)
