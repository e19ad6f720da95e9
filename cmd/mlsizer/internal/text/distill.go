package text

// A teacher and what it costs.
var (
	Teacher        = T("teacher", "教师模型")
	TeacherLogits  = T("teacher's logits", "教师模型 logits")
	Distill        = T("teacher %v, %v parameters", "教师模型 %v，参数 %v")
	TeacherFLOPs   = T("teacher's FLOPs", "教师模型 FLOPs")
	TeacherForward = T("forward pass per step", "每步前向")
	ShareOfStep    = T("%v, %v of the step", "%v，占单步 %v")
	TeacherRun     = T("in the run", "全程")
	TeacherPass    = T("one pass over the data alone", "单独读一遍数据")
	PassCost       = T("cost of this pass", "该遍费用")
	StoredLogits   = T("stored logits", "存储的 logits")
	StoredInstead  = T("logits, if stored", "若存储 logits")
	LogitsOf       = T("%v, %v per %v", "%v，每 %[3]v %[2]v")
	ReadRate       = T("read in training", "训练时读取")
	PerSecondOf    = T("%v per second", "每秒 %v")
	StoredSaves    = T("saved by storing them", "存储可省")
	EachEpoch      = T("%v per epoch after the first", "首轮之后每轮 %v")
	SavedEpochs    = T("%v, %v in %v epochs", "%v，%[3]v 轮共 %[2]v")
)
