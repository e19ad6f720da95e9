package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/modelfile/config"
)

// tiny is a config of a small model, without its closing brace.
const tiny = `{"model_type":"llama","hidden_size":64,"intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":4,"vocab_size":100`

// swapped is the tiny config with another value of a key.
func swapped(old, with string) string { return strings.Replace(tiny, old, with, 1) + "}" }

// brokenConfigs are config files that are rejected.
var brokenConfigs = map[string]string{
	"empty":                     ``,
	"list":                      `[]`,
	"cut":                       `{"a": `,
	"text after":                tiny + `} x`,
	"key twice":                 tiny + `,"vocab_size":100}`,
	"not UTF-8":                 "{\"a\": \"\xff\"}",
	"too deep":                  `{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
	"control character":         "{\"a\": \"\n\"}",
	"leading zero":              `{"a": 012}`,
	"no digits":                 `{"a": 1.}`,
	"no exponent":               `{"a": 1e}`,
	"no colon":                  `{"a" 1}`,
	"no comma":                  `{"a": 1 "b": 2}`,
	"no comma in a list":        `{"a": [1 2]}`,
	"unknown escape":            `{"a": "\x"}`,
	"open string":               `{"a": "b`,
	"half a pair":               `{"a": "\ud800\u0041"}`,
	"no model type":             `{"hidden_size": 1}`,
	"unknown family":            `{"model_type":"llamba"}`,
	"family like no other":      `{"model_type":"qqq"}`,
	"unknown wrapper":           `{"model_type":"newvl","text_config":` + tiny + `}}`,
	"refused by name":           `{"model_type":"gemma4","text_config":{}}`,
	"short convolutions":        `{"model_type":"lfm2"}`,
	"missing key":               `{"model_type":"llama","hidden_size":64}`,
	"missing key of many names": `{"model_type":"falcon","hidden_size":64}`,
	"fraction":                  swapped(`"vocab_size":100`, `"vocab_size":100.5`),
	"string":                    swapped(`"vocab_size":100`, `"vocab_size":"100"`),
	"long list":                 swapped(`"vocab_size":100`, `"vocab_size":[`+strings.Repeat("1,", 300)+`1]`),
	"negative":                  swapped(`"hidden_size":64`, `"hidden_size":-64`),
	"heads":                     swapped(`"num_attention_heads":4`, `"num_attention_heads":5`),
	"KV heads":                  tiny + `,"num_key_value_heads":3}`,
	"bias is a number":          tiny + `,"attention_bias":1}`,
	"class":                     tiny + `,"architectures":["LlamaForCausalLMEagle3"]}`,
	"two names":                 `{"model_type":"falcon","hidden_size":64,"n_layer":2,"num_hidden_layers":3,"n_head":4,"vocab_size":10}`,
	"contradicted":              tiny + `,"num_local_experts":8}`,
	"layer types":               swapped("llama", "olmo2")[:len(tiny)] + `,"layer_types":["linear_attention","full_attention"]}`,
	"hybrid pattern":            `{"model_type":"nemotron_h","hidden_size":64,"vocab_size":10,"hybrid_override_pattern":"MX"}`,
	"no hybrid pattern":         `{"model_type":"nemotron_h","hidden_size":64,"vocab_size":10}`,
	"text model type":           `{"model_type":"internvl_chat","llm_config":{}}`,
	"list of other length":      `{"model_type":"nemotron-nas","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"vocab_size":10,"block_configs":[]}`,
	"top-k":                     swapped("llama", "mixtral")[:len(tiny)+2] + `,"num_key_value_heads":4,"num_local_experts":4,"num_experts_per_tok":8}`,
	"bits":                      tiny + `,"quantization_config":{"quant_method":"gptq","bits":4.5}}`,
	"no bits":                   tiny + `,"quantization_config":{"quant_method":"gptq"}}`,
	"both widths":               tiny + `,"quantization_config":{"load_in_4bit":true,"load_in_8bit":true}}`,
	"block size":                tiny + `,"quantization_config":{"quant_method":"fp8","weight_block_size":[1]}}`,
	"no object":                 tiny + `,"quantization_config":7}`,
	"excluded number":           tiny + `,"quantization_config":{"quant_method":"fp8","ignore":[1]}}`,
}

// doubtfulConfigs are config files that are read with a warning.
var doubtfulConfigs = map[string]string{
	"unknown key":          tiny + `,"frobnicate_size":7}`,
	"unknown quantisation": tiny + `,"quantization_config":{"quant_method":"aqlm"}}`,
	"bad pattern":          tiny + `,"quantization_config":{"quant_method":"fp8","ignored_layers":["re:("]}}`,
	"element type":         tiny + `,"torch_dtype":"q9","quantization_config":{"quant_method":"fp8"}}`,
	"two vocabularies":     `{"model_type":"llava","vocab_size":7,"text_config":` + tiny + `}}`,
	"two tyings":           `{"model_type":"llava","tie_word_embeddings":true,"text_config":` + tiny + `,"tie_word_embeddings":false}}`,
}

// brokenTables are CSV files that are rejected, by the command that reads them.
var brokenTables = []struct{ name, command, file string }{
	{"ragged", "validate --from", "id,source,model\na\n"},
	{"open quote", "validate --from", "id,source,model\na,s,\"00"},
	{"bare quote", "validate --from", "id,source,model\na,s\"b,c\n"},
	{"quote over lines", "calibrate --from", "id,source,model\na,s,\"b\nc\"d\n"},
	{"serving, ragged", "validate --from", "id,source,runtime,weights\n1\n"},
	{"devices, ragged", "hardware --hardware-file", "id,name,kind,memory_gib,memory_gb_per_s,bf16_tflops,sources\na,b\n"},
	{"devices, open quote", "hardware --hardware-file", "id,name,kind,memory_gib,memory_gb_per_s,bf16_tflops,sources\na,\"b\n"},
	{"models, bare quote", "classify --from", "name,params\na,7\"B\n"},
	{"models, open quote", "classify --from", "name,params\na,\"7B\n"},
	{"models, ragged", "classify --from", "name,params\na,7B,1,2\n"},
}

// named are words that Chinese keeps: names of formats, keys, files, groups and
// classes, and what the program begins its lines with.
var named = regexp.MustCompile(`^(mlsizer|GGML|true|false|hf|GGUF|JSON|UTF|CSV|TSV|Lines|KV|safetensors|architectures|decoder|moe|top|params|parameters|size|model|name|ForCausalLM|LMHeadModel|Model|ForSequenceClassification)$`)

// identifier is a name of a key, a file, an option or a number, and no word.
var identifier = regexp.MustCompile(`[\w./-]*[_./\d][\w./-]*|--[a-z-]+`)

// cited is the source of a note, which stays as it is.
var cited = regexp.MustCompile(`\[[^\]]*\]`)

// hint are lines that are commands.
var hint = regexp.MustCompile(`(?m)^mlsizer: 提示: .*$`)

// englishIn are the words of an answer in Chinese that are neither names nor
// stand in what was read.
func englishIn(answer, read string) (words []string) {
	answer = hint.ReplaceAllString(answer, "")
	answer = cited.ReplaceAllString(identifier.ReplaceAllString(answer, " "), " ")
	for _, w := range word.FindAllString(answer, -1) {
		if !named.MatchString(w) && !slices.Contains(config.Families(), w) && !strings.Contains(read, w) {
			words = append(words, w)
		}
	}
	return words
}

// put writes a file of a name into a folder of its own.
func put(t *testing.T, name, content string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// TestBrokenConfigsAreRefusedInChinese asks about configs that are rejected: no
// word of the error is English, and the same error in English has no Chinese.
func TestBrokenConfigsAreRefusedInChinese(t *testing.T) {
	for name, content := range brokenConfigs {
		path := put(t, "config.json", content)
		for _, line := range [][]string{{"inspect", path}, {"estimate", path, "--on", "h100"}, {"classify", path}} {
			_, said, code := runArgs(append(line, "--lang", "zh")...)
			assert.Equal(t, 1, code, "%s: %s", name, said)
			assert.True(t, hasHan(said), "%s: %s", name, said)
			assert.Empty(t, englishIn(said, content), "%s: %s", name, said)
			_, said, _ = runArgs(line...)
			assert.False(t, hasHan(said), "%s: %s", name, said)
		}
		out, said, code := runArgs("classify", "--from", path, "--lang", "zh")
		assert.Equal(t, 1, code, "%s: %s", name, out)
		assert.Empty(t, englishIn(said+out, content), "%s: %s%s", name, said, out)
	}
}

// TestDoubtsOfConfigsAreInChinese asks about configs that are read with a
// warning: the warning stands in the answers of both commands, and has no English.
func TestDoubtsOfConfigsAreInChinese(t *testing.T) {
	for name, content := range doubtfulConfigs {
		path := put(t, "config.json", content)
		out, said, code := runArgs("inspect", path, "--lang", "zh", "-o", "json")
		require.Zero(t, code, "%s: %s", name, said)
		var a struct{ Warnings []string }
		require.NoError(t, json.Unmarshal([]byte(out), &a))
		assert.NotEmpty(t, a.Warnings, name)
		for _, w := range a.Warnings {
			assert.True(t, hasHan(w), "%s: %s", name, w)
			assert.Empty(t, englishIn(w, content), "%s: %s", name, w)
			answer, _, _ := runArgs("estimate", path, "--on", "h100x8", "--tokens", "1B", "--lang", "zh")
			assert.Contains(t, answer, w, name)
		}
	}
}

// TestBrokenTablesAreRefusedInChinese gives CSV files that cannot be read: no word
// of what is said of them is English.
func TestBrokenTablesAreRefusedInChinese(t *testing.T) {
	for _, c := range brokenTables {
		args := append(strings.Fields(c.command), put(t, "table.csv", c.file), "--lang", "zh")
		out, said, code := runArgs(args...)
		require.NotZero(t, code, "%s: %s", c.name, out)
		if strings.HasPrefix(c.command, "classify") { // it says the faults of rows in the answer
			said += out
		}
		assert.True(t, hasHan(said), "%s: %s", c.name, said)
		assert.Empty(t, englishIn(said, c.file), "%s: %s", c.name, said)
	}
}

// TestOtherFilesAreRefusedInChinese gives files that hold no model.
func TestOtherFilesAreRefusedInChinese(t *testing.T) {
	for name, content := range map[string]string{
		"m.gguf": "not one", "old.gguf": "tjgg0000", "one.gguf": "GGUF\x01\x00\x00\x00", "cut.gguf": "GGUF\x03\x00\x00\x00\x01",
		"many.gguf": "GGUF\x03\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff", "m.safetensors": "short", "zip.safetensors": "PK\x03\x04 and so on",
		"empty.safetensors": "\x02\x00\x00\x00\x00\x00\x00\x00[]", "tensor.safetensors": "\x0a\x00\x00\x00\x00\x00\x00\x00{\"a\": {}} ",
		"model.safetensors.index.json": `{"weight_map": {"a": "../x.safetensors"}}`, "m-00003-of-00002.gguf": "x", "pytorch_model.bin": "x", "model.onnx": "x",
	} {
		path := put(t, name, content)
		_, said, code := runArgs("inspect", path, "--lang", "zh")
		assert.Equal(t, 1, code, name)
		assert.True(t, hasHan(said), said)
		assert.Empty(t, englishIn(said, content+"GGUF pickle dtype shape"), said)
	}
}
