package main

import (
	"strings"
	"testing"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/hardware"
	"mlsizer/sizing/wholetest"
)

// Every device answers in JSON, where no number may be infinite; setting the
// same answer in tables takes three times as long, and is tried on some.
const tabled = 8

// explained asks with derivations in a form. The answer of neither form may have
// a number that is none.
func explained(t *testing.T, form, question string) (out, errOut string, code int) {
	t.Helper()
	out, errOut, code = runArgs(append(strings.Fields(question), "--explain", "-o", form)...)
	for _, bad := range []string{"NaN", "+Inf"} {
		if strings.Contains(out, bad) {
			t.Errorf("%s: %s in the answer", question, bad)
		}
	}
	return out, errOut, code
}

// TestEveryDevice asks about every device of the catalogue, alone and in
// numbers: each gives an answer whose figures are numbers, or says what is not
// known of it.
func TestEveryDevice(t *testing.T) {
	answered := 0
	for _, d := range hardware.Default().All() {
		for _, on := range []string{d.ID, d.ID + "x2", d.ID + "x16"} {
			out, errOut, code := explained(t, "json", "estimate 1B --tokens 20B --on "+on)
			switch {
			case code == cli.ExitOK || code == cli.ExitNoFit:
				answered++
			case code == cli.ExitUsage && (strings.Contains(errOut, "(want ") || strings.Contains(errOut, "no rate of this device")):
			default:
				t.Errorf("%s: exit %d\n%s%s", on, code, errOut, out)
			}
		}
	}
	if answered < 100 {
		t.Errorf("only %d answers", answered)
	}
	for _, d := range wholetest.Sample(hardware.Default().All(), tabled) {
		for _, on := range []string{d.ID, d.ID + "x2", d.ID + "x16"} {
			explained(t, "table", "estimate 1B --tokens 20B --on "+on)
		}
	}
}

// TestEveryDeviceServes asks every device of the catalogue to serve a small
// model: each answers with numbers, names a runtime that runs on it and says
// what was assumed of a memory that it shares, or says what is not known.
func TestEveryDeviceServes(t *testing.T) {
	answered := 0
	for _, d := range hardware.Default().All() {
		out, errOut, code := explained(t, "json", "infer llama-3.2-1b --on "+d.ID)
		switch {
		case code == cli.ExitOK || code == cli.ExitNoFit:
			answered++
		case code == cli.ExitUsage && strings.Contains(errOut, "no matrix rate of "):
		default:
			t.Errorf("%s: exit %d\n%s%s", d.ID, code, errOut, out)
		}
		if strings.Contains(out, "not known to run on") {
			t.Errorf("%s: a runtime that is not known to run on it", d.ID)
		}
		if code == cli.ExitOK && d.Unified && !strings.Contains(out, "shares its memory with") {
			t.Errorf("%s: nothing is said of the shared memory", d.ID)
		}
	}
	if answered < 150 {
		t.Errorf("only %d answers", answered)
	}
	for _, d := range wholetest.Sample(hardware.Default().All(), tabled) {
		explained(t, "table", "infer llama-3.2-1b --on "+d.ID)
	}
}

// TestEveryDeviceEncodes asks every device to run an encoder, a model of images
// and one with a tower: each answers with numbers, or says what is not known.
func TestEveryDeviceEncodes(t *testing.T) {
	for _, model := range []string{"bert-base", "resnet-50", "qwen2-vl-2b"} {
		question := "infer " + model + " --on "
		for _, d := range hardware.Default().All() {
			out, errOut, code := explained(t, "json", question+d.ID)
			if code != cli.ExitOK && code != cli.ExitNoFit && !(code == cli.ExitUsage && strings.Contains(errOut, "no matrix rate of ")) {
				t.Errorf("%s on %s: exit %d\n%s%s", model, d.ID, code, errOut, out)
			}
		}
		for _, d := range wholetest.Sample(hardware.Default().All(), tabled) {
			explained(t, "table", question+d.ID)
		}
	}
}
