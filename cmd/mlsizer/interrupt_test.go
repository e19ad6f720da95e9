package main

import (
	"bytes"
	"io"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// interrupting interrupts this process when it is first read, and then has
// nothing more.
type interrupting struct{ t *testing.T }

func (r interrupting) Read([]byte) (int, error) {
	self, err := os.FindProcess(os.Getpid())
	require.NoError(r.t, err)
	require.NoError(r.t, self.Signal(os.Interrupt))
	select {}
}

func TestInterruptedProgram(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot interrupt itself")
	}
	var errOut bytes.Buffer
	code := execute([]string{"classify", "--from", "-"}, interrupting{t}, io.Discard, &errOut)
	assert.Equal(t, 130, code)
	assert.Equal(t, "mlsizer: error: stdin: interrupted after 0 rows\n", errOut.String())
}
