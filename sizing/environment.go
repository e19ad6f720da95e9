package sizing

import (
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// chooseEnvironment turns the frames that an agent sees into the samples that
// its gradient steps learn from. A model of reinforcement learning whose
// environment is not known stays as it is, and a note says so.
func (q *Request) chooseEnvironment(a *Answer) error {
	w, m := &q.Workload, q.Model
	if err := q.Simulator.Check(m); err != nil {
		return err
	}
	switch {
	case m.Environment == nil && m.Field == model.RL && w.Tokens > 0:
		a.Notes.Say("environment.unknown", "", m.Name, note.Word(m.Unit))
	case m.Environment == nil:
	default:
		q.chooseAgentBatch(a)
		if w.Tokens > 0 {
			q.act(a)
		}
	}
	return nil
}

// chooseAgentBatch takes the published batch of a gradient step, rounded up so
// that the devices divide it.
func (q *Request) chooseAgentBatch(a *Answer) {
	if q.Workload.Batch > 0 {
		return
	}
	n, batch := int64(max(q.Count, 1)), q.Model.Environment.Batch
	q.Workload.Batch = (batch + n - 1) / n * n
	a.Notes.Say("batch.agent", q.Model.Environment.Source, q.Workload.Batch)
}

// act makes the run one of an agent in its environment.
func (q *Request) act(a *Answer) {
	w, m := &q.Workload, q.Model
	v := run.NewEnvironment(m.Environment, q.Simulator, w.Tokens, w.Batch)
	a.agent = v
	w.Distinct, w.Tokens = w.Tokens, v.Samples()
	a.Notes.Say("environment.frames", m.Environment.Source, v.FrameSkip, quantity.Tokens(v.EmulatorFrames()), v.Interval(v.Batch), v.Batch)
	if v.Source == "" {
		a.Notes.Say("environment.rate.given", "", quantity.Tokens(v.FPS))
	} else {
		a.Notes.Say("environment.rate.assumed", v.Source, quantity.Tokens(v.FPS), v.Actors)
	}
	if v.Replay > 0 {
		a.Notes.Say("replay", m.Environment.Source, quantity.Tokens(v.Replay), note.Decimal(v.ReplayBytes()))
	}
}

// AddActing adds to an estimate that p made what acting in the environment takes
// of a run of reinforcement learning; any other stays as it is.
func (a *Answer) AddActing(p *train.Prepared, e *train.Estimate) {
	if a.agent != nil {
		a.agent.Timed(p, e)
	}
}

// concludeActing adds to the estimate of the answer what acting takes.
func (a *Answer) concludeActing() {
	if a.agent == nil {
		return
	}
	a.Environment = a.agent.Timed(a.Prepared, &a.Estimate)
	if a.Environment.Overlaps {
		a.Notes.Say("environment.overlaps", a.agent.Environment.Source)
	}
}

// explainAgent derives what acting and learning take; nil without an
// environment.
func (a *Answer) explainAgent() []note.Derivation {
	c, v := &a.Environment, a.agent
	if v == nil {
		return nil
	}
	t := &a.Estimate.Time
	ideal := "run.ideal.sum"
	if c.Overlaps {
		ideal = "run.ideal.max"
	}
	environment, acting, learning := note.Fine(t.Environment), note.Fine(t.Acting), note.Fine(c.Learning)
	return []note.Derivation{
		note.Derive("run.environment", "environment", v.Source, t.Environment, note.In("frames", quantity.Tokens(c.Frames)), note.In("frame skip", c.FrameSkip), note.In("frames per second", c.FPS)),
		note.Derive("run.acting", "acting", "", t.Acting, note.In("frames", quantity.Tokens(c.Frames)), note.In("actors", c.Actors), note.In("forward pass", note.Fine(c.Forward))),
		note.Derive("run.learning", "gradient steps", "", c.Learning, note.In("steps", c.Steps), note.In("step", note.Fine(t.Step)), note.In("target network", note.Fine(c.Target))),
		note.Derive(ideal, "ideal run", "", t.Run, note.In("environment", environment), note.In("acting", acting), note.In("gradient steps", learning)),
	}
}
