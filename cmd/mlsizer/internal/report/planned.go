package report

import (
	"encoding/json"
	"time"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// Affordable is the model and data that a budget trains best on one target.
type Affordable struct {
	Plan    *Planned
	Optimum search.Optimum
	// Others are the optima of other scaling laws for the same FLOPs.
	Others []search.Optimum
	Flops  quantity.FLOPs
	Hours  float64
}

// ParetoPoint is a plan that no other beats in time, devices, cost and memory
// at once.
type ParetoPoint struct {
	Devices int              `json:"devices"`
	Plan    train.Plan       `json:"plan"`
	Step    quantity.Seconds `json:"step_seconds"`
	Run     quantity.Seconds `json:"run_seconds"`
	USD     quantity.USD     `json:"usd"` // 0: no price is known
	Hours   float64          `json:"device_hours"`
	Memory  quantity.Bytes   `json:"total_bytes"`
	// Expected is the expected run, by which points are compared: Run, USD and
	// Hours are of its steps alone.
	Expected ParetoRun `json:"goodput"`
}

// ParetoRun is the run of a point with its interruptions.
type ParetoRun struct {
	Run   quantity.Seconds `json:"run_seconds"`
	Hours float64          `json:"device_hours"`
	Cost  train.Cost       `json:"cost"`
}

// MarshalJSON writes a cost that is not known as null.
func (p ParetoPoint) MarshalJSON() ([]byte, error) {
	type point ParetoPoint
	j := struct {
		point
		USD *quantity.USD `json:"usd"`
	}{point: point(p)}
	if p.USD > 0 {
		j.USD = &p.USD
	}
	return json.Marshal(j)
}

// Beats reports whether a is nowhere worse than b, and somewhere better.
func (a *ParetoPoint) Beats(b *ParetoPoint) bool {
	x, y := &a.Expected, &b.Expected
	if a.Devices > b.Devices || x.Run > y.Run || x.Hours > y.Hours || a.Memory > b.Memory {
		return false
	}
	return a.Devices < b.Devices || x.Run < y.Run || x.Hours < y.Hours || a.Memory < b.Memory
}

// MostDevices is the largest cluster in a search with an open number of
// devices.
const MostDevices = 1 << 17

// Planned is what a search found on one target.
type Planned struct {
	Model  *cli.ModelArg
	Target cli.Target
	Answer *sizing.Answer // its estimate is the best plan
	Result search.Result
	Time   time.Duration
	// Grain is how far apart the numbers of devices are that were looked at;
	// 0: the number was given.
	Grain int
	// Pareto are the plans that no other beats in everything.
	Pareto []ParetoPoint
	Miss   *NearMiss // there is no plan
	Within quantity.Seconds
	Why    *WhyJSON // what bounds the best plan
	// Imported is the launch that was given, judged beside the best plan.
	Imported *Imported
	// Splits are the divisions of the devices between generation and training that
	// were looked at, of post-training.
	Splits []Split
}

// Found reports whether there is a plan.
func (p *Planned) Found() bool { return p.Miss == nil }

// Best is the estimate of the best plan.
func (p *Planned) Best() *train.Estimate { return &p.Answer.Estimate }

// Expected is its run.
func (p *Planned) Expected() *run.Goodput { return &p.Answer.Goodput }

// Top are the best plans, in order.
func (p *Planned) Top() []train.Estimate { return p.Result.Plans }

func (p *Planned) Prepared() *train.Prepared { return p.Answer.Prepared }

// NearMiss is the nearest layout if there is no plan.
type NearMiss struct {
	Estimate train.Estimate `json:"estimate"`
	// Reason is what is missing: "memory" or "time".
	Reason string `json:"reason"`
	// Advice is what makes it fit on the same devices, Devices the fewest that
	// a plan fits on; 0: none up to the largest number searched.
	Advice  []train.Advice  `json:"advice,omitempty"`
	Devices int             `json:"devices,omitempty"`
	More    *train.Estimate `json:"more_devices,omitempty"`
	// Unknown is why the necessary number of devices is unknown.
	Unknown string `json:"unknown,omitempty"`
}

// WhyJSON explains why the best plan is the best.
type WhyJSON struct {
	// Bounds are the largest terms of the step.
	Bounds []BoundJSON `json:"bounds"`
	// RunnerUp is what the second plan loses, and where.
	RunnerUp *RunnerUpJSON `json:"runner_up,omitempty"`
	// Resources is the gain from more of each resource.
	Resources []ResourceJSON `json:"resources"`
}

// BoundJSON is a term of the step.
type BoundJSON struct {
	Term    string           `json:"term"`
	Seconds quantity.Seconds `json:"seconds"`
	Share   float64          `json:"share"`
}

// RunnerUpJSON compares the second plan with the best.
type RunnerUpJSON struct {
	Plan  train.Plan       `json:"plan"`
	Step  quantity.Seconds `json:"step_seconds"`
	Lost  quantity.Seconds `json:"lost_seconds"`
	Where []BoundJSON      `json:"where"`
}

// ResourceJSON is the best plan's step with more of a resource.
type ResourceJSON struct {
	Resource string           `json:"resource"`
	Change   string           `json:"change"`
	Step     quantity.Seconds `json:"step_seconds"`
	Gain     float64          `json:"gain"` // of the step's time
	Plan     *train.Plan      `json:"plan,omitempty"`
}
