package text

// Models that generate nothing.
var (
	SequenceUnit      = T("sequence", "序列")
	SequencesUnit     = T("sequences", "序列")
	SampleUnit        = T("%ss", "样本（%s）")
	EncodingOf        = T("sequences of %d tokens, batch %d", "序列长 %d，批次 %d")
	EncodingOfSamples = T("batch %d", "批次 %d")
	EncodeWork        = T("sequences of %d tokens, batch %d, one pass", "序列长 %d token，批次 %d，一次前向")
	BatchOnly         = T("batch %d, one pass", "批次 %d，一次前向")
	WeightsOnly       = T("weights %s", "权重 %s")
	MostAtOnce        = T("most %s at once", "最多同时%s")
	Latency           = T("time per batch", "一批耗时")
	UnitPerSecond     = T("%s per second", "每秒%s")
	FullLoad          = T("full load, %s per second", "满载，每秒%s")
	FullLoadAt        = T("%s in batches of %d, %v each", "%s，批次 %d，每批 %v")
	MillionOf         = T("cost per million %s", "每百万%s成本")
	EnergyOf          = T("energy per million %s", "每百万%s能耗")
)
