package text

// stepFormulas are the derivations of a step's time from its terms, by rule.
var stepFormulas = map[string]derived{
	// What a device does.
	"time.products":            ofTerm(productsFormula, flopsNumbers),
	"time.products.recompute":  ofTerm(productsFormula, flopsAgain),
	"time.products.seconds":    ofTerm(productsFormula, secondsNumbers),
	"time.attention":           ofTerm(scoresFormula, flopsNumbers),
	"time.attention.recompute": ofTerm(scoresFormula, flopsAgain),
	"time.attention.seconds":   ofTerm(scoresFormula, secondsNumbers),
	"time.memory-ops":          ofTerm(T("micro-batches x bytes of norms, activations, residuals and loss / achieved bandwidth", "微批次 x 归一化、激活、残差与损失的字节 / 可达带宽"), movedNumbers),
	"time.memory-ops.unpacked": ofTerm(T("micro-batches x bytes of norms, activations, residuals, loss and weights that are unpacked for each pass / achieved bandwidth", "微批次 x 归一化、激活、残差、损失及每次前后向解包的权重的字节 / 可达带宽"), movedNumbers),
	"time.launch": ofTerm(T("micro-batches x what launching the kernels of a pass takes longer than the pass, at least a share of it", "微批次 x 启动算子比其执行多出的时间，至少为其一部分"),
		T("%.0f x %s (%.0f blocks of %s forward, %s backward; at least %.0f %%)", "%.0f x %s (%.0f 个块，前向各 %s，反向各 %s；至少 %.0f %%)")),
	"time.launch.routed": ofTerm(T("micro-batches x what launching the kernels of a pass takes longer than the pass, at least a share of it, and in each pass the wait for the tokens of routed experts", "微批次 x 启动算子比其执行多出的时间，至少为其一部分，另加每次前向或反向等待路由专家的 token"),
		T("%.0f x %s (%.0f blocks of %s forward, %s backward; at least %.0f %%; %.0f layers of experts that wait %s)", "%.0f x %s (%.0f 个块，前向各 %s，反向各 %s；至少 %.0f %%；%.0f 个专家层各等待 %s)")),
	"time.optimizer": ofTerm(T("(a rank's trained parameters x (weight + gradient + fp32 copy, read and written) + their moments, read and written) / achieved bandwidth", "(每 rank 训练的参数 x (权重 + 梯度 + fp32 副本，读写) + 其动量，读写) / 可达带宽"),
		Same("(%s x %.3g B + 2 x %s) / (%.2g x %s)")),
	"time.optimizer.streamed": ofTerm(T("(a rank's trained parameters x (weight + gradient + fp32 copy, read and written) + their moments, read and written) / achieved bandwidth + state that streams in and out at once / link to the host or its disks", "(每 rank 训练的参数 x (权重 + 梯度 + fp32 副本，读写) + 其动量，读写) / 可达带宽 + 同时进出的状态 / 至主机或其硬盘的链路"),
		Same("(%s x %.3g B + 2 x %s) / (%.2g x %s) + %s / %s")),
	"time.host": ofTerm(T("micro-batches x (activations out and back, weights in for each pass, gradients out / the slower link, less the passes that hide them)", "微批次 x (激活值往返、每次前后向取入权重、送出梯度 / 较慢链路，减去前后向掩盖的部分)"),
		T("%.0f x %s (activations %s, weights %s, gradients %s at link %s, state at %s; passes of %s and %s)", "%.0f x %s (激活 %s、权重 %s、梯度 %s，链路 %s，状态 %s；前后向 %s 与 %s)")),
	"time.fixed": ofTerm(T("a step's own + micro-batches x a micro-batch's own", "每步固定 + 微批次 x 每微批次固定"), Same("%s + %.0f x %s")),
	// What devices exchange.
	"time.tensor": ofTerm(T("micro-batches x passes x reductions of the slowest stage x (latency + 2 x hidden states x (t-1)/t / bandwidth) x what is not hidden", "微批次 x 前后向次数 x 最慢级的归约 x (时延 + 2 x 隐藏状态 x (t-1)/t / 带宽) x 未掩盖部分"),
		T("%.0f x %.3g x %.0f x %s (%s on %.0f devices at %s) x %.3g", "%.0f x %.3g x %.0f x %s (%s，%.0f 台设备，%s) x %.3g")),
	"time.experts": ofTerm(T("micro-batches x passes x MoE layers x 2 (dispatch, combine) x all-to-all x what is not hidden", "微批次 x 前后向次数 x MoE 层数 x 2 (分发、合并) x all-to-all x 未掩盖部分"),
		T("%.0f x %.3g x %.0f x 2 x %s (%s on %.0f ranks) x %.3g", "%.0f x %.3g x %.0f x 2 x %s (%s，%.0f 个 rank) x %.3g")),
	"time.context": ofTerm(T("micro-batches x (keys and values around the ring forward, and with gradients backward, less the attention that hides them)", "微批次 x (键值沿环前向一圈，反向连同梯度，减去注意力掩盖的部分)"),
		T("%.0f x %s (%s in %.0f rings of %.0f at %s; %.0f %% of attention hides it)", "%.0f x %s (%s，%.0f 个环，各 %.0f 个 rank，%s；注意力的 %.0f %% 可掩盖)")),
	"time.pipeline": ofTerm(T("(micro-batches x virtual stages + p - 1) x hidden states of a micro-batch to the next stage and back, where they are waited for", "(微批次 x 虚拟级 + p - 1) x 微批次隐藏状态往返下一级，仅计等待部分"),
		T("(%.0f x %.0f + %.0f - 1) x %s (%s at %s)", "(%.0f x %.0f + %.0f - 1) x %s (%s，带宽 %s)")),
	"time.bubble": ofTerm(T("(all stages - the slowest) / virtual stages, for a micro-batch; with even stages (p-1)/v", "(各级之和 - 最慢级) / 虚拟级，以一个微批次计；各级均匀时为 (p-1)/v"),
		T("(%s in %d stages - %s) / %.0f", "(%s (%d 级) - %s) / %.0f")),
	"time.data.all-reduce": ofTerm(T("all-reduce of the gradients, less what a backward pass hides", "梯度 all-reduce，减去反向掩盖的部分"), dataNumbers),
	"time.data.zero3":      ofTerm(T("micro-batches x (gather of the weights, forward and again backward, and reduction of the gradients), less what each pass hides", "微批次 x (前向与反向各聚集一次权重，并归约梯度)，减去各次前后向掩盖的部分"), Same("%.0f x ").and(dataNumbers)),
	"time.data.zero2":      ofTerm(T("gather of the weights, and for every micro-batch reduction of the gradients, less what each pass hides", "聚集权重，且每个微批次归约一次梯度，减去各次前后向掩盖的部分"), dataNumbers),
	"time.data":            ofTerm(T("gather of the weights and reduction of the gradients, less what a pass hides", "聚集权重并归约梯度，减去前后向掩盖的部分"), dataNumbers),
	"time.stragglers":      ofTerm(T("jitter x doublings of a node x the other lines", "抖动 x 节点翻倍次数 x 其余各行"), Same("%.3g x %.3g x %s")),
	"time.teacher": ofTerm(T("samples x forward FLOPs of the teacher / (devices x rate that the step's terms, forward only, come to for its shape)", "样本 x 教师前向 FLOPs / (设备数 x 按教师形状计的单步各项仅前向所得速率)"),
		Same("%d x %s / (%d x %s)")),
	// The step and the run.
	"time.step":         {sumOfLines, T("80 %% band %s to %s", "80 %% 区间 %s 至 %s")},
	"time.step.mfu":     {T("FLOPs of a step (%s) / (devices x peak x MFU)", "单步 FLOPs (%s) / (设备数 x 峰值 x MFU)"), Same("%.4[2]g / (%[3]d x %[4]s x %.3[5]g)")},
	"time.step.teacher": {sumOfLines, Same("%s + %s")},
	"time.teacher.mfu":  {T("forward FLOPs of the teacher / (devices x peak x MFU)", "教师前向 FLOPs / (设备数 x 峰值 x MFU)"), Same("%.4g / (%d x %s x %.3g)")},
	"time.utilisation":  {T("FLOPs of a step by the convention / (step x devices x peak)", "按该约定的单步 FLOPs / (步时 x 设备数 x 峰值)"), Same("%.4[2]g / (%[3]s x %[4]d x %[5]s)")},
	"time.run":          {stepsByStep, stepsByStepNumbers},
}

// ofTerm is a term's formula, whose numbers end with its share of the step.
func ofTerm(formula, numbers Text) derived { return derived{formula, numbers.and(ofTheStep)} }

// and is a form followed by another one.
func (t Text) and(next Text) Text { return Text{t.EN + next.EN, t.ZH + next.ZH} }

// What several terms share.
var (
	ofTheStep       = T("; %.2g %% of the step", "；占单步 %.2g %%")
	productsFormula = T("micro-batches x FLOPs of the slowest stage (forward and backward, + recomputed) / rate achieved on its shapes", "微批次 x 最慢级的 FLOPs (前向与反向，+ 重算) / 其形状可达速率")
	scoresFormula   = T("micro-batches x FLOPs of scores, values and scans (forward and backward, + recomputed) / rate achieved on its shapes", "微批次 x 注意力分数、取值与扫描的 FLOPs (前向与反向，+ 重算) / 其形状可达速率")
	flopsNumbers    = T("%.0f x %.0f x %s / %s (%.0f %% of the peak)", "%.0f x %.0f x %s / %s (峰值的 %.0f %%)")
	flopsAgain      = T("%.0f x (%.0f + %.2g) x %s / %s (%.0f %% of the peak)", "%.0f x (%.0f + %.2g) x %s / %s (峰值的 %.0f %%)")
	secondsNumbers  = Same("%.0f x %s")
	movedNumbers    = Same("%.0f x %s / (%.2g x %s)")
	dataNumbers     = T("(%sreduce %s beside %s backward); %s parameters%s over %.0f ranks at %s; %s%.0f %% of a pass hides it%s", "(%s归约 %s，同时反向 %s)；%s 参数%s，%.0f 个 rank，带宽 %s；%s前后向的 %.0f %% 可掩盖%s")
)

// stepParts are the forms of parts of the numbers of a step's time.
var stepParts = map[string]Text{
	"time.data.gather":  T("gather %s beside %s forward, ", "聚集 %s，同时前向 %s，"),
	"time.data.trained": T(" (%s trained)", "(训练 %s)"),
	"time.data.slices":  T("and once a step %s between %.0f slices; ", "每步另有 %s 用于 %.0f 个切片之间；"),
	"time.data.slowed":  T(", slowed by %.0f %% of what is hidden", "，被掩盖部分的 %.0f %% 拖慢计算"),
}
