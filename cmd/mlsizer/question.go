package main

import (
	"context"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/model"
	"mlsizer/sizing/train"
)

// asked finds the model of a command that takes one, pruned if that is asked, and
// its devices.
func (a *app) asked(ctx context.Context, model string, prune []model.Prune, on []string) (*modelArg, []target, error) {
	m, err := a.resolve(ctx, model)
	if err != nil {
		return nil, nil, err
	}
	if m, err = m.prunedOnce(prune); err != nil {
		return nil, nil, err
	}
	targets, err := a.targets(on)
	return m, targets, err
}

// oneModel takes the one MODEL of a command; none and several are refused with
// what is wanted.
func oneModel(at *string, want text.Text, hint, several string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch len(args) {
		case 0:
			return usageError(text.NoModel.Error(want), hint)
		case 1:
			*at = args[0]
			return nil
		}
		return usageError(text.SeveralModels.Error(len(args), several), "")
	}
}

// ask answers for one model on one device.
func (o *workOptions) ask(m *modelArg, t target) (*sizing.Answer, error) {
	q, err := o.question(m, t)
	if err != nil {
		return nil, err
	}
	answer, err := sizing.Ask(q)
	if err == nil {
		answer.Notes = append(answer.Notes, m.fileNotes()...)
	}
	return answer, err
}

// question is what the flags ask about one model on one device.
func (o *workOptions) question(m *modelArg, t target) (q sizing.Request, err error) {
	tokens := o.tokens.Or(0)
	switch perToken := m.Model.PerToken(); {
	case perToken && o.samples.IsSet() && !o.tokens.IsSet():
		return q, &flagFault{"samples", text.ReadsTokens.Error(m.Model.Name)}
	case !perToken && o.tokens.IsSet() && !o.samples.IsSet():
		return q, &flagFault{"tokens", text.CountsSamples.Error(m.Model.Name, m.Model.Unit)}
	case !perToken:
		tokens = o.samples.Or(0)
	case o.examples.Count > 0 && o.examples.Tokens == 0:
		return q, &flagFault{"examples", text.ExamplesOfTokens.Error(m.Model.Name)}
	}
	q = sizing.Request{
		Model: m.Model, Device: t.Device, Count: t.Count, Stack: o.stack,
		Workload: train.Workload{
			Tokens: tokens, Seq: o.seq, Batch: o.batch,
			Method: o.method, Adapter: train.Adapter{Rank: int64(o.loraRank), Targets: o.loraTargets, Magnitudes: o.dora},
			MFU: o.mfu, Convention: o.convention, CheckpointsKept: o.checkpoints, PricePerHour: o.price, PUE: o.pue, NVMe: o.nvme, States: o.states, Loss: o.loss, Routing: o.routing,
		},
		BatchTokens: o.batchTokens,
		Examples:    o.examples,
		Constants:   o.constants,
		Reliability: o.reliability,
		Schedule:    o.schedule,
		Sweep:       o.sweep,
		Precision:   o.precision,
		Optimizer:   o.optimizer,
		Fixed:       o.fixed,
	}
	if o.distill.Teacher != nil {
		q.Distill = &o.distill
	}
	q.Options = append(q.Options, o.network.Set)
	if m.Entry != nil {
		q.Published.Seq, q.Published.BatchTokens = m.Entry.Training()
	}
	return q, nil
}
