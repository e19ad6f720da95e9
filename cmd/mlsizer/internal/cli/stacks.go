package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/train"
)

// parseStacks reads stacks separated by commas.
func parseStacks(s string) ([]*train.Stack, error) {
	var list []*train.Stack
	for item := range strings.SplitSeq(s, ",") {
		stack, err := train.ParseStack(strings.TrimSpace(item))
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(list, func(other *train.Stack) bool { return other.Name == stack.Name && other.Alias == stack.Alias }) {
			return nil, text.Twice.Error(item)
		}
		list = append(list, stack)
	}
	return list, nil
}

// completeStacks takes the one stack of a request, which may be left open.
func (o *TrainingOptions) completeStacks(a *App, cmd *cobra.Command) error {
	if len(o.Stacks) > 1 {
		return UsageError(text.SeveralStacks.Error(cmd.Flags().Lookup("stack").Value, len(o.Stacks), cmd.Name()), a.CommandReplacing(cmd.Name(), "compare"))
	}
	if len(o.Stacks) == 1 {
		o.Stack = o.Stacks[0]
	}
	return nil
}
