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
	Stack  *train.Stack // nil where none was named
	Answer *sizing.Answer
	Err    error
}

// stackName is the stack as it was named: an alias is not the stack that it stands
// for.
func (r *CompareRow) stackName() string {
	switch {
	case r.Stack == nil:
		return ""
	case r.Stack.Alias != nil:
		return r.Stack.Alias.Name
	}
	return r.Stack.Name
}
