package sizing

import "mlsizer/sizing/quantity"

// Sweep is a search over architectures or hyper-parameters: many shortened
// trials of a run.
type Sweep struct {
	Trials   int     `json:"trials"`
	Fraction float64 `json:"trial_fraction"` // of the run's length, a trial
}

// SweepCost is what the trials of a sweep cost together, the final run not
// included.
type SweepCost struct {
	Sweep
	FLOPs       quantity.FLOPs   `json:"model_flops"`
	DeviceHours float64          `json:"device_hours"`
	Run         quantity.Seconds `json:"run_seconds"`   // one trial after the other on the run's devices
	USD         quantity.USD     `json:"usd,omitempty"` // 0: no price is known
	KWh         quantity.KWh     `json:"kwh,omitempty"`
}

// check refuses a sweep of no trials or of trials longer than the run.
func (s Sweep) check() error {
	if s == (Sweep{}) {
		return nil
	}
	if s.Trials < 1 || int64(s.Trials) > maxDim {
		return planError("trials", "%d trials (want at least 1)", s.Trials)
	}
	if !(s.Fraction > 0 && s.Fraction <= 1) {
		return planError("trial-fraction", "trials of %v of the run (want a share above 0, at most 1)", s.Fraction)
	}
	return nil
}

// Cost multiplies an estimate into the sweep: trials x fraction of its run,
// with the same step time, since a trial has the same step.
func (s Sweep) Cost(e *Estimate) SweepCost {
	times := float64(s.Trials) * s.Fraction
	return SweepCost{
		Sweep:       s,
		FLOPs:       e.Compute.Model * quantity.FLOPs(times),
		DeviceHours: e.Time.DeviceHours * times,
		Run:         e.Time.Run * quantity.Seconds(times),
		USD:         e.Cost.USD * quantity.USD(times),
		KWh:         e.Energy.KWh * quantity.KWh(times),
	}
}
