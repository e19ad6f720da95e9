package model

import (
	"fmt"
	"mlsizer/sizing/note"
)

var qkNormNames = [...]string{NoQKNorm: "none", HeadQKNorm: "head", FullQKNorm: "full"}

// String returns "none", "head" or "full".
func (n QKNorm) String() string {
	if int(n) < len(qkNormNames) {
		return qkNormNames[n]
	}
	return fmt.Sprintf("QKNorm(%d)", uint8(n))
}

// MarshalText writes the name.
func (n QKNorm) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads a name.
func (n *QKNorm) UnmarshalText(text []byte) error {
	for i, name := range qkNormNames {
		if string(text) == name {
			*n = QKNorm(i)
			return nil
		}
	}
	return note.NewError("block.unknown-query-key-norm", string(text))
}
