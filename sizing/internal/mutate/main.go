// Command mutate breaks one formula or datum after the other and demands that a
// test notices each by a figure of its own.
//
//	go run ./sizing/internal/mutate [WORD]
//
// WORD runs only the mutations with it in their place or break.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	word := strings.Join(os.Args[1:], " ")
	if err := run(os.Stdout, word); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// run judges the mutations that have the word, and fails unless all are caught.
func run(out io.Writer, word string) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	all, err := readTable(root)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	r := runner{root, scratch, map[string]bool{}}
	n, found := 0, 0
	for i := range all {
		m := &all[i]
		if !strings.Contains(m.String(), word) {
			continue
		}
		v, err := r.judge(m)
		if err != nil {
			return err
		}
		n++
		if v == caught {
			found++
		}
		fmt.Fprintf(out, "%-16s  %s (%s)\n", v, m, m.seenBy())
	}
	fmt.Fprintf(out, "%d of %d caught\n", found, n)
	if found < n || n == 0 {
		return errors.New("not every mutation is caught")
	}
	return nil
}
