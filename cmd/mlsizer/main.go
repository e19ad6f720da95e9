// Mlsizer says what a machine-learning model costs before money is spent on
// it: its size class, memory, storage, training time, dollars and energy.
package main

import "os"

func main() {
	os.Exit(execute(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
