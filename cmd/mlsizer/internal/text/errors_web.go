package text

// What is wrong with a request to the server.
var (
	WebNotJSON     = T("the request is no JSON object: %v", "请求不是 JSON 对象：%v")
	WebNoKey       = T("%q: no name of an argument (want one such as on or micro_batch)", "%q：不是参数名称（应如 on 或 micro_batch）")
	WebKeyTwice    = T("%q stands twice", "%q 出现两次")
	WebNoValue     = T("%q: expected text, a number, true, false or a list of them", "%q：应为文本、数字、true、false 或由其组成的列表")
	WebTooMany     = T("%q: %d values (at most %d)", "%q：%d 个值（最多 %d 个）")
	WebNotTaken    = T("%q is not taken from requests", "%q 不接受来自请求的值")
	WebBadFile     = T("%q: expected a name with text, or with base64 and size", "%q：应为文件名，并附 text，或附 base64 与 size")
	WebTooLarge    = T("the request is longer than %d KiB", "请求超过 %d KiB")
	WebNotRead     = T("the request did not arrive whole: %v", "请求未完整到达：%v")
	WebContentType = T("content type %q (want application/json)", "内容类型 %q（应为 application/json）")
	WebForeignHost = T("host %q is not this server (--allow-host lets it be)", "主机 %q 不是本服务器（--allow-host 可允许）")
	WebOrigin      = T("origin %q is another site", "来源 %q 是其他网站")
	WebNoPage      = T("%q: no such page", "%q：没有此页面")
	WebMethod      = T("%s is not taken here (want %s)", "此处不接受 %s（应为 %s）")
	WebBusy        = T("too many requests at once; try again in a second", "同时请求过多；请稍后再试")
	WebTooLong     = T("no answer within %s", "%s 内没有答案")
	WebPanic       = T("the program failed at this request; its log says where", "程序处理此请求时出错；详见其日志")
	WebListening   = T("listening on %s (ctrl-C stops)", "正在监听 %s（ctrl-C 停止）")
	WebEverywhere  = T("other machines can reach this server", "其他机器可访问此服务器")
	WebNoListen    = T("--listen %q: %v", "--listen %q：%v")
	WebNoBrowser   = T("no browser could be opened: %v", "无法打开浏览器：%v")
	NoArguments    = T("serve takes no argument: %q", "serve 不接受参数：%q")
)

// APIOfItself is what the description of the API says of itself.
var APIOfItself = T("this description", "本说明")
