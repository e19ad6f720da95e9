package train

import (
	"strings"

	"mlsizer/sizing/note"
)

// Alias is software that a stack stands for: another name of the stack, or what
// trains with the same libraries.
type Alias struct {
	Name string `json:"name"`
	// Differs is what of the software the stack leaves out.
	Differs Difference `json:"differs"`
	// Source says that it is the same software underneath.
	Source string `json:"source"`
}

// Difference says how software differs from the stack that stands for it.
type Difference string

// The differences.
const (
	SameName        Difference = "name"     // none: another name
	SameSoftware    Difference = "same"     // both train with the same libraries
	OwnKernels      Difference = "kernels"  // its own kernels are left out
	OwnLayers       Difference = "layers"   // its own layers and defaults are left out
	WithRollouts    Difference = "rollouts" // its rollouts are left out
	DefaultStrategy Difference = "strategy" // its default strategy; others are other stacks
)

// Unlike is software that is not modelled, by the stack that is nearest to it.
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

// ParseStack returns the stack that a name or an alias stands for; the alias is
// in Alias. It returns an error that names the nearest stack for software that
// no stack stands for.
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

// StackNames are the names that [ParseStack] takes: those of the stacks, then
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
