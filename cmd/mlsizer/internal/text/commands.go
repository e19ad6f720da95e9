package text

// Command is what --help says of a command. Examples are command lines, the
// same in both languages.
type Command struct {
	Short, Long Text
	Example     string
}

// Commands are the commands, by their paths without the name of the program.
var Commands = map[string]Command{
	"": {
		Short: T("cost of a machine-learning model: tier, memory, storage, time, money, energy", "机器学习模型的代价：分级、内存、存储、时间、费用、能耗"),
		Long:  programLong,
		Example: `  mlsizer classify gpt-3 7B 1750亿
  mlsizer estimate llama-3.1-70b --on h100x512 --tokens 15T
  mlsizer compare llama-3.1-8b gpt-3 --on a100-80g,h100,tpu-v5p --tokens 1T`,
	},
	"estimate": {
		Short: T("memory, storage, compute, time, cost and energy of training a model on a machine", "在一台机器上训练一个模型的内存、存储、计算量、时间、费用与能耗"),
		Long:  estimateLong,
		Example: `  mlsizer estimate gpt-3 --on a100-80gx1024 --tokens 300B --tp 8 --pp 8
  mlsizer estimate 7B --on h100x8 --tokens 140B -o json
  mlsizer estimate llama-3.1-8b --method lora --on h100x1 --examples 50k --example-tokens 512 --epochs 3
  mlsizer estimate llama-3.2-1b --teacher llama-3.1-8b --teacher-logits stored --top-k 64 --on h100x8 --tokens 10B
  mlsizer estimate resnet-50 --on v100x8 --samples 115M`,
	},
	"compare": {
		Short: T("estimates as tables: models x hardware", "以表格比较：模型 × 硬件"),
		Long:  compareLong,
		Example: `  mlsizer compare llama-3.1-8b llama-3.1-70b gpt-3 --on a100-80g,h100,tpu-v5p --tokens 1T
  mlsizer compare 7B 70B --on h100x512 --tokens 2T -o csv
  mlsizer compare resnet-50 llama-3.1-8b --on a100x8 --samples 115M --tokens 1T
  mlsizer compare llama-3.1-8b --on h100,rtx-4090 --method full,lora,qlora --examples 50k --example-tokens 512 --epochs 3
  mlsizer compare llama-3.1-8b --on h100x64 --batch 512,1024 --precision bf16,fp8 --tokens 1T --sort cost
  mlsizer compare llama-3.1-8b --weights bf16,fp8,q4_k_m --on h100,a100-80g,rtx-4090,m2-ultra
  mlsizer compare llama-3.1-8b --weights bf16,bf16-2:4,q4_k_m --prune layers=16 --student llama-3.2-1b --on h100`,
	},
	"plan": {
		Short: T("the best layout, the number of devices for a goal, the model for a budget", "最佳布局、达成目标所需的设备数、预算可负担的模型"),
		Long:  planLong,
		Example: `  mlsizer plan llama-3.1-405b --on h100x16384 --tokens 15.6T --seq 8192 --batch 2048
  mlsizer plan 70B --on h100,a100-80g --tokens 2T --days 30
  mlsizer plan --budget 1M --on h100
  mlsizer plan gpt-3 --on a100-80gx512 --tokens 300B --batch 1536 --export megatron`,
	},
	"infer": {
		Short: T("weights, KV cache and throughput of serving a model", "部署一个模型的权重、KV 缓存与吞吐"),
		Long:  inferLong,
		Example: `  mlsizer infer llama-3.1-70b --on h100x2 --context 32k --batch 16 --weights fp8
  mlsizer infer llama-3.1-8b --on rtx-4090 --weights q4_k_m --kv q8_0
  mlsizer infer deepseek-v3 --on h200x8 --context 128k --batch 32 --runtime sglang
  mlsizer infer bert-large --on l4 --context 384 --batch 32
  mlsizer infer gpt-oss-120b --on rtx-5090 --weights mxfp4-q8_0 --offload experts`,
	},
	"fit": {
		Short: T("the models that run on a machine, and how fast", "一台机器上可运行的模型及其速度"),
		Long:  fitLong,
		Example: `  mlsizer fit --on rtx-4090 --context 32k --min-speed 20
  mlsizer fit --on m4-max-128gb --sort=speed
  mlsizer fit --detect`,
	},
	"classify": {
		Short: T("tier, field and parameters of models", "模型的级别、领域与参数量"),
		Long:  classifyLong,
		Example: `  mlsizer classify gpt-3 7B 1750亿 deepseek-v3
  mlsizer classify --from models.csv -o csv > classified.csv
  mlsizer classify --from models.jsonl.gz --column n_params --sort -o json
  mlsizer models -o csv | mlsizer classify --from - --field cv`,
	},
	"inspect": {
		Short: T("contents of a model file", "模型文件的内容"),
		Long:  inspectLong,
		Example: `  mlsizer inspect ./llama/config.json
  mlsizer inspect model.gguf -o json`,
	},
	"diff": {
		Short: T("scenarios of files side by side: what they ask and what comes out", "文件中的情景对照：所问与结果"),
		Long:  diffLong,
		Example: `  mlsizer diff a.yaml b.yaml
  mlsizer diff plans.yaml -o json`,
	},
	"models": {
		Short: T("the catalogue of models", "模型目录"),
		Example: `  mlsizer models --field cv
  mlsizer models list --tier very-large --sort size
  mlsizer models show deepseek-v3`,
	},
	"models list": {
		Short: T("the models with tier, field and parameters", "列出模型及其级别、领域与参数量"),
	},
	"models show": {
		Short:   T("layers, parameters by component and published training runs of a model", "一个模型的层、各部分参数量与公布的训练"),
		Example: "  mlsizer models show llama-3.1-70b",
	},
	"hardware": {
		Short: T("the catalogue of devices", "设备目录"),
		Example: `  mlsizer hardware --kind tpu
  mlsizer hardware show h100`,
	},
	"hardware list": {
		Short: T("the devices with memory, rate and price", "列出设备及其内存、速率与价格"),
	},
	"hardware show": {
		Short:   T("rates, links, price and sources of a device", "一种设备的速率、互联、价格与来源"),
		Example: "  mlsizer hardware show h100",
	},
	"validate": {
		Short: T("predictions against measurements: the shipped ones or your own file", "预测与实测对比：内置的实测，或自有的文件"),
		Example: `  mlsizer validate
  mlsizer validate --runs
  mlsizer validate --from runs.csv -o html > report.html`,
	},
	"calibrate": {
		Short: T("fit constants of the step time to your own cluster's runs", "按自有集群的训练拟合单步时间的常数"),
		Long:  calibrateLong,
		Example: `  mlsizer calibrate --from runs.csv
  mlsizer calibrate --from runs.csv -o constants.json
  mlsizer calibrate --from runs.csv --fit stack=torchtitan:traffic,overlap
  mlsizer calibrate --refit --leave-out layout -o constants.json
  mlsizer calibrate --memory --leave-out source`,
	},
	"help": {
		Short: T("help about a command", "命令的帮助"),
	},
	"completion": {
		Short: T("completion for a shell: bash, zsh, fish, powershell", "生成 shell 的自动补全：bash、zsh、fish、powershell"),
		Long:  completionLong,
	},
	"completion bash": {
		Short: T("the completion script for bash", "bash 的补全脚本"),
		Long:  completionBash,
	},
	"completion zsh": {
		Short: T("the completion script for zsh", "zsh 的补全脚本"),
		Long:  completionZsh,
	},
	"completion fish": {
		Short: T("the completion script for fish", "fish 的补全脚本"),
		Long:  completionFish,
	},
	"completion powershell": {
		Short: T("the completion script for PowerShell", "PowerShell 的补全脚本"),
		Long:  completionPowerShell,
	},
	"serve": {
		Short:   T("the calculator as a page in a browser, and as an API", "以浏览器页面与 API 提供计算器"),
		Long:    serveLong,
		Example: "  mlsizer serve --open\n  mlsizer serve --listen 0.0.0.0:8080 --allow-host sizer.example.org",
	},
	"man": {
		Short:   T("man pages of all commands, written into a folder", "把全部命令的 man 手册页写入一个文件夹"),
		Long:    manLong,
		Example: "  mlsizer man ~/.local/share/man/man1",
	},
}
