package text

// servingNotes are what serving assumes.
var servingNotes = map[string]Text{
	"weights.stored":     T("weights in %s: %.4g bits a parameter on average", "权重 %s：平均每参数 %.4g 比特"),
	"weights.pruned":     T("pruned 2:4: half of the values of linear layers, and 2 bits of place for each; reading them is faster by what they shrink, and the up to twofold rate of sparse products is not counted: no measurement of serving has it", "2:4 剪枝：线性层保留一半数值，每个另加 2 比特位置；读取按缩小的字节加快，稀疏乘法至多两倍的速率未计入：无推理实测"),
	"weights.not-stored": T("%s has no %s weights: the nearest it stores are q8_0 or q4_k_m", "%s 不支持 %s 权重：最接近的是 q8_0 或 q4_k_m"),

	"runtime.chosen":       T("runtime not given: %s, %s", "未指定运行时：取 %s，%s"),
	"runtime.chosen-apple": T("runtime not given: %s, %s (--runtime mlx is the other choice here)", "未指定运行时：取 %s，%s（另可选 --runtime mlx）"),
	"runtime.takes":        T("%s takes %.0f %% of the device's memory, of it %.2g GiB for context and libraries", "%s 占用设备显存的 %.0f %%，其中上下文与库 %.2g GiB"),
	"runtime.takes-up-to":  T("%s takes up to %.0f %% of the device's memory, of it %.2g GiB for context and libraries", "%s 至多占用设备显存的 %.0f %%，其中上下文与库 %.2g GiB"),
	"runtime.not-known-on": T("%s is not known to run on %s: its figures are as if it did", "未见 %s 支持 %s：数字按可运行计"),

	"scale-out.serving": T("%d devices serve a request over several nodes, with %v a device and direction between them: --scale-out sets another network", "每条请求由跨节点的 %d 个设备处理，节点间每设备每方向 %v；可用 --scale-out 另设"),
	"padding.blocks":    T("%s rounds the cache up: blocks of %d", "%s 将缓存向上取整：每块 %d"),
	"unified.asked":     T("%s a device as asked for, where %s has %s", "按所给每设备 %s 计，%s 为 %s"),
	"unified.shared":    T("%s shares its memory with the system: %s of %s are taken as usable by one process, %s; --memory sets another size", "%s 与系统共用内存：%[3]s 中按单个进程可用 %[2]s 计，%[4]s；可用 --memory 另设"),
	"context.beyond":    T("%s was made for %d tokens: a context of %d needs more than memory", "%s 的上下文为 %d token：%d 不只是显存问题"),
	"context.encoder":   T("the encoder reads up to %d tokens and the decoder writes up to as many: each has caches of that length", "编码器至多读 %d 个 token，解码器至多写同样多：两者各有该长度的缓存"),

	"offload.host":   T("%d layers on the host: it needs %s of memory for them beside its system, used at %.3g GB/s; %s%s%s", "%d 层放在主机：主机除系统外需内存 %s，按 %.3g GB/s 使用；%s%s%s"),
	"offload.copied": T("; prompts copy them to the device for every %d tokens, at %.3g GB/s at most (less from memory that is not pinned)", "；读提示时每 %d 个 token 拷贝到设备一次，至多 %.3g GB/s（未锁页内存更慢）"),
	"offload.told":   T(": %s", "：%s"),

	"inferred-shape.serving": T("only the parameter count is known: the shape, and with it the cache, is that of comparable models", "仅知参数量：结构及缓存取自相近模型"),
	"energy.serving":         T("devices at their rated %s: reading weights draws less, so that this is an upper end; hosts, network and cooling are not counted", "设备按额定 %s 计：读取权重时功耗更低，故为上限；主机、网络与制冷未计"),
	"energy.encoding":        T("devices at their rated %s: an upper end; hosts, network and cooling are not counted", "设备按额定 %s 计，为上限；主机、网络与制冷未计"),
	"activations.encoding":   T("activations: the largest output of a layer beside its input and the residual stream, for the whole batch in 16 bits", "激活值：整个批次中单层最大输出、其输入与残差流，按 16 位计"),

	"speed.no-runtime":      T("no measurement of this runtime: constants of comparable ones, and a wider band", "该运行时无实测：取相近者的常数，区间加宽"),
	"speed.no-architecture": T("no measurement of this runtime on this architecture: constants of comparable devices, and a wider band", "该运行时在此架构上无实测：取相近设备的常数，区间加宽"),
	"speed.fitted":          T("fitted on published measurements of this runtime on this architecture", "按该运行时在此架构上的公开实测拟合"),
	"speed.no-nodes":        T("no measurement of this runtime over several nodes: constants of one node, and a wider band", "该运行时跨节点无实测：取单节点的常数，区间加宽"),
	"speed.no-host":         T("no measurement has weights on the host: the widest band", "无权重置于主机的实测：取最宽区间"),
	"speed.encoding":        T("no measurement of an encoder: one pass at the rates at which language models read prompts, and the widest band", "无编码器实测：按语言模型读取提示的速率计一次前向，取最宽区间"),

	// Changes that make a model fit.
	"option.weights":             T("weights in %s", "权重用 %s"),
	"option.context":             T("a context of %d tokens", "上下文 %d token"),
	"option.batch":               T("%d sequences at once", "同时 %d 条序列"),
	"option.expert-groups":       T("%d groups that share the experts and divide the batch", "分 %d 组，共享专家并均分批次"),
	"option.expert-groups-kv":    T("%d groups that share the experts and divide the batch, a KV cache in %s", "分 %d 组，共享专家并均分批次，KV 缓存用 %s"),
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
	"not-compiled":   T("whose passes are not compiled: programs that are (TensorRT, OpenVINO) are faster", "逐算子执行：编译型程序（TensorRT、OpenVINO）更快"),

	// Who divides a memory that is shared with the system.
	"shared-phone":   T("as the system and other apps keep 4 GB (assumed: neither Android nor iOS publishes a limit, and both end an app that takes too much)", "系统与其他应用留 4 GB（假定：Android 与 iOS 均未公布上限，超量的应用会被终止）"),
	"shared-apple":   T("what macOS lends the GPU by default (two thirds up to 32 GB, three quarters beyond); sudo sysctl iogpu.wired_limit_mb=N raises it", "即 macOS 默认借给 GPU 的份额（32 GB 及以下为三分之二，以上为四分之三）；sudo sysctl iogpu.wired_limit_mb=N 可提高"),
	"shared-host":    T("on a machine that does nothing else; how much is installed is an assumption", "机器不作他用；内存容量为假定"),
	"shared-desktop": T("the rest is the system's; a desktop takes more of it", "其余归系统；桌面环境会占用更多"),
	"shared-driver":  T("what the driver lends the GPU; a kernel option (ttm.pages_limit) or the firmware raises it", "即驱动借给 GPU 的份额；内核选项（ttm.pages_limit）或固件可提高"),
	"shared-rest":    T("the rest is the system's", "其余归系统"),

	// What the limits of an answer with layers on the host are.
	"limits-as-many": T("limits are with as many", "各上限以同样层数计"),
	"limits-memory":  T("limits are with what its memory holds", "各上限以主机内存可容者计"),

	// What goes to the host.
	"experts-offloaded": T("experts offloaded", "专家卸载"),
	"layers-offloaded":  T("layers offloaded", "分层卸载"),
}
