package config

import (
	"slices"
	"strings"
	"unicode"
)

// otherClasses are the classes of families whose names differ from theirs.
// Source: the config.json of each family's first repository.
var otherClasses = map[string][]string{
	"kimi_k2":      {"deepseekv3"},
	"nemotron-nas": {"decilm"},
	"phi-msft":     {"phi"},
	"falcon":       {"rw"},
	"RefinedWeb":   {"rw"},
	"qwen2":        {"minicpmv"}, // MiniCPM-V 2.6, whose keys stand beside Qwen2's
	"mistral":      {"ministral"},
	"qwen2_5_vl":   {"qwen2vl"},
}

// ofFamily reports whether a class is one of the family's: its name begins with
// the family's. A class of another name has layers of its own, whatever
// model_type says of the keys.
func ofFamily(class, family string) bool {
	stem := foldClass(class[:stemLength(class)])
	family = strings.TrimSuffix(strings.TrimSuffix(family, "_model"), "_text")
	return stem == foldClass(family) || slices.Contains(otherClasses[family], stem)
}

// stemLength is where a class's name goes over to what it does: "ForCausalLM",
// "LMHeadModel", "Model".
func stemLength(class string) int {
	for i := 1; i+3 < len(class); i++ {
		if class[i:i+3] == "For" && unicode.IsUpper(rune(class[i+3])) {
			return i
		}
	}
	for _, end := range []string{"LMHeadModel", "DoubleHeadsModel", "ChatModel", "Model"} {
		if strings.HasSuffix(class, end) {
			return len(class) - len(end)
		}
	}
	return len(class)
}

// foldClass makes one of the spellings of a name.
func foldClass(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}
