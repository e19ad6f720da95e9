package text

import "mlsizer/sizing/modelfile"

// fileKinds are what files are that can be read, and are no model.
var fileKinds = map[modelfile.Kind]Text{
	modelfile.KindModel:         Model,
	modelfile.KindAdapter:       T("adapter", "适配器"),
	modelfile.KindPipeline:      T("diffusers pipeline", "diffusers 流水线"),
	modelfile.KindProjector:     T("multimodal projector", "多模态投影器"),
	modelfile.KindImatrix:       T("importance matrix", "重要性矩阵"),
	modelfile.KindControlVector: T("control vector", "控制向量"),
	modelfile.KindVocabulary:    Vocab,
}

// Of what a file is, and of its parts.
var (
	FileKind     = T("kind", "种类")
	BaseModel    = T("base model", "基础模型")
	PartOfFile   = T("part", "部分")
	Class        = T("class", "类")
	Rank         = T("rank", "秩")
	Targets      = T("target modules", "目标模块")
	NotAModel    = T("%s is no model but this: %v (inspect shows what it holds)", "%s 不是模型，而是：%v（inspect 显示其内容）")
	NotTheModel  = T("%s is no model but an adapter of %s (%v): give %[2]s", "%s 不是模型，而是 %s 的适配器（%v）：应给出 %[2]s")
	UnknownCount = T("unknown", "未知")
)

// OfFileKind is a kind of file in words.
func OfFileKind(k modelfile.Kind) Text { return fileKinds[k] }
