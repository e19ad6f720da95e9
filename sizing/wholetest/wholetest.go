// Package wholetest says how much of a sweep a test covers. A change is checked on
// a sample that takes a minute, a release on the whole: .ci/release sets
// MLSIZER_WHOLE=1.
package wholetest

import (
	"flag"
	"os"
	"testing"
)

// variable is the environment variable that asks for whole sweeps.
const variable = "MLSIZER_WHOLE"

// Asked reports whether sweeps are to cover everything.
func Asked() bool { return os.Getenv(variable) == "1" }

// Sample returns every n-th element from the first on; all if the whole is
// asked for.
func Sample[T any](list []T, n int) []T {
	if Asked() {
		return list
	}
	some := make([]T, 0, len(list)/n+1)
	for i := 0; i < len(list); i += n {
		some = append(some, list[i])
	}
	return some
}

// Size returns what a test has of something: some, or all if the whole is asked
// for.
func Size(some, all int) int {
	if Asked() {
		return all
	}
	return some
}

// checksFlag is the flag of pgregory.net/rapid for the cases of a property.
const checksFlag = "rapid.checks"

// Checks lets the properties of a test draw n cases, and as many as the command
// line says if the whole is asked for.
func Checks(t testing.TB, n string) {
	t.Helper()
	f := flag.Lookup(checksFlag)
	if f == nil {
		t.Fatalf("no flag %s", checksFlag)
	}
	if Asked() {
		return
	}
	before := f.Value.String()
	if err := f.Value.Set(n); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Value.Set(before) })
}
