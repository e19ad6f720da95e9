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

// turn returns the one of the variants whose turn it is with the i-th device; all
// if the whole is asked for.
func turn(i int, variants ...string) []string {
	if wholetest.Asked() {
		return variants
	}
	return variants[i%len(variants):][:1]
}

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
	for i, d := range hardware.Default().All() {
		for _, on := range turn(i, d.ID, d.ID+"x2", d.ID+"x16") {
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
	for i, d := range wholetest.Sample(hardware.Default().All(), tabled) {
		for _, on := range turn(i, d.ID, d.ID+"x2", d.ID+"x16") {
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
		case code == cli.ExitUsage && strings.Contains(errOut, "no published matrix rate of "):
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
	models := []string{"bert-base", "resnet-50", "qwen2-vl-2b"}
	for i, d := range hardware.Default().All() {
		for _, model := range turn(i, models...) {
			out, errOut, code := explained(t, "json", "infer "+model+" --on "+d.ID)
			if code != cli.ExitOK && code != cli.ExitNoFit && !(code == cli.ExitUsage && strings.Contains(errOut, "no published matrix rate of ")) {
				t.Errorf("%s on %s: exit %d\n%s%s", model, d.ID, code, errOut, out)
			}
		}
	}
	for i, d := range wholetest.Sample(hardware.Default().All(), tabled) {
		for _, model := range turn(i, models...) {
			explained(t, "table", "infer "+model+" --on "+d.ID)
		}
	}
}
