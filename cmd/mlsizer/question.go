package main

import (
	"context"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
)

// asked finds the model of a command that takes one, pruned if that is asked, and
// its devices.
func (a *app) asked(ctx context.Context, model string, prune []sizing.Prune, on []string) (*modelArg, []target, error) {
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
		sayUnreached(answer)
		o.noteAsked(m, answer)
	}
	return answer, err
}

// sayUnreached adds to the note about a number of devices that was left open why
// no more of them could be asked about.
func sayUnreached(a *sizing.Answer) {
	if a.Unreached == nil {
		return
	}
	for i, n := range a.Notes {
		if n.Code == "devices" {
			a.Notes[i].Text = text.Colon.Form(text.English, n.Text, a.Unreached)
			a.Notes[i].Chinese = text.Colon.Form(text.Chinese, n.Chinese, a.Unreached)
		}
	}
}

// noteAsked says what is doubtful of the model and which optimizer was chosen.
func (o *workOptions) noteAsked(m *modelArg, answer *sizing.Answer) {
	answer.Notes = append(answer.Notes, m.fileNotes()...)
	if o.optimizerSet {
		return
	}
	chosen := noteOf("optimizer", text.OptimizerChosen.With(o.optimizer), "")
	answer.Notes = append([]sizing.Note{chosen}, answer.Notes...)
}

// question is what the flags ask about one model on one device.
func (o *workOptions) question(m *modelArg, t target) (q sizing.Question, err error) {
	tokens := o.tokens
	switch perToken := m.Model.PerToken(); {
	case perToken && o.sampled && !o.tokensSet:
		return q, &flagFault{"samples", text.ReadsTokens.Error(m.Model.Name)}
	case !perToken && o.tokensSet && !o.sampled:
		return q, &flagFault{"tokens", text.CountsSamples.Error(m.Model.Name, m.Model.Unit)}
	case !perToken:
		tokens = o.samples
	case o.examples.Count > 0 && o.examples.Tokens == 0:
		return q, &flagFault{"examples", text.ExamplesOfTokens.Error(m.Model.Name)}
	}
	q = sizing.Question{
		Model: m.Model, Device: t.Device, Count: t.Count, Stack: o.stack,
		Workload: sizing.Workload{
			Tokens: tokens, Seq: o.seq, Batch: o.batch, Precision: o.precision, Optimizer: o.optimizer,
			Method: o.method, Adapter: sizing.Adapter{Rank: int64(o.loraRank), Targets: o.loraTargets, Magnitudes: o.dora},
			MFU: o.mfu, Convention: o.convention, CheckpointsKept: o.checkpoints, PricePerHour: o.price, PUE: o.pue, NVMe: o.nvme, States: o.states, Loss: o.loss, Routing: o.routing,
		},
		BatchTokens:      o.batchTokens,
		Examples:         o.examples,
		Constants:        o.constants,
		Reliability:      o.reliability,
		Schedule:         o.schedule,
		Sweep:            o.sweep,
		DefaultPrecision: !o.precisionSet,
		Plan:             o.plan,
		DefaultSharding:  !o.shardingSet,
		DefaultRecompute: !o.recomputeSet,
	}
	if o.distill.Teacher != nil {
		q.Distill = &o.distill
	}
	fixed := o.fixed()
	// What is kept outside the device is the user's to say: no measurement
	// confirms the time of it, and it takes a host that has the memory.
	fixed.Offload = true
	q.Search = search.Layout(fixed)
	q.Options = append(q.Options, o.network.Set)
	if m.Entry != nil {
		for _, r := range m.Entry.Runs {
			if q.KnownSeq == 0 {
				q.KnownSeq = r.SeqLen
			}
			if q.KnownBatchTokens == 0 {
				q.KnownBatchTokens = quantity.Tokens(r.BatchTokens)
			}
		}
	}
	return q, nil
}

// fixed is what the flags leave no choice about.
func (o *workOptions) fixed() search.Fixed {
	return search.Fixed{
		Plan: o.plan, Sharding: o.shardingSet, Recompute: o.recomputeSet,
		SequenceParallel: o.sequenceSet, Offload: o.offloadSet, ShardGroup: o.groupSet,
	}
}
