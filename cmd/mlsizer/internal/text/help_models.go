package text

var programLong = T(`Mlsizer estimates what a machine-learning model costs before it is built.

MODEL is a catalogue name (llama-3.1-70b), a parameter count (7B, 1750亿),
a path (config.json, a folder, .safetensors, .gguf) or hf:org/name.
DEVICE is a name of the hardware catalogue, with a count: h100x512.

Exit codes: 0 done; 1 an input file is wrong; 2 an argument or a flag is wrong;
3 the answer is "does not fit" (the answer is printed).`, `Mlsizer 在建造之前估计一个机器学习模型的代价。

MODEL 是目录中的名称（llama-3.1-70b）、参数量（7B、1750亿）、
路径（config.json、文件夹、.safetensors、.gguf）或 hf:org/name。
DEVICE 是硬件目录中的名称，带数量：h100x512。

退出码：0 完成；1 输入文件有误；2 参数有误；
3 答案为“放不下”（仍输出答案）。`)

var classifyLong = T(`Classify gives the size class of a model by its total parameters:

  small       small models, 小模型        below 1 million
  medium      medium models, 中模型       from 1 million to below 1 billion
  large       large models, 大模型        from 1 billion to below 100 billion
  very-large  very large models, 超大模型  from 100 billion

The report's "several million", "several billion" and "a hundred billion" are
read as orders of magnitude; --bounds moves the cuts. Beyond a trillion the
report has no tier: the answer is very-large, marked beyond_report. A
mixture-of-experts model is classified by its total parameters.

--from reads CSV, TSV or JSON Lines of any length, plain or gzip, in UTF-8,
UTF-16 or GBK, and sheets of .xlsx workbooks (--sheet), recognised by content
("-" is stdin). Up to 20 lines may stand above the header; rows of empty cells
are none. A file separated by semicolons has decimal commas unless its numbers
show otherwise. The column of the counts is the one named params,
parameters, num_params, param_count, model_size, size, 参数量 or the like, in any
case, optionally with a unit: params (B), 参数量（亿）;
without one, the models in the column model or name are looked up. In a file
without a header it is the only column with a count. --column names it
otherwise. A cell is a count, a catalogue name or a path; a name is never
searched for a number. A count may be a range (7-13B, which has the tier of its
upper end), approximate (~7B), total and active (235B-A22B), or experts times
size (8x7B, an upper bound).

Counts without a unit that are all below 1,000 are refused: --unit says what
they are in. The first 1,000 rows are held back to find out; where they have no
such count, the end of the file decides, and the rows are answered.

Output as csv, json or jsonl (one object per line) is written as the file is read,
in constant memory; the other forms show the counts per tier, with --by also those
of each value of a column, and the first --limit rows. Repeated names are looked
for among the first 50,000. In csv active_params is empty where all parameters
are active. A row that cannot be classified is listed with line, column and reason (in csv in
the column error, in json under errors, in jsonl in its place), as is a row
whose cell is empty or says so (N/A, -, unknown), or names a model whose size is
not published ("no count"); the others are answered.

Exit codes: 0 every row is classified; 1 a row, or one of several models, is not
(rows without a count included, unless --allow-no-count), or the file cannot be
read; 2 no model or a flag is unknown.`, `Classify 按总参数量说明模型属于哪一级：

  small       小模型    100 万以下
  medium      中模型    100 万至 10 亿以下
  large       大模型    10 亿至 1000 亿以下
  very-large  超大模型  1000 亿起

报告中的“几百万”“几十亿”“千亿”按数量级理解；--bounds 可移动分界。
超过一万亿时报告没有分级：答案为 very-large，并标记 beyond_report。
混合专家模型按其全部参数分级。

--from 读取任意长度的 CSV、TSV 或 JSON Lines，纯文本或 gzip，编码为 UTF-8、
UTF-16 或 GBK，以及 .xlsx 工作簿的工作表（--sheet），均按内容识别
（“-”为标准输入）。表头之上可有至多 20 行；全部为空的行不算行。以分号分隔的
文件以逗号作小数点，除非其中的数表明并非如此。参数量所在的列名为 params、parameters、num_params、
param_count、model_size、size、参数量之类，不分大小写，其后可带单位：
params (B)、参数量（亿）；若没有这样的列，则查找 model 或 name 列中的模型。
没有表头的文件取唯一含有参数量的列。--column 可另行指定。单元格是参数量、
目录中的名称或路径；从不在名称中寻找数字。参数量可以是范围（7-13B，级别按
上限）、约数（~7B）、总量与激活量（235B-A22B），或专家数乘规模（8x7B，为
上界）。

未带单位且都小于 1,000 的参数量会被拒绝：用 --unit 给出单位。为此先读入前
1,000 行；若其中没有这样的数，则由整个文件决定，各行照常作答。

csv、json 或 jsonl（每行一个对象）的输出边读边写，内存占用恒定；其他形式显示
各级的数量（用 --by 时还有某列各取值的数量）与前 --limit 行。在前 50,000 个
名称中查找重名。csv 中全部参数都激活时 active_params 为空。无法
分级的行列出行号、列号与原因（csv 在 error 列，json 在 errors，jsonl 在原位），
单元格为空或写明没有（N/A、-、未知）的行，以及规模未公布的模型也是如此
（“no count”）；其余各行照常作答。

退出码：0 每行都已分级；1 有一行或多个模型之一没有分级（包括缺少参数量的行，
除非给出 --allow-no-count），或文件无法读取；2 没有已知的模型，或参数未知。`)

var inspectLong = T(`Inspect reads the header of a model and never its weights: a config.json, a
.safetensors file or its index.json, a .gguf file, a folder with one of these,
or a repository (hf:org/name, with @revision after it if wanted).`, `Inspect 读取模型的文件头，从不读取权重：config.json、.safetensors 文件或其
index.json、.gguf 文件、含有其中之一的文件夹，或一个仓库（hf:org/name，
需要时在其后加 @revision）。`)
