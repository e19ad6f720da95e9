package sizing

import (
	"math"

	"mlsizer/sizing/quantity"
)

// Reliability is what keeps a run from its ideal time: failures, restarts and
// checkpoints.
type Reliability struct {
	// DeviceMTBF is the mean time between failures of one device and its share
	// of host and network; 0 means that nothing fails.
	DeviceMTBF quantity.Seconds `json:"device_mtbf_seconds"`
	// Restart is from a failure to the first new step.
	Restart quantity.Seconds `json:"restart_seconds"`
	// WriteBandwidth is what one device's share of the storage takes, in bytes
	// a second, while the step waits; 0 means that checkpoints cost no time.
	WriteBandwidth quantity.Bandwidth `json:"write_bytes_per_second"`
	// Interval is the time between checkpoints; 0 takes the best one.
	Interval quantity.Seconds `json:"checkpoint_interval_seconds"`
	Source   string           `json:"source"`
}

// DefaultReliability is what the training of Llama 3 405B reports: 419
// unexpected interruptions in 54 days on 16,384 H100 make one in 50,700 hours
// of a device, and storage of 2 TB/s shared by all of them takes 122 MB/s from
// each (arXiv:2407.21783 sections 3.3.1 and 3.3.4). The 10 minutes to restart
// are an assumption: with them and the best interval the run keeps more than
// the 90 % of its time that the paper reports as effective.
func DefaultReliability() Reliability {
	const devices, days, interruptions = 16384, 54, 419
	return Reliability{
		DeviceMTBF:     days * 86400 * devices / interruptions,
		Restart:        600,
		WriteBandwidth: 2e12 / devices,
		Source:         "arXiv:2407.21783 sections 3.3.1 and 3.3.4",
	}
}

// orDefault fills in from DefaultReliability what is 0.
func (r Reliability) orDefault() Reliability {
	d := DefaultReliability()
	if r != (Reliability{}) {
		d.Source = "as given; otherwise " + d.Source
	}
	if r.DeviceMTBF > 0 {
		d.DeviceMTBF = r.DeviceMTBF
	}
	if r.Restart > 0 {
		d.Restart = r.Restart
	}
	if r.WriteBandwidth > 0 {
		d.WriteBandwidth = r.WriteBandwidth
	}
	d.Interval = r.Interval
	return d
}

// Goodput is a run with what interrupts it.
type Goodput struct {
	// Share is the ideal time over the expected one.
	Share float64 `json:"goodput"`
	// Run is the expected time, Interval that between checkpoints, Write what
	// one takes.
	Run      quantity.Seconds `json:"run_seconds"`
	Interval quantity.Seconds `json:"checkpoint_interval_seconds"`
	Write    quantity.Seconds `json:"checkpoint_write_seconds"`
	Failures float64          `json:"failures"`
}

// Goodput returns the expected time of a run of an ideal length on so many
// devices that write checkpoints of so many bytes together:
//
//	expected = ideal (1 + w/t) / (1 - (t/2 + R)/M),   best t = sqrt(2 w M)
//
// with w the time to write a checkpoint, t the time between two, R the time to
// restart and M the mean time between failures of the whole cluster: every
// failure loses half an interval and a restart. Source: J. W. Young, CACM 17
// (1974) 530; J. T. Daly, FGCS 22 (2006) 303.
func (r Reliability) Goodput(ideal quantity.Seconds, devices int, checkpoint quantity.Bytes) Goodput {
	g := Goodput{Share: 1, Run: ideal, Interval: r.Interval}
	if devices < 1 || !(ideal > 0) {
		return g
	}
	n := float64(devices)
	write := 0.0
	if r.WriteBandwidth > 0 {
		write = float64(checkpoint) / (float64(r.WriteBandwidth) * n)
	}
	g.Write = quantity.Seconds(write)
	between := math.Inf(1)
	if r.DeviceMTBF > 0 {
		between = float64(r.DeviceMTBF) / n
	}
	interval := float64(r.Interval)
	switch {
	case interval > 0 || write == 0: // given, or as often as one likes
	case math.IsInf(between, 1):
		interval = float64(ideal)
	default:
		interval = min(math.Sqrt(2*write*between), float64(ideal))
	}
	work := float64(ideal)
	if interval > 0 {
		work *= 1 + write/interval
	}
	lost := (interval/2 + float64(r.Restart)) / between
	if lost >= 1 {
		// It fails before it gets anywhere.
		g.Share, g.Run, g.Failures = 0, quantity.Seconds(math.Inf(1)), math.Inf(1)
		return g
	}
	g.Run = quantity.Seconds(work / (1 - lost))
	g.Interval = quantity.Seconds(interval)
	g.Share = float64(ideal) / float64(g.Run)
	g.Failures = float64(g.Run) / between
	return g
}
