package text

var inferLong = T(`Infer says what serving a model takes: weights as they are stored, the KV cache
of every sequence, the runtime's own buffers; the longest context and the most
sequences that fit; and how fast it answers, with an 80 % band.
The context is that of each sequence, prompt and answer together. What is left
open is chosen, and a footnote says what. Encoders and models of images generate
nothing: for them it says how many sequences or images pass in a second.

Exit code 3 means that it does not fit; the answer says what would.`, `Infer 给出部署一个模型的代价：按存储格式的权重、每条序列的 KV 缓存、
运行时自身的缓冲；放得下的最长上下文与最多序列；以及回答的速度，附 80 %
区间。上下文是每条序列的上下文，提示与回答合计。未给出的内容自动选择，
脚注说明选了什么。编码器与图像模型不生成内容：对它们说明每秒处理多少条
序列或多少张图像。

退出码 3 表示放不下；答案说明怎样放得下。`)
