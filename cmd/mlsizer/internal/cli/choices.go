package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"mlsizer/hardware"
	"mlsizer/sizing/evidence"
	"mlsizer/sizing/model"
	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

// ChoicesOf are the values that a flag takes, nil if they cannot be listed.
func ChoicesOf(f *pflag.Flag) []string {
	if v, ok := f.Value.(interface{ choiceList() []string }); ok {
		return v.choiceList()
	}
	return nil
}

// Named lists the values of a numbered type by the names that its parser takes
// for them, so that no list stands beside the parser's own.
func Named[T ~uint8](parse func(string) (T, error)) func() []string {
	return func() []string {
		const most = 64 // no such type has as many values
		var names []string
		for v := range T(most) {
			name := fmt.Sprint(v)
			if parsed, err := parse(name); err == nil && parsed == v {
				names = append(names, name)
			}
		}
		return names
	}
}

// accepted are the candidates that a parser takes.
func accepted[T any](parse func(string) (T, error), candidates ...string) []string {
	var names []string
	for _, c := range candidates {
		if _, err := parse(c); err == nil {
			names = append(names, c)
		}
	}
	return names
}

// losses are the cross-entropies that --loss takes.
func losses() []string {
	return accepted(train.ParseLoss, string(train.PlainLoss), string(train.FusedLoss), string(train.ChunkedLoss))
}

// Runtimes are the runtimes of serving.
func Runtimes() []string {
	var names []string
	for _, r := range serve.Runtimes() {
		names = append(names, r.Name)
	}
	return names
}

// Quants are the storages of weights.
func Quants() []string {
	var names []string
	for _, q := range serve.Quants() {
		names = append(names, q.Name)
	}
	return names
}

// CacheTypes are the storages of a cache: of the storages of weights those that
// a cache has too, and the plain numbers.
func CacheTypes() []string {
	var types []string
	for _, name := range append(Quants(), "f16", "f32") {
		if t, err := serve.ParseKVType(name); err == nil && t.Name == name {
			types = append(types, name)
		}
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// recomputes are the modes of recompute, and how those that take a number of
// layers begin.
func recomputes() []string {
	var p train.Plan
	return accepted(p.WithRecompute, "none", "selective", "full", "full:uniform:1", "full:block:1", "every:2")
}

// modules are the names that recompute and offload accept.
func modules() []string {
	var names []string
	for m := model.NoModule + 1; m < model.NumModules; m++ {
		names = append(names, m.String())
	}
	return names
}

// adapterTargets is what stands for all matrices: the others are the model's.
func adapterTargets() []string { return []string{"all-linear"} }

// Fields are the fields of application.
func Fields() []string {
	var names []string
	for _, f := range model.Fields() {
		names = append(names, string(f))
	}
	return names
}

// LeaveOuts are the groups of rows that a fit may leave out, of training and of
// serving.
func LeaveOuts() []string {
	return append(evidence.LeaveOutNames(), evidence.ServingLeaveOutNames()...)
}

// ConstantNames are the constants of the step time.
func ConstantNames() []string {
	var names []string
	for _, c := range train.ConstantFields() {
		names = append(names, c.Name)
	}
	return names
}

// Vendors are the vendors of the catalogue of devices.
func (a *App) Vendors() []string {
	c, err := a.Hardware()
	if err != nil {
		return nil
	}
	return VendorsOf(c)
}

// VendorsOf are the vendors of a catalogue, in lower case.
func VendorsOf(c *hardware.Catalog) []string {
	var vendors []string
	for _, d := range c.All() {
		vendors = append(vendors, strings.ToLower(d.Vendor))
	}
	slices.Sort(vendors)
	return slices.Compact(vendors)
}
