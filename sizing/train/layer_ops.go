package train

import (
	"math"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// layerOps are the operations of one layer of a kind, as the step time needs
// them: its GEMM shapes, the core of attention, and the bytes that memory-bound
// kernels move. They are computed once per layer kind.
type layerOps struct {
	products []product
	cores    []core
	// written is the bytes of one sample's saved activations without scores:
	// memory-bound kernels read and write them.
	written [model.NumAxes]float64
	// scores are the bytes of attention scores written to memory.
	scores float64
	// biased is the bytes of one sample that the activation of experts with
	// biases reads.
	biased float64
	// blocks is how many blocks launch their own kernels, reduced how many end
	// in a sum over all tensor-parallel ranks; routed experts do not.
	blocks, reduced float64
	// ring is the bytes of one sample that parts of its sequence exchange.
	ring ring
	// dispatched is the bytes of one sample's tokens as they are sent to
	// experts, topK the number of experts per token.
	dispatched, topK float64
	experts          float64 // share of all experts that one token may be routed to
	index            int     // of the layer kind
}

// product is the GEMM shape of a weight, or of several that one product reads,
// for a micro-batch: in inputs by out outputs.
type product struct {
	in, out float64
	// copies is the number of experts, uses the share of all tokens that one of
	// them sees; 1 and 1 for a dense layer.
	copies, uses float64
	// reach is how many inputs of a product read the same element: the area of
	// a convolution's kernel, else 1.
	reach float64
	// splits says that the library divides the long sum of a small weight
	// gradient over tiles (split-K), as cuDNN does for convolutions.
	splits bool
	// narrow says that the product runs in the workload's format; an
	// embedding's and a head's stay in 16 bits.
	narrow bool
	split  productSplit
	module model.Module // selective recompute drops the product with it
}

// productSplit says what tensor parallelism does to a product.
type productSplit uint8

const (
	splitNone    productSplit = iota
	splitColumns              // divides the outputs
	splitRows                 // divides the inputs
)

// core is the part of a block that mixes positions.
type core struct {
	executed, full float64 // forward FLOPs of a sample, causal and square
	heads, dim     float64 // 0 for a scan
	tokens         float64 // keys that a query sees, at most
	fused          bool
}

// newLayerOps lists the products and cores of one layer of the group.
func (c *profile) newLayerOps(g *model.Group, w Workload) layerOps {
	tokens := g.Positions(w.Seq)
	s := layerOps{index: len(c.kinds)}
	for _, b := range g.Blocks {
		s.addProducts(b, c.scale, g.Layered())
		s.addCore(b, tokens, c.stack.FusedAttention)
		s.ring.add(b, tokens, c.actBytes)
		if model.Reduces(b) {
			s.blocks++
			s.reduced++
		}
		if r := b.Routing(); r.Experts > 0 {
			s.route(r, tokens, c.actBytes)
		}
		for _, t := range b.Saved() {
			s.addWritten(c, t, tokens)
		}
	}
	return s
}

// route adds a block that routes tokens to experts.
func (s *layerOps) route(r model.Routing, tokens, width float64) {
	s.topK, s.experts = float64(r.TopK), r.Reach
	s.dispatched += float64(r.Width) * tokens * width
	s.biased += r.Biased * tokens * width
	if !r.Shared {
		s.reduced--
	}
}

// ring is what one part of a sequence needs of another, by what divides it:
// keys and values of separate KV heads, keys and values of a head per query
// head, those shared by all heads, and the state of a recurrence at the end of
// a part, whatever its length.
type ring struct{ kv, heads, whole, state float64 }

// add adds the bytes of a block.
func (r *ring) add(b model.Block, tokens, width float64) {
	x := b.Exchange()
	r.kv += float64(x.KV) * tokens * width
	r.heads += float64(x.Heads) * tokens * width
	r.whole += float64(x.Whole) * tokens * width
	r.state += float64(x.State) * width
}

// addProducts adds a block's matrices. Matrices with the same input are one
// product, as stacks fuse Q, K and V, or gate and up. Products of layers run in
// the workload's format if that is narrow.
func (s *layerOps) addProducts(b model.Block, scale float64, narrow bool) {
	narrow = narrow && b.Logits() == 0
	first := len(s.products)
	for _, t := range b.Weights() {
		if t.Cols == 0 || t.Uses == 0 {
			continue
		}
		p := newProduct(&t, scale, narrow)
		if n := len(s.products); n > first && p.split == splitColumns {
			if q := &s.products[n-1]; q.split == splitColumns && q.in == p.in && q.copies == p.copies && q.uses == p.uses {
				q.out += p.out
				continue
			}
		}
		s.products = append(s.products, p)
	}
}

// newProduct is the product with one weight.
func newProduct(t *model.Weight, scale float64, narrow bool) product {
	p := product{in: float64(t.Cols), out: float64(t.Rows) * scale, copies: 1, uses: t.Uses, reach: 1, narrow: narrow, split: splitColumns, module: t.Module}
	if t.Kernel > 0 {
		p.reach, p.splits = float64(t.Kernel), true
	}
	switch {
	case t.Split == model.Replicated:
		p.split = splitNone
	case t.SplitBy == model.ByInputs:
		p.split = splitRows
	}
	if t.Copies > 1 {
		p.copies = float64(t.Copies)
	}
	return p
}

// addCore adds the part of a block that mixes positions, if it has one.
func (s *layerOps) addCore(b model.Block, tokens float64, fused bool) {
	full, executed := b.Mixing(tokens)
	if full == 0 {
		return
	}
	a := b.Core()
	k := core{executed: executed, full: full, fused: fused, tokens: tokens, heads: float64(a.Heads), dim: a.Width}
	if a.Window > 0 {
		k.tokens = min(tokens, float64(a.Window))
	}
	s.cores = append(s.cores, k)
}

// addWritten adds the bytes of a saved activation.
func (s *layerOps) addWritten(c *profile, t model.Saved, tokens float64) {
	if !c.writes(t.When) {
		return
	}
	width := c.elementBytes(t.Width)
	s.written[t.Axis] += t.PerToken * tokens * width
	s.scores += t.PerPair * tokens * tokens * width
}

// timing is the part of the step time that depends on the cluster and the
// constants alone. It is computed once for both.
type timing struct {
	e Efficiency
	// products and plain are the rates of products in the workload's format and
	// in 16 bits, in FLOP/s; memory is in bytes/s.
	products, plain, memory float64
	narrow                  bool    // the format is of 8 or 4 bits
	added                   float64 // bytes moved per weight's gradient
	// local and global are the bandwidths of collectives among neighbours and
	// across nodes, in bytes/s per device. neighbours is the number of devices
	// that communicate without the network between nodes.
	local, global float64
	neighbours    float64
	// linked is how many of the neighbours local holds for. More of them talk
	// over the host's bus: bus is the bandwidth of a group on one processor,
	// cross that of a group on two.
	linked, bus, cross float64
	node               float64 // devices that share the node's network cards
	// axes is how many axes a torus has, axis how long they are on average; 0
	// and 0 where links are switched.
	axes, axis float64
	bandChoice
	key uint32 // of the question, whatever the plan
	clusterPaths
}

// clusterPaths are the paths of a cluster, whatever the constants.
type clusterPaths struct {
	path hardware.Path // among the neighbours
	// socket and joined are what rings reach over the bus of a node whose devices
	// have no links: on one socket, and on the node; 0 for other nodes.
	socket, joined quantity.Bandwidth
}

// bandChoice is the band of a step time, which the values of the constants do
// not change.
type bandChoice struct {
	band        Band
	nearestBand *BandFor // of which band is
	// stackMeasured and measured say that the band's measurements ran on the
	// stack, and on the device.
	stackMeasured, measured bool
}

// question is what the choice of constants depends on.
func (p *Prepared) question() Match {
	v, d := &p.profile.stack.Variant, p.Cluster.Device
	return Match{Stack: p.profile.stack.Name, Like: p.profile.stack.Like, Release: v.Release, Recipe: v.Recipe, Compile: &v.Compile, AsyncTP: &v.AsyncTP,
		Arch: d.Arch, Device: d.ID, Link: d.ScaleUp.Name, Precision: p.Workload.Precision.Compute().String()}
}

// ready fills in the timing for the cluster and the constants.
func (p *Prepared) ready() {
	question := p.question()
	p.timing = timing{bandChoice: p.chooseBand(&question), clusterPaths: p.paths()}
	p.readyRates(efficiencyAt(p.constants, &question))
	p.timing.key = p.questionKey() // which has the nodes of the timing
}

// chooseBand returns the band of a question.
func (p *Prepared) chooseBand(question *Match) (b bandChoice) {
	m := p.profile.model
	measured := *question
	measured.Like = "" // constants are inherited, measurements are not
	if p.profile.stack.represents() {
		measured.Stack = ""
	}
	b.nearestBand = bandAt(p.constants, &measured)
	b.stackMeasured = b.nearestBand.When.Stack != ""
	if b.band, b.measured = b.nearestBand.Near(p.Cluster.Device, m.Family, ShapeName(int64(m.Layers()), m.Hidden)); b.measured && !m.PerToken() {
		b.band, b.measured = b.nearestBand.Unmeasured, false // all measured steps are of language models
	}
	return b
}

// readyRates fills in what depends on the values of the constants.
func (p *Prepared) readyRates(values Efficiency) {
	d, t := p.Cluster.Device, &p.timing
	*t = timing{e: values, bandChoice: t.bandChoice, key: t.key, clusterPaths: t.clusterPaths}
	e := &t.e
	if f := p.Workload.Routing.busiest(); f > 0 {
		e.Imbalance = f
	}
	t.products = e.rate(d, p.rate) * e.Products * e.Software
	t.plain = t.products
	if p.Workload.Precision.Compute() >= hardware.FP8 {
		t.narrow = true
		t.products *= e.Narrow
		for _, format := range []hardware.DType{hardware.BF16, hardware.FP16} {
			if r, err := d.Rate(format); err == nil {
				t.plain = e.rate(d, r) * e.Products * e.Software
				break
			}
		}
	}
	t.memory = float64(d.MemBandwidth) * e.Memory
	t.added = 2
	if p.profile.stack.PersistentGradients {
		t.added = 2 * p.profile.gradBytes // read and written
	}
	p.readyNetwork(t)
}

// readyNetwork fills in the bandwidths. Devices of a node without device links
// communicate through the host.
func (p *Prepared) readyNetwork(t *timing) {
	c := &p.Cluster
	d, e := c.Device, &t.e
	t.neighbours = float64(c.Domain())
	t.node = float64(c.DevicesPerNode)
	path := &t.path
	share := path.Share
	if d.Torus != nil {
		share = 1
	}
	t.local = float64(path.Bandwidth) * share * e.ScaleUp
	p.readyBus(t)
	if d.Torus != nil && c.Slice.Chips() > 1 {
		rings := 0.0
		for i, joined := range c.Wraps() {
			switch {
			case c.Slice[i] == 1:
				continue
			case joined:
				rings++
			default:
				rings += 0.5 // a collective takes twice as long on a line
			}
			t.axes++
		}
		t.axis = math.Pow(float64(c.Slice.Chips()), 1/t.axes)
		t.local *= rings / float64(d.Torus.Dims)
	}
	if path.Bandwidth == 0 {
		// No link inside the node is known: everything crosses the network.
		t.neighbours, t.local = 1, math.Inf(1)
	}
	if p.network == 0 {
		t.neighbours = float64(c.Count)
	}
	if t.bus == 0 {
		t.linked = t.neighbours
	}
	t.global = float64(p.network) * e.ScaleOut
}

// readyBus fills in the bus to the host, where it joins more devices of a node
// than their own links do.
func (p *Prepared) readyBus(t *timing) {
	if t.joined == 0 {
		return
	}
	t.linked, t.neighbours = t.neighbours, float64(min(p.Cluster.DevicesPerNode, p.Cluster.Count))
	t.bus, t.cross = float64(t.socket)*t.e.ScaleUp, float64(t.joined)*t.e.ScaleUp
}

// paths finds the paths of the cluster.
func (p *Prepared) paths() clusterPaths {
	c := &p.Cluster
	paths := clusterPaths{path: c.Among(c.Domain())}
	joined := min(c.DevicesPerNode, c.Count)
	if c.Device.Torus != nil || joined <= c.Domain() || c.Device.HostLink.Bandwidth == 0 {
		return paths
	}
	paths.socket, paths.joined = c.Among(min(joined, hardware.SocketDevices)).Achieved(), c.Among(joined).Achieved()
	return paths
}

// rate returns the rate of a large product: as measured on the device, or a
// share of the peak, less on a part with less power for its peak and more on
// one with more. H100 parts of 350, 400 and 700 W were measured at 499, 488 and
// 821 of 756, 836 and 989 TFLOP/s, an exponent of 0.5 and 0.9.
// Source: github.com/mag-/gpu_benchmark@93322b7 README.md.
func (e *Efficiency) rate(d *hardware.Device, r hardware.Rate) float64 {
	if r.Achievable > 0 {
		return float64(r.Achievable)
	}
	share := e.Achievable
	if peak := d.Rates[hardware.BF16].Peak; e.FullPower > 0 && d.Power > 0 && peak > 0 {
		powered := share * math.Pow(float64(d.Power)/(float64(peak)/1e12)/e.FullPower, e.PowerLaw)
		share = min(powered, max(share, mostAchieved))
	}
	return share * float64(r.Peak)
}

// mostAchieved is the largest share of peak that a power limit can raise the
// rate to: A100 and GH200 were measured at 0.87 and 0.86.
// Source: github.com/stas00/ml-engineering@744d01e compute/accelerator/README.md.
const mostAchieved = 0.87
