package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A verdict is what a mutation's test says of it.
type verdict string

const (
	caught   verdict = "caught"
	survived verdict = "SURVIVED"
	unbuilt  verdict = "DOES NOT COMPILE"
	broken   verdict = "FAILS UNBROKEN"
)

// A runner runs tests of the module at root. The tree stays as it is: builds read
// broken files through an overlay in the folder scratch.
type runner struct {
	root, scratch string
	passes        map[string]bool // tests that pass as the tree is
}

// judge breaks one line and runs the test that must notice.
func (r *runner) judge(m *mutation) (verdict, error) {
	data, err := m.mutated(r.root)
	if err != nil {
		return "", err
	}
	if !r.holds(m) {
		return broken, nil
	}
	overlay, err := r.overlay(m.File, data)
	if err != nil {
		return "", err
	}
	switch passed, out := r.test(m, "-overlay", overlay); {
	case strings.Contains(out, "--- FAIL: "+m.Test+" "):
		return caught, nil
	case passed:
		return survived, nil
	case strings.Contains(out, "[build failed]"):
		return unbuilt, nil
	default:
		return "", fmt.Errorf("%s: %s", m, out)
	}
}

// holds reports whether a mutation's test runs and passes as the tree is: what
// fails anyhow catches nothing.
func (r *runner) holds(m *mutation) bool {
	passes, known := r.passes[m.seenBy()]
	if !known {
		passed, out := r.test(m)
		passes = passed && strings.Contains(out, "--- PASS: "+m.Test+" ")
		r.passes[m.seenBy()] = passes
	}
	return passes
}

// overlay writes a broken file and the overlay that puts it in its place.
func (r *runner) overlay(file string, data []byte) (string, error) {
	backing, name := filepath.Join(r.scratch, "broken"), filepath.Join(r.scratch, "overlay.json")
	if err := os.WriteFile(backing, data, 0o600); err != nil {
		return "", err
	}
	replace := map[string]map[string]string{"Replace": {filepath.Join(r.root, file): backing}}
	text, err := json.Marshal(replace)
	if err != nil {
		return "", err
	}
	return name, os.WriteFile(name, text, 0o600)
}

// test runs a mutation's test and returns what it prints.
func (r *runner) test(m *mutation, flags ...string) (passed bool, out string) {
	args := append([]string{"test", "-v", "-vet=off", "-run", "^" + m.Test + "$"}, flags...)
	cmd := exec.Command("go", append(args, "./"+m.Package)...)
	cmd.Dir = r.root
	text, err := cmd.CombinedOutput()
	return err == nil, string(text)
}
