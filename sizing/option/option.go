// Package option says of a value whether it is set or left open.
package option

// Of is a value that is set, or open. The zero Of is open.
type Of[T any] struct {
	value T
	set   bool
}

// Set returns a value that is set.
func Set[T any](v T) Of[T] { return Of[T]{v, true} }

// If returns the value, set only if that holds.
func If[T any](set bool, v T) Of[T] {
	if !set {
		return Of[T]{}
	}
	return Set(v)
}

// IsSet reports whether the value is set.
func (o Of[T]) IsSet() bool { return o.set }

// Get returns the value, and whether it is set.
func (o Of[T]) Get() (v T, set bool) { return o.value, o.set }

// Or returns the value, or another where it is open.
func (o Of[T]) Or(otherwise T) T {
	if o.set {
		return o.value
	}
	return otherwise
}
