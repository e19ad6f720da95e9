package main

import "github.com/spf13/pflag"

// value is a flag that a parser reads. Set reports whether it was given.
type value[T any] struct {
	at      *T
	parse   func(string) (T, error)
	kind    string
	example string
	text    string
}

// addValue adds a flag that parse reads; example is a value that it takes.
func addValue[T any](fs *pflag.FlagSet, at *T, name, short, usage, kind, example string, parse func(string) (T, error)) {
	fs.VarP(&value[T]{at: at, parse: parse, kind: kind, example: example}, name, short, usage)
}

// Set reads the flag's value.
func (v *value[T]) Set(s string) error {
	t, err := v.parse(s)
	if err != nil {
		return err
	}
	*v.at, v.text = t, s
	return nil
}

// String is the value as it was typed.
func (v *value[T]) String() string { return v.text }

// Type is the word that stands for the value in --help.
func (v *value[T]) Type() string { return v.kind }

// Example is a value that the flag takes.
func (v *value[T]) Example() string { return v.example }
