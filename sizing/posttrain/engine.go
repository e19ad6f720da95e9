package posttrain

import (
	"math"

	"mlsizer/hardware"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

// engine generates the answers of a step: replicas of the policy's weights, each
// on the devices of its tensor parallelism.
type engine struct {
	*serve.Prepared
	setup    *Setup
	devices  int // of all replicas
	replicas int
	share    float64 // of a device's memory
	each     int64   // answers of the busiest replica
	most     int64   // that it generates at once

	rollout, synchronisation quantity.Seconds
	low, high                float64        // band of the rollout's rate
	asleep                   quantity.Bytes // what it keeps while training runs
	memory                   serve.Memory
}

// reserve is the part of a device that an engine leaves to the context, the allocator
// and the activations of training.
const reserve = 0.08

// newEngine prepares the engine for a policy. held is what the other models of the
// step keep on a device.
func newEngine(s *Setup, p *train.Prepared, held quantity.Bytes) (*engine, error) {
	g := &engine{setup: s, devices: s.Devices, share: s.Engine.Utilisation}
	if s.Devices == 0 {
		g.devices = p.Cluster.Count
		g.share = colocated(s, p, held)
	}
	if err := g.place(p); err != nil {
		return nil, err
	}
	g.each = (s.Sequences() + int64(g.replicas) - 1) / int64(g.replicas)
	g.most = max(1, min(g.each, g.MaxBatch(s.Tokens()), s.Engine.MaxSequences))
	g.memory = g.Memory(s.Tokens(), g.most)
	g.asleep = g.memory.Overhead
	g.rollout = quantity.Seconds(g.generation())
	g.synchronisation = g.weightsMoved(p)
	fast, slow := g.WidestBand("load")
	g.low, g.high = fast, slow
	return g, nil
}

// colocated is the part of a device's memory that an engine takes beside the state
// of training, which is divided over all devices.
func colocated(s *Setup, p *train.Prepared, held quantity.Bytes) float64 {
	device := p.Cluster.Device.Memory
	free := float64(1) - reserve
	if !s.Offload {
		state := p.StateBytes() / quantity.Bytes(p.Cluster.Count)
		if s.Reference == Separate {
			state += quantity.Bytes(float64(p.Params()) * p.WeightBytes() / float64(p.Cluster.Count))
		}
		free -= float64((state + held) / device)
	}
	return math.Max(0, math.Min(colocatedShare, free))
}

// place prepares one replica on the fewest devices that hold its weights and one
// answer, or on those that are asked for.
func (g *engine) place(p *train.Prepared) error {
	s, list := g.setup, []int{g.setup.TP}
	if s.TP == 0 {
		list = tensorParallels(g.devices)
	}
	var err error
	for _, tp := range list {
		if g.Prepared, err = g.replica(p, tp); err != nil {
			continue
		}
		if g.replicas = g.devices / tp; g.replicas > 0 && g.MaxBatch(s.Tokens()) > 0 {
			return nil
		}
		err = note.FieldError("rollout-tp", "posttrain.engine-does-not-fit", p.Model().Name, tp, p.Cluster.Device.ID, 100*g.share)
	}
	return err
}

// tensorParallels are the tensor parallelisms of a replica, the least first.
func tensorParallels(devices int) []int {
	list := []int{1}
	for n := 2; n <= devices && n <= maxReplica; n *= 2 {
		list = append(list, n)
	}
	return list
}

// maxReplica is the largest replica that is tried unasked.
const maxReplica = 64

// replica prepares a replica on tp devices.
func (g *engine) replica(p *train.Prepared, tp int) (*serve.Prepared, error) {
	s := g.setup
	quant, err := serve.FindQuant("bf16")
	if err != nil {
		return nil, err
	}
	c := p.Cluster
	c.Count = tp
	if c.Slices > 0 { // a torus has other shapes of fewer chips
		if c, err = hardware.NewCluster(c.Device, tp); err != nil {
			return nil, err
		}
	}
	q := serve.Request{Model: p.Model(), Quant: quant, Runtime: s.Engine, Cluster: c, Layout: serve.Layout{TP: tp},
		Context: s.Tokens(), Prompt: s.Prompt, Output: s.Answer, Batch: 1}
	q.DeviceMemory = c.Device.Memory * quantity.Bytes(g.share/s.Engine.Utilisation)
	if q.DeviceMemory <= 0 {
		return nil, note.FieldError("rollout-offload", "posttrain.no-memory-for-engine", p.Model().Name, c.Device.ID)
	}
	return q.Prepare()
}

// The lengths of answers: a normal distribution with half the mean as deviation,
// cut at zero and at twice the mean, so that the longest answer is twice the mean.
// No published distribution confirms it: mean and longest lengths of reported steps
// lie between one and a half and five times apart.
const (
	deviation = 0.5
	longest   = 2
	lengths   = 32 // points of the integral
)

// unfinished is the share of answers that are longer than x times the mean.
func unfinished(x float64) float64 {
	tail := func(x float64) float64 { return math.Erfc((x-1)/(deviation*math.Sqrt2)) / 2 }
	return (tail(x) - tail(longest)) / (tail(0) - tail(longest))
}

// generation is the time in which the busiest replica generates its answers. Its
// prompts are read once for a group, whose answers share their cache. Answers beyond
// those that it generates at once take the places of finished ones; the last ones
// decode in a batch that shrinks as they finish.
func (g *engine) generation() float64 {
	s, load := g.setup, g.Efficiency().Load()
	answer, most := float64(s.Answer), float64(g.most)
	prompts := math.Max(1, float64(g.each)/float64(s.Group))
	t := g.Prefill(float64(s.Prompt), 0, math.Min(prompts, most)) * math.Ceil(prompts/most)
	if rest := float64(g.each) - most; rest > 0 {
		t += rest * answer / most * g.Decode(most, float64(s.Prompt)+answer/2)
	}
	const step = float64(longest) / lengths
	for i := range lengths {
		x := (float64(i) + 0.5) * step
		batch := math.Max(1, most*unfinished(x))
		t += step * answer * g.Decode(batch, float64(s.Prompt)+x*answer)
	}
	return t / load
}

// weightsMoved is the time in which the policy's weights reach every replica: each
// device receives its part, within a node over its links, else over the network;
// adapters are what moves where only they are trained.
func (g *engine) weightsMoved(p *train.Prepared) quantity.Seconds {
	bytes := float64(p.Params()) * p.WeightBytes()
	if p.Workload.Method.Adapts() {
		bytes = float64(p.TrainedParams()) * p.WeightBytes()
	}
	c, d := &p.Cluster, p.Cluster.Device
	rate := float64(d.ScaleUp.Bandwidth)
	if rate == 0 {
		rate = float64(d.HostLink.Bandwidth)
	}
	if p.Devices() > c.DevicesPerNode || g.setup.Devices > 0 && g.setup.Devices+c.Count > c.DevicesPerNode {
		if n, err := c.Network(); err == nil && n > 0 {
			rate = float64(n)
		}
	}
	if rate == 0 {
		return 0
	}
	return quantity.Seconds(bytes / float64(g.Layout.TP) / rate)
}
