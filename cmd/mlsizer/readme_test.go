package main

import (
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the commands of README.md print into it")

const readme = "../../README.md"

// TestReadme runs every "$ mlsizer" line of the README and holds what stands
// under it to what is printed. -update writes it anew.
func TestReadme(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no sh")
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	got, commands := rerun(t, string(text))
	if commands < 5 {
		t.Errorf("only %d commands in the README", commands)
	}
	if got == string(text) {
		return
	}
	if *update {
		if err := os.WriteFile(readme, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, have := strings.Split(string(text), "\n"), strings.Split(got, "\n")
	for i := range min(len(want), len(have)) {
		if want[i] != have[i] {
			t.Fatalf("README.md:%d differs from what is printed (go test ./cmd/mlsizer -run Readme -update writes it):\nREADME  %s\nprinted %s", i+1, want[i], have[i])
		}
	}
	t.Fatalf("README.md has %d lines, what is printed makes %d", len(want), len(have))
}

// rerun is the text with the output of its commands put in anew, and how many
// there are.
func rerun(t *testing.T, text string) (string, int) {
	var out strings.Builder
	commands, inBlock := 0, false
	for line := range strings.SplitAfterSeq(text, "\n") {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			inBlock = strings.HasPrefix(line, "```console")
			out.WriteString(line)
		case inBlock && isCommand:
			commands++
			out.WriteString(line + printed(t, strings.TrimSpace(command)))
		case !inBlock:
			out.WriteString(line)
		}
	}
	return out.String(), commands
}

// printed is what a command line prints to a pipe of 100 columns.
func printed(t *testing.T, command string) string {
	c := exec.Command("sh", "-c", command)
	c.Env = []string{"GORACE=" + fastExit}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "COLUMNS=") {
			c.Env = append(c.Env, v)
		}
	}
	text, err := c.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatalf("%s: %v", command, err)
	}
	return string(text)
}
