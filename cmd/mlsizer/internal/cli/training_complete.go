package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/option"
	"mlsizer/sizing/train"
)

// defaultTrial is the share of a run that a trial takes where none is given.
const defaultTrial = 0.05

// Complete records which flags were given.
func (o *TrainingOptions) Complete(a *App, cmd *cobra.Command) error {
	o.interrupt = a.Interrupt
	if plan := &o.Fixed.Plan; plan.Modules != 0 {
		if o.Fixed.Recompute.Or(train.Selective) != train.Selective {
			return UsageError(text.ModulesOfSelective.Error(plan.Modules, plan.RecomputeName()), a.CommandWithout("recompute"))
		}
		plan.Recompute, o.Fixed.Recompute = train.Selective, option.Set(train.Selective)
	}
	if err := o.completeStacks(a, cmd); err != nil {
		return err
	}
	if err := a.CheckMoney(cmd, o.Price); err != nil {
		return err
	}
	o.region = a.region()
	if err := o.completeTuning(a, cmd); err != nil {
		return err
	}
	if err := o.completePostTraining(a, cmd); err != nil {
		return err
	}
	if err := o.completeTeacher(a, cmd); err != nil {
		return err
	}
	if o.constantsFile != "" {
		var err error
		if o.constants, err = a.ReadConstants(o.constantsFile); err != nil {
			return err
		}
	}
	switch {
	case o.Sweep.Fraction > 0 && o.Sweep.Trials == 0:
		return UsageError(text.FractionNeedsTrials.Error(), a.WithLength(cmd, a.CommandLine()+" --trials 200"))
	case o.Sweep.Parallel > 0 && o.Sweep.Trials == 0:
		return UsageError(text.ParallelNeedsTrials.Error(), a.WithLength(cmd, a.CommandLine()+" --trials 200"))
	case o.Sweep.Trials > 0 && !o.LengthSet():
		return UsageError(text.TrialsNeedLength.Error(), a.WithLength(cmd, a.CommandLine()))
	case o.Sweep.Trials > 0 && o.Sweep.Fraction == 0:
		o.Sweep.Fraction = defaultTrial
	}
	switch {
	case o.Tokens.IsSet() && o.Data.IsSet():
		return UsageError(text.TokensOrData.Error(), a.CommandWithout("tokens"))
	case len(o.On) == 0:
		return UsageError(text.NoDevices.Error(), a.CommandLine()+" --on h100x8")
	case (o.loraRank > 0 || o.dora || len(o.loraTargets) > 0) && !slices.ContainsFunc(o.Methods, Tuning.adapts):
		return UsageError(text.ForLoRA.Error(), a.CommandLine()+" --method lora")
	case o.nvme > 0 && !o.Fixed.OffloadOptimizer.Or(false) && !o.Fixed.Plan.OffloadParams:
		return UsageError(text.ForOffload.Error(), a.CommandLine()+" --stack deepspeed --offload-optimizer")
	case o.Batch > 0 && o.batchTokens > 0:
		return UsageError(text.BatchTwice.Error(), a.CommandWithout("batch-tokens"))
	case (o.Schedule.Evaluation.Every > 0) != (o.Schedule.Evaluation.Batches > 0):
		missing := " --eval-batches 10"
		if o.Schedule.Evaluation.Every == 0 {
			missing = " --eval-every 1000"
		}
		return UsageError(text.EvaluationBoth.Error(), a.WithLength(cmd, a.CommandLine()+missing))
	}
	return o.needsRun(a, cmd)
}

// lengthFlag is the flag that gives the length of a run in tokens.
func (o *TrainingOptions) lengthFlag() string {
	if o.Data.IsSet() {
		return "data"
	}
	return "tokens"
}

// LengthSet says whether the length of the run was given.
func (o *TrainingOptions) LengthSet() bool {
	return o.Reads().IsSet() || o.Samples.IsSet() || o.Examples.Count > 0
}

// Reads is the length of the run of a model that reads tokens.
func (o *TrainingOptions) Reads() option.Of[Length] {
	if o.Data.IsSet() {
		return o.Data
	}
	return o.Tokens
}

// WithLength is a command line that gives the length of the run, in what its
// models count.
func (a *App) WithLength(cmd *cobra.Command, line string) string {
	if slices.ContainsFunc([]string{"tokens", "data", "samples", "examples"}, cmd.Flags().Changed) {
		return line
	}
	tokens, samples := "", ""
	for _, name := range cmd.Flags().Args() {
		if a.perToken(name) {
			tokens = " --tokens 100B"
		} else {
			samples = " --samples 100M"
		}
	}
	return line + tokens + samples
}

// perToken reports whether a model reads tokens; a model outside the catalogue
// is assumed to.
func (a *App) perToken(name string) bool {
	e, err := a.Models().Find(name)
	if err != nil {
		return true
	}
	m, err := e.Build()
	return err != nil || m.PerToken()
}

// Goals are the flags that say what a whole run may take.
var Goals = []string{"days", "budget", "device-hours"}

// ofRun are the flags about a whole run, which a step knows nothing of.
var ofRun = []string{"mtbf", "restart", "startup", "checkpoint-every", "write-bandwidth", "async-checkpoint", "eval-every", "eval-batches", "rampup-batch-size", "env-fps", "actors"}

// needsRun rejects flags of a whole run without a length. A plan without a
// model chooses the length itself.
func (o *TrainingOptions) needsRun(a *App, cmd *cobra.Command) error {
	i := slices.IndexFunc(ofRun, cmd.Flags().Changed)
	if i < 0 || o.LengthSet() || cmd.Name() == "plan" && cmd.Flags().NArg() == 0 {
		return nil
	}
	return UsageError(text.OfWholeRun.Error(ofRun[i]), a.WithLength(cmd, a.CommandLine()))
}

// completeTuning determines which weights the run trains and on what data, and
// rejects contradicting flags.
func (o *TrainingOptions) completeTuning(a *App, cmd *cobra.Command) error {
	x, fs := &o.Examples, cmd.Flags()
	if len(o.Methods) == 0 {
		o.Methods = []Tuning{{}}
	}
	o.Tuning = o.Methods[0]
	switch {
	case len(o.Methods) > 1:
		return UsageError(text.SeveralMethods.Error(fs.Lookup("method").Value, len(o.Methods), cmd.Name()), a.CommandReplacing(cmd.Name(), "compare"))
	case x.Count == 0:
		for _, name := range []string{"example-tokens", "epochs", "packing"} {
			if fs.Changed(name) {
				return UsageError(text.NeedsExamples.Error(name), a.CommandLine()+" --examples 50K")
			}
		}
	case o.Reads().IsSet():
		return UsageError(text.ExamplesOrTokens.Error(o.lengthFlag()), a.CommandWithout("tokens", "data"))
	case o.Samples.IsSet():
		return UsageError(text.ExamplesOrSamples.Error(), a.CommandWithout("samples"))
	case slices.ContainsFunc(o.Methods, Tuning.pretrains):
		line := a.CommandWithout("method") + " --method lora"
		if x.Tokens == 0 {
			line += " --example-tokens 512"
		}
		return UsageError(text.ExamplesOfTuning.Error(), line)
	}
	return nil
}

// completeTeacher finds the teacher, and rejects contradicting flags.
func (o *TrainingOptions) completeTeacher(a *App, cmd *cobra.Command) error {
	fs := cmd.Flags()
	if o.Teacher == "" {
		for _, name := range []string{"teacher-logits", "top-k", "teacher-weights"} {
			if fs.Changed(name) {
				return UsageError(text.NeedsTeacher.Error(name), a.CommandLine()+" --teacher llama-3.1-70b")
			}
		}
		return nil
	}
	if cmd.Name() == "plan" {
		return UsageError(text.NoPlanWithTeacher.Error(), a.CommandReplacing("plan", "estimate"))
	}
	m, err := a.ResolveOne(cmd.Context(), o.Teacher)
	if err != nil {
		return AboutFlag("teacher", err)
	}
	o.distill.Teacher = m.Model
	return nil
}
