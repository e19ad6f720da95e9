package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mlsizer/sizing/internal/golden"
	"mlsizer/sizing/model"
)

// goldens are the models with a config.json in the test data. Totals are those
// that the named repositories publish, or where they publish none, those of the
// formula of the family.
func goldens(t testing.TB) []golden.Total {
	t.Helper()
	return slices.DeleteFunc(golden.Totals(t), func(g golden.Total) bool { return g.Config(t) == nil })
}

func goldenConfig(t testing.TB, name string) []byte {
	t.Helper()
	data := golden.Find(t, name).Config(t)
	if data == nil {
		t.Fatalf("testdata has no config of %q", name)
	}
	return data
}

func mustParse(t testing.TB, name string, data []byte) *Config {
	t.Helper()
	c, err := Parse(name, data)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTotalsAreExact(t *testing.T) {
	all := goldens(t)
	if len(all) < 170 {
		t.Fatalf("only %d models", len(all))
	}
	seen := map[string]bool{}
	for _, g := range all {
		c, err := Parse(g.Model, g.Config(t))
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		seen[c.ModelType] = true
		if got := c.Model.Params(); got != g.Params {
			t.Errorf("%s: %d parameters, want %d (off by %d)", g.Model, got, g.Params, got-g.Params)
		}
		if err := c.Model.Check(); err != nil {
			t.Errorf("%s: %v", g.Model, err)
		}
		if a := c.Model.ActiveParams(); a <= 0 || a > c.Model.Params() {
			t.Errorf("%s: %d active of %d parameters", g.Model, a, c.Model.Params())
		}
		if c.Model.Name != g.Model || c.Model.Family == "" || c.Model.Hidden == 0 {
			t.Errorf("%s: name %q, family %q, hidden %d", g.Model, c.Model.Name, c.Model.Family, c.Model.Hidden)
		}
	}
	// Aliases and families without a model in the test data, whose formula is
	// that of a family which has one.
	unseen := set("yi", "Yi", "RefinedWeb", "camembert", "ministral", "phi", "qwen2_vl_text", "qwen2_5_vl_text", "glm4v_moe_text",
		"qwen3_omni_moe_text", "glm4_moe_lite", "mimo_v2_flash", "nemotron", "mllama_text_model")
	for _, f := range Families() {
		if !seen[f] && !unseen[f] {
			t.Errorf("family %s has no model in the test data", f)
		}
	}
}

// Published active parameters. Sources: the model cards (DeepSeek-V3: 37B;
// Qwen3-30B-A3B: 3.3B; Mixtral-8x7B: 12.9B; gpt-oss-120b: 5.1B, embedding
// included once).
func TestActiveParams(t *testing.T) {
	for _, c := range []struct {
		name   string
		lo, hi float64
	}{
		{"deepseek-ai/DeepSeek-V3", 37e9, 38e9},
		{"Qwen/Qwen3-30B-A3B", 3.2e9, 3.4e9},
		{"mistralai/Mixtral-8x7B-v0.1", 12.8e9, 13.0e9},
		{"openai/gpt-oss-120b", 5.0e9, 5.8e9},
		{"deepseek-ai/DeepSeek-V4-Pro", 47e9, 51e9}, // 49B
	} {
		m := mustParse(t, c.name, goldenConfig(t, c.name)).Model
		if a := float64(m.ActiveParams()); a < c.lo || a > c.hi {
			t.Errorf("%s: %g active parameters, want %g to %g", c.name, a, c.lo, c.hi)
		}
	}
}

// A head that is stored although it is tied. Source: the file sizes of
// tiiuae/falcon-7b (7,217,189,760 parameters stored, 6,921,720,704 counted).
func TestTiedStoredTwice(t *testing.T) {
	c := mustParse(t, "falcon-7b", goldenConfig(t, "tiiuae/falcon-7b"))
	if got := c.Model.Params() + c.TiedStoredTwice; got != 7217189760 {
		t.Errorf("%d parameters stored, want 7217189760", got)
	}
	if c := mustParse(t, "llama", goldenConfig(t, "meta-llama/Meta-Llama-3.1-8B")); c.TiedStoredTwice != 0 {
		t.Errorf("an untied head stores %d twice", c.TiedStoredTwice)
	}
}

// DeepSeek-V4-Pro publishes 1,598,839,674,782 parameters, its one
// multi-token-prediction layer included. Source: huggingface.co/deepseek-ai/
// DeepSeek-V4-Pro.
func TestDeepSeekV4WithMTP(t *testing.T) {
	c := mustParse(t, "v4", goldenConfig(t, "deepseek-ai/DeepSeek-V4-Pro"))
	const d, heads, headDim, lanes, experts, width = 7168, 128, 512, 4, 384, 3072
	attention := int64(d*1536 + 1536 + 1536*heads*headDim + d*headDim + headDim + heads*headDim*1024 + 16*1024*d + heads)
	moe := int64(3*d*width*(experts+1) + d*experts + experts)
	mix := int64(2 * (24*lanes*d + 24 + 3))
	head := int64(lanes*lanes*d + lanes + 1)
	mtp := attention + moe + mix + 2*d + 2*d*d + 3*d + head
	if got := int64(c.Model.Params()) + mtp; got != 1598839674782 {
		t.Errorf("%d parameters, want 1598839674782", got)
	}
	if !slices.Contains(c.NotCounted, "1 multi-token-prediction layer") {
		t.Errorf("not counted: %q", c.NotCounted)
	}
}

func TestScopeNamesWhatIsLeftOut(t *testing.T) {
	for name, want := range map[string]string{
		"llava-hf/llava-1.5-7b-hf":      "language model; not counted: vision tower, projector",
		"deepseek-ai/DeepSeek-V3":       "language model; not counted: 1 multi-token-prediction layer",
		"meta-llama/Meta-Llama-3.1-8B":  "",
		"Qwen/Qwen3-VL-8B-Instruct":     "language model; not counted: vision tower",
		"moonshotai/Kimi-K2.5":          "language model; not counted: vision tower, projector",
		"zai-org/GLM-4.1V-9B-Thinking":  "language model; not counted: vision tower",
		"Qwen/Qwen3.5-35B-A3B":          "language model; not counted: vision tower, 1 multi-token-prediction layer",
		"google/vit-base-patch16-224":   "",
		"EleutherAI/gpt-j-6b":           "",
		"mosaicml/mpt-7b":               "",
		"openai/whisper-tiny":           "",
		"state-spaces/mamba-130m-hf":    "",
		"THUDM/chatglm3-6b":             "",
		"nvidia/Nemotron-H-56B-Base-8K": "",
	} {
		if c := mustParse(t, name, goldenConfig(t, name)); c.Model.Scope != want {
			t.Errorf("%s: scope %q, want %q", name, c.Model.Scope, want)
		}
	}
}

func TestFields(t *testing.T) {
	for name, want := range map[string]model.Field{
		"llava-hf/llava-1.5-7b-hf": model.Multimodal, "openai/whisper-tiny": model.Speech, "google/vit-base-patch16-224": model.CV,
		"meta-llama/Meta-Llama-3.1-8B": model.NLP, "moonshotai/Kimi-K2.5": model.Multimodal,
	} {
		if c := mustParse(t, name, goldenConfig(t, name)); c.Model.Field != want {
			t.Errorf("%s: field %s, want %s", name, c.Model.Field, want)
		}
	}
}

const llama = `{"model_type":"llama","hidden_size":64,"intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":4,"vocab_size":100`

// A byte order mark, as some editors begin a file, is no part of the config.
func TestConfigWithAMark(t *testing.T) {
	plain, marked := mustParse(t, "llama", []byte(llama+"}")), mustParse(t, "llama", []byte("\ufeff"+llama+"}"))
	if p, m := plain.Model.Params(), marked.Model.Params(); p != m {
		t.Errorf("%d parameters with the mark, %d without", m, p)
	}
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct{ config, want string }{
		"empty file":        {``, "json: at: 0, json: empty"},
		"list":              {`[]`, "json: at: 0, json: not an object"},
		"cut":               {`{"a": `, "json: at: 6, json: ends"},
		"trailing text":     {llama + `} x`, "json: at: 127, json: text after"},
		"duplicate key":     {llama + `,"vocab_size":100}`, "json: at: 126, json: key twice: vocab_size"},
		"duplicate, nested": {llama + `,"rope_scaling":{"a":1,"a":1}}`, "json: at: 148, json: key twice: a"},
		"not UTF-8":         {"{\"a\": \"\xff\"}", "json: at: 7, json: not utf8: 255"},
		"too deep":          {`{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, "json: at: 69, json: too deep: 64"},
		"control character": {"{\"a\": \"\n\"}", "json: at: 7, json: control character: 10"},
		"leading zero":      {`{"a": 012}`, "leading zero"},
		"lone surrogate":    {`{"a": "\ud800"}`, "json: at: 13, json: bad unicode escape"},
		"too many values":   {`{"a":[` + strings.Repeat("0,", maxValues) + `0]}`, "json: at: 524290, json: too many values: 262144"},

		"no model_type":     {`{"hidden_size": 1}`, `key "model_type": family: not modelled: family: not named`},
		"unknown family":    {`{"model_type":"llamba"}`, `key "model_type": family: not modelled: family: closest: family: unknown: llamba, `},
		"unknown wrapper":   {`{"model_type":"newvl","text_config":` + llama + `}}`, `key "model_type": family: not modelled: family: unknown wrapper: newvl, `},
		"refused by name":   {`{"model_type":"gemma4","text_config":{}}`, `key "model_type": family: not modelled: family: not counted: gemma4, family.gemma4`},
		"missing key":       {`{"model_type":"llama","hidden_size":64}`, `key "num_hidden_layers": value: missing: llama`},
		"null is missing":   {strings.Replace(llama, `"vocab_size":100`, `"vocab_size":null`, 1) + `}`, `key "vocab_size": value: missing: llama`},
		"fraction":          {strings.Replace(llama, `"vocab_size":100`, `"vocab_size":100.5`, 1) + `}`, `key "vocab_size": value: not whole: 100.5`},
		"string":            {strings.Replace(llama, `"vocab_size":100`, `"vocab_size":"100"`, 1) + `}`, `key "vocab_size": value: not whole: "100"`},
		"negative":          {strings.Replace(llama, `"hidden_size":64`, `"hidden_size":-64`, 1) + `}`, `key "hidden_size": value: out of range: -64, 1, 16777216`},
		"zero":              {strings.Replace(llama, `"hidden_size":64`, `"hidden_size":0`, 1) + `}`, `key "hidden_size": value: out of range: 0, 1, 16777216`},
		"huge":              {strings.Replace(llama, `"hidden_size":64`, `"hidden_size":2147483649`, 1) + `}`, `key "hidden_size": value: out of range: 2147483649, 1, 16777216`},
		"beyond int64":      {strings.Replace(llama, `"hidden_size":64`, `"hidden_size":99999999999999999999`, 1) + `}`, `key "hidden_size": value: out of range: 99999999999999999999, 1, 16777216`},
		"infinite":          {strings.Replace(llama, `"hidden_size":64`, `"hidden_size":Infinity`, 1) + `}`, `key "hidden_size"`},
		"not a number":      {strings.Replace(llama, `"hidden_size":64`, `"hidden_size":NaN`, 1) + `}`, `key "hidden_size": value: not whole: NaN`},
		"many layers":       {strings.Replace(llama, `"num_hidden_layers":2`, `"num_hidden_layers":1000000000`, 1) + `}`, `key "num_hidden_layers": value: out of range: 1000000000, 1, 100000`},
		"heads":             {strings.Replace(llama, `"num_attention_heads":4`, `"num_attention_heads":5`, 1) + `}`, `key "num_attention_heads": heads: must divide hidden size: 5, 64`},
		"KV heads":          {llama + `,"num_key_value_heads":3}`, `key "num_key_value_heads": heads: kv heads must divide heads: 3, 4`},
		"bias is a number":  {llama + `,"attention_bias":1}`, `key "attention_bias": value: not a switch: 1`},
		"class":             {llama + `,"architectures":["LlamaForCausalLMEagle3"]}`, `key "architectures": family: not modelled: class: unknown head: LlamaForCausalLMEagle3`},
		"two names":         {`{"model_type":"falcon","hidden_size":64,"n_layer":2,"num_hidden_layers":3,"n_head":4,"vocab_size":10}`, `key "n_layer": value: has two names: 2, num_hidden_layers, 3`},
		"contradicting MoE": {llama + `,"num_local_experts":8}`, `key "num_local_experts": family: not modelled: family: contradicted: 8, llama`},
		"contradicting MLA": {llama + `,"kv_lora_rank":512}`, `key "kv_lora_rank": family: not modelled: family: contradicted: 512, llama`},
		"unknown part":      {llama + `,"mamba_d_state":16}`, `key "mamba_d_state": family: not modelled: family: contradicted: 16, llama`},
		"unknown bias":      {llama + `,"qkv_bias":true}`, `key "qkv_bias": family: not modelled: family: contradicted: true, llama`},
		"layer types":       {strings.Replace(llama, "llama", "olmo2", 1) + `,"layer_types":["linear_attention","full_attention"]}`, `key "layer_types": entry: not of the words: 0, "linear_attention", [full_attention]`},
		"pattern length":    {strings.Replace(llama, "llama", "gpt_oss", 1) + `,"num_key_value_heads":4,"num_local_experts":4,"num_experts_per_tok":2,"layer_types":["full_attention"]}`, `key "layer_types": value: not one per layer: 1, 2`},
		"pattern word":      {strings.Replace(llama, "llama", "gpt_oss", 1) + `,"num_key_value_heads":4,"num_local_experts":4,"num_experts_per_tok":2,"layer_types":["full_attention","odd"]}`, `key "layer_types": entry: not of the words: 1, "odd", [full_attention sliding_attention chunked_attention]`},
		"top-k":             {strings.Replace(llama, "llama", "mixtral", 1) + `,"num_key_value_heads":4,"num_local_experts":4,"num_experts_per_tok":8}`, `block: top k exceeds experts: 8, 4`},
		"hybrid pattern":    {`{"model_type":"nemotron_h","hidden_size":64,"vocab_size":10,"hybrid_override_pattern":"MX"}`, `key "hybrid_override_pattern": value: bad letter: X, 1`},
		"text model type":   {`{"model_type":"internvl_chat","llm_config":{}}`, `key "llm_config.model_type": value: missing in a wrapper: internvl_chat`},
		"NAS list":          {`{"model_type":"nemotron-nas","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"vocab_size":10,"block_configs":[]}`, `key "block_configs": value: not one per layer: 0, 2`},
		"FFN factor":        {`{"model_type":"nemotron-nas","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":4,"vocab_size":10,"block_configs":[{"attention":{"no_op":true},"ffn":{"ffn_mult":1e300}}]}`, `key "block_configs.ffn.ffn_mult": value: not between: 1e300, 0.015625, 64`},
		"quantisation":      {llama + `,"quantization_config":{"quant_method":"gptq","bits":4.5}}`, `key "quantization_config.bits": value: not whole: 4.5`},
		"no bits":           {llama + `,"quantization_config":{"quant_method":"gptq"}}`, `key "quantization_config.bits": value: missing by all names: config.quantisation, [w_bit]`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("x.json", []byte(c.config))
			if err == nil {
				t.Fatal("no error")
			}
			var ce *Error
			if !errors.As(err, &ce) {
				t.Errorf("%T is no *Error", err)
			}
			if !strings.HasPrefix(err.Error(), "x.json: config: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q lacks %q", err, c.want)
			}
			if strings.Contains(err.Error(), "contradicted") && !errors.Is(err, ErrNotModelled) {
				t.Errorf("a refusal that is not ErrNotModelled: %v", err)
			}
		})
	}
	if _, err := Parse("x", make([]byte, MaxBytes+1)); err == nil || !strings.Contains(err.Error(), "too long: 16777217, 16777216") {
		t.Errorf("too long a file: %v", err)
	}
}

// What is harmless passes, and what nobody understands is warned of.
func TestKeysBesideTheFamily(t *testing.T) {
	for config, warnings := range map[string]int{
		llama + `}`: 0,
		llama + `,"num_local_experts":0,"qkv_bias":false,"kv_lora_rank":null,"moe_layers":[]}`:        0,
		llama + `,"router_aux_loss_coef":0.001,"pad_token_id":7,"id2label":{"0":"a"},"rope_theta":5}`: 0,
		llama + `,"frobnicate_size":7}`:                                      1,
		llama + `,"frobnicate":0.5}`:                                         0,
		llama + `,"time_step_limit":[0.0,Infinity]}`:                         0,
		llama + `,"num_nextn_predict_layers":2}`:                             0,
		llama + `,"tie_word_embeddings":true,"name":"\u00e9\ud83d\ude00\n"}`: 0,
	} {
		c, err := Parse("x", []byte(config))
		if err != nil {
			t.Errorf("%s: %v", config, err)
			continue
		}
		if len(c.Warnings) != warnings {
			t.Errorf("%s: warnings %q, want %d", config, c.Warnings, warnings)
		}
	}
}

// Keys of published files that sound like parameters and are none.
func TestPublishedKeysPass(t *testing.T) {
	for name, extra := range map[string]string{
		// Source: the config.json of each repository.
		"bigscience/bloom":                `"skip_bias_add":true,"skip_bias_add_qkv":false,"bias_dropout_fusion":true,"attention_softmax_in_fp32":true,"n_inner":null,"unk_token_id":0,"masked_softmax_fusion":true,`,
		"ai21labs/Jamba-v0.1":             `"mamba_inner_layernorms":true,"use_mamba_kernels":true,"calc_logits_for_entire_prompt":false,"router_aux_loss_coef":0.001,"output_router_logits":false,"n_ctx":262144,`,
		"deepseek-ai/DeepSeek-V2":         `"topk_method":"group_limited_greedy","topk_group":3,"n_group":8,"seq_aux":true,"aux_loss_alpha":0.001,"norm_topk_prob":false,"routed_scaling_factor":16.0,`,
		"openai/whisper-tiny":             `"median_filter_width":7,"mask_time_length":10,"classifier_proj_size":256,"begin_suppress_tokens":[220,50257],"num_hidden_layers":4,"use_weighted_layer_sum":false,`,
		"state-spaces/mamba-130m-hf":      `"d_inner":1536,"d_model":768,"n_layer":24,"ssm_cfg":{},"rms_norm":true,"pad_vocab_size_multiple":8,"time_step_init_scheme":"random","time_step_floor":0.0001,"residual_in_fp32":true,`,
		"google-t5/t5-base":               `"n_positions":512,"relative_attention_max_distance":128,"is_encoder_decoder":true,"task_specific_params":{"summarization":{"max_length":200}},"dense_act_fn":"relu","is_gated_act":false,`,
		"ibm-granite/granite-3.1-8b-base": `"embedding_multiplier":12,"logits_scaling":16,"residual_multiplier":0.22,"attention_multiplier":0.0078125,`,
		"MiniMaxAI/MiniMax-M2":            `"num_mtp_modules":3,"mtp_transformer_layers":1,"use_mtp":true,"scoring_func":"sigmoid","router_jitter_noise":0.0,"rotary_dim":64,`,
		"google-bert/bert-base-uncased":   `"pooler_fc_size":768,"pooler_num_fc_layers":3,"pooler_type":"first_token_transform","directionality":"bidi","classifier_dropout":null,`,
		"google/vit-base-patch16-224":     `"encoder_stride":16,"layer_norm_eps":1e-12,`,
	} {
		data := strings.Replace(string(goldenConfig(t, name)), "{", "{"+extra, 1)
		c, err := Parse(name, []byte(data))
		if err != nil {
			t.Error(err)
			continue
		}
		if len(c.Warnings) > 0 {
			t.Errorf("%s: warnings %q", name, c.Warnings)
		}
	}
}

// A router that looks at some groups of experts alone says so in two keys.
// Source: deepseek-ai/DeepSeek-V3 config.json (8 groups, 4 of them), moonshotai/
// Kimi-K2-Instruct config.json (one group).
func TestRouteGroups(t *testing.T) {
	for keys, want := range map[string][2]int64{
		`"n_group":8,"topk_group":4,`: {8, 4},
		`"n_group":1,"topk_group":1,`: {},
		`"n_group":8,`:                {},
		``:                            {},
	} {
		data := strings.Replace(string(goldenConfig(t, "deepseek-ai/DeepSeek-V3")), "{", "{"+keys, 1)
		blocks := mustParse(t, keys, []byte(data)).Model.Groups[2].Blocks
		moe := blocks[len(blocks)-1].(model.MoE)
		if got := [2]int64{moe.RouteGroups, moe.RouteLimit}; got != want {
			t.Errorf("%s: routed to %d of %d groups, want %d of %d", keys, got[1], got[0], want[1], want[0])
		}
	}
}

func attentionOf(m *model.Model, i int) model.Attention {
	for _, g := range m.Groups {
		if g.Place != model.Body {
			continue
		}
		if i < g.Repeat {
			for _, b := range g.Blocks {
				if a, ok := b.(model.Attention); ok {
					return a
				}
			}
		}
		i -= g.Repeat
	}
	return model.Attention{}
}

func TestDefaults(t *testing.T) {
	head := func(model string, extra string) string {
		return fmt.Sprintf(`{"model_type":%q,"hidden_size":512,"intermediate_size":64,"num_hidden_layers":12,"num_attention_heads":32,"vocab_size":100%s}`, model, extra)
	}
	for name, c := range map[string]struct {
		config  string
		layer   int
		kv, dim int64
		window  int64
		tied    bool
	}{
		"llama":               {head("llama", ""), 0, 32, 16, 0, false},
		"mistral":             {head("mistral", ""), 0, 8, 16, 4096, false},
		"mistral, null":       {head("mistral", `,"sliding_window":null`), 0, 8, 16, 0, false},
		"qwen2":               {head("qwen2", `,"sliding_window":77`), 0, 32, 16, 0, false},
		"qwen2, false":        {head("qwen2", `,"sliding_window":77,"use_sliding_window":false`), 11, 32, 16, 0, false},
		"qwen2, below":        {head("qwen2", `,"sliding_window":77,"use_sliding_window":true,"max_window_layers":6`), 5, 32, 16, 0, false},
		"qwen2, above":        {head("qwen2", `,"sliding_window":77,"use_sliding_window":true,"max_window_layers":6`), 6, 32, 16, 77, false},
		"qwen3":               {head("qwen3", ""), 0, 32, 128, 0, false},
		"phi3":                {head("phi3", `,"sliding_window":2047`), 0, 32, 16, 2047, false},
		"granite":             {head("granite", ""), 0, 32, 16, 0, false},
		"starcoder2":          {head("starcoder2", ""), 0, 2, 16, 0, true},
		"starcoder2, window":  {head("starcoder2", `,"sliding_window":4096`), 0, 2, 16, 4096, true},
		"cohere":              {head("cohere", ""), 0, 32, 16, 0, true},
		"cohere2, 3rd":        {head("cohere2", ""), 2, 32, 16, 4096, true},
		"cohere2, 4th":        {head("cohere2", ""), 3, 32, 16, 0, true},
		"olmo3, 3rd":          {head("olmo3", ""), 2, 32, 16, 4096, false},
		"olmo3, 4th":          {head("olmo3", ""), 3, 32, 16, 0, false},
		"gemma":               {head("gemma", ""), 0, 16, 256, 0, true},
		"gemma2, even":        {head("gemma2", ""), 0, 4, 256, 4096, true},
		"gemma2, odd":         {head("gemma2", ""), 1, 4, 256, 0, true},
		"gemma3, 5th":         {head("gemma3_text", ""), 4, 4, 256, 4096, true},
		"gemma3, 6th":         {head("gemma3_text", ""), 5, 4, 256, 0, true},
		"gemma3, pattern":     {head("gemma3_text", `,"sliding_window_pattern":3`), 2, 4, 256, 0, true},
		"mixtral":             {head("mixtral", `,"num_local_experts":4,"num_experts_per_tok":2`), 0, 8, 16, 0, false},
		"qwen3_moe":           {head("qwen3_moe", `,"num_experts":4,"num_experts_per_tok":2,"moe_intermediate_size":8`), 0, 4, 128, 0, false},
		"gpt_oss, even":       {head("gpt_oss", `,"num_local_experts":4,"num_experts_per_tok":2`), 0, 8, 16, 128, false},
		"gpt_oss, odd":        {head("gpt_oss", `,"num_local_experts":4,"num_experts_per_tok":2`), 1, 8, 16, 0, false},
		"minicpm":             {head("minicpm", ""), 0, 32, 16, 0, true},
		"smollm3":             {head("smollm3", ""), 0, 4, 16, 0, true},
		"llama4, chunk":       {head("llama4_text", `,"intermediate_size_mlp":8,"num_local_experts":4,"num_experts_per_tok":1`), 0, 8, 16, 8192, false},
		"llama4, no rotation": {head("llama4_text", `,"intermediate_size_mlp":8,"num_local_experts":4,"num_experts_per_tok":1`), 3, 8, 16, 0, false},
	} {
		cfg, err := Parse("x", []byte(c.config))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		a := attentionOf(cfg.Model, c.layer)
		if a.KVHeads != c.kv || a.HeadDim != c.dim || a.Window != c.window || (cfg.TiedStoredTwice > 0) != c.tied {
			t.Errorf("%s: KV heads %d, head_dim %d, window %d, tied %t; want %d, %d, %d, %t", name,
				a.KVHeads, a.HeadDim, a.Window, cfg.TiedStoredTwice > 0, c.kv, c.dim, c.window, c.tied)
		}
		if !slices.ContainsFunc(cfg.Keys, func(k Key) bool { return k.Default }) {
			t.Errorf("%s: no key is marked as a default", name)
		}
	}
}

// A nested config is the difference from its class: dimensions that it leaves
// out come from there and are marked.
func TestNestedDefaults(t *testing.T) {
	c := mustParse(t, "gemma-3-4b", goldenConfig(t, "google/gemma-3-4b-it"))
	want := map[string]string{"text_config.num_attention_heads": "8", "text_config.num_key_value_heads": "4", "text_config.head_dim": "256", "text_config.vocab_size": "262208"}
	for _, k := range c.Keys {
		if w, ok := want[k.Name]; ok {
			if k.Value != w || !k.Default {
				t.Errorf("%+v, want %s by default", k, w)
			}
			delete(want, k.Name)
		}
	}
	if len(want) > 0 {
		t.Errorf("not among the keys: %v", want)
	}
	if _, err := Parse("top", []byte(`{"model_type":"gemma3_text"}`)); err == nil {
		t.Error("the top level took its dimensions from the class")
	}
}

func TestGroupsGatherEqualLayers(t *testing.T) {
	groups := func(name string) int { return len(mustParse(t, name, goldenConfig(t, name)).Model.Groups) }
	for name, want := range map[string]int{
		"meta-llama/Meta-Llama-3.1-405B": 3, // embedding, 126 layers, head
		"deepseek-ai/DeepSeek-V3":        4, // 3 dense layers, 58 of experts
		"google/gemma-2-9b-it":           44,
		"openai/gpt-oss-20b":             26,
	} {
		if got := groups(name); got != want {
			t.Errorf("%s: %d groups, want %d", name, got, want)
		}
	}
	// A hundred thousand equal layers are one group.
	many := []byte(strings.Replace(llama, `"num_hidden_layers":2`, `"num_hidden_layers":100000`, 1) + `}`)
	few := []byte(llama + `}`)
	allocs := func(data []byte) float64 { return testing.AllocsPerRun(5, func() { mustParse(t, "x", data) }) }
	if a, b := allocs(many), allocs(few); a > b+5 {
		t.Errorf("100000 layers take %g allocations, 2 take %g", a, b)
	}
}

// The number of layers is that of the network: norms and embeddings between
// the stacks are none.
func TestLayersAndContext(t *testing.T) {
	for name, want := range map[string]struct {
		layers  int
		context int64
	}{
		"google-t5/t5-small":                        {12, 0},
		"openai/whisper-tiny":                       {8, 448},
		"google/vit-base-patch16-224":               {12, 197},
		"FacebookAI/roberta-base":                   {12, 512},
		"openai-community/gpt2":                     {12, 1024},
		"THUDM/chatglm3-6b":                         {28, 8192},
		"deepseek-ai/DeepSeek-V3":                   {61, 163840},
		"nvidia/Nemotron-H-56B-Base-8K":             {118, 8192},
		"meta-llama/Llama-4-Scout-17B-16E-Instruct": {48, 10485760},
	} {
		m := mustParse(t, name, goldenConfig(t, name)).Model
		if m.Layers() != want.layers || m.Context != want.context {
			t.Errorf("%s: %d layers, context %d; want %d, %d", name, m.Layers(), m.Context, want.layers, want.context)
		}
	}
}

// Files made to be slow are rejected, or bounded in what they ask for.
func TestHostileConfigs(t *testing.T) {
	types := func(n int, words ...string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, ",%q", words[i%len(words)])
		}
		return "[" + b.String()[1:] + "]"
	}
	long := strings.Replace(llama, `"num_hidden_layers":2`, `"num_hidden_layers":100000`, 1)
	oss := strings.Replace(long, "llama", "gpt_oss", 1) + `,"num_key_value_heads":4,"num_local_experts":4,"num_experts_per_tok":2`
	for name, c := range map[string]struct{ config, want string }{
		"alternating layers": {oss + `}`, "layers: too many kinds: 10000"},
		"listed layers":      {oss + `,"layer_types":` + types(100000, "full_attention", "sliding_attention") + `}`, "layers: too many kinds: 10000"},
		"patterns":           {long + `,"quantization_config":{"quant_method":"fp8","ignore":` + types(5000, "re:.*(a|b)*x", "a*b*c*d*") + `}}`, ""},
		"one long pattern":   {long + `,"quantization_config":{"quant_method":"fp8","ignore":["re:(.*a){20}"]}}`, ""},
		"many keys":          {llama + `,"x":{` + strings.Repeat(" ", 1<<20) + `}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, err := Parse("x", []byte(c.config))
			switch {
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%v, want %q", err, c.want)
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want == "" && len(cfg.Model.Groups) > 3:
				t.Errorf("%d groups", len(cfg.Model.Groups))
			}
		})
	}
}

func TestHeads(t *testing.T) {
	const body = 2*100*64 + 2*(4*64*64+3*64*128+2*64) + 64
	for arch, want := range map[string]int64{
		`["LlamaForCausalLM"]`: body, `[]`: body, `null`: body,
		`["LlamaModel"]`:                                    body - 100*64,
		`["LlamaForSequenceClassification"]`:                body - 100*64 + 2*64,
		`["LlamaForSequenceClassification"],"num_labels":5`: body - 100*64 + 5*64,
	} {
		c := mustParse(t, "x", []byte(llama+`,"architectures":`+arch+`}`))
		if got := int64(c.Model.Params()); got != want {
			t.Errorf("%s: %d parameters, want %d", arch, got, want)
		}
	}
}

func ExampleParse() {
	c, err := Parse("my-model", []byte(`{
		"model_type": "llama", "vocab_size": 128256, "hidden_size": 4096, "intermediate_size": 14336,
		"num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.ModelType, int64(c.Model.Params()))
	// Output: llama 8030261248
}

// FuzzParseConfig: whatever parses can be counted, and every error is of the
// package's own type.
func FuzzParseConfig(f *testing.F) {
	for _, g := range goldens(f) {
		f.Add(g.Config(f))
	}
	for _, q := range quantCases {
		f.Add([]byte(llama + `,"quantization_config":` + q.config + `}`))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("fuzz", data)
		if err != nil {
			var ce *Error
			if !errors.As(err, &ce) || err.Error() == "" {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		if err := c.Model.Check(); err != nil {
			t.Fatal(err)
		}
		if n := c.Model.Params(); n <= 0 {
			t.Fatalf("%d parameters", n)
		}
		if len(c.Model.Groups) > maxRuns+10 {
			t.Fatalf("%d groups", len(c.Model.Groups))
		}
		if b := c.Model.StoredBits; !(b >= 0 && b <= 64) {
			t.Fatalf("%g bits a weight", b)
		}
		for _, g := range c.Model.Groups {
			for _, b := range g.Blocks {
				for _, w := range b.Weights() {
					if w.Rows < 1 || w.Cols < 0 || w.Copies < 1 {
						t.Fatalf("%s: %+v", b.Kind(), w)
					}
				}
			}
		}
	})
}

func BenchmarkParseConfig(b *testing.B) {
	for _, name := range []string{"meta-llama/Meta-Llama-3.1-8B", "deepseek-ai/DeepSeek-V3", "openai/gpt-oss-120b", "nvidia/Llama-3_3-Nemotron-Super-49B-v1_5"} {
		data := goldenConfig(b, name)
		b.Run("model="+name[strings.IndexByte(name, '/')+1:], func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				mustParse(b, name, data)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "configs/s")
		})
	}
}
