package main

import (
	"strings"
	"testing"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/hardware"
)

// TestEveryDevice asks about every device of the catalogue, alone and in
// numbers: each gives an answer whose figures are numbers, or says what is not
// known of it.
func TestEveryDevice(t *testing.T) {
	if raced {
		t.Skip("every device takes long under the race detector")
	}
	answered := 0
	for _, d := range hardware.Default().All() {
		for _, on := range []string{d.ID, d.ID + "x2", d.ID + "x16"} {
			out, errOut, code := runArgs("estimate", "1B", "--on", on, "--tokens", "20B", "-o", "json")
			switch {
			case code == cli.ExitOK || code == cli.ExitNoFit:
				answered++
			case code == cli.ExitUsage && (strings.Contains(errOut, "(want ") || strings.Contains(errOut, "no rate of this device")):
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

// TestEveryDeviceServes asks every device of the catalogue to serve a small
// model: each answers with numbers, names a runtime that runs on it and says
// what was assumed of a memory that it shares, or says what is not known.
func TestEveryDeviceServes(t *testing.T) {
	if raced {
		t.Skip("every device takes long under the race detector")
	}
	answered := 0
	for _, d := range hardware.Default().All() {
		out, errOut, code := runArgs("infer", "llama-3.2-1b", "--on", d.ID, "--explain")
		switch {
		case code == cli.ExitOK || code == cli.ExitNoFit:
			answered++
		case code == cli.ExitUsage && strings.Contains(errOut, "no matrix rate of "):
		default:
			t.Errorf("%s: exit %d\n%s%s", d.ID, code, errOut, out)
		}
		for _, bad := range []string{"NaN", "+Inf", "not known to run on"} {
			if strings.Contains(out, bad) {
				t.Errorf("%s: %s in the answer", d.ID, bad)
			}
		}
		if code == cli.ExitOK && d.Unified && !strings.Contains(out, "shares its memory with") {
			t.Errorf("%s: nothing is said of the shared memory", d.ID)
		}
	}
	if answered < 150 {
		t.Errorf("only %d answers", answered)
	}
}

// TestEveryDeviceEncodes asks every device to run an encoder, a model of images
// and one with a tower: each answers with numbers, or says what is not known.
func TestEveryDeviceEncodes(t *testing.T) {
	if raced {
		t.Skip("every device takes long under the race detector")
	}
	for _, d := range hardware.Default().All() {
		for _, model := range []string{"bert-base", "resnet-50", "qwen2-vl-2b"} {
			out, errOut, code := runArgs("infer", model, "--on", d.ID, "--explain")
			if code != cli.ExitOK && code != cli.ExitNoFit && !(code == cli.ExitUsage && strings.Contains(errOut, "no matrix rate of ")) {
				t.Errorf("%s on %s: exit %d\n%s%s", model, d.ID, code, errOut, out)
			}
			for _, bad := range []string{"NaN", "+Inf"} {
				if strings.Contains(out, bad) {
					t.Errorf("%s on %s: %s in the answer", model, d.ID, bad)
				}
			}
		}
	}
}
