package model

import "mlsizer/sizing/note"

// Environment is how a model of reinforcement learning gets its samples: it acts
// in an environment, and gradient steps learn from what it saw. A sample of a
// run is one frame that the agent sees and answers with an action.
type Environment struct {
	// Name is what the environment is, "atari".
	Name string `json:"name"`
	// FrameSkip is how many frames the environment runs for each action.
	FrameSkip int64 `json:"frame_skip"`
	// FrameBytes is what a frame takes in the replay memory.
	FrameBytes int64 `json:"frame_bytes"`
	// Actors is how many copies of the environment run at once.
	Actors int64 `json:"actors"`
	// Batch is the samples of a gradient step.
	Batch int64 `json:"batch"`
	// ActionsPerStep is how many actions all actors take between two gradient
	// steps; 0 means that each sample is used once, in the step after it.
	ActionsPerStep int64 `json:"actions_per_step"`
	// TargetNetwork says that a gradient step sends its batch forward through a
	// second copy of the network.
	TargetNetwork bool `json:"target_network"`
	// Replay is how many frames the replay memory holds; 0 is none.
	Replay int64 `json:"replay"`
	// Asynchronous says that actors do not wait for gradient steps.
	Asynchronous bool `json:"asynchronous"`
	// Source says where these facts were published.
	Source string `json:"source"`
}

// Check returns an error unless the counts are positive.
func (e *Environment) Check(name string) error {
	least := min(e.FrameSkip, e.FrameBytes, e.Actors, e.Batch)
	if least < 1 || min(e.ActionsPerStep, e.Replay) < 0 || e.Name == "" || e.Source == "" {
		return note.NewError("model.bad-environment", name, least)
	}
	return nil
}

// Interval returns how many actions there are to a gradient step of a batch.
func (e *Environment) Interval(batch int64) int64 {
	if e.ActionsPerStep > 0 {
		return e.ActionsPerStep
	}
	return batch
}
