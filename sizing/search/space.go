package search

import (
	"math"
	"slices"

	"mlsizer/sizing/option"
	"mlsizer/sizing/train"
)

// space is every layout of a prepared model on its devices.
//
// A layout is a node, one of the pipelines that its stages allow, and one of
// the states that its ranks allow. What takes how long depends on the node
// alone up to the pipeline; what it divides into is one product, so that the
// layouts can be counted without looking at them.
type space struct {
	p      *train.Prepared
	limits train.Limits
	fixed  Fixed
	batch  int64

	modes     []train.Recompute
	shardings []train.Sharding
	most      train.Sharding   // of them
	ascending []train.Sharding // the same, the least first
	offloads  []bool
	launched  map[train.Sharding][]bool // the offloads that the framework launches with a sharding
	sequence  []bool                    // sequence parallel, where tp is above 1

	devices   []int // divisors of the number of devices
	experts   []int // of the experts
	batches   []int // of the batch
	groupings []int // sizes of the groups that may share a state; 1 is all ranks
	pipelines [][]pipeline
	mostVP    []int // of the pipelines of every depth
}

// Fixed is what a search leaves as it is.
type Fixed struct {
	// Plan holds the dimensions, of which zero ones are open, and what no search
	// chooses: the method and the modules of recompute, and what is offloaded
	// beside the optimizer. Its other fields are not read.
	Plan train.Plan
	// The rest of a plan is set or open.
	Sharding         option.Of[train.Sharding]
	Recompute        option.Of[train.Recompute]
	SequenceParallel option.Of[bool]
	OffloadOptimizer option.Of[bool]
	ShardGroup       option.Of[int]
	// Ramp are the first global batches of a ramp-up, which the framework is to
	// launch too; 0 is none. What holds for two holds for all that follow.
	Ramp [2]int64
}

// Merged returns the plan with what is set of the rest in it.
func (f *Fixed) Merged() train.Plan {
	plan := f.Plan
	plan.Sharding = f.Sharding.Or(plan.Sharding)
	plan.Recompute = f.Recompute.Or(plan.Recompute)
	plan.SequenceParallel = f.SequenceParallel.Or(false)
	plan.OffloadOptimizer = f.OffloadOptimizer.Or(false)
	plan.ShardGroup = f.ShardGroup.Or(0)
	return plan
}

// node is the part of a layout that decides how long a layer takes, with the
// pipeline's depth and the recompute mode.
type node struct {
	tp, cp, ep, etp, mb, pp, dp int32
	sp                          bool
	mode                        train.Recompute
	floor                       float64 // lower bound of its step time in seconds
}

// pipeline is how the layers are shared out.
type pipeline struct{ vp, first, last int }

// newSpace lists what does not depend on other dimensions.
func newSpace(p *train.Prepared, fixed Fixed) *space {
	s := &space{p: p, limits: p.Limits(), fixed: fixed, batch: p.Workload.Batch}
	stack := p.Stack()
	s.modes = []train.Recompute{train.NoRecompute, train.Selective, train.FullRecompute}
	if mode, set := fixed.Recompute.Get(); set {
		s.modes = []train.Recompute{mode}
	} else if fixed.Plan.Offload != 0 { // full recompute keeps no module's activations
		s.modes = s.modes[:2]
	}
	s.shardings = stack.Shardings
	if sharding, set := fixed.Sharding.Get(); set {
		s.shardings = []train.Sharding{sharding}
	} else if fixed.Plan.OffloadParams {
		s.shardings = []train.Sharding{train.Zero3} // what it needs
	}
	s.most, s.ascending = slices.Max(s.shardings), slices.Sorted(slices.Values(s.shardings))
	s.offloads = []bool{false}
	switch {
	case fixed.Plan.OffloadParams && stack.OffloadTogether:
	case fixed.OffloadOptimizer.IsSet():
		s.offloads = []bool{fixed.OffloadOptimizer.Or(false)}
	case stack.OffloadOptimizer && s.limits.HostLink:
		s.offloads = []bool{false, true}
	}
	s.sequence = []bool{false}
	switch {
	case fixed.SequenceParallel.IsSet():
		s.sequence = []bool{fixed.SequenceParallel.Or(false)}
	case stack.SequenceParallel:
		s.sequence = []bool{true, false}
	}
	s.listStates()
	s.devices = divisors(int64(p.Cluster.Count))
	s.experts = divisors(s.limits.Experts)
	s.batches = divisors(s.batch)
	s.listPipelines()
	s.groupings = s.devices
	if !fixed.ShardGroup.IsSet() && !stack.HybridShard {
		s.groupings = []int{1}
	}
	return s
}

// listStates lists the offloads that the framework launches with each sharding.
func (s *space) listStates() {
	s.launched = map[train.Sharding][]bool{}
	for _, sharding := range s.shardings {
		for _, offload := range s.offloads {
			if s.p.AllowsState(&train.Plan{Sharding: sharding, OffloadOptimizer: offload}) {
				s.launched[sharding] = append(s.launched[sharding], offload)
			}
		}
	}
}

// divisors lists the divisors of n in order, those that a dimension can be; of
// 0 it is 1.
func divisors(n int64) []int {
	var low, high []int
	for d := int64(1); d <= n/d && d <= math.MaxInt32; d++ {
		if n%d == 0 {
			low = append(low, int(d))
			if other := n / d; other > d && other <= math.MaxInt32 {
				high = append(high, int(other))
			}
		}
	}
	for i := len(high) - 1; i >= 0; i-- {
		low = append(low, high[i])
	}
	if low == nil {
		return []int{1}
	}
	return low
}

// listPipelines lists how the layers may be shared out over every number of
// stages: in even chunks, as many a device as there are layers for, or in one
// chunk whose first and last stage hold one or two layers less than the
// others, which leaves room for the embedding and the head.
func (s *space) listPipelines() {
	f := &s.fixed.Plan
	layers := s.limits.Layers
	s.pipelines = make([][]pipeline, layers+1)
	for _, pp := range s.devices {
		if pp > max(layers, 1) {
			break
		}
		if pp >= len(s.pipelines) { // no layers at all
			s.pipelines = append(s.pipelines, nil)
		}
		var list []pipeline
		for vp := 1; vp == 1 || pp > 1 && pp*vp <= layers; vp++ {
			if f.VP == 0 || f.VP == vp {
				list = append(list, pipeline{vp: vp})
			}
		}
		s.pipelines[pp] = s.uneven(list, pp)
	}
	s.mostVP = make([]int, len(s.pipelines))
	for pp, list := range s.pipelines {
		s.mostVP[pp] = 1
		for _, l := range list {
			s.mostVP[pp] = max(s.mostVP[pp], l.vp)
		}
	}
}

// uneven adds the pipelines of one chunk a stage whose ends hold less, or leaves
// those whose ends can hold what the question fixes.
func (s *space) uneven(list []pipeline, pp int) []pipeline {
	fits := func(p pipeline) bool {
		return s.limits.Uneven(&train.Plan{PP: pp, VP: p.vp, FirstLayers: p.first, LastLayers: p.last})
	}
	f := &s.fixed.Plan
	switch {
	case f.FirstLayers > 0 || f.LastLayers > 0:
		for i := range list {
			list[i].first, list[i].last = f.FirstLayers, f.LastLayers
		}
		return slices.DeleteFunc(list, func(p pipeline) bool { return !fits(p) })
	case pp == 1 || f.VP > 1:
		return list
	}
	each := (s.limits.Layers + pp - 1) / pp
	options := []int{0} // as the others
	for _, n := range []int{each - 1, each - 2} {
		if n > 0 {
			options = append(options, n)
		}
	}
	for _, first := range options {
		for _, last := range options {
			if p := (pipeline{1, first, last}); first+last > 0 && fits(p) {
				list = append(list, p)
			}
		}
	}
	return list
}

// open reports whether a dimension may have the value.
func open(fixed, value int) bool { return fixed == 0 || fixed == value }

// divisions calls try with the nodes of one tensor and context parallelism
// without their pipelines: all with the same layer times.
func (s *space) divisions(tp, cp int, try func(*node)) {
	f, n := &s.fixed.Plan, s.p.Cluster.Count
	if n%(tp*cp) != 0 {
		return
	}
	at := new(node)
	for _, etp := range s.expertTPs(tp) {
		for _, ep := range s.experts {
			if !open(f.EP, ep) {
				continue
			}
			for _, sp := range s.sequence {
				if tp == 1 && sp != s.sequence[len(s.sequence)-1] {
					continue
				}
				for _, mb := range s.batches {
					if open(f.MicroBatch, mb) {
						*at = node{tp: int32(tp), cp: int32(cp), ep: int32(ep), etp: int32(etp), mb: int32(mb), sp: sp && tp > 1, mode: s.modes[0]}
						try(at)
					}
				}
			}
		}
	}
}

// depths calls try with the pipelines of a node; its recompute mode is the
// caller's.
func (s *space) depths(at *node, try func(*node)) {
	f := &s.fixed.Plan
	inner := int(at.tp * at.cp)
	etp := max(int(at.etp), 1)
	if at.etp == 0 {
		etp = int(at.tp)
	}
	for _, pp := range s.devices {
		if pp >= len(s.pipelines) || s.p.Cluster.Count%(inner*pp) != 0 {
			if pp >= len(s.pipelines) {
				break
			}
			continue
		}
		dp := s.p.Cluster.Count / (inner * pp)
		switch {
		case !open(f.PP, pp) || !open(f.DP, dp) || pp > 1 && !s.p.Stack().Pipeline && f.PP == 0:
			continue
		case s.batch%(int64(dp)*int64(at.mb)) != 0:
			continue
		case dp*inner%(int(at.ep)*etp) != 0:
			continue
		}
		at.pp, at.dp = int32(pp), int32(dp)
		try(at)
	}
}

// expertTPs lists the tensor parallelism inside an expert; 0 is that outside.
func (s *space) expertTPs(tp int) []int {
	if s.fixed.Plan.ETP > 0 {
		return []int{s.fixed.Plan.ETP}
	}
	if s.limits.Experts == 0 || tp == 1 || !s.p.Stack().ExpertTP {
		return []int{0}
	}
	list := divisors(int64(tp))
	list[len(list)-1] = 0
	return list
}

// pairs lists the tensor and context parallelisms.
func (s *space) pairs() [][2]int {
	var list [][2]int
	f := &s.fixed.Plan
	for _, tp := range s.devices {
		if !open(f.TP, tp) || tp == 1 && s.fixed.SequenceParallel.Or(false) || tp > 1 && f.TP == 0 && s.p.Stack().NoTensor || tp > 1 && (s.limits.Heads == 0 || s.limits.Heads%int64(tp) != 0) {
			continue
		}
		for _, cp := range s.devices {
			if open(f.CP, cp) && s.p.Cluster.Count%(tp*cp) == 0 && (cp == 1 || s.limits.Sequence && s.p.Workload.Seq%int64(2*cp) == 0) {
				list = append(list, [2]int{tp, cp})
			}
		}
	}
	return list
}

// states calls try with the shardings, shard groups and offloads of a plan
// whose other dimensions are set.
func (s *space) states(plan *train.Plan, try func()) {
	ranks := plan.DP * plan.CP
	etp := plan.ETP
	if etp == 0 {
		etp = plan.TP
	}
	if ranks == 1 && s.limits.Experts == 0 {
		s.unshared(plan, try)
		return
	}
	for _, plan.Sharding = range s.shardings {
		for _, group := range s.groupings {
			if group == 1 {
				group = 0
			}
			if !s.groups(plan, group, ranks, etp) {
				continue
			}
			plan.ShardGroup = group
			for _, plan.OffloadOptimizer = range s.launched[plan.Sharding] {
				try()
			}
			if ranks == 1 {
				break
			}
		}
	}
}

// unshared calls try with the states of a plan whose ranks have nobody to share
// with: all shardings come to the same, and the least that the framework
// launches stands for them.
func (s *space) unshared(plan *train.Plan, try func()) {
	if s.fixed.ShardGroup.Or(0) != 0 {
		return
	}
	plan.ShardGroup = 0
	for _, plan.OffloadOptimizer = range s.offloads {
		for _, plan.Sharding = range s.ascending {
			if slices.Contains(s.launched[plan.Sharding], plan.OffloadOptimizer) {
				try()
				break
			}
		}
	}
}

// groups reports whether a state may be shared by groups of that size.
func (s *space) groups(plan *train.Plan, group, ranks, etp int) bool {
	wanted, set := s.fixed.ShardGroup.Get()
	if set && group != wanted {
		return false
	}
	if group == 0 {
		return true
	}
	// No measurement confirms the time of weights that are gathered from other
	// slices of a torus: groups that span slices are for the user to say, up to
	// all ranks, which no group does not mean there.
	most := ranks - 1
	switch c := &s.p.Cluster; {
	case c.Slices > 1 && set:
		most = ranks
	case c.Slices > 1:
		most = min(most, c.Slice.Chips()/plan.TP)
	}
	return group <= most && ranks%group == 0 && plan.Sharding != train.NoSharding && (set || s.p.Stack().HybridShard) &&
		group*plan.TP%(plan.EP*etp) == 0
}

// plan returns the part of a plan that a node fixes.
func (s *space) plan(n *node) train.Plan {
	return train.Plan{TP: int(n.tp), PP: int(n.pp), VP: 1, CP: int(n.cp), EP: int(n.ep), ETP: int(n.etp), DP: int(n.dp),
		SequenceParallel: n.sp, MicroBatch: int(n.mb), GlobalBatch: s.batch, Recompute: n.mode,
		RecomputeMethod: s.fixed.Plan.RecomputeMethod, RecomputeLayers: s.fixed.Plan.RecomputeLayers,
		Modules: s.fixed.Plan.Modules, Offload: s.fixed.Plan.Offload, OffloadParams: s.fixed.Plan.OffloadParams, OffloadInputs: s.fixed.Plan.OffloadInputs}
}

// pipelineKey is what decides which pipelines a framework launches.
type pipelineKey struct {
	tp, pp int32
	micros int64
}

// counter counts layouts. It is for one goroutine.
type counter struct {
	*space
	pipelines map[pipelineKey]int64
}

// count returns how many layouts of one recompute mode a plan stands for whose
// pipeline and state are open.
func (c *counter) count(plan *train.Plan) int64 {
	pipelines := c.launched(plan)
	if pipelines == 0 {
		return 0
	}
	at, states := *plan, int64(0)
	c.states(&at, func() { states++ })
	return pipelines * states
}

// launched returns how many pipelines the framework launches of a plan whose
// other dimensions are set.
func (c *counter) launched(plan *train.Plan) int64 {
	key := pipelineKey{int32(plan.TP), int32(plan.PP), plan.MicroBatches()}
	n, known := c.pipelines[key]
	if !known {
		at := *plan
		c.shared(&at, func() { n++ })
		c.pipelines[key] = n
	}
	return n
}

// shared calls try with the pipelines that the framework launches of a plan
// whose other dimensions are set.
func (s *space) shared(plan *train.Plan, try func()) {
	for _, l := range s.pipelines[plan.PP] {
		plan.VP, plan.FirstLayers, plan.LastLayers = l.vp, l.first, l.last
		if s.p.AllowsLayout(plan) && s.ramps(*plan) {
			try()
		}
	}
}

// ramps reports whether the framework launches a plan with the batches of the
// ramp-up.
func (s *space) ramps(plan train.Plan) bool {
	for _, batch := range s.fixed.Ramp {
		if plan.GlobalBatch = batch; batch > 0 && !s.p.AllowsLayout(&plan) {
			return false
		}
	}
	return true
}
