package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// A mutation is one line of a formula or of data, broken, and the test that
// must notice it by a figure of its own.
type mutation struct {
	Place   string `json:"place"`
	Break   string `json:"break"`
	File    string `json:"file"` // from the root of the module
	Old     string `json:"old"`  // stands in the file exactly once
	New     string `json:"new"`
	Package string `json:"package"`
	Test    string `json:"test"`
}

// String says what is broken.
func (m *mutation) String() string { return m.Place + ": " + m.Break }

// seenBy names the test with its package.
func (m *mutation) seenBy() string { return m.Package + " " + m.Test }

// tableFile lists the mutations, from the root of the module.
const tableFile = "testdata/mutations.json"

// readTable reads the mutations of the module at root.
func readTable(root string) ([]mutation, error) {
	data, err := os.ReadFile(filepath.Join(root, tableFile))
	if err != nil {
		return nil, err
	}
	var list []mutation
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&list); err != nil {
		return nil, fmt.Errorf("%s: %w", tableFile, err)
	}
	return list, nil
}

// mutated returns the broken file. It is an error if what is to be broken does
// not stand in it exactly once, so that the table follows the code.
func (m *mutation) mutated(root string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(root, m.File))
	if err != nil {
		return nil, err
	}
	switch n := bytes.Count(data, []byte(m.Old)); {
	case n != 1:
		return nil, fmt.Errorf("%s: %d times in %s, expected once: %q", m, n, m.File, m.Old)
	case m.Old == m.New:
		return nil, fmt.Errorf("%s: breaks nothing", m)
	}
	return bytes.Replace(data, []byte(m.Old), []byte(m.New), 1), nil
}

// moduleRoot returns the folder of go.mod above the working directory.
func moduleRoot() (string, error) {
	root, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			return root, nil
		}
		up := filepath.Dir(root)
		if up == root {
			return "", fmt.Errorf("no go.mod above the working directory")
		}
		root = up
	}
}
