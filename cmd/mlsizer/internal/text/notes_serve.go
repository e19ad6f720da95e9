package text

// servingNotes are what serving assumes.
var servingNotes = map[string]Text{
	"weights.stored":     T("weights in %s: %.4g bits per parameter on average", "权重 %s：平均每参数 %.4g 比特"),
	"weights.padded":     T("the %s kernel pads the experts: %s more than the files", "%s 内核对专家补齐：比文件多 %s"),
	"weights.pruned":     T("2:4 pruning: linear layers keep half of their values and 2 index bits per value; reads are faster by the saved bytes, and the up to twofold rate of sparse products is not counted (not measured in serving)", "2:4 剪枝：线性层保留一半数值，每个另加 2 比特索引；读取按节省的字节加快，稀疏乘法至多两倍的速率未计入（无推理实测）"),
	"weights.not-stored": T("%s does not support %s weights: the nearest it supports are q8_0 or q4_k_m", "%s 不支持 %s 权重：最接近的是 q8_0 或 q4_k_m"),

	"runtime.chosen":       T("runtime not given: %s, %s", "未指定运行时：取 %s，%s"),
	"runtime.chosen-apple": T("runtime not given: %s, %s (--runtime mlx is the other choice here)", "未指定运行时：取 %s，%s（另可选 --runtime mlx）"),
	"runtime.takes":        T("%s uses %.0f %% of the device's memory, including %.2g GiB for context and libraries", "%s 占用设备显存的 %.0f %%，其中上下文与库 %.2g GiB"),
	"fits.may-not":         T("may not fit: the estimate does, the upper end of its 80 %% band (%s) is beyond the limit of %s", "未必可放下：估计值放得下，其 80 %% 区间上端（%s）超过上限 %s"),
	"runtime.release":      T("memory as %s divides it from release %s on, in passes of at most %d tokens and %d sequences (--runtime vllm@0.10 takes another release; --max-num-batched-tokens, --max-num-seqs and --gpu-memory-utilization set the limits)", "显存划分按 %s 自 %s 版起的规则，每遍至多 %d 个 token、%d 条序列（--runtime vllm@0.10 取其他版本；--max-num-batched-tokens、--max-num-seqs 与 --gpu-memory-utilization 设定上限）"),
	"runtime.takes-up-to":  T("%s uses up to %.0f %% of the device's memory, including %.2g GiB for context and libraries", "%s 至多占用设备显存的 %.0f %%，其中上下文与库 %.2g GiB"),
	"runtime.not-known-on": T("%s is not known to run on %s: figures assume that it does", "未见 %s 支持 %s：数字按可运行计"),

	"service.queue":    T("prompts arrive at random and are read one after the other, so that they wait as in an M/D/1 queue with an exponential tail (a replica reads prompts %.0f %% of the time); answers are generated between prompts; every request has the same prompt and answer; P99 of the first token and the mean time per token are held to the limits", "提示随机到达并依次读取，等待按带指数尾部的 M/D/1 队列计（副本 %.0f %% 的时间在读提示）；回答在提示之间生成；各请求的提示与回答等长；以首 token 的 P99 与每 token 平均时间对照上限"),
	"service.prefix":   T("%.4g %% of each prompt is cached and not read again; its cache is counted for every request", "每个提示的 %.4g %% 已缓存、不再读取；其缓存按每个请求计入"),
	"service.apart":    T("%d devices read prompts for each %d that answer; the cache of a prompt moves between them in %v", "每 %[2]d 台回答设备配 %[1]d 台读提示；一个提示的缓存在其间传输用时 %[3]v"),
	"service.not-sure": T("the estimate meets the limits, the upper end of its 80 % band does not", "估计值满足上限，其 80 % 区间上端不满足"),

	"scale-out.serving": T("%d devices on several nodes serve each request, with %v per device and direction between the nodes (--scale-out sets another network)", "每条请求由跨节点的 %d 个设备处理，节点间每设备每方向 %v（可用 --scale-out 另设）"),
	"padding.blocks":    T("%s rounds the cache up to blocks of %d", "%s 将缓存向上取整到 %d 的倍数"),
	"padding.pages":     T("%s allots pages of %d tokens to groups of %d layers; a window reserves its tokens and those of a pass (%d), and a recurrent state a page", "%s 以每页 %d 个 token、每组 %d 层分配；滑动窗口另留一遍的 token（%d），递归状态占一页"),
	"unified.asked":     T("%s per device as requested; %s has %s", "按所给每设备 %s 计，%s 为 %s"),
	"unified.shared":    T("%s shares its memory with the system: one process can use %s of %s, %s (--memory sets another size)", "%s 与系统共用内存：单个进程可用 %[3]s 中的 %[2]s，%[4]s（可用 --memory 另设）"),
	"context.beyond":    T("%s is trained for a context of %d tokens: whether it works at %d is not only a question of memory", "%s 的训练上下文为 %d token：%d 能否使用不只取决于显存"),
	"context.encoder":   T("the encoder reads and the decoder writes up to %d tokens each: both have caches of that length", "编码器读、解码器写各至多 %d 个 token：两者各有该长度的缓存"),

	"offload.host":   T("%d layers offloaded to the host: they need %s of host memory beside its system's, read at %.3g GB/s; %s%s%s", "%d 层卸载到主机：除系统外需主机内存 %s，按 %.3g GB/s 读取；%s%s%s"),
	"offload.copied": T("; prefill copies them to the device once per %d tokens, at %.3g GB/s at most (less from memory that is not pinned)", "；预填充每 %d 个 token 拷贝到设备一次，至多 %.3g GB/s（未锁页内存更慢）"),
	"offload.told":   T(": %s", "：%s"),

	"inferred-shape.serving": T("only the parameter count is known: shape and cache are inferred from comparable models", "仅知参数量：结构与缓存由相近模型推断"),
	"energy.serving":         T("energy: devices at their rated power of %s, an upper bound because reading weights draws less; hosts, network and cooling are not included", "能耗：设备按额定功率 %s 计，因读取权重时功耗更低而为上界；不含主机、网络与制冷"),
	"energy.encoding":        T("energy: devices at their rated power of %s, an upper bound; hosts, network and cooling are not included", "能耗：设备按额定功率 %s 计，为上界；不含主机、网络与制冷"),
	"activations.encoding":   T("activations: the largest output of a layer, its input and the residual stream, for the whole batch in 16 bits", "激活值：整个批次中单层最大输出、其输入与残差流，按 16 位计"),

	"speed.no-runtime":      T("this runtime is not measured: constants are those of comparable runtimes, and the band is wider", "该运行时无实测：常数取自相近的运行时，区间放宽"),
	"speed.no-architecture": T("this runtime is not measured on this architecture: constants are those of comparable devices, and the band is wider", "该运行时在此架构上无实测：常数取自相近的设备，区间放宽"),
	"speed.fitted":          T("speed is fitted to published measurements of this runtime on this architecture", "速度按该运行时在此架构上的公开实测拟合"),
	"speed.no-nodes":        T("this runtime is not measured over several nodes: constants are those of one node, and the band is wider", "该运行时跨节点无实测：常数取自单节点，区间放宽"),
	"speed.no-host":         T("weights on the host are not measured: the band is the widest", "权重置于主机无实测：取最宽区间"),
	"speed.encoding":        T("encoders are not measured: a pass runs at the prefill rates of language models, and the band is the widest", "编码器无实测：一次前向按语言模型的预填充速率计，取最宽区间"),

	// Changes that make a model fit.
	"option.weights":             T("weights in %s", "权重用 %s"),
	"option.context":             T("a context of %d tokens", "上下文 %d token"),
	"option.batch":               T("%d sequences at once", "同时 %d 条序列"),
	"option.expert-groups":       T("%d expert-parallel groups that divide the batch", "%d 个专家并行组，均分批次"),
	"option.expert-groups-kv":    T("%d expert-parallel groups that divide the batch, a KV cache in %s", "%d 个专家并行组，均分批次，KV 缓存用 %s"),
	"option.limits":              T("other limits of the runtime", "调整运行时上限"),
	"option.kv":                  T("a KV cache in %s", "KV 缓存用 %s"),
	"option.weights-kv":          T("weights in %s, a KV cache in %s", "权重用 %s，KV 缓存用 %s"),
	"option.runtime":             T("%s with weights in %s", "用 %s，权重用 %s"),
	"option.offload":             T("%s: %.0f %% of the weights on the host", "%s：%.0f %% 的权重放在主机"),
	"option.offload-with":        T("%s with weights in %s, %s: %.0f %% of the weights on the host", "用 %s，权重用 %s，%s：%.0f %% 的权重放在主机"),
	"option.devices":             T("%d x %s (%s)", "%d × %s（%s）"),
	"option.devices-and-weights": T("%d x %s (%v) with weights in %s", "%d × %s（%v），权重用 %s"),
	"option.other-device":        T("1 x %s", "1 × %s"),
	"option.told":                InBrackets,
}

// servingWords are what the notes of serving name.
var servingWords = map[string]Text{
	// Why a runtime is taken.
	"many-sequences": T("which serves many sequences at once", "可同时服务多条序列"),
	"own-files":      T("whose files hold such weights", "此类权重为其文件格式"),
	"desk":           T("which runs on processors, phones and GPUs that share their memory", "可在处理器、手机及共用内存的 GPU 上运行"),
	"own-chips":      T("which is made for these chips", "为该芯片所制"),
	"not-compiled":   T("which launches operators one by one: compiled runtimes (TensorRT, OpenVINO) are faster", "逐算子执行：编译型运行时（TensorRT、OpenVINO）更快"),

	// Who divides a memory that is shared with the system.
	"shared-phone":   T("as the system and other apps keep 4 GB (assumed: Android and iOS publish no limit, and both end an app that exceeds theirs)", "系统与其他应用留 4 GB（假定：Android 与 iOS 均未公布上限，超量的应用会被终止）"),
	"shared-apple":   T("the default share of the GPU in macOS (two thirds up to 32 GB, three quarters beyond); sudo sysctl iogpu.wired_limit_mb=N raises it", "即 macOS 默认给 GPU 的份额（32 GB 及以下为三分之二，以上为四分之三）；sudo sysctl iogpu.wired_limit_mb=N 可提高"),
	"shared-host":    T("on a machine that runs nothing else; the installed size is assumed", "机器不作他用；内存容量为假定"),
	"shared-desktop": T("the rest is for the system; a desktop uses more of it", "其余归系统；桌面环境会占用更多"),
	"shared-driver":  T("the share that the driver gives the GPU; a kernel option (ttm.pages_limit) or the firmware raises it", "即驱动给 GPU 的份额；内核选项（ttm.pages_limit）或固件可提高"),
	"shared-rest":    T("the rest is for the system", "其余归系统"),

	// What the limits of an answer with layers on the host are.
	"limits-as-many": T("limits assume as many offloaded layers", "各上限以同样的卸载层数计"),
	"limits-memory":  T("limits assume all of the host's memory", "各上限以主机全部内存计"),

	// What goes to the host.
	"experts-offloaded": T("experts offloaded", "专家卸载"),
	"layers-offloaded":  T("layers offloaded", "分层卸载"),
}
