package catalog

import (
	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// Resolve returns the model that a measurement names: one of the catalogue, or
// a parameter count whose shape is inferred ([FromCount]), and never a path.
// The error is the catalogue's, with the nearest names.
func Resolve(name string) (*model.Model, error) {
	e, err := Default().Find(name)
	if err == nil {
		return e.Build()
	}
	if count, notCount := quantity.ParseParams(name); notCount == nil {
		return FromCount(count)
	}
	return nil, err
}
