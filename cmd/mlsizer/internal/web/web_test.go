package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/cli"
)

// tiny is a program with one command: it panics, waits or prints.
func tiny(a *cli.App) *cobra.Command {
	root := &cobra.Command{Use: "tiny", SilenceErrors: true, SilenceUsage: true}
	estimate := &cobra.Command{Use: "estimate", RunE: func(cmd *cobra.Command, args []string) error {
		switch args[0] {
		case "panic":
			panic("as asked for")
		case "wait":
			<-cmd.Context().Done()
		}
		_, err := io.WriteString(a.Stdout, "{}")
		return err
	}}
	estimate.Flags().StringSlice("on", nil, "")
	root.AddCommand(estimate)
	return root
}

func tinyServer(log io.Writer) *server {
	return (&options{App: &cli.App{Root: tiny}}).newServer(slog.New(slog.NewTextHandler(log, nil)))
}

// ask sends a body to the tiny program.
func ask(ctx context.Context, s *server, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/v1/estimate", strings.NewReader(body)).WithContext(context.WithValue(ctx, http.LocalAddrContextKey, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}))
	r.Host = "localhost"
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.handler().ServeHTTP(w, r)
	return w
}

// A panic ends one request with a 500 and is logged with its place.
func TestPanicIsRecovered(t *testing.T) {
	var log bytes.Buffer
	s := tinyServer(&log)
	w := ask(t.Context(), s, `{"models":"panic"}`)
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	assert.NotContains(t, w.Body.String(), "as asked for")
	assert.Contains(t, log.String(), "as asked for")
	assert.Contains(t, log.String(), "web_test.go")
	for range 2 * cap(s.turns.slots) { // the turn was given back
		assert.Equal(t, http.StatusInternalServerError, ask(t.Context(), s, `{"models":"panic"}`).Code)
	}
	assert.Equal(t, http.StatusOK, ask(t.Context(), s, `{"models":"x"}`).Code)
}

// A command that takes too long, or whose client left, is given up, and keeps no
// turn.
func TestCancelled(t *testing.T) {
	s := tinyServer(io.Discard)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	w := ask(ctx, s, `{"models":"wait"}`)
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Equal(t, "1", w.Header().Get("Retry-After"))
	assert.Empty(t, s.turns.slots)
}

// Turns are given to as many as there are; some more wait, and the rest are sent
// away.
func TestTurns(t *testing.T) {
	turns := newTurns(1, 1)
	done, err := turns.take(t.Context())
	require.NoError(t, err)
	waits := make(chan error)
	go func() {
		done, err := turns.take(context.Background())
		if err == nil {
			done()
		}
		waits <- err
	}()
	require.Eventually(t, func() bool { return turns.waiting.Load() == 1 }, time.Second, time.Millisecond)
	_, err = turns.take(t.Context())
	assert.Equal(t, errBusy, err)
	done()
	assert.NoError(t, <-waits)
	assert.Zero(t, turns.waiting.Load())
}

// The cache keeps what was used last, within its bytes.
func TestCache(t *testing.T) {
	c := newCache(100)
	put := func(key string, bytes int) { c.put(key, &answer{body: make([]byte, bytes)}) }
	put("a", 40)
	put("b", 40)
	require.NotNil(t, c.get("a")) // which makes b the oldest
	put("c", 40)
	assert.NotNil(t, c.get("a"))
	assert.Nil(t, c.get("b"))
	assert.NotNil(t, c.get("c"))
	assert.Equal(t, 82, c.bytes)
	put("a", 10)
	assert.Equal(t, 52, c.bytes)
	put("large", cacheEntry)
	assert.Nil(t, c.get("large"))
	c.byKey["a"].Value.(*cached).until = time.Now().Add(-time.Second)
	assert.Nil(t, c.get("a"))
	assert.Equal(t, 41, c.bytes)
}

// Beyond the bound on connections the one that is idle longest is closed, never
// one with a request.
func TestConnections(t *testing.T) {
	c := newConnections(2)
	conns := make([]net.Conn, 4)
	for i := range conns {
		conns[i], _ = net.Pipe()
	}
	assert.Nil(t, c.take(conns[0], http.StateNew))
	assert.Nil(t, c.take(conns[0], http.StateActive))
	assert.Nil(t, c.take(conns[1], http.StateNew))
	assert.Equal(t, conns[1], c.take(conns[2], http.StateNew))
	assert.Nil(t, c.take(conns[2], http.StateActive))
	assert.Equal(t, conns[3], c.take(conns[3], http.StateNew), "all others have requests")
	assert.Nil(t, c.take(conns[0], http.StateClosed))
	assert.Len(t, c.open, 1)
}

// TestArgs: a request is the arguments of the command line that asks the same.
func TestArgs(t *testing.T) {
	for body, want := range map[string][]string{
		`{"models":["7B","gpt-3"]}`:               {"estimate", "7B", "gpt-3"},
		`{"model":7e9,"micro_batch":2,"sp":true}`: {"estimate", "7e9", "--micro-batch=2", "--sp=true"},
		`{"on":["a","b"],"models":["-5","x"]}`:    {"estimate", "--on=a,b", "--", "-5", "x"},
		`{"tokens":12345678901234567890}`:         {"estimate", "--tokens=12345678901234567890"},
		`{}`:                                      {"estimate"},
	} {
		q, err := parseRequest([]byte(body))
		require.NoError(t, err, body)
		assert.Equal(t, want, q.args(tinyServer(io.Discard).command("estimate")), body)
	}
}

// FuzzParseRequest: any body is a request or an error, and what is a request was
// valid JSON and names no flag but by its name.
func FuzzParseRequest(f *testing.F) {
	for _, seed := range []string{`{"models":["7B"]}`, `{"tp":8,"sp":true,"on":["a","b"]}`, `{"files":{"a.json":{"text":"{}"}}}`, `{"files":{"a.gguf":{"base64":"R0dVRg==","size":100}}}`, `{`, `[]`, `{"a":{}}`, `{"a":1}{}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		q, err := parseRequest(body)
		if err != nil {
			return
		}
		assert.True(t, json.Valid(body))
		for _, a := range q.arguments {
			assert.Regexp(t, argumentName, a.name)
			assert.False(t, notTaken[a.name])
		}
		for name, file := range q.files {
			assert.LessOrEqual(t, int64(len(file.Header)), file.Size, name)
		}
	})
}

// The reason of a failed listen does not name the address twice.
func TestReason(t *testing.T) {
	_, err := net.Listen("tcp", "127.0.0.1:99999")
	require.Error(t, err)
	assert.NotContains(t, reason(err).Error(), "listen tcp")
	assert.Equal(t, io.EOF, reason(io.EOF))
}
