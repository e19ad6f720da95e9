package hub_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mlsizer/sizing/modelfile"
	"mlsizer/sizing/modelfile/hub"
	"mlsizer/sizing/modelfile/internal/filetest"
	"mlsizer/sizing/modelfile/safetensors"
)

const commitHash = "0123456789abcdef0123456789abcdef01234567"

// fakeHub serves files under /org/name/resolve/REVISION/.
type fakeHub struct {
	*httptest.Server
	files map[string][]byte
	// before may answer a request itself; it reports whether it did.
	before func(w http.ResponseWriter, r *http.Request, file string) bool
	etags  bool

	mu       sync.Mutex
	requests []*http.Request
	sent     int64
	statuses []int
}

func newFakeHub(t testing.TB, files map[string][]byte) *fakeHub {
	f := &fakeHub{files: files, etags: true}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.Close)
	return f
}

func (f *fakeHub) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.requests = append(f.requests, r)
	f.mu.Unlock()
	file := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	if f.before != nil && f.before(w, r, file) {
		return
	}
	data, ok := f.files[file]
	if !ok || !strings.HasPrefix(r.URL.Path, "/org/name/resolve/") {
		w.Header().Set("X-Error-Code", "EntryNotFound")
		http.Error(w, "Entry not found", http.StatusNotFound)
		return
	}
	if f.etags {
		sum := sha256.Sum256(data)
		w.Header().Set("Etag", `"`+hex.EncodeToString(sum[:16])+`"`)
		w.Header().Set("X-Repo-Commit", commitHash)
	}
	http.ServeContent(&counting{w, f}, r, "", time.Time{}, bytes.NewReader(data))
}

type counting struct {
	http.ResponseWriter
	f *fakeHub
}

func (c *counting) Write(p []byte) (int, error) {
	c.f.mu.Lock()
	c.f.sent += int64(len(p))
	c.f.mu.Unlock()
	return c.ResponseWriter.Write(p)
}

func (c *counting) WriteHeader(status int) {
	c.f.mu.Lock()
	c.f.statuses = append(c.f.statuses, status)
	c.f.mu.Unlock()
	c.ResponseWriter.WriteHeader(status)
}

func (f *fakeHub) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.requests)
}

// hub returns a client of the server that waits for nothing.
func (f *fakeHub) hub(slept *[]time.Duration) *hub.Hub {
	return &hub.Hub{Endpoint: f.URL, Token: "hf_secret", Timeout: 20 * time.Second, Sleep: func(ctx context.Context, d time.Duration) error {
		if slept != nil {
			*slept = append(*slept, d)
		}
		return ctx.Err()
	}}
}

func openHub(h *hub.Hub) (*modelfile.File, error) {
	return modelfile.Open(context.Background(), "hf:org/name", modelfile.Options{Hub: h})
}

// safeData is a whole file, data included.
func safeData(tensors ...filetest.Tensor) []byte {
	header, data := filetest.Header("", tensors...)
	return append(filetest.File(header), make([]byte, data)...)
}

func oneFile() map[string][]byte {
	return map[string][]byte{"model.safetensors": safeData(filetest.T("a", "BF16", 1000, 1000))}
}

func TestHubReadsOnlyTheHeader(t *testing.T) {
	f := newFakeHub(t, oneFile())
	got, err := openHub(f.hub(nil))
	if err != nil {
		t.Fatal(err)
	}
	if got.Params != 1e6 || got.Path != "hf:org/name" || got.Format != modelfile.FormatSafetensors {
		t.Errorf("%+v", got)
	}
	last := f.requests[len(f.requests)-1]
	if r := last.Header.Get("Range"); r != "bytes=0-99999" {
		t.Errorf("range %q", r)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.sent > 100_000 {
		t.Errorf("%d bytes read of a file of 2 MB", f.sent)
	}
	for _, r := range f.requests {
		if r.Header.Get("Authorization") != "Bearer hf_secret" || r.Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("headers %v", r.Header)
		}
	}
}

func TestHubLongHeader(t *testing.T) {
	header, data := filetest.Big(3000)
	// The data is not there: only the size is said.
	file := filetest.File(string(header))
	f := newFakeHub(t, map[string][]byte{})
	f.before = func(w http.ResponseWriter, r *http.Request, name string) bool {
		if name != "model.safetensors" {
			return false
		}
		serveRange(w, r, file, int64(len(file))+data)
		return true
	}
	h := f.hub(nil)
	got, err := openHub(h)
	if err != nil || got.Tensors != 3000 {
		t.Fatalf("%v, %+v", err, got)
	}
	last := f.requests[len(f.requests)-1].Header.Get("Range")
	if want := fmt.Sprintf("bytes=100000-%d", len(file)-1); last != want {
		t.Errorf("second range %q, want %q", last, want)
	}
}

// serveRange answers a range of a file of which only the beginning exists.
func serveRange(w http.ResponseWriter, r *http.Request, file []byte, size int64) {
	var from, to int
	if n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to); n != 2 {
		http.Error(w, "no range", http.StatusBadRequest)
		return
	}
	to = min(to+1, len(file))
	w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, size))
	w.Header().Set("Content-Length", strconv.Itoa(to-from))
	w.WriteHeader(http.StatusPartialContent)
	_, _ = w.Write(file[from:to])
}

func TestHubShards(t *testing.T) {
	files := map[string][]byte{}
	var ix strings.Builder
	ix.WriteString(`{"weight_map":{`)
	const shards = 40
	for i := range shards {
		name := fmt.Sprintf("model-%05d-of-%05d.safetensors", i+1, shards)
		files[name] = safeData(filetest.T(fmt.Sprint("t", i), "F16", int64(i), 10))
		fmt.Fprintf(&ix, `"t%d":%q,`, i, name)
	}
	files[filetest.IndexName] = []byte(strings.TrimSuffix(ix.String(), ",") + "}}")
	f := newFakeHub(t, files)
	h := f.hub(nil)
	h.CacheDir = t.TempDir()
	got, err := openHub(h)
	if err != nil || got.Params != 10*shards*(shards-1)/2 || got.Files != shards {
		t.Fatalf("%v, %+v", err, got)
	}
	for _, r := range f.requests[1:] {
		if strings.Contains(r.URL.Path, "-of-") && !strings.Contains(r.URL.Path, "/resolve/"+commitHash+"/") {
			t.Errorf("%s is not of the commit that the hub named", r.URL.Path)
		}
	}
	delete(files, "model-00007-of-00040.safetensors")
	h.CacheDir = ""
	if _, err := openHub(h); err == nil || !strings.Contains(err.Error(), "parts: missing: 1, 40, [model-00007-of-00040.safetensors]") {
		t.Errorf("error %v", err)
	}
}

// TestHubRedirect: the token goes to the hub and not to where it redirects.
func TestHubRedirect(t *testing.T) {
	var leaked []string
	data := oneFile()["model.safetensors"]
	storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a := r.Header.Get("Authorization"); a != "" {
			leaked = append(leaked, a)
		}
		w.Header().Set("Etag", `"of the storage"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}))
	defer storage.Close()
	f := newFakeHub(t, nil)
	f.before = func(w http.ResponseWriter, r *http.Request, name string) bool {
		if name != "model.safetensors" {
			return false
		}
		if !strings.HasPrefix(r.URL.Path, "/moved") { // first to another place of the same host
			http.Redirect(w, r, "/moved/model.safetensors", http.StatusTemporaryRedirect)
			return true
		}
		w.Header().Set("X-Linked-Etag", `"linked"`)
		http.Redirect(w, r, storage.URL+"/blob?signature=secret", http.StatusFound)
		return true
	}
	// A client that would follow by itself, and hand on headers, must not.
	h := f.hub(nil)
	h.Client = &http.Client{}
	h.CacheDir = t.TempDir()
	for range 2 { // the second time from the cache
		got, err := openHub(h)
		if err != nil || got.Params != 1e6 {
			t.Fatalf("%v, %+v", err, got)
		}
	}
	if len(leaked) > 0 {
		t.Errorf("the storage host got %q", leaked)
	}
	own := 0
	for _, r := range f.requests {
		if r.Header.Get("Authorization") == "Bearer hf_secret" {
			own++
		}
	}
	if own != len(f.requests) {
		t.Errorf("%d of %d requests to the hub with the token", own, len(f.requests))
	}
}

func TestRedirectRefused(t *testing.T) {
	f := newFakeHub(t, nil)
	f.before = func(w http.ResponseWriter, r *http.Request, _ string) bool {
		http.Redirect(w, r, r.URL.Path, http.StatusFound)
		return true
	}
	if _, err := openHub(f.hub(nil)); err == nil || !strings.Contains(err.Error(), "hub: too many redirects: 5") {
		t.Errorf("error %v", err)
	}
}

func TestHubStatuses(t *testing.T) {
	for _, c := range []struct {
		status        int
		header, value string
		want          string
		tries         int
	}{
		{401, "", "", "hub: access denied: 401 (accept conditions)", 1},
		{403, "X-Error-Code", "GatedRepo", "hub: access denied: 403", 1},
		{401, "X-Error-Code", "RepoNotFound", "hub: no repository (check name or token)", 1},
		{404, "X-Error-Code", "RevisionNotFound", "hub: no revision (check revision)", 1},
		{429, "Retry-After", "7", "hub: too many requests (wait or token)", 4},
		{429, "Retry-After", "100000", "hub: asks to wait: hf:org/name/config.json: hub: too many requests (wait or token), 27h46m40s, 1m0s", 1},
		{500, "", "", "hub: server failed: 500", 4},
		{503, "Retry-After", "-1", "hub: server failed: 503", 4},
		{418, "", "", "hub: unexpected answer: 418", 1},
		{416, "", "", "hub: file shorter", 1},
		{304, "", "", "hub: copy not offered", 1},
		{206, "", "", "hub: other range: 0, ", 1},
		{206, "Content-Range", "bytes 5-9/10", "hub: other range: 0, bytes 5-9/10", 1},
		{200, "Content-Encoding", "gzip", "hub: encoded: gzip", 1},
		{302, "", "", "hub: bad redirect: redirect: without location", 1},
	} {
		t.Run(fmt.Sprint(c.status, c.value), func(t *testing.T) {
			f := newFakeHub(t, nil)
			f.before = func(w http.ResponseWriter, r *http.Request, _ string) bool {
				if c.header != "" {
					w.Header().Set(c.header, c.value)
				}
				w.WriteHeader(c.status)
				return true
			}
			var slept []time.Duration
			_, err := openHub(f.hub(&slept))
			var he *hub.Error
			if !errors.As(err, &he) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "hf:org/name/config.json") || strings.Contains(err.Error(), "hf_secret") {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if f.count() != c.tries {
				t.Errorf("%d tries, want %d", f.count(), c.tries)
			}
			if c.value == "7" && (len(slept) != 3 || slept[0] != 7*time.Second) {
				t.Errorf("slept %v", slept)
			}
		})
	}
}

func TestHubRecovers(t *testing.T) {
	f := newFakeHub(t, oneFile())
	n := 0
	f.before = func(w http.ResponseWriter, r *http.Request, _ string) bool {
		if n++; n%2 == 1 {
			w.WriteHeader(http.StatusBadGateway)
			return true
		}
		return false
	}
	var slept []time.Duration
	if got, err := openHub(f.hub(&slept)); err != nil || got.Params != 1e6 || len(slept) == 0 || slept[0] != 500*time.Millisecond {
		t.Errorf("%v, %+v, slept %v", err, got, slept)
	}
}

func TestHubNothingThere(t *testing.T) {
	f := newFakeHub(t, nil)
	if _, err := openHub(f.hub(nil)); err == nil || !strings.Contains(err.Error(), "hub: no model (check files)") {
		t.Errorf("error %v", err)
	}
}

// TestHubConfigOnly: a repository without safetensors answers from its config,
// and one whose architecture is unknown with why it does not.
func TestHubConfigOnly(t *testing.T) {
	gpt2, params := filetest.GPT2(t)
	f := newFakeHub(t, map[string][]byte{"config.json": []byte(gpt2)})
	got, err := openHub(f.hub(nil))
	if err != nil || got.Params != params || got.Format != modelfile.FormatConfig || !strings.Contains(fmt.Sprint(got.Warnings), "file.no-safetensors") {
		t.Errorf("%v, %+v", err, got)
	}
	f.files["config.json"] = []byte(`{"model_type":"none of ours"}`)
	if _, err := openHub(f.hub(nil)); !errors.Is(err, modelfile.ErrNotModelled) {
		t.Errorf("error %v", err)
	}
	f.files["model.safetensors"] = safeData(filetest.T("a", "F16", 5))
	if got, err := openHub(f.hub(nil)); err != nil || got.Params != 5 || got.Model != nil {
		t.Errorf("%v, %+v", err, got)
	}
}

// TestHubTruncated: a body that breaks off is taken up where it broke; one that
// always does is an error.
func TestHubTruncated(t *testing.T) {
	header, data := filetest.Big(3000)
	file := filetest.File(string(header))
	size := int64(len(file)) + data
	run := func(always bool) (*modelfile.File, error) {
		f := newFakeHub(t, nil)
		n := 0
		f.before = func(w http.ResponseWriter, r *http.Request, name string) bool {
			if name != "model.safetensors" {
				return false
			}
			var from, to int
			_, _ = fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to)
			to = min(to+1, len(file))
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, size))
			w.Header().Set("Content-Length", strconv.Itoa(to-from))
			w.WriteHeader(http.StatusPartialContent)
			if n++; always || n%2 == 1 {
				to = from + (to-from)/2
			}
			_, _ = w.Write(file[from:to])
			return true
		}
		return openHub(f.hub(nil))
	}
	if got, err := run(false); err != nil || got.Tensors != 3000 {
		t.Errorf("%v, %+v", err, got)
	}
	if _, err := run(true); err == nil || !strings.Contains(err.Error(), "hub: broke off often: ") {
		t.Errorf("error %v", err)
	}
}

// TestHubIgnoresRange: a server that sends the whole file is read as far as
// the header goes, and no further.
func TestHubIgnoresRange(t *testing.T) {
	f := newFakeHub(t, nil)
	header, data := filetest.Header("", filetest.T("a", "U8", 1<<40))
	sent := make(chan int64, 1)
	f.before = func(w http.ResponseWriter, r *http.Request, name string) bool {
		if name != "model.safetensors" {
			return false
		}
		file := filetest.File(header)
		w.Header().Set("Content-Length", fmt.Sprint(int64(len(file))+data))
		n, _ := w.Write(file)
		total, zeros := int64(n), make([]byte, 1<<16)
		for total < 1<<30 { // until the reader hangs up
			k, err := w.Write(zeros)
			if total += int64(k); err != nil {
				break
			}
		}
		sent <- total
		return true
	}
	got, err := openHub(f.hub(nil))
	if err != nil || got.Params != 1<<40 {
		t.Fatalf("%v, %+v", err, got)
	}
	if n := <-sent; n > 64<<20 {
		t.Errorf("%d bytes sent before the connection was closed", n)
	}
}

func TestHubSlowDrip(t *testing.T) {
	f := newFakeHub(t, nil)
	f.before = func(w http.ResponseWriter, r *http.Request, name string) bool {
		if name != "config.json" {
			return false
		}
		for range 1000 {
			if _, err := io.WriteString(w, " "); err != nil {
				return true
			}
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
				return true
			case <-time.After(10 * time.Millisecond):
			}
		}
		return true
	}
	h := f.hub(nil)
	h.Timeout = 100 * time.Millisecond
	start := time.Now()
	_, err := openHub(h)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "hub: too slow: ") {
		t.Errorf("error %v", err)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("took %v", d)
	}
}

func TestHubNoNetwork(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	h := &hub.Hub{Endpoint: s.URL, Sleep: func(context.Context, time.Duration) error { return nil }}
	_, err := openHub(h)
	if err == nil || !strings.Contains(err.Error(), "hub: no answer: "+strings.TrimPrefix(s.URL, "http://")) || !strings.Contains(err.Error(), "(check network)") {
		t.Errorf("error %v", err)
	}
}

func TestHubCache(t *testing.T) {
	f := newFakeHub(t, oneFile())
	h := f.hub(nil)
	h.CacheDir = t.TempDir()
	read := func() *modelfile.File {
		t.Helper()
		got, err := openHub(h)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	read()
	read()
	if len(f.statuses) != 2 || f.statuses[0] != http.StatusPartialContent || f.statuses[1] != http.StatusNotModified {
		t.Errorf("statuses %v, want the range and then that the copy is still right", f.statuses)
	}
	entries, _ := filepath.Glob(filepath.Join(h.CacheDir, "*", "*"))
	if len(entries) != 1 || filepath.Ext(entries[0]) != ".header" {
		t.Fatalf("the cache holds %q", entries)
	}
	info, err := os.Stat(entries[0])
	if err != nil || info.Size() > 2000 || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v: %v", err, info)
	}

	// A new version of the file replaces the entry.
	f.files["model.safetensors"] = safeData(filetest.T("a", "BF16", 10))
	if got := read(); got.Params != 10 {
		t.Errorf("%d parameters after the file changed", got.Params)
	}
	if entries, _ := filepath.Glob(filepath.Join(h.CacheDir, "*", "*")); len(entries) != 1 {
		t.Errorf("the cache holds %q", entries)
	}

	// A damaged entry is not believed.
	entries, _ = filepath.Glob(filepath.Join(h.CacheDir, "*", "*"))
	data, _ := os.ReadFile(entries[0])
	data[len(data)-3] ^= 1
	_ = os.WriteFile(entries[0], data, 0o600)
	if got := read(); got.Params != 10 {
		t.Errorf("%d parameters from a damaged cache", got.Params)
	}

	// Another endpoint has its own entries; without the network the old ones
	// are read, and it is said.
	f.Close()
	got := read2(t, h)
	if got.Params != 10 || !strings.Contains(fmt.Sprint(got.Warnings), "file.from-cache [hf:org/name/model.safetensors]") {
		t.Errorf("%+v", got)
	}
	h.Endpoint += "/mirror"
	if _, err := openHub(h); err == nil {
		t.Error("another endpoint was answered from the cache")
	}
}

// read2 opens a repository whose config.json was never there: without the
// network its absence is not known, so only the model is asked for.
func read2(t *testing.T, h *hub.Hub) *safetensors.Checkpoint {
	t.Helper()
	var c *safetensors.Checkpoint
	err := h.Read(context.Background(), hub.Ref{"org/name", "main"}, func(ctx context.Context, st *hub.Repository) (err error) {
		if c, err = safetensors.Read(ctx, st, []string{"model.safetensors"}, false, safetensors.Packing{}); err == nil {
			c.Warnings = append(c.Warnings, st.Warnings...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestHubIndexStreams: a long index passes by without being held.
func TestHubIndexStreams(t *testing.T) {
	files := map[string][]byte{filetest.IndexName: filetest.BigIndex(497_000)}
	f := newFakeHub(t, files)
	f.etags = false // making one holds the file
	used := filetest.AllocatedBy(func() {
		if _, err := openHub(f.hub(nil)); err == nil || !strings.Contains(err.Error(), "parts: missing: 100, 100, ") {
			t.Errorf("error %v", err)
		}
	})
	if used > 48<<20 { // of the server too
		t.Errorf("%d MB of index, %d MiB allocated", len(files[filetest.IndexName])>>20, used>>20)
	}
}

func TestParseRef(t *testing.T) {
	for in, want := range map[string]hub.Ref{
		"hf:org/name":           {"org/name", "main"},
		"hf:gpt2":               {"gpt2", "main"},
		"hf:o.r-g/n_a.m-e@v1.0": {"o.r-g/n_a.m-e", "v1.0"},
		"hf:org/name@refs/pr/1": {"org/name", "refs/pr/1"},
		"hf:o/n@" + commitHash:  {"o/n", commitHash},
	} {
		got, err := hub.ParseRef(in)
		if err != nil || got != want || got.String() != in {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "org/name", "hf:", "hf:/", "hf:a/b/c", "hf:../x", "hf:a/..", "hf:a/b@", "hf:a/b@..", "hf:a/b@a//b", "hf:a/b@/a", "hf:a/b@a/", "hf:a b/c", "hf:a/b?x", "hf:a/b#c", "hf:a/b@x%2f", "hf:https://x/y", "hf:" + strings.Repeat("a", 97), "hf:a--b/c", "hf:a/b\n"} {
		if got, err := hub.ParseRef(in); err == nil || !strings.Contains(err.Error(), "(write reference)") {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
}

func TestFromEnv(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("HF_ENDPOINT", "")
	t.Setenv("HF_TOKEN", " tok\n")
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("MLSIZER_CACHE", "")
	h, err := hub.FromEnv()
	if err != nil || h.Endpoint != "https://huggingface.co" || h.Token != "tok" || h.CacheDir != filepath.Join(cache, "mlsizer", "hub") {
		t.Errorf("%v, %+v", err, h)
	}
	t.Setenv("MLSIZER_CACHE", "off")
	t.Setenv("HF_ENDPOINT", "https://mirror.example/x/")
	if h, err := hub.FromEnv(); err != nil || h.CacheDir != "" || h.Endpoint != "https://mirror.example/x/" {
		t.Errorf("%v, %+v", err, h)
	}
	for _, secret := range []string{"https://joe:p4ss@x.y", "joe:p4ss@x.y", "http://joe:p4ss@x.y/a", "https://:p4ss@@x", "//p4ss@"} {
		t.Setenv("HF_ENDPOINT", secret)
		_, err := hub.FromEnv()
		if err == nil || strings.Contains(err.Error(), "p4ss") || !strings.Contains(err.Error(), "***@") {
			t.Errorf("%q: %v", secret, err)
		}
	}
	for _, bad := range []string{"mirror.example", "ftp://x", "https://", "https://u:p@x", "https://x?y", "https://x#y", "http://[::1"} {
		t.Setenv("HF_ENDPOINT", bad)
		if _, err := hub.FromEnv(); err == nil || !strings.Contains(err.Error(), "(set endpoint)") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	t.Setenv("HF_ENDPOINT", "")
	t.Setenv("HF_TOKEN", "a b")
	if _, err := hub.FromEnv(); err == nil || strings.Contains(err.Error(), "a b") {
		t.Errorf("error %v", err)
	}
}
