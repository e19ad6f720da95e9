package config

import (
	"errors"
	"fmt"
)

// Error says which key of which file is wrong.
type Error struct {
	// Name is the file, as the caller named it.
	Name string
	// Key is the path of the key, such as "text_config.hidden_size"; empty
	// where the fault is not one key's.
	Key string
	// Err says what is wrong and what is accepted.
	Err error

	refused bool // the architecture is not modelled
}

// Error writes file, key and reason.
func (e *Error) Error() string {
	if e.Key == "" {
		return fmt.Sprintf("%s: config: %v", e.Name, e.Err)
	}
	return fmt.Sprintf("%s: config: key %q: %v", e.Name, e.Key, e.Err)
}

// Code tells the fault of a key from that of the file.
func (e *Error) Code() string {
	if e.Key == "" {
		return "config.fails"
	}
	return "config.key-fails"
}

// Args are the file, the key if it is one's fault, and what is wrong.
func (e *Error) Args() []any {
	if e.Key == "" {
		return []any{e.Name, e.Err}
	}
	return []any{e.Name, e.Key, e.Err}
}

// Unwrap returns what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// Is makes a refusal match ErrNotModelled.
func (e *Error) Is(target error) bool { return e.refused && target == ErrNotModelled }

// ErrNotModelled is what a refusal matches: the file is well-formed, but what
// it describes cannot be counted exactly.
var ErrNotModelled = errors.New("architecture is not modelled")
