package report

import (
	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/export"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
)

// PlanOptions are the arguments of the plan command.
type PlanOptions struct {
	*cli.App
	cli.TrainingOptions
	Model       string // "" with a budget alone
	Objective   search.Objective
	Top         int
	Memory      cli.MemoryLimit
	Days        float64
	Chance      float64 // with which the run keeps to time and money
	Budget      quantity.USD
	DeviceHours float64
	Pareto      bool
	Exhaustive  bool
	Verbose     bool // what depends on the clock, too
	Export      export.Format

	Affordable []*Affordable // of a budget without a model, by target
}
