package report

import (
	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/sizing"
	"mlsizer/sizing/train"
)

// CompareRow is the answer for one model on one device, or why there is none.
type CompareRow struct {
	Model  *cli.ModelArg
	Target cli.Target
	Method train.Method
	Answer *sizing.Answer
	Err    error
}
