package cli

import (
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/model"
)

// AddPrune adds the flag that prunes a model; each use of it adds a variant.
func AddPrune(fs *pflag.FlagSet, at *[]model.Prune) {
	AddList(fs, at, "prune", "DIM=N,...", "layers=16",
		func(s string) ([]model.Prune, error) {
			p, err := model.ParsePrune(s)
			return []model.Prune{p}, err
		})
	AddsUp(fs, "prune")
}

// pruned is the pruned model of an argument. Facts of a file or a published run
// do not apply to it.
func (m *ModelArg) pruned(p model.Prune) (*ModelArg, error) {
	small, err := m.Model.Prune(p)
	if err != nil {
		return nil, AboutFlag("prune", UsageError(err, ""))
	}
	return &ModelArg{Input: m.Input + " " + p.String(), Model: small, Weights: m.Weights, warnings: m.warnings}, nil
}

// prunedOnce is the model of a command that takes one, pruned if that is asked.
func (m *ModelArg) prunedOnce(list []model.Prune) (*ModelArg, error) {
	switch len(list) {
	case 0:
		return m, nil
	case 1:
		return m.pruned(list[0])
	}
	return nil, UsageError(text.PrunedTwice.Error(len(list)), "")
}

// Variants are the model itself and its pruned variants.
func (m *ModelArg) Variants(list []model.Prune) ([]*ModelArg, error) {
	all := []*ModelArg{m}
	for _, p := range list {
		small, err := m.pruned(p)
		if err != nil {
			return nil, err
		}
		all = append(all, small)
	}
	return all, nil
}
