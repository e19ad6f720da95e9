package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// endless repeats a text without end, after a beginning.
type endless struct {
	begin, repeat string
	at            int
}

func (e *endless) Read(p []byte) (n int, err error) {
	for n < len(p) {
		switch text := e.begin; {
		case e.at < len(text):
			c := copy(p[n:], text[e.at:])
			n, e.at = n+c, e.at+c
		default:
			off := (e.at - len(text)) % len(e.repeat)
			c := copy(p[n:], e.repeat[off:])
			n, e.at = n+c, e.at+c
		}
	}
	return n, nil
}

// mostTaken is what the answer to an endless input may allocate in all.
const mostTaken = 256 << 20

// Every input of foreign bytes has a limit, which its error and docs/limits.md
// name. Files are as long as a file system allows, streams have no end.
func TestEveryInputHasALimit(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs/limits.md"))
	require.NoError(t, err)
	// huge makes a file of an exabyte of zeros behind a beginning, or as large as
	// the file system allows.
	huge := func(name, begin string) string {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, []byte(begin), 0o600))
		size := int64(1 << 60)
		for size > 1<<32 && os.Truncate(path, size) != nil {
			size /= 2
		}
		return path
	}
	const rows = "id,source,model\n"
	for name, c := range map[string]struct {
		args   string
		stdin  *endless
		said   string // in the error
		listed string // in the page
	}{
		"zeros as models":           {"classify --from -", &endless{repeat: "\x00"}, "longer than 1048576 bytes", "1 MiB per row"},
		"zeros as measurements":     {"validate --from -", &endless{repeat: "\x00"}, "a line is longer than 64.0 KiB", "64 KiB per line"},
		"measurements":              {"validate --from -", &endless{rows, "a,s,gpt-3\n", 0}, "more than 20000 rows", "20,000 rows"},
		"long measurements":         {"calibrate --from -", &endless{rows, "a,s," + strings.Repeat("x", 60_000) + "\n", 0}, "goes on after 16.0 MiB", "16 MiB, 64 KiB"},
		"measurements of serving":   {"validate --from -", &endless{"id,source,weights,runtime\n", "a,s,fp8,vllm\n", 0}, "more than 20000 rows", "20,000 rows"},
		"zeros for the memory fit":  {"calibrate --memory --from -", &endless{repeat: "\x00"}, "a line is longer than 64.0 KiB", "64 KiB per line"},
		"constants":                 {"validate --constants " + huge("c.json", "{"), nil, "goes on after 4.00 MiB", "`--constants`) | 4 MiB"},
		"constants of serving":      {"validate --serving --constants " + huge("s.json", "{"), nil, "goes on after 4.00 MiB", "`--constants`) | 4 MiB"},
		"constants of an estimate":  {"estimate gpt-2 --on h100 --constants " + huge("e.json", "{"), nil, "goes on after 4.00 MiB", "`--constants`) | 4 MiB"},
		"devices":                   {"estimate gpt-2 --on h100 --hardware-file " + huge("d.csv", "id,name\n"), nil, "goes on after 16.0 MiB", "`--hardware-file`) | 16 MiB"},
		"prices":                    {"estimate gpt-2 --on h100 --price-file " + huge("p.csv", "device\n"), nil, "goes on after 4.00 MiB", "`--price-file`) | 4 MiB"},
		"a workbook":                {"classify --from " + huge("w.xlsx", "PK\x03\x04"), nil, "more than 64 MiB", "| 64 MiB, 512 MiB unpacked"},
		"a config":                  {"inspect " + huge("config.json", "{"), nil, "16777216 bytes", "`config.json` | 16 MiB"},
		"an index":                  {"inspect " + huge("model.safetensors.index.json", "{"), nil, "134217728", "| 128 MiB"},
		"a header of safetensors":   {"inspect " + huge("m.safetensors", "\xff\xff\xff\xff\xff\xff\xff\x00{"), nil, "100000000", "| 100 MB"},
		"a GGUF with a huge header": {"inspect " + huge("m.gguf", "GGUF\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00"), nil, "65536", "65,536 keys"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Contains(t, string(page), c.listed)
			var stdin io.Reader = strings.NewReader("")
			if c.stdin != nil {
				stdin = c.stdin
			}
			var out, errOut bytes.Buffer
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			code := execute(strings.Fields(c.args), stdin, &out, &errOut)
			runtime.ReadMemStats(&after)
			assert.Equal(t, 1, code, "%s%s", &out, &errOut)
			assert.Contains(t, errOut.String(), c.said)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(mostTaken))
		})
	}
}
