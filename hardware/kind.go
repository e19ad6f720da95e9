package hardware

import (
	"fmt"
	"slices"
	"strings"

	"mlsizer/sizing/note"
)

// Kind is the kind of machine of a device.
type Kind uint8

// The kinds. An NPU is an accelerator of its own architecture (Gaudi, Trainium,
// Ascend, Cerebras, Groq); Edge is a machine whose processor and accelerator
// share one memory, on a desktop or in a robot; a Phone is one whose system
// limits the memory of an app.
const (
	GPU Kind = iota
	TPU
	NPU
	CPU
	Edge
	Phone
	numKinds
)

var kindNames = [numKinds]string{"gpu", "tpu", "npu", "cpu", "edge", "phone"}

// String is the name in lower case: "gpu".
func (k Kind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// ParseKind parses gpu, tpu, npu, cpu, edge or phone, in any case.
func ParseKind(s string) (Kind, error) {
	name := strings.ToLower(strings.TrimSpace(s))
	for k, n := range kindNames {
		if n == name {
			return Kind(k), nil
		}
	}
	return 0, note.NewError("device.unknown-kind", s, slices.Clone(kindNames[:]))
}
