package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/cmd/mlsizer/internal/web"
)

// served starts a server of the program.
func served(t testing.TB, adjust ...func(*http.Server)) *httptest.Server {
	a := &cli.App{Root: newRootCmd, Lang: text.English}
	ts := httptest.NewUnstartedServer(nil)
	ts.Config = web.Server(a, slog.New(slog.NewTextHandler(io.Discard, nil)))
	for _, f := range adjust {
		f(ts.Config)
	}
	ts.Start()
	t.Cleanup(ts.Close)
	return ts
}

// post asks the API.
func post(t testing.TB, ts *httptest.Server, command, body string) (status int, kind, answer string) {
	t.Helper()
	r, err := ts.Client().Post(ts.URL+"/v1/"+command, "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return r.StatusCode, r.Header.Get("Content-Type"), string(data)
}

// TestServeAnswersAsTheCommandLine: the same question has the same bytes of JSON
// by both ways.
func TestServeAnswersAsTheCommandLine(t *testing.T) {
	for _, c := range []struct{ line, body string }{
		{`classify 7B gpt-3`, `{"models":["7B","gpt-3"]}`},
		{`classify 1750亿 llama-3.1-8b --bounds 1M,1B,10B,1T`, `{"models":["1750亿","llama-3.1-8b"],"bounds":["1M","1B","10B","1T"]}`},
		{`classify 7e9 0.5B --sort=-size`, `{"models":["7e9","0.5B"],"sort":"-size"}`},
		{`classify 7000000000`, `{"models":7000000000}`},
		{`classify gpt-3 bert-large --by year --lang zh`, `{"models":["gpt-3","bert-large"],"by":"year","lang":"zh"}`},
		{`estimate llama-3.1-70b --on h100x512 --tokens 15T`, `{"models":["llama-3.1-70b"],"on":["h100x512"],"tokens":"15T"}`},
		{`estimate llama-3.1-70b --on h100x512 --tokens 15T --explain`, `{"model":"llama-3.1-70b","on":"h100x512","tokens":"15T","explain":true}`},
		{`estimate gpt-3 --on a100-80gx1024 --tokens 300B --tp 8 --pp 8`, `{"models":["gpt-3"],"on":["a100-80gx1024"],"tokens":"300B","tp":8,"pp":8}`},
		{`estimate 7B --on h100x8 --tokens 140B`, `{"models":["7B"],"on":["h100x8"],"tokens":140000000000}`},
		{`estimate llama-3.1-8b --on h100x8 --micro-batch 1 --batch 64`, `{"models":["llama-3.1-8b"],"on":["h100x8"],"micro_batch":1,"batch":"64"}`},
		{`estimate llama-3.1-8b --on h100x8 --method lora --tokens 10M`, `{"models":["llama-3.1-8b"],"on":["h100x8"],"method":"lora","tokens":"10M"}`},
		{`estimate llama-3.1-8b --on rtx-4090 --tokens 1B --lang zh`, `{"models":["llama-3.1-8b"],"on":["rtx-4090"],"tokens":"1B","lang":"zh"}`},
		{`estimate deepseek-v3 --on h800x2048 --tokens 14.8T`, `{"models":["deepseek-v3"],"on":["h800x2048"],"tokens":"14.8T"}`},
		{`estimate llama-3.1-8b --on h100x64 --tokens 20x --price 2`, `{"models":["llama-3.1-8b"],"on":["h100x64"],"tokens":"20x","price":2}`},
		{`estimate llama-3.1-8b --on h100x64 --recompute full --sharding zero3`, `{"models":["llama-3.1-8b"],"on":["h100x64"],"recompute":"full","sharding":"zero3"}`},
		{`compare llama-3.1-8b gpt-3 --on h100x64,a100-80gx64 --tokens 1T`, `{"models":["llama-3.1-8b","gpt-3"],"on":["h100x64","a100-80gx64"],"tokens":"1T"}`},
		{`compare llama-3.1-8b --on h100x64 --batch 256,512,1024`, `{"models":["llama-3.1-8b"],"on":["h100x64"],"batch":[256,512,1024]}`},
		{`compare llama-3.1-8b --on rtx-4090 --weights bf16 --context 4K,8K,16K`, `{"models":["llama-3.1-8b"],"on":["rtx-4090"],"weights":"bf16","context":["4K","8K","16K"]}`},
		{`compare llama-3.1-8b --on rtx-4090 --weights bf16,q8_0,q4_k_m`, `{"models":["llama-3.1-8b"],"on":["rtx-4090"],"weights":["bf16","q8_0","q4_k_m"]}`},
		{`plan llama-3.1-8b --on h100x8`, `{"models":["llama-3.1-8b"],"on":["h100x8"]}`},
		{`plan llama-3.1-8b --on h100x8 --top 3 --objective memory`, `{"models":["llama-3.1-8b"],"on":["h100x8"],"top":3,"objective":"memory"}`},
		{`plan llama-3.1-8b --on h100x16 --tokens 1T --days 30`, `{"models":["llama-3.1-8b"],"on":["h100x16"],"tokens":"1T","days":30}`},
		{`plan --on h100x16 --budget 100K`, `{"on":["h100x16"],"budget":"100K"}`},
		{`infer llama-3.1-8b --on rtx-4090`, `{"models":["llama-3.1-8b"],"on":["rtx-4090"]}`},
		{`infer llama-3.1-70b --on rtx-4090`, `{"models":["llama-3.1-70b"],"on":["rtx-4090"]}`},
		{`infer llama-3.1-70b --on h100x4 --context 32K --batch 16`, `{"models":["llama-3.1-70b"],"on":["h100x4"],"context":"32K","batch":16}`},
		{`infer qwen3-8b --on rtx-4090 --weights q4_k_m --explain`, `{"models":["qwen3-8b"],"on":["rtx-4090"],"weights":"q4_k_m","explain":true}`},
		{`infer deepseek-v3 --on h200x8 --weights fp8 --lang zh`, `{"models":["deepseek-v3"],"on":["h200x8"],"weights":"fp8","lang":"zh"}`},
		{`infer llama-3.1-8b --on rtx-4090 --runtime llama.cpp --kv q8_0`, `{"models":["llama-3.1-8b"],"on":["rtx-4090"],"runtime":"llama.cpp","kv":"q8_0"}`},
		{`infer 13B --on a100-40g`, `{"models":["13B"],"on":["a100-40g"]}`},
	} {
		t.Run(c.line, func(t *testing.T) {
			ts := served(t)
			var out, errs bytes.Buffer
			code := execute(append(strings.Fields(c.line), "-o", "json"), strings.NewReader(""), &out, &errs)
			require.Contains(t, []int{cli.ExitOK, cli.ExitNoFit}, code, errs.String())
			command, _, _ := strings.Cut(c.line, " ")
			for range 2 { // as found and from the cache
				status, kind, answer := post(t, ts, command, c.body)
				assert.Equal(t, http.StatusOK, status, answer)
				assert.Equal(t, "application/json", kind)
				assert.Equal(t, out.String(), answer)
			}
		})
	}
}

// TestServeLists: the catalogues, and validation against a program's own data.
func TestServeLists(t *testing.T) {
	ts := served(t)
	for _, c := range []struct{ path, line string }{
		{"models", "models"}, {"hardware", "hardware"}, {"models?field=cv", "models --field cv"}, {"hardware?vendor=amd", "hardware --vendor amd"},
	} {
		r, err := ts.Client().Get(ts.URL + "/v1/" + c.path)
		require.NoError(t, err)
		got, err := io.ReadAll(r.Body)
		r.Body.Close()
		require.NoError(t, err)
		var out, errs bytes.Buffer
		require.Equal(t, cli.ExitOK, execute(append(strings.Fields(c.line), "-o", "json"), strings.NewReader(""), &out, &errs), errs.String())
		assert.Equal(t, out.String(), string(got), c.path)
	}
}

// TestServeForms: the other forms of an answer have their content types.
func TestServeForms(t *testing.T) {
	ts := served(t)
	for form, want := range map[string]struct{ kind, begins string }{
		"markdown": {"text/markdown; charset=utf-8", "#"}, "csv": {"text/csv; charset=utf-8", "model"},
		"html": {"text/html; charset=utf-8", "<!DOCTYPE html>"}, "jsonl": {"application/jsonl", "{"},
	} {
		status, kind, answer := post(t, ts, "estimate", `{"models":["7B"],"on":["h100x8"],"output":"`+form+`"}`)
		assert.Equal(t, http.StatusOK, status)
		assert.Equal(t, want.kind, kind)
		assert.True(t, strings.HasPrefix(answer, want.begins), "%s: %.40q", form, answer)
	}
	_, kind, answer := post(t, ts, "plan", `{"models":["llama-3.1-8b"],"on":["h100x8"],"export":"megatron"}`)
	assert.Equal(t, "text/plain; charset=utf-8", kind)
	assert.Contains(t, answer, "torchrun")
}

// TestServeProblems: what is wrong is said as problem details.
func TestServeProblems(t *testing.T) {
	ts := served(t)
	for name, c := range map[string]struct {
		command, body string
		status        int
		detail, hint  string
	}{
		"not JSON":         {"classify", `{"models":[`, 400, "JSON", ""},
		"two objects":      {"classify", `{"models":"7B"}{}`, 400, "JSON", ""},
		"an array":         {"classify", `[1]`, 400, "JSON", ""},
		"nothing":          {"classify", ``, 400, "JSON", ""},
		"a key twice":      {"estimate", `{"models":"7B","tp":1,"tp":2}`, 400, `"tp" stands twice`, ""},
		"a nested value":   {"estimate", `{"models":"7B","tp":{"a":1}}`, 400, `"tp"`, ""},
		"null":             {"estimate", `{"models":null}`, 400, `"models"`, ""},
		"an empty list":    {"estimate", `{"models":[]}`, 400, `"models"`, ""},
		"no name":          {"estimate", `{"models":"7B","--from":"x"}`, 400, `"--from"`, ""},
		"help":             {"estimate", `{"models":"7B","help":true}`, 400, `"help"`, ""},
		"an unknown name":  {"estimate", `{"models":"7B","on":"h100x8","tokns":"1T"}`, 422, "--tokns", "--tokens"},
		"an unknown model": {"estimate", `{"models":"llama-3.1-70","on":"h100x8"}`, 422, "llama-3.1-70", "llama-3.1-70b"},
		"a wrong value":    {"estimate", `{"models":"7B","on":"h100x8","tokens":"many"}`, 422, "--tokens", ""},
		"in Chinese":       {"estimate", `{"models":"7B","on":"h100x8","tokens":"many","lang":"zh"}`, 422, "应为", ""},
		"a file":           {"estimate", `{"models":"/etc/hostname","on":"h100x8"}`, 403, "--allow-files", ""},
		"a file as a flag": {"classify", `{"models":["--from=/etc/hostname"]}`, 403, "--allow-files", ""},
		"--from":           {"classify", `{"from":"/etc/hostname"}`, 403, "--allow-files", ""},
		"--hardware-file":  {"estimate", `{"models":"7B","on":"h100","hardware_file":"/etc/hostname"}`, 403, "--allow-files", ""},
		"--price-file":     {"estimate", `{"models":"7B","on":"h100","price-file":"/etc/hostname"}`, 403, "--allow-files", ""},
		"--constants":      {"validate", `{"constants":"/etc/hostname"}`, 403, "--allow-files", ""},
		"the hub":          {"estimate", `{"models":"hf:org/name","on":"h100x8"}`, 403, "--allow-hub", ""},
		"a file of none":   {"estimate", `{"models":"m.json","on":"h100x8","files":{"../m.json":{"text":"{}"}}}`, 400, "m.json", ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, kind, answer := post(t, ts, c.command, c.body)
			assert.Equal(t, "application/problem+json", kind)
			var p struct {
				Type, Title, Detail, Hint string
				Status                    int
			}
			require.NoError(t, json.Unmarshal([]byte(answer), &p))
			assert.Equal(t, c.status, status, answer)
			assert.Equal(t, status, p.Status)
			assert.Equal(t, http.StatusText(status), p.Title)
			assert.Equal(t, "about:blank", p.Type)
			assert.Contains(t, p.Detail, c.detail)
			assert.Contains(t, p.Hint, c.hint)
		})
	}
}

// TestServeRefuses: other hosts, origins, methods and forms of a request.
func TestServeRefuses(t *testing.T) {
	ts := served(t)
	ask := func(method, path string, change func(*http.Request)) *http.Response {
		r, err := http.NewRequest(method, ts.URL+path, strings.NewReader(`{"models":"7B"}`))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		change(r)
		res, err := ts.Client().Do(r)
		require.NoError(t, err)
		res.Body.Close()
		return res
	}
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
	for name, c := range map[string]struct {
		method, path string
		change       func(*http.Request)
		want         int
	}{
		"as it is":           {"POST", "/v1/classify", func(*http.Request) {}, 200},
		"localhost":          {"POST", "/v1/classify", host("localhost:8080"), 200},
		"IPv6":               {"POST", "/v1/classify", host("[::1]:8080"), 200},
		"a foreign host":     {"POST", "/v1/classify", host("evil.example:8080"), 421},
		"a foreign address":  {"GET", "/", host("192.0.2.1"), 421},
		"no host's page":     {"GET", "/", host("evil.example"), 421},
		"its own origin":     {"POST", "/v1/classify", func(r *http.Request) { r.Header.Set("Origin", "http://"+r.URL.Host) }, 200},
		"a foreign origin":   {"POST", "/v1/classify", header("Origin", "http://evil.example"), 403},
		"another port":       {"POST", "/v1/classify", header("Origin", "http://127.0.0.1:1"), 403},
		"an opaque origin":   {"POST", "/v1/classify", header("Origin", "null"), 403},
		"another site reads": {"GET", "/v1/models", header("Sec-Fetch-Site", "cross-site"), 403},
		"a link leads here":  {"GET", "/", header("Sec-Fetch-Site", "cross-site"), 200},
		"a form":             {"POST", "/v1/classify", header("Content-Type", "text/plain"), 415},
		"GET of a question":  {"GET", "/v1/classify", func(*http.Request) {}, 405},
		"POST of a list":     {"POST", "/v1/models", func(*http.Request) {}, 405},
		"no such page":       {"GET", "/etc/passwd", func(*http.Request) {}, 404},
		"out of the page":    {"GET", "/../page.go", func(*http.Request) {}, 404},
		"calibrate":          {"POST", "/v1/calibrate", func(*http.Request) {}, 404},
	} {
		t.Run(name, func(t *testing.T) {
			res := ask(c.method, c.path, c.change)
			assert.Equal(t, c.want, res.StatusCode)
			assert.Contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'none'")
			assert.NotContains(t, res.Header.Get("Content-Security-Policy"), "unsafe")
			assert.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"))
			assert.Empty(t, res.Header.Get("Access-Control-Allow-Origin"))
		})
	}
}

// TestServeReadsAModelFile: a config.json that came along is the model, as if the
// command line had named it.
func TestServeReadsAModelFile(t *testing.T) {
	const config = `{"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":4096,"intermediate_size":14336,"num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":8,"vocab_size":128256,"tie_word_embeddings":false,"max_position_embeddings":131072,"torch_dtype":"bfloat16"}`
	ts := served(t)
	body, err := json.Marshal(map[string]any{"models": "mine.json", "on": "rtx-4090", "files": map[string]any{"mine.json": map[string]any{"text": config}}})
	require.NoError(t, err)
	status, _, answer := post(t, ts, "infer", string(body))
	require.Equal(t, http.StatusOK, status, answer)
	var got struct{ Model struct{ Params int64 } }
	require.NoError(t, json.Unmarshal([]byte(answer), &got))
	assert.EqualValues(t, int64(8030261248), got.Model.Params) // meta-llama/Llama-3.1-8B: model.safetensors.index.json, 16060522496 B of bf16
	status, _, answer = post(t, ts, "infer", `{"models":"mine.json","on":"rtx-4090","files":{"mine.json":{"text":"{"}}}`)
	assert.Equal(t, http.StatusUnprocessableEntity, status, answer)
}

// TestServeDescribesItself: every route stands in the description, with every flag
// of its command, and there is nothing else in it.
func TestServeDescribesItself(t *testing.T) {
	ts := served(t)
	r, err := ts.Client().Get(ts.URL + "/v1/openapi.json")
	require.NoError(t, err)
	defer r.Body.Close()
	var d struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			RequestBody struct {
				Content map[string]struct {
					Schema struct{ Properties map[string]any }
				}
			}
			Responses map[string]any
		}
	}
	require.NoError(t, json.NewDecoder(r.Body).Decode(&d))
	assert.Equal(t, "3.1.0", d.OpenAPI)
	for _, path := range []string{"classify", "estimate", "compare", "plan", "infer", "validate", "models", "hardware", "openapi.json"} {
		assert.Contains(t, d.Paths, "/v1/"+path)
	}
	for path, methods := range d.Paths {
		for method, op := range methods {
			q, err := http.NewRequest(strings.ToUpper(method), ts.URL+path, strings.NewReader(`{"no-such-name":1}`))
			require.NoError(t, err)
			q.Header.Set("Content-Type", "application/json")
			res, err := ts.Client().Do(q)
			require.NoError(t, err)
			res.Body.Close()
			if method == "get" {
				assert.Equal(t, http.StatusOK, res.StatusCode, path)
				continue
			}
			assert.Equal(t, http.StatusUnprocessableEntity, res.StatusCode, path)
			assert.Contains(t, op.Responses, "default")
			cmd, _, err := newRootCmd(&cli.App{Root: newRootCmd}).Find([]string{strings.TrimPrefix(path, "/v1/")})
			require.NoError(t, err)
			properties := op.RequestBody.Content["application/json"].Schema.Properties
			for _, name := range cli.FlagNames(cmd) {
				if !slices.Contains([]string{"help", "file", "scenario", "import"}, name) {
					assert.Contains(t, properties, name, path)
				}
			}
		}
	}
}
