package train

import (
	"strings"

	"mlsizer/sizing/note"
)

// Alias is software that a stack represents: another name of the stack, or a
// program on the same libraries.
type Alias struct {
	Name string `json:"name"`
	// Differs is what the stack does not model of the software.
	Differs Difference `json:"differs"`
	// Source shows that the libraries are the same.
	Source string `json:"source"`
}

// Difference says how software differs from the stack that represents it.
type Difference string

// The differences.
const (
	SameName        Difference = "name"     // no difference: another name
	SameSoftware    Difference = "same"     // both train with the same libraries
	OwnKernels      Difference = "kernels"  // its own kernels are not modelled
	OwnLayers       Difference = "layers"   // its own layers and defaults are not modelled
	WithRollouts    Difference = "rollouts" // its rollouts are not modelled
	DefaultStrategy Difference = "strategy" // its default strategy; other strategies are other stacks
)

// represents reports whether the stack represents software with layers or
// kernels of its own, which measurements of the stack say nothing of.
func (s *Stack) represents() bool {
	return s.Alias != nil && (s.Alias.Differs == OwnKernels || s.Alias.Differs == OwnLayers)
}

// Unlike is software that is not modelled. It belongs to the nearest stack.
type Unlike struct {
	Name   string `json:"name"`
	Source string `json:"source"`
}

// FindStack returns the stack of that name.
func FindStack(name string) (*Stack, error) {
	var names []string
	for _, s := range Stacks() {
		if strings.EqualFold(strings.TrimSpace(name), s.Name) {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return nil, note.NewError("stack.unknown", name, names)
}

// ParseStack returns the stack of a name or an alias, with the alias in Alias.
// For software that no stack represents it returns an error that names the
// nearest stack.
func ParseStack(name string) (*Stack, error) {
	s, err := FindStack(name)
	if err == nil {
		return s, nil
	}
	typed := strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(strings.TrimSpace(name)))
	for _, s := range Stacks() {
		for i := range s.Aliases {
			if s.Aliases[i].Name == typed {
				aliased := *s
				aliased.Alias = &s.Aliases[i]
				return &aliased, nil
			}
		}
		for _, u := range s.Unlike {
			if u.Name == typed {
				return nil, note.NewError("stack.unlike", name, s.Name)
			}
		}
	}
	return nil, err
}

// StackNames are the names that [ParseStack] accepts: those of the stacks, then
// their aliases.
func StackNames() []string {
	var names, aliases []string
	for _, s := range Stacks() {
		names = append(names, s.Name)
		for _, a := range s.Aliases {
			aliases = append(aliases, a.Name)
		}
	}
	return append(names, aliases...)
}
