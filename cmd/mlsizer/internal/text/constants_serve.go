package text

// servingConstants say what the constants of serving are of, by rule.
var servingConstants = constantFormulas(map[string]Text{
	"memory":           T("share of the memory bandwidth that reading weights reaches", "占比：读取权重可达的内存带宽"),
	"experts":          expertFactor,
	"cache":            T("share of the memory bandwidth that reading the cache reaches", "占比：读取缓存可达的内存带宽"),
	"compute":          T("share of the peak matrix rate that products of many tokens reach", "占比：多 token 矩阵乘可达的峰值速率"),
	"spread":           T("exponent on the tokens of a pass: tokens that select different experts", "指数：一次前向中选择不同专家的 token"),
	"latent":           T("factor on the rates of attention that works on latents", "因子：潜向量注意力的速率"),
	"grouped":          expertFactor,
	"attend":           T("share of the peak matrix rate that attention reaches", "占比：注意力可达的峰值速率"),
	"scores":           T("B of memory traffic per score of attention that is not fused", "B：未融合注意力每个分数的访存"),
	"stages":           T("exponent on the gain from stages that work on chunks of prompts at once", "指数：各流水线段同时处理提示分块的收益"),
	"tile":             T("smallest number of tokens that a matrix product is charged for", "token：矩阵乘计时的最少 token 数"),
	"gap_seconds":      T("s per layer between kernels", "秒：每层算子之间"),
	"host_seconds":     T("s of host time per layer, where the host is slower than the device", "秒：每层主机时间，仅在主机慢于设备时"),
	"eager_seconds":    T("s of host time per layer of ten launches in prefill, where the host is slower than the device", "秒：预填充时每层（十次启动）的主机时间，仅在主机慢于设备时"),
	"step_seconds":     T("s per pass: scheduling, sampling", "秒：每次前向的调度与采样"),
	"sequence_seconds": T("s per pass and sequence", "秒：每次前向每条序列"),
	"hop_seconds":      T("s per collective or transfer between devices", "秒：设备间每次集合通信或传输"),
	"wire":             T("share of the link's bandwidth that collectives reach", "占比：集合通信可达的链路带宽"),
	"load":             T("share of a steady batch's rate that a loaded server reaches", "占比：满载服务相对稳定批次的速率"),
	"burst":            T("share of a load test's requests that arrive at its start", "压力测试中开始时同时到达的请求所占比例"),
	"first_seconds":    T("s before the first token besides prefill: request, tokenizer, scheduling", "秒：首 token 之前除预填充外的请求、分词与调度"),
})

// expertFactor is what routed experts have of a share of dense layers.
var expertFactor = T("factor on that share for routed experts", "因子：路由专家相对该占比")

// constantFormulas are derivations of constants, each of which is a product of
// factors, by the constants' names.
func constantFormulas(constants map[string]Text) map[string]derived {
	rules := make(map[string]derived, len(constants))
	for name, t := range constants {
		rules["constants."+name] = derived{t, Same("%v")}
	}
	return rules
}
