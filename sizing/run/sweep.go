package run

import (
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// Sweep is a search over architectures or hyper-parameters: many shortened
// trials of a run.
type Sweep struct {
	Trials   int     `json:"trials"`
	Fraction float64 `json:"trial_fraction"` // length of a trial over that of the run
	// Parallel is how many trials run concurrently on equal parts of the
	// devices; 0 and 1 run one after the other on all of them.
	Parallel int `json:"parallel_trials,omitempty"`
}

// SweepCost is the cost of all trials of a sweep, without the final run.
type SweepCost struct {
	Sweep
	FLOPs quantity.FLOPs `json:"model_flops"`
	// DeviceHours are those of the trials; IdleHours those of idle parts in the
	// last round.
	DeviceHours float64 `json:"device_hours"`
	IdleHours   float64 `json:"idle_device_hours,omitempty"`
	// Run is the time of all trials, from the first to the last; RunLow and
	// RunHigh are its 80 % band.
	Run     quantity.Seconds `json:"run_seconds"`
	RunLow  quantity.Seconds `json:"run_low_seconds"`
	RunHigh quantity.Seconds `json:"run_high_seconds"`
	USD     quantity.USD     `json:"usd,omitempty"` // 0: no price is known
	KWh     quantity.KWh     `json:"kwh,omitempty"`
	// Devices, Plan, Memory and Trial are those of one trial.
	Devices int              `json:"trial_devices"`
	Plan    train.Plan       `json:"trial_plan"`
	Memory  train.Memory     `json:"trial_memory"`
	Trial   quantity.Seconds `json:"trial_seconds"`
}

// Check rejects a sweep without trials, with trials longer than the run, or
// with more concurrent trials than trials.
func (s Sweep) Check() error {
	switch {
	case s == (Sweep{}):
		return nil
	case s.Trials < 1 || int64(s.Trials) > model.MaxDim:
		return note.FieldError("trials", "sweep.no-trials", s.Trials)
	case !(s.Fraction > 0 && s.Fraction <= 1):
		return note.FieldError("trial-fraction", "sweep.fraction-out-of-range", s.Fraction)
	case s.Parallel < 0 || s.Parallel > s.Trials:
		return note.FieldError("parallel-trials", "sweep.more-at-once-than-trials", s.Parallel, s.Trials)
	}
	return nil
}

// Rounds returns how many trials run in sequence on one part of the devices.
func (s Sweep) Rounds() int {
	atOnce := max(s.Parallel, 1)
	return (s.Trials + atOnce - 1) / atOnce
}

// Cost computes the sweep from an estimate of the run on the devices of one
// trial:
//
//	time         = ceil(trials / at once) x fraction x run
//	device-hours = trials x fraction x device-hours of the run
//
// with the same step time, since a trial has the same step. Cost and energy are
// those of the trials' device-hours.
func (s Sweep) Cost(e *train.Estimate, devices int) SweepCost {
	times, rounds := float64(s.Trials)*s.Fraction, float64(s.Rounds())*s.Fraction
	return SweepCost{
		Sweep:       s,
		FLOPs:       e.Compute.Model * quantity.FLOPs(times),
		DeviceHours: e.Time.DeviceHours * times,
		IdleHours:   e.Time.DeviceHours * s.Fraction * float64(s.Rounds()*max(s.Parallel, 1)-s.Trials),
		Run:         e.Time.Run * quantity.Seconds(rounds),
		RunLow:      e.Time.RunLow * quantity.Seconds(rounds),
		RunHigh:     e.Time.RunHigh * quantity.Seconds(rounds),
		USD:         e.Cost.USD * quantity.USD(times),
		KWh:         e.Energy.KWh * quantity.KWh(times),
		Devices:     devices, Plan: e.Plan, Memory: e.Memory,
		Trial: e.Time.Run * quantity.Seconds(s.Fraction),
	}
}
