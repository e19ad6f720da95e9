package cli

import (
	"slices"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/note"
	"mlsizer/sizing/posttrain"
	"mlsizer/sizing/train"
)

// Answer estimates one model on one device.
func (o *TrainingOptions) Answer(m *ModelArg, t Target) (*sizing.Answer, error) {
	q, err := o.Request(m, t)
	if err != nil {
		return nil, err
	}
	answer, err := sizing.Ask(q)
	if err == nil {
		answer.Notes = append(answer.Notes, o.Notes(m, t)...)
	}
	return answer, err
}

// Notes are those of the request that the library does not know of: of the file of
// a model, the name of an instance, and how the length of the run comes about.
func (o *TrainingOptions) Notes(m *ModelArg, t Target) []note.Note {
	notes := append(m.FileNotes(), t.Notes()...)
	if m.Model.PerToken() {
		_, length := o.Reads().Or(Length{}).Of(m.Model)
		notes = append(notes, length...)
	}
	return notes
}

// Request is the request of the flags for one model on one device.
func (o *TrainingOptions) Request(m *ModelArg, t Target) (q sizing.Request, err error) {
	tokens, _ := o.Reads().Or(Length{}).Of(m.Model)
	switch perToken := m.Model.PerToken(); {
	case perToken && o.Samples.IsSet() && !o.Reads().IsSet():
		return q, &FlagFault{"samples", text.ReadsTokens.Error(m.Model.Name)}
	case !perToken && o.Reads().IsSet() && !o.Samples.IsSet():
		return q, &FlagFault{o.lengthFlag(), text.CountsSamples.Error(m.Model.Name, m.Model.Unit)}
	case !perToken:
		tokens = o.Samples.Or(0)
	case o.Examples.Count > 0 && o.Examples.Tokens == 0 && o.Tuning.On == posttrain.None:
		return q, &FlagFault{"examples", text.ExamplesOfTokens.Error(m.Model.Name)}
	}
	q = sizing.Request{
		Model: m.Model, Device: t.Device, Count: t.Count, Stack: o.Stack,
		Workload: train.Workload{
			Tokens: tokens, Seq: o.Seq, Batch: o.Batch,
			Method: o.Tuning.Weights, Adapter: train.Adapter{Rank: int64(o.loraRank), Targets: o.loraTargets, Magnitudes: o.dora},
			MFU: o.Mfu, Convention: o.Convention, CheckpointsKept: o.checkpoints, PricePerHour: o.Price, PUE: o.pue, Region: o.region, NVMe: o.nvme, States: o.states, Loss: o.loss, Routing: o.routing,
		},
		BatchTokens: o.batchTokens,
		Examples:    o.Examples,
		Constants:   o.constants,
		Reliability: o.reliability,
		Schedule:    o.Schedule,
		Simulator:   o.simulator,
		Sweep:       o.Sweep,
		Precision:   o.Precision,
		Optimizer:   o.optimizer,
		Fixed:       o.Fixed,
		Context:     o.interrupt,
	}
	if o.Tuning.On != posttrain.None {
		setup := o.post.setup
		q.PostTrain = &setup
	}
	if o.distill.Teacher != nil {
		q.Distill = &o.distill
	}
	q.Options = append(slices.Clone(t.Options), o.Network.Set)
	if m.Entry != nil {
		q.Published.Seq, q.Published.BatchTokens = m.Entry.Training()
		q.Published.Year = m.Entry.Year
	}
	return q, nil
}

// Sensitivity asks again with an alternative to each assumption of an answer,
// the price of another provider among them.
func (o *TrainingOptions) Sensitivity(a *App, m *ModelArg, t Target, answer *sizing.Answer) []sizing.Sensitive {
	q, err := o.Request(m, t)
	if err != nil {
		return nil
	}
	c, err := a.Hardware()
	if err != nil {
		return nil
	}
	return sizing.Sensitivity(q, answer, c.PricesOf(t.Device))
}
