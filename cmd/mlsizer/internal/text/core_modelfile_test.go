package text

import (
	"io"
	"io/fs"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// modelFileCases are sentences of what is wrong with files and folders of models.
func modelFileCases() []sentence {
	return []sentence{
		{note.NewError("folder.no-model"),
			"the folder holds no model file (want config.json, a .safetensors file, its index.json, a .gguf file, a folder with one of these, or hf:org/name)",
			"文件夹中没有模型文件（应为 config.json、.safetensors 文件或其 index.json、.gguf 文件、含其中之一的文件夹，或 hf:org/name）"},
		{note.NewError("folder.several-models", []string{"a.gguf", "b.gguf"}),
			"the folder holds several models (a.gguf, b.gguf) (want the file that is meant)",
			"文件夹中有多个模型（a.gguf、b.gguf）（应指明文件）"},
		{note.NewError("folder.too-many-entries", 2),
			"the folder has more than 2 entries (want the folder or the file of one model)",
			"文件夹超过 2 项（应为单个模型的文件夹或文件）"},
		{note.NewError("format.fails", "a.gguf", note.NewError("split.no-count", 1, 2)),
			"a.gguf: is called part 1 of 2, but has no split.count",
			"a.gguf：名称为第 1 部分（共 2 部分），但没有 split.count"},
		{note.NewError("format.fails-at", "a.gguf", int64(4), note.NewError("gguf.other-version", 4)),
			"a.gguf: byte 4: GGUF version 4 (want version 2 or 3)",
			"a.gguf：字节 4：GGUF 版本 4（应为版本 2 或 3）"},
		{note.NewError("parts.bad-number", 2, 3),
			"is called part 2 of 3",
			"名称为第 2 部分，共 3 部分"},
		{note.NewError("parts.missing", 2, 3, []string{"a", "b", "…"}),
			"2 of 3 files are missing: a, b, … (want all of them in the same folder, or config.json alone for the architecture's count)",
			"3 个文件中缺少 2 个：a、b、…（应全部在同一文件夹中，或仅给出 config.json 以按架构计数）"},
		{note.NewError("path.fails", "a.gguf", fs.ErrPermission),
			"a.gguf: permission denied",
			"a.gguf：没有权限"},
		{note.NewError("path.fails-at", "a.gguf", 9, io.ErrUnexpectedEOF),
			"a.gguf: byte 9: unexpected EOF",
			"a.gguf：字节 9：文件意外结束"},
		{note.NewError("path.no-model-file"),
			"not a kind of model file that is read here (want config.json, a .safetensors file, its index.json, a .gguf file, a folder with one of these, or hf:org/name)",
			"不是可读取的模型文件类型（应为 config.json、.safetensors 文件或其 index.json、.gguf 文件、含其中之一的文件夹，或 hf:org/name）"},
		{note.NewError("path.no-regular-file", note.Word("path.pipe")),
			"is a named pipe (want a regular file)",
			"是命名管道（应为普通文件）"},
		{note.NewError("path.not-found", "a.gguf", fs.ErrNotExist),
			"a.gguf: file does not exist (want config.json, a .safetensors file, its index.json, a .gguf file, a folder with one of these, or hf:org/name)",
			"a.gguf：没有这样的文件（应为 config.json、.safetensors 文件或其 index.json、.gguf 文件、含其中之一的文件夹，或 hf:org/name）"},
		{note.NewError("path.lfs-pointer", quantity.Bytes(4976698672)),
			"is a Git LFS pointer to a file of 4.63 GiB, not the file (run: git lfs pull)",
			"是 Git LFS 指针，所指文件为 4.63 GiB，而非文件本身（应运行：git lfs pull）"},
		{note.NewError("kind.no-weights", note.Word("kind.generation")),
			"is a generation config and says nothing of parameters (want the model's config.json or its weights)",
			"是生成配置，不含参数信息（应为模型的 config.json 或权重文件）"},
		{note.NewError("kind.counted-by-tensors", note.Word("kind.timm"), "resnet50"),
			"is the config of a timm model, class \"resnet50\", which is counted by its weights only (want its .safetensors file beside it)",
			"是timm 模型的配置，类为 \"resnet50\"，仅能按权重计数（应在同一文件夹中有其 .safetensors 文件）"},
		{note.NewError("index.shards-elsewhere", 7, quantity.Bytes(12487168064)),
			"is an index of 7 shards of another framework with 11.6 GiB in all, which are not beside it (want the shards, or the model's config.json)",
			"是其他框架 7 个分片的索引，共 11.6 GiB，分片不在同一文件夹中（应有分片，或给出模型的 config.json）"},
		{note.NewError("ollama.bad-manifest"),
			"is no manifest of Ollama with a model layer (want one of a store's manifests folder)",
			"不是含模型层的 Ollama 清单（应为仓库 manifests 文件夹中的清单）"},
		{note.NewError("ollama.no-blobs"),
			"is an Ollama manifest whose model layer is not in the store's blobs folder (want the whole store)",
			"是 Ollama 清单，但其模型层不在仓库的 blobs 文件夹中（应有完整的仓库）"},
		{note.NewError("path.other-format"),
			"not a kind of model file that is read here: convert it to safetensors or give its config.json (want config.json, a .safetensors file, its index.json, a .gguf file, a folder with one of these, or hf:org/name)",
			"不是可读取的模型文件类型：可转换为 safetensors，或给出其 config.json（应为 config.json、.safetensors 文件或其 index.json、.gguf 文件、含其中之一的文件夹，或 hf:org/name）"},
		{note.NewError("path.pickle"),
			"not a kind of model file that is read here: a pickle is a program, and is not run (want config.json, a .safetensors file, its index.json, a .gguf file, a folder with one of these, or hf:org/name)",
			"不是可读取的模型文件类型：pickle 是程序，不予运行（应为 config.json、.safetensors 文件或其 index.json、.gguf 文件、含其中之一的文件夹，或 hf:org/name）"},
	}
}
