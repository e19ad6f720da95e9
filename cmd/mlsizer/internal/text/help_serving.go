package text

var inferLong = T(`Infer gives the cost of serving a model: weights as stored, KV cache per
sequence, buffers of the runtime; the longest context and the most sequences
that fit; and the speed, with an 80 % band.
The context is that of each sequence, prompt and answer together. Values that
are not given are chosen, and a footnote explains each one. Encoders and image
models generate nothing: the answer has sequences or images per second.

Exit code 3 means that the model does not fit; the answer lists what would.`, `Infer 给出部署一个模型的代价：按存储格式的权重、每条序列的 KV 缓存、
运行时自身的缓冲；放得下的最长上下文与最多序列；以及回答的速度，附 80 %
区间。上下文是每条序列的上下文，提示与回答合计。未给出的值自动选择，
并以脚注逐一说明。编码器与图像模型不生成内容：答案为每秒处理的序列数
或图像数。

退出码 3 表示模型放不下；答案列出可放下的改动。`)
