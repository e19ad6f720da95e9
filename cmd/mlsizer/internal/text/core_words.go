package text

// dimensionWords are the dimensions of layers.
var dimensionWords = map[string]Text{
	"hidden size":     Hidden,
	"heads":           T("heads", "头数"),
	"KV heads":        T("KV heads", "KV 头数"),
	"KV hidden size":  T("KV hidden size", "KV 隐藏维度"),
	"conv kernel":     T("conv kernel", "卷积核"),
	"dim":             T("dim", "维度"),
	"expert width":    T("expert width", "专家宽度"),
	"experts":         T("experts", "专家数"),
	"groups":          Groups,
	"inner size":      T("inner size", "内部维度"),
	"input channels":  T("input channels", "输入通道数"),
	"inputs":          T("inputs", "输入数"),
	"kernel height":   T("kernel height", "卷积核高度"),
	"kernel width":    T("kernel width", "卷积核宽度"),
	"key head_dim":    T("key head_dim", "键的 head_dim"),
	"key heads":       T("key heads", "键的头数"),
	"latent":          T("latent", "潜向量维度"),
	"output channels": T("output channels", "输出通道数"),
	"output groups":   T("output groups", "输出组数"),
	"output height":   T("output height", "输出高度"),
	"output rank":     T("output rank", "输出的秩"),
	"output width":    T("output width", "输出宽度"),
	"outputs":         T("outputs", "输出数"),
	"query rank":      T("query rank", "查询的秩"),
	"ratio":           T("ratio", "压缩比"),
	"ratio + 1":       T("ratio + 1", "压缩比 + 1"),
	"rows":            Rows,
	"state size":      T("state size", "状态维度"),
	"time-step rank":  T("time-step rank", "时间步的秩"),
	"value head_dim":  T("value head_dim", "值的 head_dim"),
	"value heads":     T("value heads", "值的头数"),
	"width":           T("width", "宽度"),
	"window":          T("window", "窗口"),
}

// offloadWords are what a stack does that offloads nothing.
var offloadWords = map[string]Text{
	"no offload": T("no offload", "不卸载"),
}

// sampleWords are what models read one of.
var sampleWords = map[string]Text{
	"image":    T("image", "图像"),
	"frame":    T("frame", "帧"),
	"position": T("position", "局面"),
	"sample":   T("sample", "样本"),
}
