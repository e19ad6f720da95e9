package text

var estimateLong = T(`Estimate gives the cost of training a model on a machine: memory per device term
by term, storage, floating-point operations, time with its band, money and
energy. Values that are not given are chosen, and a footnote explains each one.

Exit code 3 means that the model does not fit, with --strict also that it may
not fit; the answer is printed.`, `Estimate 给出在一台机器上训练一个模型的代价：逐项的每设备内存、存储、
浮点运算量、时间及其区间、费用与能耗。未给出的值自动选择，并以脚注逐一说明。

退出码 3 表示模型放不下，用 --strict 时也表示未必可放下；仍输出答案。`)

var compareLong = T(`Compare answers for every model on every device, in tables with one unit per
column. A device without a count gets the fewest devices that fit the model.
A row without an answer is listed with its reason.

Most flags take several values, separated by commas; those whose values hold
commas are repeated. The rows are all combinations, at most 1,000. Differences
are against the first row of a table that fits. --sort orders the rows by a
column, --columns chooses columns; both name columns that the table has and
others: model, tier, params, hours, share, memory-change, energy-change.

Exit codes: 0 every row is answered, also where the answer is "does not fit";
3 every row is answered and none fits (with --strict: none surely fits); 1 a row
has no answer; 2 a model, a device or a flag is not known.`, `Compare 对每个模型在每种设备上作答，同一列的数字共用一个单位。
未带数量的设备取放得下该模型的最少设备数。没有答案的行列出原因。

多数参数可取多个值，以逗号分隔；取值本身含逗号的参数可重复给出。
各行为全部组合，至多 1000 行。差值以表中首个放得下的行为基准。
--sort 按某列排序，--columns 选择列；除表中各列外还有
model、tier、params、hours、share、memory-change、energy-change。

退出码：0 每行都有答案，包括答案为“放不下”；3 每行都有答案但全都放不下（用 --strict 时：无一确定放得下）；
1 有一行没有答案；2 模型、设备或参数未知。`)

// exampleFile is a file of scenarios.
const exampleFile = `  model: llama-3.1-8b
  on: h100x64
  tokens: 1T
  scenarios:
    base: {stack: megatron-core}
    larger batch: {stack: megatron-core, batch: 1024}
`

var diffLong = T(`Diff answers for the scenarios of YAML files and puts them side by side: the
flags in which they differ, and memory, time, cost and energy, each also
against the first scenario. All are about training, or all about serving.

A file holds the arguments of a command by their names, once or several times:

`+exampleFile+`
What stands above the scenarios holds for all that do not say otherwise.
estimate, compare, plan and infer take such a file with -f.`, `Diff 对 YAML 文件中的各情景作答并列出对照：取值不同的参数，以及内存、时间、
费用与能耗，并给出与首个情景之比。各情景应同为训练，或同为推理。

文件按名称给出命令的参数，可给出一次或多次：

`+exampleFile+`
写在 scenarios 之外的参数对未另行指定的各情景有效。
estimate、compare、plan 与 infer 以 -f 读取这种文件。`)

var planLong = T(`Plan searches every layout of a model on a machine: tensor, sequence, pipeline,
context, expert and data parallel, virtual and uneven stages, sharding, shard
groups, micro-batch and recompute. It shows the best plan, its bottlenecks, and
other changes that help. Given dimensions are fixed; state is offloaded only
where that is asked for.

A device without a count gets the fewest that fit the model, or that finish
within --days. With --objective cost, energy or devices a count is an upper
limit. Several devices are compared for the same goal. Without a MODEL,
--budget or --device-hours gives the model and the tokens with the lowest loss.
--export prints the plan as arguments or config of a training framework.

Exit code 3 means that there is no plan, with --strict also that the best may
not fit; the nearest one is printed.`, `Plan 搜索一个模型在一台机器上的每一种布局：张量并行、序列并行、流水线并行、
上下文并行、专家并行与数据并行，虚拟段与不均匀分段，切分方式，切分组，
微批次与重计算。它给出最佳方案、其瓶颈以及其他有益的改动。
已给出的维度保持不变；仅在要求时才卸载状态。

未带数量的设备取放得下该模型、或能在 --days 内完成的最少设备数。
用 --objective cost、energy 或 devices 时，数量是可用设备的上限。
给出多种设备时按同一目标比较。不给 MODEL 时，--budget 或 --device-hours
给出损失最低的模型与 token 数。--export 按训练框架的参数或配置
输出方案。

退出码 3 表示没有方案，用 --strict 时也表示最佳方案未必可放下；输出最接近的方案。`)
