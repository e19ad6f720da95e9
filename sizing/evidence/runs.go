package evidence

import (
	"errors"
	"fmt"
	"strings"

	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
)

// wholeRun reports whether the row's seconds are of a whole run and not of a
// step, as MLPerf's results are.
func (r *Row) wholeRun() bool { return strings.HasPrefix(r.Method, "whole run") }

// onlyRun reports whether the row measures a run and no step: its seconds are
// the run's, or it does not say how a step was laid out.
func (r *Row) onlyRun() bool {
	return r.wholeRun() || r.DeviceHours > 0 && r.MicroBatch == 0 && r.TP == 0 && r.DP == 0
}

// deviceHours predicts the device-hours of a run that says its model, tokens
// and device, and leaves the layout to be chosen. Evaluation, restarts and
// checkpoints are not counted.
func (p *Predictor) deviceHours(r *Row) (hours, low, high float64, err error) {
	if r.Tokens == 0 {
		return 0, 0, 0, errors.New("device-hours without the tokens that were trained on")
	}
	if r.Device == "" {
		return 0, 0, 0, errors.New("no device")
	}
	d, err := p.Hardware.Find(r.Device)
	if err != nil {
		return 0, 0, 0, err
	}
	m, err := r.model(p.Resolve)
	if err != nil && r.Params > 0 {
		m, err = p.Resolve(fmt.Sprintf("%.0f", r.Params))
	}
	if err != nil {
		return 0, 0, 0, err
	}
	if !m.PerToken() {
		return 0, 0, 0, fmt.Errorf("%s is not counted in tokens", m.Name)
	}
	q := sizing.Question{
		Model: m, Device: d, Count: r.Devices, DefaultPrecision: true, DefaultSharding: true, DefaultRecompute: true,
		Workload: sizing.Workload{Tokens: quantity.Tokens(r.Tokens), Seq: r.SeqLen, Batch: r.GlobalBatch},
	}
	if r.Precision != "" {
		if q.Workload.Precision, err = sizing.ParsePrecision(r.Precision); err != nil {
			return 0, 0, 0, err
		}
		q.DefaultPrecision = false
	}
	if s, err := sizing.FindStack(r.Stack); err == nil {
		q.Stack = s
	}
	if r.DevicesPerNode > 0 && d.Torus == nil {
		q.Options = append(q.Options, hardware.WithDevicesPerNode(r.DevicesPerNode))
	}
	a, err := sizing.Ask(q)
	if err != nil {
		return 0, 0, 0, err
	}
	t := &a.Estimate.Time
	if !(t.Run > 0) {
		return 0, 0, 0, errors.New("no layout of this model on these devices")
	}
	hours = t.DeviceHours
	return hours, hours * float64(t.RunLow/t.Run), hours * float64(t.RunHigh/t.Run), nil
}
