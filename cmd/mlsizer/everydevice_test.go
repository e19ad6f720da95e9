package main

import (
	"strings"
	"testing"

	"mlsizer/hardware"
)

// TestEveryDevice asks about every device of the catalogue, alone and in
// numbers: each gives an answer whose figures are numbers, or says what is not
// known of it.
func TestEveryDevice(t *testing.T) {
	answered := 0
	for _, d := range hardware.Default().All() {
		for _, on := range []string{d.ID, d.ID + "x2", d.ID + "x16"} {
			out, errOut, code := runArgs("estimate", "1B", "--on", on, "--tokens", "20B", "-o", "json")
			switch {
			case code == exitOK || code == exitNoFit:
				answered++
			case code == exitUsage && (strings.Contains(errOut, "(want ") || strings.Contains(errOut, "no rate of this device")):
			default:
				t.Errorf("%s: exit %d\n%s%s", on, code, errOut, out)
			}
			text, _, _ := runArgs("estimate", "1B", "--on", on, "--tokens", "20B", "--explain")
			for _, bad := range []string{"NaN", "+Inf"} {
				if strings.Contains(text, bad) {
					t.Errorf("%s: %s in the answer", on, bad)
				}
			}
		}
	}
	if answered < 100 {
		t.Errorf("only %d answers", answered)
	}
}
