package config

import (
	"errors"
	"fmt"
)

// Error says which key of which file is wrong and what is accepted.
type Error struct {
	// Name is the file, as the caller named it.
	Name string
	// Key is the path of the key, such as "text_config.hidden_size"; empty
	// where the fault is not one key's.
	Key string
	// Reason says what is wrong and what is accepted.
	Reason string
	// Err is the cause, if another error is.
	Err error
}

// Error writes file, key and reason.
func (e *Error) Error() string {
	if e.Key == "" {
		return fmt.Sprintf("%s: config: %s", e.Name, e.Reason)
	}
	return fmt.Sprintf("%s: config: key %q: %s", e.Name, e.Key, e.Reason)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrNotModelled is the cause of a refusal: the file is well-formed, but what
// it describes cannot be counted exactly.
var ErrNotModelled = errors.New("architecture is not modelled")

// otherWays ends every refusal of an architecture.
const otherWays = "give its safetensors or GGUF file, or a parameter count such as 7B"
