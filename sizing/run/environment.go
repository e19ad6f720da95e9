package run

import (
	"math"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// Simulator is what a request says of the host that runs an environment; zeros
// are the published setting.
type Simulator struct {
	// FPS is the frames per second of the environment, all actors together.
	FPS float64
	// Actors is how many copies of it run at once.
	Actors int64
}

// Check refuses what no host has, and any of it for a model that acts in no
// known environment.
func (s Simulator) Check(m *model.Model) error {
	switch {
	case m.Environment == nil && s.FPS != 0:
		return note.FieldError("env-fps", "environment.unknown", m.Name)
	case m.Environment == nil && s.Actors != 0:
		return note.FieldError("actors", "environment.unknown", m.Name)
	case s.FPS < 0 || math.IsNaN(s.FPS) || math.IsInf(s.FPS, 0):
		return note.FieldError("env-fps", "environment.rate-not-positive", s.FPS)
	case s.Actors < 0 || s.Actors > model.MaxDim:
		return note.FieldError("actors", "environment.actors-out-of-range", s.Actors, int64(model.MaxDim))
	}
	return nil
}

// Environment is a run of reinforcement learning: what it does besides its
// gradient steps.
type Environment struct {
	*model.Environment
	// Actors is how many copies of the environment run at once, Frames how many
	// frames they see, Batch the samples of a gradient step.
	Actors, Frames, Batch int64
	// FPS is the frames per second of the environment, all actors together;
	// Low and High are the ends of what was measured of it.
	FPS, Low, High float64
	// Source says where FPS comes from; "" where the request gives it.
	Source string
}

// NewEnvironment returns the run of so many frames that the agent sees, learnt
// in batches. Without a rate every actor has a core of its own.
func NewEnvironment(m *model.Environment, s Simulator, frames quantity.Tokens, batch int64) *Environment {
	v := &Environment{Environment: m, Actors: m.Actors, Frames: int64(frames), Batch: batch, FPS: s.FPS, Low: s.FPS, High: s.FPS}
	if s.Actors > 0 {
		v.Actors = s.Actors
	}
	if s.FPS == 0 {
		r, n := rateOf(m.Name), float64(v.Actors)
		v.FPS, v.Low, v.High, v.Source = r.FPS*n, r.Low*n, r.High*n, r.Source
	}
	return v
}

// Steps returns how many gradient steps the run makes.
func (v *Environment) Steps() float64 {
	return math.Ceil(float64(v.Frames) / float64(v.Interval(v.Batch)))
}

// Samples returns how many samples the gradient steps learn from.
func (v *Environment) Samples() quantity.Tokens {
	return quantity.Tokens(v.Steps()) * quantity.Tokens(v.Batch)
}

// EmulatorFrames returns how many frames the environment runs.
func (v *Environment) EmulatorFrames() float64 { return float64(v.Frames) * float64(v.FrameSkip) }

// ReplayBytes returns what the replay memory takes of the host's.
func (v *Environment) ReplayBytes() quantity.Bytes {
	return quantity.Bytes(v.Replay) * quantity.Bytes(v.FrameBytes)
}

// overlaps reports whether acting and learning go on at once: actors do not
// wait, and learning does not take the cores that they act on.
func (v *Environment) overlaps(d *hardware.Device) bool {
	return v.Asynchronous && d.Kind != hardware.CPU
}

// EnvironmentCost is where the time of a run of reinforcement learning goes:
//
//	environment = frames x frame skip / frames per second
//	acting      = frames / actors x forward pass of a batch of all actors
//	learning    = gradient steps x (step + forward pass of the target network)
//	run         = environment + acting + learning
//	            = max(environment + acting, learning) of asynchronous actors
type EnvironmentCost struct {
	Name      string  `json:"name"`
	Frames    int64   `json:"frames"`
	Emulator  float64 `json:"emulator_frames"`
	Actors    int64   `json:"actors"`
	FPS       float64 `json:"frames_per_second"`
	Steps     float64 `json:"gradient_steps"`
	Batch     int64   `json:"batch"`
	Overlaps  bool    `json:"asynchronous"`
	Replay    int64   `json:"replay_frames"`
	FrameSkip int64   `json:"frame_skip"`
	// Forward is an acting pass, Target the target network's part of a gradient
	// step; Learning is all gradient steps.
	Forward  quantity.Seconds `json:"forward_seconds"`
	Target   quantity.Seconds `json:"target_seconds"`
	Learning quantity.Seconds `json:"learning_seconds"`
}

// Timed adds to an estimate of the gradient steps, which p made, what acting
// takes, and returns the parts. An estimate that has them stays as it is.
func (v *Environment) Timed(p *train.Prepared, e *train.Estimate) EnvironmentCost {
	t := &e.Time
	c := EnvironmentCost{
		Name: v.Name, Frames: v.Frames, Emulator: v.EmulatorFrames(), Actors: v.Actors, FPS: v.FPS,
		Steps: v.Steps(), Batch: v.Batch, Overlaps: v.overlaps(p.Cluster.Device), Replay: v.Replay, FrameSkip: v.FrameSkip,
	}
	c.Forward = v.forward(p, e)
	if v.TargetNetwork {
		c.Target = p.ForwardStep(e)
	}
	steps := quantity.Seconds(c.Steps)
	c.Learning = steps * (t.Step + c.Target)
	if t.Environment > 0 {
		return c
	}
	t.Environment = quantity.Seconds(c.Emulator / v.FPS)
	t.Acting = quantity.Seconds(math.Ceil(float64(v.Frames)/float64(v.Actors))) * c.Forward
	// band is a run whose devices and environment are slower or faster.
	band := func(devices, environment quantity.Seconds) quantity.Seconds {
		return c.together(environment+t.Acting*devices, c.Learning*devices)
	}
	t.Run = band(1, t.Environment)
	t.RunLow = band(t.StepLow/t.Step, quantity.Seconds(c.Emulator/v.High))
	t.RunHigh = band(t.StepHigh/t.Step, quantity.Seconds(c.Emulator/v.Low))
	t.DeviceHours = float64(t.Run) / 3600 * float64(p.Cluster.Count)
	e.Cost, e.Energy = p.Bill(t.DeviceHours, t.Run, t.RunLow, t.RunHigh)
	return c
}

// together returns how long acting and learning take.
func (c *EnvironmentCost) together(acting, learning quantity.Seconds) quantity.Seconds {
	if c.Overlaps {
		return max(acting, learning)
	}
	return acting + learning
}

// forward returns the time of one acting pass: a frame of every actor goes
// forward on one device. Where no single device of the kind can be had it is
// the forward pass of the gradient step's batch.
func (v *Environment) forward(p *train.Prepared, e *train.Estimate) quantity.Seconds {
	plan := train.Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: int(v.Actors), GlobalBatch: v.Actors}
	cluster, err := hardware.NewCluster(p.Cluster.Device, 1)
	if err != nil {
		return p.ForwardStep(e)
	}
	one, err := p.On(cluster)
	if err != nil {
		return p.ForwardStep(e)
	}
	acting, err := one.Evaluate(&plan)
	if err != nil {
		return p.ForwardStep(e)
	}
	return one.ForwardStep(&acting)
}
