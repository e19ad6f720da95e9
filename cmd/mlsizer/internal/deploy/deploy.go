// Package deploy spells an answer of serving as the launch of a serving
// program, and reads such launches, with the option names of one commit of each
// program.
package deploy

import (
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
)

// Program is a serving program whose launches are written and read. Its name is
// that of its runtime.
type Program string

// The programs.
const (
	VLLM     Program = "vllm"
	SGLang   Program = "sglang"
	LlamaCPP Program = "llama.cpp"
)

var programs = []Program{VLLM, SGLang, LlamaCPP}

// upstreams are where the option names are read from.
var upstreams = map[Program]string{
	VLLM:     "vllm-project/vllm vllm/engine/arg_utils.py",
	SGLang:   "sgl-project/sglang python/sglang/srt/server_args.py",
	LlamaCPP: "ggml-org/llama.cpp common/arg.cpp",
}

// Names lists the programs.
func Names() []string {
	names := make([]string, len(programs))
	for i, p := range programs {
		names[i] = string(p)
	}
	return names
}

// ParseProgram reads a program's name.
func ParseProgram(s string) (Program, error) {
	for _, p := range programs {
		if strings.EqualFold(strings.TrimSpace(s), string(p)) {
			return p, nil
		}
	}
	return "", text.UnknownProgram.Error(s, strings.Join(Names(), ", "))
}
