package note

import "fmt"

// PlanError says why a plan cannot run.
type PlanError struct {
	Flag string // the dimension at fault: "tp", "dp", "batch"
	Text string
}

func (e *PlanError) Error() string { return e.Text }

// PlanErrorf is a PlanError with a format.
func PlanErrorf(flag, format string, args ...any) error {
	return &PlanError{flag, fmt.Sprintf(format, args...)}
}
