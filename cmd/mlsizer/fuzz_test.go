package main

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/cli"
)

// opensFiles are flags whose values name files, which a fuzz test leaves alone.
var opensFiles = []string{"constants", "hardware-file", "price-file", "from", "output", "import", "file"}

// fuzzedFlags are the flags of a command that a fuzz test gives values to.
func fuzzedFlags(f *testing.F, command string) (names []string) {
	root := newRootCmd(&cli.App{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Root: newRootCmd})
	cmd, _, err := root.Find([]string{command})
	require.NoError(f, err)
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if !slices.Contains(opensFiles, flag.Name) && flag.Value.Type() != "bool" {
			names = append(names, flag.Name)
		}
	})
	require.Greater(f, len(names), 5)
	return names
}

// fuzzFlags gives any value to any flag of a command line.
func fuzzFlags(f *testing.F, line string) {
	args := strings.Fields(line)
	names := fuzzedFlags(f, args[0])
	values := []string{"1", "0", "-1", "8", "1e308", "bf16", "a,b", "layers=16,layers=17", "16,16,1M", "80%", "NaN", "h100x8,v5e-16x16", "\x00", "1K", "all-linear,", "２"}
	for i := range names {
		for _, k := range []int{i, i + len(values)/2} { // all of them would take as long as the other tests
			f.Add(uint8(i), values[k%len(values)])
		}
	}
	f.Fuzz(func(t *testing.T, flag uint8, value string) {
		name := names[int(flag)%len(names)]
		var out, errOut bytes.Buffer
		code := execute(append(slices.Clone(args), "--"+name+"="+value), strings.NewReader(""), &out, &errOut)
		require.Contains(t, []int{0, 1, 2, 3}, code)
		if out.Len() > 0 {
			assert.True(t, json.Valid(out.Bytes()), "--%s=%q: %s", name, value, &out)
		}
		assert.Equal(t, code == 1 || code == 2, errOut.Len() > 0, "--%s=%q: exit %d, %s", name, value, code, &errOut)
	})
}

// Whatever is typed, an estimate is JSON, or an error that says what is wrong.
func FuzzEstimateFlags(f *testing.F) {
	fuzzFlags(f, "estimate gpt-2 --on h100x8 --tokens 1B --lang en -o json")
}

func FuzzInferFlags(f *testing.F) { fuzzFlags(f, "infer gpt-2 --on h100 --lang en -o json") }

func FuzzPlanFlags(f *testing.F) {
	fuzzFlags(f, "plan gpt-2 --on h100x2 --tokens 1B --batch 64 --lang en -o json")
}
