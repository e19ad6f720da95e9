package text

// servingFormulas are the derivations of serving, by rule.
var servingFormulas = map[string]derived{
	// Memory.
	"serving.weights":           {servingWeights, Same("%v")},
	"serving.weights-left":      {servingWeights, Same("%v - %v")},
	"serving.kv-full":           {T("layers x context x (keys + values) x bytes x sequences", "层数 x 上下文 x (键 + 值) x 字节 x 序列数"), kvNumbers},
	"serving.kv-window":         {T("layers x min(context, window) x (keys + values) x bytes x sequences", "层数 x min(上下文, 窗口) x (键 + 值) x 字节 x 序列数"), kvNumbers},
	"serving.kv-encoder":        {T("layers x its positions x (keys + values) x bytes x sequences", "层数 x 其位置数 x (键 + 值) x 字节 x 序列数"), kvNumbers},
	"serving.kv-rounding":       {T("cells rounded up by the runtime", "运行时向上取整的单元"), T("%v - %v, blocks of %d", "%v - %v，每块 %d")},
	"serving.kv-pages":          {T("sequences x blocks x layers of a group x page - cache - state", "序列数 x 块数 x 每组层数 x 页 - 缓存 - 状态"), Same("%g x %g x %g x %v - %v - %v")},
	"serving.state":             {T("layers x elements of the state x 4 B x sequences / tp", "层数 x 状态元素 x 4 B x 序列数 / tp"), Same("%v x %g / %v")},
	"serving.compute":           {T("chunk x (2 x widest activation / tp + 2 x hidden) x 2 B x passes + rows x vocabulary x bytes / tp", "块 x (2 x 最宽激活 / tp + 2 x 隐藏维度) x 2 B x 遍数 + 行数 x 词表 x 字节 / tp"), Same("%g x (2 x %g / %d + 2 x %g) x 2 B x %g + %v")},
	"serving.compute-copies":    {T("micro-batch x (vocabulary + copies x hidden) x 4 B", "微批次 x (词表 + 份数 x 隐藏维度) x 4 B"), Same("%g x (%g + %g x %g) x 4 B")},
	"serving.compute-routed":    {T("micro-batch x (top-k x (3 x expert width + 2 x hidden) + copies x hidden) x 4 B", "微批次 x (top-k x (3 x 专家宽度 + 2 x 隐藏维度) + 份数 x 隐藏维度) x 4 B"), Same("%g x (%g + %g x %g) x 4 B")},
	"serving.compute-fused":     {T("micro-batch x (2 B x cells + (3 x width of the queries + copies x hidden) x 4 B)", "微批次 x (2 B x 单元 + (3 x 查询宽度 + 份数 x 隐藏维度) x 4 B)"), Same("%g x (2 B x %g + (3 x %g + %g x %g) x 4 B)")},
	"serving.compute-unfused":   {T("micro-batch x (heads x cells + cells + 3 x width of the queries + copies x hidden) x 4 B", "微批次 x (头数 x 单元 + 单元 + 3 x 查询宽度 + 份数 x 隐藏维度) x 4 B"), Same("%g x (%g x %g + %[3]g + 3 x %[4]g + %[5]g x %[6]g) x 4 B")},
	"serving.compute-projected": {T("latents of the context projected up, and their product in parts", "上下文的潜变量升维，其乘积分块"), Text{}},
	"serving.compute-sampling":  {T("copies x sequences x vocabulary x 4 B + tokens of a pass x 2 x hidden x 2 B", "份数 x 序列数 x 词表 x 4 B + 一遍的 token 数 x 2 x 隐藏维度 x 2 B"), Same("%g x %g x %g x 4 B + %g x 2 x %g x 2 B")},
	"serving.compute-forward":   {T("tokens of a pass x ((2 x widest activation / tp + 2 x hidden) x passes + buffers of experts) x 2 B", "一遍的 token 数 x ((2 x 最宽激活 / tp + 2 x 隐藏维度) x 遍数 + 专家缓冲) x 2 B"), Same("%g x ((2 x %g / %d + 2 x %g) x %g + %g) x 2 B")},
	"serving.compute-static":    {T("free before the weights x (1 - share): set aside for activations and graphs", "权重载入前的空闲 x (1 - 占比)：留给激活与图"), Same("%v x (1 - %v)")},
	"serving.compute-widest":    {widestActivation, Text{}},
	"serving.overhead":          {T("context and libraries + buffers of collectives, per device", "每设备的上下文与库 + 集合通信缓冲"), Same("%v")},
	"serving.total":             {sumOfLines, Text{}},
	"serving.budget-visible":    {T("(device - the driver's) x utilisation", "(设备容量 - 驱动占用) x 占用率"), Same("(%v - %v) x %g")},
	"serving.budget":            {T("device x utilisation", "设备容量 x 占用率"), Same("%v x %g")},
	// A pass.
	"serving.read":             {T("bytes read / (bandwidth x share), for experts x factor", "读取的字节 / (带宽 x 占比)，专家另乘因子"), Same("%v")},
	"serving.multiply":         {T("2 x parameters x (tokens + tile) / (peak x share), for experts x factor", "2 x 参数 x (token 数 + 分块) / (峰值 x 占比)，专家另乘因子"), T("%v; tokens %.6g, tile %.4g", "%v；token %.6g，瓦片 %.4g")},
	"serving.read-host":        {T("bytes read / bandwidth", "读取的字节 / 带宽"), Same("%v")},
	"serving.gaps":             {T("layers x gap", "层数 x 间隙"), Same("%.4g x %v")},
	"serving.host":             {T("layers x host time, where the host is slower", "层数 x 主机时间，仅在主机更慢时"), Same("%.4g x %v")},
	"serving.scheduling":       {T("per step + sequences x per sequence", "每步 + 序列数 x 每条"), Same("%v + %.6g x %v")},
	"serving.scheduling-pass":  {T("once per pass", "每次前向一次"), Text{}},
	"serving.attention":        {attentionFormula, Same("|%v, %v|")},
	"serving.attention-chunks": {attentionFormula, Same("%g x |%v, %v|")},
	"serving.token": {T("||reading, multiplying| + weights on the host + attention + gaps, host| + the rest, with |a, b| = (a⁴ + b⁴)^¼", "||读取, 相乘| + 主机上的权重 + 注意力 + 间隙, 主机| + 其余，其中 |a, b| = (a⁴ + b⁴)^¼"),
		T("%.6g sequences of %.6g tokens", "%.6g 条序列，各 %.6g token")},
	"serving.pass":        {T("||reading, multiplying| + weights on the host + gaps, host| + the rest, with |a, b| = (a⁴ + b⁴)^¼", "||读取, 相乘| + 主机上的权重 + 间隙, 主机| + 其余，其中 |a, b| = (a⁴ + b⁴)^¼"), Text{}},
	"serving.pass-token":  {T("one token at depth 0", "深度 0 处的一个 token"), Text{}},
	"serving.prompt":      {T("before the decoder + (passes x pass + attention) x share that remains with stages", "解码器之前 + (前向次数 x 一次前向 + 注意力) x 流水线段并行后所余"), Same("%v")},
	"serving.first-token": {T("besides the prompt + prompt", "提示之外 + 提示"), Same("%v + %v")},
	// Links.
	"serving.ring": {T("2 x layers x (hop + 2 bytes x (n-1)/n / (link x share))", "2 x 层数 x (跳 + 2 字节 x (n-1)/n / (链路 x 占比))"), Same("2 x %g x (%v + 2 x %v x %g/%g / (%v x %.4g))")},
	"serving.ring-nodes": {T("2 x layers x (hop x (1 + log2 nodes) + 2 bytes x (n-1)/n / (slower of link and network x cards of a node x share))", "2 x 层数 x (跳 x (1 + log2 节点数) + 2 字节 x (n-1)/n / (链路与网络 x 每节点卡数之较慢者 x 占比))"),
		T("2 x %g x (%v + 2 x %v x %g/%g / (%v x %.4g)), %g nodes, network %v", "2 x %g x (%v + 2 x %v x %g/%g / (%v x %.4g))，%g 个节点，网络 %v")},
	"serving.stages": {T("transfers x (hop + bytes / (link x share)), inside a node and between nodes", "传输次数 x (跳 + 字节 / (链路 x 占比))，节点内与节点间"), Same("%v")},
	// Rates.
	"serving.prefill":        {T("sequences x prompt / time of the prompts x replicas", "序列数 x 提示 / 其提示时间 x 副本数"), Same("%.6g x %.6g / (%v) x %g")},
	"serving.decode-user":    {T("1 / time per token", "1 / 每 token 时间"), Same("1 / %v")},
	"serving.decode-all":     {T("sequences / time per token x replicas", "序列数 / 每 token 时间 x 副本数"), Same("%.6g / %v x %g")},
	"serving.bound":          {T("multiplying (without the tile) takes as long as reading", "相乘 (不计分块) 与读取一样久"), Same("%v >= %v")},
	"serving.answered":       {T("sequences x answer / (prompts + answer x time per token) x replicas, under load x share", "序列数 x 回答 / (提示 + 回答 x 每 token 时间) x 副本数，满载时另乘占比"), Same("%.6g x %g / (%v + %[2]g x %[4]v) x %v")},
	"serving.cost-million":   {hourOfDevices, Same("%d x %v / 3600 / %v x 1e6")},
	"serving.energy-million": {hourOfDevices, T("%d x %v x 1 h / 3600 / %v x 1e6", "%d x %v x 1 小时 / 3600 / %v x 1e6")},
	// Models that generate nothing.
	"encoding.weights":   {T("weights divided by tensor parallelism / tp + weights on every device", "张量并行切分的权重 / tp + 每设备各存一份的权重"), Same("%v")},
	"encoding.compute":   {widestActivation, Same("%g x %g x (2 x %g / %d + 2 x %g) x 2 B")},
	"encoding.read":      {T("(bytes of weights + bytes moved by convolutions) / (bandwidth x share)", "(权重字节 + 卷积搬运的字节) / (带宽 x 占比)"), Same("%v")},
	"encoding.multiply":  {T("2 x parameters x positions / (peak x share)", "2 x 参数 x 位置数 / (峰值 x 占比)"), Same("%v")},
	"encoding.products":  {T("sum over groups of layers of |reading, multiplying|, with |a, b| = (a⁴ + b⁴)^¼", "各组层的 |读取, 相乘| 之和，其中 |a, b| = (a⁴ + b⁴)^¼"), Text{}},
	"encoding.attention": {T("FLOPs of scores and values / (peak x share)", "注意力分数与取值的 FLOPs / (峰值 x 占比)"), Same("%v")},
	"encoding.pass":      {T("|reading and multiplying + attention + gaps, host| + the rest, with |a, b| = (a⁴ + b⁴)^¼", "|读取与相乘 + 注意力 + 间隙, 主机| + 其余，其中 |a, b| = (a⁴ + b⁴)^¼"), Text{}},
	"encoding.batches":   {T("batch / pass", "批次 / 一次前向"), Same("%d / %v")},
}

// What several derivations of serving share.
var (
	servingWeights   = T("layers of the largest stage + embedding and head + experts / (tp x ep), as stored and divided", "最大流水线段的各层 + 嵌入与输出头 + 专家 / (tp x ep)，按存储与切分计")
	kvNumbers        = Same("%g x %g x %.6g B x %v")
	widestActivation = T("samples x positions x (2 x widest activation / tp + 2 x hidden) x 2 B, at its largest", "样本数 x 位置数 x (2 x 最宽激活 / tp + 2 x 隐藏宽度) x 2 B，取最大处")
	attentionFormula = T("|cache bytes / (bandwidth x share), FLOPs / (peak x share)|", "|缓存字节 / (带宽 x 占比), FLOPs / (峰值 x 占比)|")
	hourOfDevices    = T("one hour of all devices / 3600 / rate x 1M", "全部设备一小时 / 3600 / 速率 x 1M")
)

// servingParts are the forms of parts of the numbers of serving.
var servingParts = map[string]Text{
	"serving.stage-layers":   Same("%.0f/%d"),
	"serving.layers-left":    Same("%g/%g"),
	"serving.logits":         Same("%d x %g x %g B / %d"),
	"serving.over":           Same("%v / %v"),
	"serving.over-reached":   Same("%v / (%v)"),
	"serving.passes":         Same("%g x %v"),
	"serving.of-stages":      Same("(%v) x %.4g"),
	"serving.sends":          Same("%g x (%v + %v / (%v x %.4g))"),
	"serving.hops":           Same("%v x %.3g"),
	"serving.hops-inside":    Same("%v x (1 + %.3g)"),
	"encoding.divided":       Same("%v / %d"),
	"constants.factor":       Same("%.4g (%s)"),
	"constants.factor-all":   T("%.4g (all)", "%.4g (全部)"),
	"constants.factor-power": Same("%.4g^%.3g (%s)"),
	"constants.bent":         {"%v = %v; %[2]v / (1 + (%[2]v / %g)⁸)^⅛", "%v = %v；%[2]v / (1 + (%[2]v / %g)⁸)^⅛"},
}
