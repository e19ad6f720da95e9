package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// loadTime is how long the server is put under load; MLSIZER_LOAD=30s is the load
// of docs/serve.md.
func loadTime(t *testing.T) time.Duration {
	d, err := time.ParseDuration(cmp.Or(os.Getenv("MLSIZER_LOAD"), "500ms"))
	require.NoError(t, err)
	return d
}

// mixed are the requests of the load. A slider moves through the values at %d, so
// that many are asked for the first time and many again.
var mixed = []struct{ command, body string }{
	{"classify", `{"models":["7B","gpt-3","%dM"]}`},
	{"estimate", `{"models":["llama-3.1-8b"],"on":["h100x8"],"tokens":"%dB"}`},
	{"estimate", `{"models":["llama-3.1-8b"],"on":["h100x8"],"micro_batch":1,"seq":%d}`},
	{"estimate", `{"models":["7B"],"on":["a100-80gx8"],"tp":8,"tokens":"%dB"}`},
	{"infer", `{"models":["llama-3.1-8b"],"on":["rtx-4090"],"context":%d}`},
	{"infer", `{"models":["qwen3-8b"],"on":["rtx-4090"],"weights":"q4_k_m","context":%d}`},
	{"compare", `{"models":["llama-3.1-8b"],"on":["rtx-4090"],"weights":["bf16","q8_0"],"context":%d}`},
	{"plan", `{"models":["llama-3.1-8b"],"on":["h100x8"],"seq":%d}`},
}

// loaded is what one request took on the server.
type loaded struct {
	command string
	took    float64 // ms
}

// TestServeUnderLoad: 64 connections with mixed requests meet no error, and memory
// stays bounded.
func TestServeUnderLoad(t *testing.T) {
	ts := served(t)
	until := time.Now().Add(loadTime(t))
	var mu sync.Mutex
	var all []loaded
	var wg sync.WaitGroup
	for c := range 64 {
		wg.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for i := 0; time.Now().Before(until); i++ {
				q := mixed[(c+i)%len(mixed)]
				r, err := client.Post(ts.URL+"/v1/"+q.command, "application/json", strings.NewReader(fmt.Sprintf(q.body, 1024+(i*7+c)%64*128)))
				if !assert.NoError(t, err) {
					return
				}
				body, err := io.ReadAll(r.Body)
				r.Body.Close()
				if !assert.NoError(t, err) || !assert.Equal(t, http.StatusOK, r.StatusCode, string(body)) {
					return
				}
				took, err := strconv.ParseFloat(strings.TrimPrefix(r.Header.Get("Server-Timing"), "run;dur="), 64)
				assert.NoError(t, err)
				mu.Lock()
				all = append(all, loaded{q.command, took})
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	logLoad(t, all)
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	assert.Less(t, m.HeapAlloc, uint64(400<<20), "heap in use after the load")
}

// logLoad logs the median and the 99th percentile of every command.
func logLoad(t *testing.T, all []loaded) {
	by := map[string][]float64{}
	for _, l := range all {
		by[l.command] = append(by[l.command], l.took)
	}
	for command, took := range by {
		slices.Sort(took)
		t.Logf("%-8s %7d requests, median %.3f ms, 99 %% below %.3f ms", command, len(took), took[len(took)/2], took[len(took)*99/100])
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("%d requests, heap %d MiB, system %d MiB", len(all), m.HeapAlloc>>20, m.Sys>>20)
}

// others asserts that the server answers others.
func others(t *testing.T, ts *httptest.Server) {
	t.Helper()
	start := time.Now()
	status, _, answer := post(t, ts, "classify", `{"models":"7B"}`)
	assert.Equal(t, http.StatusOK, status, answer)
	assert.Less(t, time.Since(start), 5*time.Second)
}

// dial opens a connection and writes the beginning of a request.
func dial(t *testing.T, ts *httptest.Server, begin string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", ts.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(c, begin)
	require.NoError(t, err)
	return c
}

// head is the head of a request of some length.
func head(length int) string {
	return "POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(length) + "\r\n\r\n"
}

// TestServeSlowBytes: a client that sends a byte at a time is ended, and others are
// served meanwhile.
func TestServeSlowBytes(t *testing.T) {
	ts := served(t, func(s *http.Server) {
		assert.LessOrEqual(t, s.ReadHeaderTimeout, 10*time.Second)
		assert.LessOrEqual(t, s.ReadTimeout, 30*time.Second)
		s.ReadHeaderTimeout, s.ReadTimeout = 300*time.Millisecond, 600*time.Millisecond
	})
	for name, begin := range map[string]string{"head": "POST /v1/cla", "body": head(100) + "{"} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, ts, begin)
			others(t, ts)
			for start := time.Now(); ; {
				if _, err := io.WriteString(c, " "); err != nil {
					break // closed by the server
				}
				require.Less(t, time.Since(start), 10*time.Second, "a slow client is still served")
				time.Sleep(20 * time.Millisecond)
			}
		})
	}
}

// TestServeLargeBody: a body of 1 GB is refused before it is read, whether its
// length is known or not.
func TestServeLargeBody(t *testing.T) {
	ts := served(t)
	r, err := http.ReadResponse(bufio.NewReader(dial(t, ts, head(1<<30))), nil)
	require.NoError(t, err)
	r.Body.Close()
	assert.Equal(t, http.StatusRequestEntityTooLarge, r.StatusCode)

	endless := io.MultiReader(strings.NewReader(`{"models":"`), io.LimitReader(zeros{}, 1<<30))
	q, err := http.NewRequest("POST", ts.URL+"/v1/classify", io.NopCloser(endless))
	require.NoError(t, err)
	q.Header.Set("Content-Type", "application/json")
	if r, err := ts.Client().Do(q); err == nil { // or the connection is closed under the client
		r.Body.Close()
		assert.Equal(t, http.StatusRequestEntityTooLarge, r.StatusCode)
	}
	others(t, ts)
}

// zeros is a body of digits.
type zeros struct{}

// Read fills p.
func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

// TestServeIdleConnections: a thousand connections that say nothing keep nobody
// else waiting.
func TestServeIdleConnections(t *testing.T) {
	ts := served(t, func(s *http.Server) { s.ReadHeaderTimeout = time.Second })
	idle := make([]net.Conn, 1000)
	for i := range idle {
		idle[i] = dial(t, ts, "")
	}
	others(t, ts)
	for _, c := range idle[:10] { // and they are closed in time
		_, err := c.Read(make([]byte, 1))
		assert.Equal(t, io.EOF, err)
	}
}

// TestServeCancels: a request that its client gave up ends, and its turn goes to
// others.
func TestServeCancels(t *testing.T) {
	ts := served(t)
	const long = `{"models":["llama-3.1-405b"],"on":["h100x16384"],"exhaustive":true,"stack":"megatron-core"}`
	before := runtime.NumGoroutine()
	for range 8 {
		client := &http.Client{Timeout: 100 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}
		if r, err := client.Post(ts.URL+"/v1/plan", "application/json", strings.NewReader(long)); err == nil {
			r.Body.Close()
		}
	}
	others(t, ts)
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+8 }, 10*time.Second, 20*time.Millisecond)
}
