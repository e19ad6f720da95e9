package text

// modelFileErrors are what is wrong with files and folders of models.
var modelFileErrors = map[string]Text{
	"format.fails":            Fails,
	"format.fails-at":         ByteFails,
	"path.fails":              Fails,
	"path.fails-at":           ByteFails,
	"path.not-found":          T("%s: %v (want config.json, a .safetensors file, its index.json, a .gguf file, a folder with one of these, or hf:org/name)", "%s：%v（应为 config.json、.safetensors 文件或其 index.json、.gguf 文件、含其中之一的文件夹，或 hf:org/name）"),
	"path.no-regular-file":    T("is %v (want a regular file)", "是%v（应为普通文件）"),
	"path.no-model-file":      T("not a kind of model file that is read here (want config.json, a .safetensors file, its index.json, a .gguf file, a folder with one of these, or hf:org/name)", "不是可读取的模型文件类型（应为 config.json、.safetensors 文件或其 index.json、.gguf 文件、含其中之一的文件夹，或 hf:org/name）"),
	"path.pickle":             T("not a kind of model file that is read here: a pickle is a program, and is not run (want config.json, a .safetensors file, its index.json, a .gguf file, a folder with one of these, or hf:org/name)", "不是可读取的模型文件类型：pickle 是程序，不予运行（应为 config.json、.safetensors 文件或其 index.json、.gguf 文件、含其中之一的文件夹，或 hf:org/name）"),
	"path.other-format":       T("not a kind of model file that is read here: convert it to safetensors or give its config.json (want config.json, a .safetensors file, its index.json, a .gguf file, a folder with one of these, or hf:org/name)", "不是可读取的模型文件类型：可转换为 safetensors，或给出其 config.json（应为 config.json、.safetensors 文件或其 index.json、.gguf 文件、含其中之一的文件夹，或 hf:org/name）"),
	"path.lfs-pointer":        T("is a Git LFS pointer to a file of %v, not the file (run: git lfs pull)", "是 Git LFS 指针，所指文件为 %v，而非文件本身（应运行：git lfs pull）"),
	"kind.no-weights":         T("is %v and says nothing of parameters (want the model's config.json or its weights)", "是%v，不含参数信息（应为模型的 config.json 或权重文件）"),
	"kind.counted-by-tensors": T("is the config of %v, class %q, which is counted by its weights only (want its .safetensors file beside it)", "是%v的配置，类为 %q，仅能按权重计数（应在同一文件夹中有其 .safetensors 文件）"),
	"index.shards-elsewhere":  T("is an index of %d shards of another framework with %v in all, which are not beside it (want the shards, or the model's config.json)", "是其他框架 %d 个分片的索引，共 %v，分片不在同一文件夹中（应有分片，或给出模型的 config.json）"),
	"ollama.bad-manifest":     T("is no manifest of Ollama with a model layer (want one of a store's manifests folder)", "不是含模型层的 Ollama 清单（应为仓库 manifests 文件夹中的清单）"),
	"ollama.no-blobs":         T("is an Ollama manifest whose model layer is not in the store's blobs folder (want the whole store)", "是 Ollama 清单，但其模型层不在仓库的 blobs 文件夹中（应有完整的仓库）"),
	"folder.several-models":   T("the folder holds several models (%v) (want the file that is meant)", "文件夹中有多个模型（%v）（应指明文件）"),
	"folder.no-model":         T("the folder holds no model file (want config.json, a .safetensors file, its index.json, a .gguf file, a folder with one of these, or hf:org/name)", "文件夹中没有模型文件（应为 config.json、.safetensors 文件或其 index.json、.gguf 文件、含其中之一的文件夹，或 hf:org/name）"),
	"folder.too-many-entries": T("the folder has more than %d entries (want the folder or the file of one model)", "文件夹超过 %d 项（应为单个模型的文件夹或文件）"),
	"parts.bad-number":        T("is called part %d of %d", "名称为第 %d 部分，共 %d 部分"),
	"parts.missing":           T("%d of %d files are missing: %v (want all of them in the same folder, or config.json alone for the architecture's count)", "%[2]d 个文件中缺少 %[1]d 个：%[3]v（应全部在同一文件夹中，或仅给出 config.json 以按架构计数）"),
}

// modelFileWords are kinds of files, and how heads are stored.
var modelFileWords = map[string]Text{
	"kind.tokenizer":             T("the config of a tokenizer", "分词器的配置"),
	"kind.generation":            T("a generation config", "生成配置"),
	"kind.processor":             T("the config of a processor of images or sounds", "图像或声音处理器的配置"),
	"kind.sentence-transformers": T("a settings file of sentence-transformers", "sentence-transformers 的设置文件"),
	"kind.ctranslate2":           T("a config of CTranslate2", "CTranslate2 的配置"),
	"kind.pipeline-part":         T("a part of a diffusers pipeline", "diffusers 流水线的一部分"),
	"kind.timm":                  T("a timm model", "timm 模型"),
	"path.folder":                T("a folder", "文件夹"),
	"path.pipe":                  T("a named pipe", "命名管道"),
	"path.socket":                T("a socket", "套接字"),
	"path.device":                T("a device", "设备文件"),
	"path.odd":                   T("not a regular file", "非普通文件"),
	"head.tied":                  T("tied to the embedding", "与嵌入共享"),
	"head.stored-apart":          T("stored apart", "单独存储"),
}
