package train

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/sizing/model"
	"mlsizer/sizing/model/modeltest"
)

// The reference computes a stage's memory and the FLOPs of a step the slow
// way: layer by layer, tensor by tensor, from the blocks themselves, without
// the sums that the evaluation prepares.

// refLayer is one layer of the model in order.
type refLayer struct {
	group *model.Group
	index int // among the body layers
}

func refLayers(m *model.Model, place model.Place) []refLayer {
	var list []refLayer
	n := 0
	for i := range m.Groups {
		g := &m.Groups[i]
		for range g.Repeat {
			if g.Place == place {
				list = append(list, refLayer{g, n})
			}
			if g.Place == model.Body {
				n++
			}
		}
	}
	return list
}

// refShare is the part of a tensor that one device holds before data-parallel
// sharding.
func refShare(w model.Weight, p *Plan) float64 {
	n := float64(w.Rows * max(w.Cols, 1) * w.Copies)
	switch {
	case w.Split == model.ExpertSplit:
		return n / float64(p.EP*p.expertTP())
	case w.Split == model.TensorSplit && w.MaxSplit > 0:
		return n / math.Min(float64(p.TP), float64(w.MaxSplit))
	case w.Split == model.TensorSplit:
		return n / float64(p.TP)
	}
	return n
}

// refKeeps says whether the stack keeps a saved tensor.
func refKeeps(s *Stack, t model.Saved) bool {
	switch t.When {
	case model.WithDropout:
		return s.Dropout
	case model.WhenUnfused:
		return !s.FusedAttention
	case model.WhenUnfusedWithDropout:
		return !s.FusedAttention && s.AttentionDropout
	case model.WhenFused:
		return s.FusedAttention
	case model.WhenEager:
		return s.Eager
	case model.WhenWeightedInside:
		return s.WeightsInside
	case model.WhenWeightedOutside:
		return !s.WeightsInside
	}
	return true
}

// refSaved is what one layer keeps of a micro-batch.
func refSaved(s *Stack, w *Workload, p *Plan, g *model.Group, dropped model.Modules) float64 {
	total, tokens := 0.0, g.Positions(w.Seq)
	for _, b := range g.Blocks {
		for _, t := range b.Saved() {
			if !refKeeps(s, t) || dropped.Has(t.Module) {
				continue
			}
			if w.Method.Adapts() && len(t.Feeds) > 0 && !slices.ContainsFunc(t.Feeds, w.Adapter.feeds) {
				continue // read by frozen weights alone
			}
			width := map[model.Width]float64{model.Half: w.Precision.Bytes(), model.Full: 4, model.Mask: 1}[t.Width]
			n := (t.PerToken*tokens + t.PerPair*tokens*tokens) * width
			switch {
			case t.Axis == model.HeadAxis || t.Axis == model.ExpertAxis:
				n /= float64(p.TP)
			case t.Axis == model.DispatchAxis:
				n *= float64(p.expertTP()) / float64(p.TP)
			case t.Axis == model.SequenceAxis && s.KeepsGathered && len(t.Feeds) > 0:
			case t.Axis == model.SequenceAxis && p.SequenceParallel:
				n /= float64(p.TP)
			}
			total += n
		}
	}
	return total * float64(p.MicroBatch) / float64(p.CP)
}

// refRecomputed says whether full recompute takes a layer, which is layer at of
// its chunk, from 0, and the nth of its stage, from 1.
func refRecomputed(p *Plan, at, nth int) bool {
	switch {
	case p.Recompute != FullRecompute:
		return false
	case p.RecomputeMethod == BlockMethod:
		return at < p.RecomputeLayers
	case p.RecomputeMethod == EveryNth:
		return nth%p.RecomputeLayers == 0
	}
	return true
}

// refStage sums weights, gradients, optimizer state and activations of a stage
// for pre-training with Adam.
func refStage(m *model.Model, w *Workload, s *Stack, p *Plan, stage int) (weights, gradients, optimizer, activations float64) {
	weight, gradient, master := s.stateBytes(w.Precision)
	shard := float64(p.DP * p.CP)
	expertShard := shard * float64(p.TP) / float64(p.EP*p.expertTP())
	hold := func(g *model.Group) {
		for _, b := range g.Blocks {
			for _, t := range b.Weights() {
				n := refShare(t, p)
				if t.Shared && !s.UntiedHead {
					if p.PP == 1 || g.Place != model.Output {
						continue
					}
				}
				div := func(at Sharding) float64 {
					switch {
					case p.Sharding < at:
						return 1
					case t.Split == model.ExpertSplit:
						return expertShard
					}
					return shard
				}
				weights += n * weight / div(Zero3)
				gradients += n * gradient / div(Zero2)
				optimizer += n * (master + 8) / div(Zero1)
			}
		}
	}
	var l layout
	c := newProfile(m, *w, s)
	l.init(&Prepared{profile: c}, p)
	inFlight := l.inFlight(stage)
	working, inner, unit, nth := 0.0, 0.0, 0.0, 0
	for v := range p.VP {
		from, to := l.chunk(v*p.PP + stage)
		for _, layer := range refLayers(m, model.Body) {
			if layer.index < from || layer.index >= to {
				continue
			}
			hold(layer.group)
			full := refSaved(s, w, p, layer.group, 0)
			input := float64(m.Hidden) * layer.group.Positions(w.Seq) * w.Precision.Bytes() * float64(p.MicroBatch) / float64(p.CP)
			if p.SequenceParallel {
				input /= float64(p.TP)
			}
			nth++
			switch {
			case p.RecomputeMethod == UniformMethod:
				if (layer.index-from)%p.RecomputeLayers == 0 {
					activations += input * inFlight
					unit = 0
				}
				unit += full
				working, inner = math.Max(working, unit), math.Max(inner, full)
			case refRecomputed(p, layer.index-from, nth):
				activations += input * inFlight
				working, inner = math.Max(working, full), math.Max(inner, full)
			case p.Recompute == Selective:
				activations += refSaved(s, w, p, layer.group, model.Modules(0).With(model.CoreAttention)) * inFlight
			default:
				activations += full * inFlight
			}
		}
	}
	activations += working + inner*s.RecomputeGradients
	if stage == 0 {
		for _, layer := range refLayers(m, model.Input) {
			hold(layer.group)
			activations += refSaved(s, w, p, layer.group, 0) * inFlight
		}
	}
	if stage == p.PP-1 {
		for _, layer := range refLayers(m, model.Output) {
			hold(layer.group)
			activations += refSaved(s, w, p, layer.group, 0)
		}
	}
	return weights, gradients, optimizer, activations
}

func TestMemoryEqualsReference(t *testing.T) {
	s, err := FindStack("megatron-core")
	require.NoError(t, err)
	s21, err := FindStack("megatron-2021")
	require.NoError(t, err)
	compared := 0
	// Terms are rounded up to whole bytes.
	rapid.Check(t, func(t *rapid.T) {
		m := modeltest.Draw(t)
		stack := rapid.SampledFrom([]*Stack{s, s21}).Draw(t, "stack")
		w := Workload{Seq: 256 << rapid.IntRange(0, 4).Draw(t, "seq"), PUE: 1}
		plan := drawPlan(t, m)
		p, err := Prepare(m, w, stack, testCluster(plan.Devices()))
		require.NoError(t, err)
		if p.check(&plan) != nil {
			return
		}
		compared++
		for stage := range plan.PP {
			weights, gradients, optimizer, activations := refStage(m, &w, stack, &plan, stage)
			got := p.StageMemory(&plan, stage)
			require.InDelta(t, weights, float64(got.Weights), 1+1e-9*weights)
			require.InDelta(t, gradients, float64(got.Gradients), 1+1e-9*gradients)
			require.InDelta(t, optimizer, float64(got.Optimizer), 1+1e-9*optimizer)
			require.InDelta(t, activations, float64(got.Activations), 1+1e-9*activations)
		}
	})
	assert.Positive(t, compared, "no drawn plan could run: the test compared nothing")
}

func TestFLOPsEqualReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := modeltest.Draw(t)
		w := Workload{Seq: 128 << rapid.IntRange(0, 6).Draw(t, "seq")}
		c := newProfile(m, w, DefaultStack(testDevice()))
		products, executed, six, full := 0.0, 0.0, 0.0, 0.0
		for _, g := range m.Groups {
			for range g.Repeat {
				for _, b := range g.Blocks {
					for _, t := range b.Weights() {
						n := float64(t.Rows * max(t.Cols, 1) * t.Copies)
						products += 2 * n * t.Uses * g.Positions(w.Seq)
						if !t.Shared {
							six += 6 * n * math.Max(t.Uses, t.Active) * g.Positions(w.Seq)
						}
					}
					f, e := b.Mixing(g.Positions(w.Seq))
					executed += e
					full += f
				}
			}
		}
		require.InEpsilon(t, products+executed, c.fwd.total(), 1e-12)
		require.InEpsilon(t, six, c.sixND, 1e-12)
		require.InEpsilon(t, six+3*full, c.palm, 1e-12)
		require.InEpsilon(t, 3*(products+executed), c.megatron, 1e-12)
	})
}
