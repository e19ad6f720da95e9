package sizing

import (
	_ "embed"
	"encoding/json"
	"math"
	"sync"

	"mlsizer/hardware"
	"mlsizer/sizing/quantity"
)

// StepTerms is where the time of a step goes. The terms add up to the step.
type StepTerms struct {
	Products   quantity.Seconds `json:"products_seconds"`    // matrix products
	Attention  quantity.Seconds `json:"attention_seconds"`   // scores, values, scans
	MemoryOps  quantity.Seconds `json:"memory_ops_seconds"`  // norms, activations, residuals
	TensorComm quantity.Seconds `json:"tensor_comm_seconds"` // TP collectives
	ExpertComm quantity.Seconds `json:"expert_comm_seconds"` // EP all-to-all
	Context    quantity.Seconds `json:"context_seconds"`     // CP exchange
	Bubble     quantity.Seconds `json:"bubble_seconds"`      // pipeline fill and drain
	DataComm   quantity.Seconds `json:"data_comm_seconds"`   // exposed gradient and weight traffic
	Optimizer  quantity.Seconds `json:"optimizer_seconds"`
	Fixed      quantity.Seconds `json:"fixed_seconds"`
}

// Sum returns the step time.
func (t *StepTerms) Sum() quantity.Seconds {
	return t.Products + t.Attention + t.MemoryOps + t.TensorComm + t.ExpertComm + t.Context +
		t.Bubble + t.DataComm + t.Optimizer + t.Fixed
}

// Band is the 80 % band of the ratio of a measured value to an estimate.
type Band struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Constants are the efficiencies that a step time rests on. They belong to a
// stack or to a device's architecture, never to a model.
type Constants struct {
	// Products is the share of the achievable matrix rate that a step's
	// products reach; Attention is that of the core of attention.
	Products  float64 `json:"products"`
	Attention float64 `json:"attention"`
	// Achievable is the share of the peak taken where no achievable rate was
	// measured.
	Achievable float64 `json:"achievable"`
	// Memory is the share of the memory bandwidth that memory-bound kernels
	// reach, Traffic how often they move each saved byte.
	Memory  float64 `json:"memory"`
	Traffic float64 `json:"traffic"`
	// Network is the share of a link's bandwidth that collectives reach.
	ScaleUp  float64 `json:"scale_up"`
	ScaleOut float64 `json:"scale_out"`
	// Overlap is the share of the backward pass that data-parallel traffic
	// hides behind.
	Overlap float64 `json:"overlap"`
	// LaunchSeconds is the least time of a layer's forward pass on the host.
	LaunchSeconds float64 `json:"launch_seconds"`
	Source        string  `json:"source"`
	// Step and Memory are the bands of estimates made with these constants;
	// Inferred and Unmeasured widen them.
	StepBand   Band    `json:"step_band"`
	MemoryBand Band    `json:"memory_band"`
	Inferred   float64 `json:"inferred_widening"`
	Unmeasured float64 `json:"unmeasured_widening"`
	// Measured lists the device architectures that the constants were fitted
	// on.
	Measured []string `json:"measured_architectures"`
}

//go:embed constants.json
var constantsJSON []byte

var loadConstants = sync.OnceValue(func() *Constants {
	var c Constants
	if err := json.Unmarshal(constantsJSON, &c); err != nil {
		panic("constants.json: " + err.Error()) // the embedded file is tested
	}
	return &c
})

// DefaultConstants returns the constants that the program ships with. They
// must not be modified.
func DefaultConstants() *Constants { return loadConstants() }

// SetConstants replaces the constants that the estimate rests on.
func (p *Prepared) SetConstants(c *Constants) {
	p.constants = c
	p.measured = c.measuredOn(p.Cluster.Device)
}

// stepTerms estimates the time of one step from the shapes of the layers and
// the plan. It is the one place that knows how long anything takes.
//
//	step = (compute of the slowest stage) x micro-batches x (1 + bubble)
//	     + exposed data-parallel traffic + optimizer + fixed
//	bubble = (p-1)/(m·v)
//
// Source: arXiv:2104.04473 section 2.2 for the bubble; arXiv:1910.02054
// section 7 for the data-parallel volumes.
func (p *Prepared) stepTerms(l *layout) StepTerms {
	k := p.constants
	achievable := float64(p.rate.Achievable)
	if achievable == 0 {
		achievable = k.Achievable * float64(p.rate.Peak)
	}
	products, attention := achievable*k.Products, achievable*k.Attention
	memory := float64(p.Cluster.Device.MemBandwidth) * k.Memory

	var slowest StepTerms
	var slowestSum quantity.Seconds
	var params, expertParams float64
	for s := range l.plan.PP {
		t, dense, experts := p.stageTerms(l, s, products, attention, memory)
		if sum := t.Sum(); s == 0 || sum > slowestSum {
			slowest, slowestSum = t, sum
		}
		params, expertParams = max(params, dense), max(expertParams, experts)
	}

	m := l.microBatches
	t := StepTerms{
		Products:   slowest.Products * quantity.Seconds(m),
		Attention:  slowest.Attention * quantity.Seconds(m),
		MemoryOps:  slowest.MemoryOps * quantity.Seconds(m),
		TensorComm: slowest.TensorComm * quantity.Seconds(m),
		ExpertComm: slowest.ExpertComm * quantity.Seconds(m),
		Context:    slowest.Context * quantity.Seconds(m),
		Fixed:      slowest.Fixed * quantity.Seconds(m),
		Bubble:     slowestSum * quantity.Seconds((l.pp-1)/l.vp),
	}
	compute := float64(slowestSum) * m
	t.DataComm = quantity.Seconds(p.dataComm(l, params, expertParams, compute, float64(slowestSum)))
	state := l.shards[shOptimizer]
	c := p.costs
	moved := (c.weightBytes + c.gradBytes + 2*c.masterBytes + 2*c.momentsPerParam()) * (params/state.dense + expertParams/state.expert)
	t.Optimizer = quantity.Seconds(moved / memory)
	return t
}

// stageTerms returns what one micro-batch takes on stage s, forward and
// backward, and the parameters that the stage's devices hold.
func (p *Prepared) stageTerms(l *layout, s int, products, attention, memory float64) (t StepTerms, dense, experts float64) {
	c, k := p.costs, p.constants
	passes := float64(3 + forwardsAgain(l.plan.Recompute))
	attentionPasses := passes
	if l.plan.Recompute == Selective {
		attentionPasses++
	}
	add := func(kd *kind, n float64) {
		d, e := l.params(kd)
		dense += n * d
		experts += n * e
		w := l.forward(kd)
		mm := n * passes * (w.tensor + w.whole + w.experts) / products
		at := n * attentionPasses * w.mixing / attention
		t.Products += quantity.Seconds(mm)
		t.Attention += quantity.Seconds(at)
		moved := l.saved(kd, NoRecompute) * passes * k.Traffic
		mem := n * moved / memory
		t.MemoryOps += quantity.Seconds(mem)
		if floor := n * passes * k.LaunchSeconds * max(kd.reductions, 0.2); mm+at+mem < floor {
			t.Fixed += quantity.Seconds(floor - mm - at - mem)
		}
		hidden := kd.input * l.micro / l.cp
		if l.tp > 1 {
			// One all-reduce (or reduce-scatter and all-gather) a block,
			// forward and backward; recompute repeats the forward's.
			volume := 2 * (l.tp - 1) / l.tp * hidden * kd.reductions * (passes - 1)
			t.TensorComm += quantity.Seconds(n * volume / p.bandwidth(l.tp))
		}
		if l.ep > 1 && kd.topK > 0 {
			// Dispatch and combine, each forward and backward.
			volume := 2 * (passes - 1) * kd.topK * hidden / l.sequence() * (l.ep - 1) / l.ep
			t.ExpertComm += quantity.Seconds(n * volume / p.bandwidth(l.tp*l.cp*l.ep))
		}
		if l.cp > 1 && kd.maxKV > 0 {
			// The ring passes keys and values around, hidden behind attention
			// as far as that takes long enough.
			kv := 2 * hidden / l.tp * (passes - 1) * (l.cp - 1)
			t.Context += quantity.Seconds(max(0, n*kv/p.bandwidth(l.tp*l.cp)-at))
		}
	}
	l.stage(s, add)
	if s == 0 {
		for _, i := range c.input {
			add(&c.kinds[i], float64(c.kinds[i].layers))
		}
	}
	if s == l.plan.PP-1 {
		for _, i := range c.output {
			add(&c.kinds[i], float64(c.kinds[i].layers))
		}
		loss := c.logits * c.stack.LogitsBytes * l.micro / (l.cp * l.tp)
		t.MemoryOps += quantity.Seconds(loss * k.Traffic / memory)
	}
	return t, dense, experts
}

// bandwidth returns the bytes a second that a device's collectives reach in a
// group that spans so many neighbouring devices. Devices of a node without
// links of their own talk through the host's.
func (p *Prepared) bandwidth(span float64) float64 {
	c, k := &p.Cluster, p.constants
	switch {
	case span <= float64(c.Domain()) && c.Device.ScaleUp.Bandwidth > 0:
		return float64(c.Device.ScaleUp.Bandwidth) * k.ScaleUp
	case span <= float64(c.DevicesPerNode) || p.network == 0:
		return float64(c.Device.HostLink.Bandwidth) * k.ScaleUp
	}
	return float64(p.network) * k.ScaleOut
}

// dataComm returns the data-parallel traffic that the backward pass does not
// hide: gradients reduced and weights gathered once a step, or, when weights
// are sharded, gathered twice and reduced once a micro-batch.
func (p *Prepared) dataComm(l *layout, dense, experts, compute, micro float64) float64 {
	c := p.costs
	if l.shard <= 1 {
		return 0
	}
	gradients, weights := c.gradBytes, c.actBytes
	volume := gradients + weights
	hidden := 2.0 / 3 * micro
	if l.plan.Sharding == Zero3 {
		volume = (2*weights + gradients) * l.microBatches
		hidden = compute
	}
	comm := p.reduceTime(l, l.shard, dense*volume)
	if experts > 0 && l.expertShard > 1 {
		comm += p.reduceTime(l, l.expertShard, experts*volume)
	}
	return max(comm-p.constants.Overlap*hidden, comm*0.05)
}

// reduceTime returns the time to move a device's share of bytes through a
// reduce-scatter and all-gather over n ranks, inside nodes and then across.
func (p *Prepared) reduceTime(l *layout, n, bytes float64) float64 {
	inside := max(1, min(n, float64(p.neighbours())/l.tp))
	t := 0.0
	if inside > 1 {
		t += (inside - 1) / inside * bytes / p.bandwidth(1)
	}
	if across := n / inside; across > 1 {
		t += (across - 1) / across * bytes / inside / p.bandwidth(math.Inf(1))
	}
	return t
}

// neighbours returns how many devices talk without the network between nodes.
func (p *Prepared) neighbours() int {
	if p.network == 0 {
		return p.Cluster.Count
	}
	return max(p.Cluster.Domain(), p.Cluster.DevicesPerNode)
}

// time fills in the step and the run.
func (p *Prepared) time(l *layout, e *Estimate) {
	plan, t := l.plan, &e.Time
	perStep := float64(plan.GlobalBatch)
	devices := float64(p.Cluster.Count)
	modelStep := p.costs.palm * perStep
	if p.Workload.MFU > 0 {
		t.Step = quantity.Seconds(modelStep / (devices * float64(p.rate.Peak) * p.Workload.MFU))
		t.StepLow, t.StepHigh = t.Step, t.Step
		t.Terms = StepTerms{Products: t.Step}
	} else {
		t.Terms = p.stepTerms(l)
		t.Step = t.Terms.Sum()
		band := p.stepBand()
		t.StepLow, t.StepHigh = t.Step*quantity.Seconds(band.Low), t.Step*quantity.Seconds(band.High)
	}
	t.MFU = modelStep / (devices * float64(p.rate.Peak) * float64(t.Step))
	t.TokensPerSecond = perStep * float64(p.Workload.Seq) / float64(t.Step)
	t.TokensPerSecondPerDevice = t.TokensPerSecond / devices
	t.Steps = 1
	if p.Workload.Tokens > 0 {
		t.Steps = math.Ceil(p.samples(plan) / perStep)
	}
	t.Run = t.Step * quantity.Seconds(t.Steps)
	t.RunLow, t.RunHigh = t.StepLow*quantity.Seconds(t.Steps), t.StepHigh*quantity.Seconds(t.Steps)
	t.DeviceHours = float64(t.Run) / 3600 * devices
}

// stepBand returns the band of the step time: that of the measurements the
// constants were fitted on, wider for an inferred shape and for a device that
// none of them ran on.
func (p *Prepared) stepBand() Band {
	return p.widen(p.constants.StepBand)
}

// memoryBand returns the band of the memory in the same way.
func memoryBand(p *Prepared) Band { return p.widen(p.constants.MemoryBand) }

func (p *Prepared) widen(b Band) Band {
	k := p.constants
	if p.costs.model.Inferred {
		b = Band{b.Low / k.Inferred, b.High * k.Inferred}
	}
	if !p.measured {
		b = Band{b.Low / k.Unmeasured, b.High * k.Unmeasured}
	}
	return b
}

// measuredOn reports whether the constants were fitted on the device's
// architecture.
func (k *Constants) measuredOn(d *hardware.Device) bool {
	for _, a := range k.Measured {
		if a == d.Arch {
			return true
		}
	}
	return false
}
