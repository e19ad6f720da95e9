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
	"time.memory-ops.unpacked": ofTerm(T("micro-batches x bytes of norms, activations, residuals, loss and weights unpacked in each pass / achieved bandwidth", "微批次 x 归一化、激活、残差、损失及每次前后向解包的权重的字节 / 可达带宽"), movedNumbers),
	"time.launch": ofTerm(T("micro-batches x max(launch time - GPU time, share x launch time)", "微批次 x (启动时间 - 设备执行时间 与 占比 x 启动时间 之较大者)"),
		T("%.0f x %s (%.0f blocks of %s forward, %s backward; share %.0f %%)", "%.0f x %s (%.0f 个块，前向各 %s，反向各 %s；占比 %.0f %%)")),
	"time.launch.routed": ofTerm(T("micro-batches x (max(launch time - GPU time, share x launch time) + router synchronisation)", "微批次 x ((启动时间 - 设备执行时间 与 占比 x 启动时间 之较大者) + 路由同步)"),
		T("%.0f x %s (%.0f blocks of %s forward, %s backward; share %.0f %%; %.0f MoE layers with a synchronisation of %s)", "%.0f x %s (%.0f 个块，前向各 %s，反向各 %s；占比 %.0f %%；%.0f 个专家层各同步 %s)")),
	"time.optimizer": ofTerm(T("(trained parameters per rank x (weight + gradient + fp32 copy, read and written) + moments, read and written) / achieved bandwidth", "(每 rank 训练的参数 x (权重 + 梯度 + fp32 副本，读写) + 动量，读写) / 可达带宽"),
		Same("(%s x %.3g B + 2 x %s) / (%.2g x %s)")),
	"time.optimizer.streamed": ofTerm(T("(trained parameters per rank x (weight + gradient + fp32 copy, read and written) + moments, read and written) / achieved bandwidth + offloaded state, in and out simultaneously / link to host or disks", "(每 rank 训练的参数 x (权重 + 梯度 + fp32 副本，读写) + 动量，读写) / 可达带宽 + 卸载的状态 (同时读写) / 至主机或硬盘的链路"),
		Same("(%s x %.3g B + 2 x %s) / (%.2g x %s) + %s / %s")),
	"time.host": ofTerm(T("micro-batches x (activations out and back, weights in for each pass, gradients out / the slower link, less the passes that hide them)", "微批次 x (激活值往返、每次前后向取入权重、送出梯度 / 较慢链路，减去前后向掩盖的部分)"),
		T("%.0f x %s (activations %s, weights %s, gradients %s at link %s, state at %s; passes of %s and %s)", "%.0f x %s (激活 %s、权重 %s、梯度 %s，链路 %s，状态 %s；前后向 %s 与 %s)")),
	"time.fixed": ofTerm(T("fixed time per step + micro-batches x fixed time per micro-batch", "每步固定 + 微批次 x 每微批次固定"), Same("%s + %.0f x %s")),
	// What devices exchange.
	"time.tensor": ofTerm(T("micro-batches x passes x reductions of the slowest stage x (latency + 2 x hidden states x (t-1)/t / bandwidth) x exposed share", "微批次 x 前后向次数 x 最慢流水线段的归约 x (时延 + 2 x 隐藏状态 x (t-1)/t / 带宽) x 未掩盖比例"),
		T("%.0f x %.3g x %.0f x %s (%s on %.0f devices at %s) x %.3g", "%.0f x %.3g x %.0f x %s (%s，%.0f 台设备，%s) x %.3g")),
	"time.experts": ofTerm(T("micro-batches x passes x MoE layers x 2 (dispatch, combine) x all-to-all x exposed share", "微批次 x 前后向次数 x MoE 层数 x 2 (分发、合并) x all-to-all x 未掩盖比例"),
		T("%.0f x %.3g x %.0f x 2 x %s (%s on %.0f ranks) x %.3g", "%.0f x %.3g x %.0f x 2 x %s (%s，%.0f 个 rank) x %.3g")),
	"time.context": ofTerm(T("micro-batches x (keys and values around the ring forward, and with gradients backward, less the attention that hides them)", "微批次 x (键值沿环前向一圈，反向连同梯度，减去注意力掩盖的部分)"),
		T("%.0f x %s (%s in %.0f rings of %.0f at %s; %.0f %% of attention can hide it)", "%.0f x %s (%s，%.0f 个环，各 %.0f 个 rank，%s；注意力的 %.0f %% 可掩盖)")),
	"time.pipeline": ofTerm(T("(micro-batches x virtual stages + p - 1) x hidden states of a micro-batch to the next stage and back, exposed part", "(微批次 x 虚拟段 + p - 1) x 微批次隐藏状态往返下一段，仅计未掩盖部分"),
		T("(%.0f x %.0f + %.0f - 1) x %s (%s at %s)", "(%.0f x %.0f + %.0f - 1) x %s (%s，带宽 %s)")),
	"time.bubble": ofTerm(T("(all stages - slowest stage) / virtual stages, for one micro-batch; with even stages (p-1)/v", "(各段之和 - 最慢流水线段) / 虚拟段，以一个微批次计；各段均匀时为 (p-1)/v"),
		T("(%s in %d stages - %s) / %.0f", "(%s (%d 段) - %s) / %.0f")),
	"time.data.all-reduce": ofTerm(T("all-reduce of the gradients, less the part hidden by the backward pass", "梯度 all-reduce，减去反向掩盖的部分"), dataNumbers),
	"time.data.zero3":      ofTerm(T("micro-batches x (gather of the weights, forward and backward, and reduction of the gradients), less the part hidden by each pass", "微批次 x (前向与反向各聚集一次权重，并归约梯度)，减去各次前后向掩盖的部分"), Same("%.0f x ").and(dataNumbers)),
	"time.data.zero2":      ofTerm(T("gather of the weights, and one reduction of the gradients per micro-batch, less the part hidden by each pass", "聚集权重，每个微批次归约一次梯度，减去各次前后向掩盖的部分"), dataNumbers),
	"time.data":            ofTerm(T("gather of the weights and reduction of the gradients, less the part hidden by a pass", "聚集权重并归约梯度，减去前后向掩盖的部分"), dataNumbers),
	"time.stragglers":      ofTerm(T("jitter x doublings of a node x sum of the other lines", "抖动 x 节点翻倍次数 x 其余各行"), Same("%.3g x %.3g x %s")),
	"time.others":          ofTerm(T("generation and synchronisation + forward passes over the batch + critic's update", "生成与同步 + 对批次的前向 + 价值模型更新"), Same("%s + %s + %s")),
	"time.teacher": ofTerm(T("samples x forward FLOPs of the teacher / (devices x rate of the step's forward terms for the teacher's shape)", "样本 x 教师模型前向 FLOPs / (设备数 x 单步前向各项对教师模型形状的速率)"),
		Same("%d x %s / (%d x %s)")),
	// The step and the run.
	"time.step":         {sumOfLines, T("80 %% band %s to %s", "80 %% 区间 %s 至 %s")},
	"time.step.mfu":     {T("FLOPs of a step (%s) / (devices x peak x MFU)", "单步 FLOPs (%s) / (设备数 x 峰值 x MFU)"), Same("%.4[2]g / (%[3]d x %[4]s x %.3[5]g)")},
	"time.step.teacher": {sumOfLines, Same("%s + %s")},
	"time.teacher.mfu":  {T("forward FLOPs of the teacher / (devices x peak x MFU)", "教师模型前向 FLOPs / (设备数 x 峰值 x MFU)"), Same("%.4g / (%d x %s x %.3g)")},
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
	productsFormula = T("micro-batches x FLOPs of the slowest stage (forward, backward and recompute) / rate achieved on its GEMM shapes", "微批次 x 最慢流水线段的 FLOPs (前向、反向与重计算) / 其矩阵乘形状的可达速率")
	scoresFormula   = T("micro-batches x FLOPs of scores, values and scans (forward, backward and recompute) / rate achieved on their shapes", "微批次 x 注意力分数、取值与扫描的 FLOPs (前向、反向与重计算) / 其形状的可达速率")
	flopsNumbers    = T("%.0f x %.0f x %s / %s (%.0f %% of the peak)", "%.0f x %.0f x %s / %s (峰值的 %.0f %%)")
	flopsAgain      = T("%.0f x (%.0f + %.2g) x %s / %s (%.0f %% of the peak)", "%.0f x (%.0f + %.2g) x %s / %s (峰值的 %.0f %%)")
	secondsNumbers  = Same("%.0f x %s")
	movedNumbers    = Same("%.0f x %s / (%.2g x %s)")
	dataNumbers     = T("(%sreduce %s during %s backward); %s parameters%s over %.0f ranks at %s; %s%.0f %% of a pass can hide it%s", "(%s归约 %s，同时反向 %s)；%s 参数%s，%.0f 个 rank，带宽 %s；%s前后向的 %.0f %% 可掩盖%s")
)

// stepParts are the forms of parts of the numbers of a step's time.
var stepParts = map[string]Text{
	"time.data.gather":  T("gather %s during %s forward, ", "聚集 %s，同时前向 %s，"),
	"time.data.trained": T(" (%s trained)", "(训练 %s)"),
	"time.data.slices":  T("and once per step %s between %.0f slices; ", "每步另有 %s 用于 %.0f 个切片之间；"),
	"time.data.slowed":  T(", slowed by %.0f %% of the hidden time", "，计算变慢，为被掩盖时间的 %.0f %%"),
}
