package report

import (
	"strings"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/sizing"
	"mlsizer/sizing/train"
)

// CompareRow is the answer for one model on one device in one case, or why there
// is none.
type CompareRow struct {
	Model  *cli.ModelArg
	Target cli.Target
	Case   *cli.Case
	Answer *sizing.Answer
	Err    error
}

// setting is the value of a flag that tells the rows apart: stacks and methods by
// their own names, others as typed.
func (r *CompareRow) setting(s cli.Setting) string {
	switch o := &r.Case.TrainingOptions; {
	case s.Flag == "stack" && o.Stack != nil:
		return stackName(o.Stack)
	case s.Flag == "method":
		return o.Tuning.String()
	}
	return s.Value
}

// value is what the row has of a flag that tells rows apart, nil where that is left
// open.
func (r *CompareRow) value(flag string) any {
	for _, s := range r.Case.Settings {
		if s.Flag == flag {
			return r.setting(s)
		}
	}
	return r.Case.Given(flag)
}

// stackName is the stack as it was named: an alias is not the stack that it
// stands for.
func stackName(s *train.Stack) string {
	if s.Alias != nil {
		return s.Alias.Name
	}
	return s.Name
}

// label is the row's device, its method where it fine-tunes, and what else tells
// it from the others.
func (r *CompareRow) label() string {
	parts := []string{r.Target.Name()}
	if tuning := r.Case.Tuning; tuning.Weights != train.Pretrain {
		parts = append(parts, tuning.String())
	}
	for _, s := range r.Case.Settings {
		switch s.Flag {
		case "method":
		case "scenario":
			parts = append(parts, s.Value)
		default:
			parts = append(parts, "--"+s.Flag+" "+r.setting(s))
		}
	}
	return strings.Join(parts, " ")
}

// on is the row's device as typed, with what else tells it from the others.
func (r *CompareRow) on() string { return SettingsOn(r.Target.Input, r.Case.Settings) }

// SettingsOn is a device with the values of flags.
func SettingsOn(device string, settings []cli.Setting) string {
	for _, s := range settings {
		if s.Flag == "scenario" {
			device = s.Value + " " + device
			continue
		}
		device += " --" + s.Flag + " " + s.Value
	}
	return device
}

// SettingsOf are the values of a row by their flags, nil where the rows have the
// same.
func SettingsOf(settings []cli.Setting) map[string]string {
	if len(settings) == 0 {
		return nil
	}
	all := map[string]string{}
	for _, s := range settings {
		all[s.Flag] = s.Value
	}
	return all
}
