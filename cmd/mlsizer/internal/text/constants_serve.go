package text

// servingConstants say what the constants of serving are of, by rule.
var servingConstants = constantFormulas(map[string]Text{
	"memory":           T("share of the memory bandwidth that reading weights reaches", "占比：读取权重可达的内存带宽"),
	"experts":          expertFactor,
	"cache":            T("share of the memory bandwidth that reading the cache reaches", "占比：读取缓存可达的内存带宽"),
	"compute":          T("share of the peak matrix rate that products of many tokens reach", "占比：多 token 矩阵乘可达的峰值速率"),
	"spread":           T("exponent on the tokens of a pass: those whose experts differ", "指数：一次前向中专家不同的 token"),
	"latent":           T("factor on the rates of attention that works on latents", "因子：潜变量注意力的速率"),
	"grouped":          expertFactor,
	"attend":           T("share of the peak matrix rate that attention reaches", "占比：注意力可达的峰值速率"),
	"scores":           T("B of memory traffic a score of attention that is not one kernel", "B：非融合注意力每个分数的访存"),
	"stages":           T("exponent on what stages of layers gain by working on chunks of prompts at once", "指数：各级同时处理提示分块的收益"),
	"tile":             T("tokens that a product takes at least the time of", "token：矩阵乘至少花费的时间所对应者"),
	"gap_seconds":      T("s a layer between kernels", "秒：每层算子之间"),
	"host_seconds":     T("s a layer of host time, where the device is not the slower one", "秒：每层主机时间，仅在设备不更慢时"),
	"eager_seconds":    T("s a layer of ten launches of host time in a pass that reads prompts, where the device is not the slower one", "秒：读取提示时每层（十次启动）的主机时间，仅在设备不更慢时"),
	"step_seconds":     T("s a pass: scheduling, sampling", "秒：每次前向的调度与采样"),
	"sequence_seconds": T("s a pass and sequence", "秒：每次前向每条序列"),
	"hop_seconds":      T("s a collective or transfer between devices", "秒：设备间每次集合通信或传输"),
	"wire":             T("share of the link's bandwidth that collectives reach", "占比：集合通信可达的链路带宽"),
	"load":             T("share of a steady batch's rate that a loaded server reaches", "占比：满载服务相对稳定批次的速率"),
	"burst":            T("share of a load test's requests that start it all at once", "压力测试中开始时同时到达的请求所占比例"),
	"first_seconds":    T("s before the first token beside the prompt: request, tokenizer, scheduling", "秒：首 token 之前除提示外的请求、分词与调度"),
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
