package run

import (
	"math"

	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// Reliability is what keeps a run from its ideal time besides its own work:
// start-up, failures, restarts and checkpoints.
type Reliability struct {
	// DeviceMTBF is the mean time between failures of one device and its share
	// of host and network; 0 means that nothing fails.
	DeviceMTBF quantity.Seconds `json:"device_mtbf_seconds"`
	// Restart is the time from a failure to the first new step.
	Restart quantity.Seconds `json:"restart_seconds"`
	// Startup is the time from the start of the job to its first step:
	// scheduling, compilation, the first batch of data.
	Startup quantity.Seconds `json:"startup_seconds"`
	// WriteBandwidth is one device's share of the storage bandwidth, in bytes
	// per second; 0 means that checkpoints take no time.
	WriteBandwidth quantity.Bandwidth `json:"write_bytes_per_second"`
	// Interval is the time between checkpoints; 0 takes the optimum.
	Interval quantity.Seconds `json:"checkpoint_interval_seconds"`
	// Async says that a checkpoint is copied to the host while the step waits,
	// and written from there during training.
	Async  bool   `json:"async_checkpoint"`
	Source string `json:"source"`
}

// DefaultReliability is what the training of Llama 3 405B reports: 419
// unexpected interruptions in 54 days on 16,384 H100 are one per 50,700
// device-hours, and storage of 2 TB/s shared by all devices gives each 122 MB/s
// (arXiv:2407.21783 sections 3.3.1 and 3.3.4). The 10 minutes to restart are an
// assumption: with them and the optimal interval the goodput exceeds the 90 %
// that the paper reports as effective training time. A start takes as long as a
// restart.
func DefaultReliability() Reliability {
	const devices, days, interruptions = 16384, 54, 419
	return Reliability{
		DeviceMTBF:     days * 86400 * devices / interruptions,
		Restart:        600,
		Startup:        600,
		WriteBandwidth: 2e12 / devices,
		Source:         "arXiv:2407.21783 sections 3.3.1 and 3.3.4",
	}
}

// OrDefault replaces zero fields by those of DefaultReliability.
func (r Reliability) OrDefault() Reliability {
	d := DefaultReliability()
	if r != (Reliability{}) {
		d.Source = "as given; otherwise " + d.Source
	}
	if r.DeviceMTBF > 0 {
		d.DeviceMTBF = r.DeviceMTBF
	}
	if r.Restart > 0 {
		d.Restart, d.Startup = r.Restart, r.Restart
	}
	if r.Startup > 0 {
		d.Startup = r.Startup
	}
	if r.WriteBandwidth > 0 {
		d.WriteBandwidth = r.WriteBandwidth
	}
	d.Interval, d.Async = r.Interval, r.Async
	return d
}

// Losses are the times of a run besides its steps.
type Losses struct {
	Startup    quantity.Seconds `json:"startup_seconds"`
	RampUp     quantity.Seconds `json:"rampup_seconds"`     // smaller batches at the start
	Evaluation quantity.Seconds `json:"evaluation_seconds"` // forward passes on held-out data
	Checkpoint quantity.Seconds `json:"checkpoint_seconds"` // waits for checkpoints
	Rework     quantity.Seconds `json:"rework_seconds"`     // steps repeated after a failure
	Restart    quantity.Seconds `json:"restart_seconds"`
}

// Sum returns the total loss.
func (l *Losses) Sum() quantity.Seconds {
	return l.Startup + l.RampUp + l.Evaluation + l.Checkpoint + l.Rework + l.Restart
}

// Goodput is the expected run: ideal steps, losses, and the overrun of
// comparable runs.
type Goodput struct {
	// Share is the ideal run time over the planned one.
	Share float64          `json:"goodput"`
	Ideal quantity.Seconds `json:"ideal_seconds"`
	// Planned is Ideal plus the losses: a run without an overrun, a lower bound
	// of real runs.
	Planned quantity.Seconds `json:"planned_seconds"`
	Overrun Overrun          `json:"overrun"`
	// Run is the expected run time, Planned x Overrun.Median, with its 80 %
	// band. Interval is the time between checkpoints, Write the time of one,
	// and Pause how long the step waits for it.
	Run      quantity.Seconds `json:"run_seconds"`
	RunLow   quantity.Seconds `json:"run_low_seconds"`
	RunHigh  quantity.Seconds `json:"run_high_seconds"`
	Interval quantity.Seconds `json:"checkpoint_interval_seconds"`
	Write    quantity.Seconds `json:"checkpoint_write_seconds"`
	Pause    quantity.Seconds `json:"checkpoint_pause_seconds"`
	Failures float64          `json:"failures"`
	Losses   Losses           `json:"losses"`
	// DeviceHours, Cost and Energy are those of the expected run time; those of
	// an estimate are of its steps alone.
	DeviceHours float64      `json:"device_hours"`
	Cost        train.Cost   `json:"cost"`
	Energy      train.Energy `json:"energy"`
}

// Uninterrupted is a run before failures and checkpoints.
type Uninterrupted struct {
	Ideal      quantity.Seconds // steps x step
	RampUp     quantity.Seconds
	Evaluation quantity.Seconds
	Devices    int
	Checkpoint quantity.Bytes     // of all devices
	HostLink   quantity.Bandwidth // per device, for checkpoints written from the host
}

// Goodput returns the expected time of a run:
//
//	expected = (startup + work (1 + p/t)) / (1 - (t/2 + d + R)/M),   best t = sqrt(2 p M)
//
// with work the steps, their ramp-up and evaluation, p the time that the step
// waits for a checkpoint, t the time between two, R the time to restart and M
// the mean time between failures of the whole cluster. Every failure loses half
// an interval and a restart, and never more than half the work, since a run
// shorter than an interval has one checkpoint, its last. A synchronous
// checkpoint has p = w, the time to write it, and d = 0. An asynchronous one
// has p the copy to the host, d = w, since it does not count until it is
// written, and t at least w.
// Sources: J. W. Young, CACM 17 (1974) 530; J. T. Daly, FGCS 22 (2006) 303;
// two-stage checkpoints: arXiv:2402.15627 section 4.4.
func (r Reliability) Goodput(u Uninterrupted) Goodput {
	g := Goodput{Share: 1, Ideal: u.Ideal, Run: u.Ideal, Interval: r.Interval}
	if u.Devices < 1 || !(u.Ideal > 0) {
		return g
	}
	n := float64(u.Devices)
	r.checkpoints(&u, &g)
	between := math.Inf(1)
	if r.DeviceMTBF > 0 {
		between = float64(r.DeviceMTBF) / n
	}
	work := float64(u.Ideal + u.RampUp + u.Evaluation)
	pause, interval := float64(g.Pause), min(float64(r.Interval), work)
	switch {
	case interval > 0 || pause == 0 && g.Write == 0: // given, or unlimited
	case math.IsInf(between, 1):
		interval = work
	default:
		interval = min(math.Sqrt(2*pause*between), work)
	}
	durable := 0.0
	if r.Async {
		interval, durable = min(max(interval, float64(g.Write)), work), float64(g.Write)
	}
	l := &g.Losses
	l.Startup, l.RampUp, l.Evaluation = r.Startup, u.RampUp, u.Evaluation
	if interval > 0 {
		l.Checkpoint = quantity.Seconds(work * pause / interval)
	}
	again, restart := min(interval/2+durable, work/2)/between, float64(r.Restart)/between
	if again+restart >= 1 {
		// The run fails before it progresses.
		g.Share, g.Run, g.Failures, g.DeviceHours = 0, quantity.Seconds(math.Inf(1)), math.Inf(1), math.Inf(1)
		return g
	}
	g.Run = (u.Ideal + l.Sum()) / quantity.Seconds(1-again-restart)
	l.Rework, l.Restart = g.Run*quantity.Seconds(again), g.Run*quantity.Seconds(restart)
	g.Interval = quantity.Seconds(interval)
	g.Share = float64(u.Ideal) / float64(g.Run)
	g.Failures = float64(g.Run) / between
	g.DeviceHours = float64(g.Run) / 3600 * n
	return g
}

// checkpoints fills in the time to write a checkpoint, and how long the step
// waits for it.
func (r *Reliability) checkpoints(u *Uninterrupted, g *Goodput) {
	if r.WriteBandwidth <= 0 {
		return
	}
	share := float64(u.Checkpoint) / float64(u.Devices)
	g.Write = quantity.Seconds(share / float64(r.WriteBandwidth))
	g.Pause = g.Write
	if r.Async {
		g.Pause = min(g.Write, quantity.Seconds(share/float64(u.HostLink)))
	}
}
