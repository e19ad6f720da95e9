package text

// What is wrong with the length of a run or its batches.
var (
	ExamplesHaveLength = T("--examples need a length for models that read tokens (want --example-tokens, their average)", "读取 token 的模型的 --examples 有长度（应给出平均长度 --example-tokens）")
	TokensOrSamples    = T("--tokens and --samples both give the length of the run (want the one that the model counts in; compare takes both)", "--tokens 与 --samples 都给出训练量（应取模型计数所用的一个；compare 两者皆可）")
	ReadsTokens        = T("%s reads tokens (want --tokens)", "%s 按 token 计（应用 --tokens）")
	CountsSamples      = T("%s is counted in samples of one %s (want --samples)", "%s 按样本计，每个样本为一个 %s（应用 --samples）")
	ExamplesOfTokens   = T("%s reads tokens (want --example-tokens, the average length of an example)", "%s 按 token 计（应给出样例平均长度 --example-tokens）")
	TrialsNeedLength   = T("--trials are shortened runs (want the length of the run with --tokens or --samples)", "--trials 是缩短的训练（应用 --tokens 或 --samples 给出训练量）")
	BatchTwice         = T("--batch and --batch-tokens both give the global batch (want one of them)", "--batch 与 --batch-tokens 都给出全局批次（应只用其一）")
	EvaluationBoth     = T("--eval-every and --eval-batches go together: the interval of evaluations and their size (want both)", "--eval-every 与 --eval-batches 须同用：评估的频度与数量（应两者都给）")
	OfWholeRun         = T("--%s is for a whole run (want its length with --tokens or --samples)", "--%s 用于整个训练（应用 --tokens 或 --samples 给出训练量）")
	ExamplesOrTokens   = T("--examples and --%s both give the length of the run (want one of them)", "--examples 与 --%s 都给出训练量（应只用其一）")
	TokensOrData       = T("--tokens and --data both give the length of the run (want one of them)", "--tokens 与 --data 都给出训练量（应只用其一）")
	NotPerParameter    = T("not a number of tokens per parameter (want a number above 0 and up to 1,000,000 with an x, such as 20x)", "不是每参数 token 数（应为大于 0 且不超过 1,000,000 的数加 x，如 20x）")
	TooLittleText      = T("less than a KiB (want the size of a text, such as 3TB)", "不足 1 KiB（应为文本大小，如 3TB）")
	ExamplesOrSamples  = T("--examples and --samples both give the length of the run (want one of them)", "--examples 与 --samples 都给出训练量（应只用其一）")
)
