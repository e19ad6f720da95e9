package main

import (
	"slices"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/option"
	"mlsizer/sizing/train"
)

// defaultTrial is the share of a run that a trial takes where none is given.
const defaultTrial = 0.05

// complete notes which flags were given.
func (o *workOptions) complete(a *app, cmd *cobra.Command) error {
	if plan := &o.fixed.Plan; plan.Modules != 0 {
		if o.fixed.Recompute.Or(train.Selective) != train.Selective {
			return usageError(text.ModulesOfSelective.Error(plan.Modules, plan.RecomputeName()), a.commandWithout("recompute"))
		}
		plan.Recompute, o.fixed.Recompute = train.Selective, option.Set(train.Selective)
	}
	if err := o.completeTuning(a, cmd); err != nil {
		return err
	}
	if err := o.completeTeacher(a, cmd); err != nil {
		return err
	}
	if o.constantsFile != "" {
		var err error
		if o.constants, err = readConstants(o.constantsFile); err != nil {
			return err
		}
	}
	switch {
	case o.sweep.Fraction > 0 && o.sweep.Trials == 0:
		return usageError(text.FractionNeedsTrials.Error(), a.withLength(cmd, a.commandLine()+" --trials 200"))
	case o.sweep.Parallel > 0 && o.sweep.Trials == 0:
		return usageError(text.ParallelNeedsTrials.Error(), a.withLength(cmd, a.commandLine()+" --trials 200"))
	case o.sweep.Trials > 0 && !o.lengthSet():
		return usageError(text.TrialsNeedLength.Error(), a.withLength(cmd, a.commandLine()))
	case o.sweep.Trials > 0 && o.sweep.Fraction == 0:
		o.sweep.Fraction = defaultTrial
	}
	switch {
	case len(o.on) == 0:
		return usageError(text.NoDevices.Error(), a.commandLine()+" --on h100x8")
	case (o.loraRank > 0 || o.dora || len(o.loraTargets) > 0) && !slices.ContainsFunc(o.methods, train.Method.Adapts):
		return usageError(text.ForLoRA.Error(), a.commandLine()+" --method lora")
	case o.nvme > 0 && !o.fixed.OffloadOptimizer.Or(false) && !o.fixed.Plan.OffloadParams:
		return usageError(text.ForOffload.Error(), a.commandLine()+" --stack deepspeed --offload-optimizer")
	case o.batch > 0 && o.batchTokens > 0:
		return usageError(text.BatchTwice.Error(), a.commandWithout("batch-tokens"))
	case (o.schedule.Evaluation.Every > 0) != (o.schedule.Evaluation.Batches > 0):
		missing := " --eval-batches 10"
		if o.schedule.Evaluation.Every == 0 {
			missing = " --eval-every 1000"
		}
		return usageError(text.EvaluationBoth.Error(), a.withLength(cmd, a.commandLine()+missing))
	}
	return o.needsRun(a, cmd)
}

// lengthSet says whether the length of the run was given.
func (o *workOptions) lengthSet() bool {
	return o.tokens.IsSet() || o.samples.IsSet() || o.examples.Count > 0
}

// withLength is a command line that gives the length of the run, in what its
// models count.
func (a *app) withLength(cmd *cobra.Command, line string) string {
	if slices.ContainsFunc([]string{"tokens", "samples", "examples"}, cmd.Flags().Changed) {
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

// perToken reports whether a model reads tokens, as one that is not in the
// catalogue is taken to.
func (a *app) perToken(name string) bool {
	e, err := a.models().Find(name)
	if err != nil {
		return true
	}
	m, err := e.Build()
	return err != nil || m.PerToken()
}

// goals are the flags that say what a whole run may take.
var goals = []string{"days", "budget", "device-hours"}

// ofRun are the flags about a whole run, which a step knows nothing of.
var ofRun = []string{"mtbf", "restart", "startup", "checkpoint-every", "write-bandwidth", "async-checkpoint", "eval-every", "eval-batches", "rampup-batch-size"}

// needsRun refuses flags about a whole run where none is asked about. A plan
// without a model chooses the length itself.
func (o *workOptions) needsRun(a *app, cmd *cobra.Command) error {
	i := slices.IndexFunc(ofRun, cmd.Flags().Changed)
	if i < 0 || o.lengthSet() || cmd.Name() == "plan" && cmd.Flags().NArg() == 0 {
		return nil
	}
	return usageError(text.OfWholeRun.Error(ofRun[i]), a.withLength(cmd, a.commandLine()))
}

// completeTuning settles which weights the run changes and on what, and
// refuses what does not go together.
func (o *workOptions) completeTuning(a *app, cmd *cobra.Command) error {
	several := cmd.Name() == "compare"
	x, fs := &o.examples, cmd.Flags()
	if several && x.Count > 0 && len(o.methods) == 0 {
		o.methods = []train.Method{train.FullTune, train.LoRA, train.QLoRA}
	}
	if len(o.methods) == 0 {
		o.methods = []train.Method{train.Pretrain}
	}
	o.method = o.methods[0]
	switch {
	case len(o.methods) > 1 && !several:
		return usageError(text.SeveralMethods.Error(fs.Lookup("method").Value, len(o.methods), cmd.Name()), a.commandReplacing(cmd.Name(), "compare"))
	case x.Count == 0:
		for _, name := range []string{"example-tokens", "epochs", "packing"} {
			if fs.Changed(name) {
				return usageError(text.NeedsExamples.Error(name), a.commandLine()+" --examples 50K")
			}
		}
	case o.tokens.IsSet():
		return usageError(text.ExamplesOrTokens.Error(), a.commandWithout("tokens"))
	case o.samples.IsSet():
		return usageError(text.ExamplesOrSamples.Error(), a.commandWithout("samples"))
	case slices.Contains(o.methods, train.Pretrain):
		line := a.commandWithout("method") + " --method lora"
		if x.Tokens == 0 {
			line += " --example-tokens 512"
		}
		return usageError(text.ExamplesOfTuning.Error(), line)
	}
	return nil
}

// completeTeacher finds the teacher, and refuses what does not go together.
func (o *workOptions) completeTeacher(a *app, cmd *cobra.Command) error {
	fs := cmd.Flags()
	if o.teacher == "" {
		for _, name := range []string{"teacher-logits", "top-k", "teacher-weights"} {
			if fs.Changed(name) {
				return usageError(text.NeedsTeacher.Error(name), a.commandLine()+" --teacher llama-3.1-70b")
			}
		}
		return nil
	}
	if cmd.Name() == "plan" {
		return usageError(text.NoPlanWithTeacher.Error(), a.commandReplacing("plan", "estimate"))
	}
	m, err := a.resolve(cmd.Context(), o.teacher)
	if err != nil {
		return aboutFlag("teacher", err)
	}
	o.distill.Teacher = m.Model
	return nil
}
