package text

var serveLong = T(`Serve answers the questions of the command line in a browser and over HTTP, from
this program alone: no request leaves the machine.

  POST /v1/COMMAND takes the arguments of a command by their names, as JSON:
       {"models": ["7B"], "on": ["h100x8"], "tokens": "1T"}
  GET  /v1/models, /v1/hardware and /v1/openapi.json

The answers are those of -o json. Errors are problem details (RFC 9457). Only this
machine is listened to unless --listen says otherwise; requests may name no file
and no repository unless --allow-files or --allow-hub lets them.`, `Serve 在浏览器中并经 HTTP 回答命令行的问题，仅由本程序提供：不向外发出任何请求。

  POST /v1/COMMAND 以 JSON 接收命令的参数（按名称）：
       {"models": ["7B"], "on": ["h100x8"], "tokens": "1T"}
  GET  /v1/models、/v1/hardware 与 /v1/openapi.json

答案与 -o json 相同。错误为 problem details（RFC 9457）。除非 --listen 另有指定，只监听本机；
除非 --allow-files 或 --allow-hub 允许，请求不可指定文件或仓库。`)

var serverFlags = map[string]Text{
	"listen":      T("`ADDRESS` to listen on; port 0 takes a free one", "监听的地址 `ADDRESS`；端口 0 表示任选空闲端口"),
	"open":        T("open the page in the browser", "在浏览器中打开页面"),
	"allow-host":  T("`NAME` of the server besides its addresses, as a proxy passes it on", "服务器地址之外的主机名 `NAME`，由代理转发"),
	"allow-files": T("let requests read files of this machine", "允许请求读取本机文件"),
	"allow-hub":   T("let requests read repositories of the hub", "允许请求读取 hub 仓库"),
}
