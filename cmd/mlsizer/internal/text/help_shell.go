package text

var completionLong = T(`Completion writes a script with which a shell completes commands, models,
devices and the values of flags.`, `Completion 输出一个脚本，shell 用它补全命令、模型、设备与参数的取值。`)

var completionBash = T(`The script for bash needs the package bash-completion.

For this session:
  source <(mlsizer completion bash)
For every session:
  mlsizer completion bash > ~/.local/share/bash-completion/completions/mlsizer`, `bash 的脚本需要软件包 bash-completion。

仅本次会话：
  source <(mlsizer completion bash)
每次会话：
  mlsizer completion bash > ~/.local/share/bash-completion/completions/mlsizer`)

var completionZsh = T(`The script for zsh needs compinit: "autoload -U compinit; compinit" in ~/.zshrc.

For this session:
  source <(mlsizer completion zsh)
For every session:
  mlsizer completion zsh > "${fpath[1]}/_mlsizer"`, `zsh 的脚本需要 compinit：在 ~/.zshrc 中写入 "autoload -U compinit; compinit"。

仅本次会话：
  source <(mlsizer completion zsh)
每次会话：
  mlsizer completion zsh > "${fpath[1]}/_mlsizer"`)

var completionFish = T(`For this session:
  mlsizer completion fish | source
For every session:
  mlsizer completion fish > ~/.config/fish/completions/mlsizer.fish`, `仅本次会话：
  mlsizer completion fish | source
每次会话：
  mlsizer completion fish > ~/.config/fish/completions/mlsizer.fish`)

var completionPowerShell = T(`For this session:
  mlsizer completion powershell | Out-String | Invoke-Expression
For every session, add that line to the profile ($PROFILE).`, `仅本次会话：
  mlsizer completion powershell | Out-String | Invoke-Expression
每次会话：把该行加入配置文件（$PROFILE）。`)

var manLong = T(`Man writes a page for every command, mlsizer.1 and mlsizer-COMMAND.1, into a
folder that man looks into. The pages are in the language of --lang.`, `Man 为每个命令写一页，mlsizer.1 与 mlsizer-COMMAND.1，放入 man 会查找的文件夹。
手册页采用 --lang 的语言。`)
