package sizing

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/option"
	"mlsizer/sizing/train"
)

func sensitiveRequest(t *testing.T) Request {
	e, err := catalog.Default().Find("llama-3.1-8b")
	require.NoError(t, err)
	m, err := e.Build()
	require.NoError(t, err)
	d, err := hardware.Default().Find("h100")
	require.NoError(t, err)
	q := Request{Model: m, Device: d, Count: 64}
	q.Workload.Tokens = 1e12
	return q
}

// Each ratio is what the request with the alternative set gives when it is asked
// by hand.
func TestSensitivityAsksAgain(t *testing.T) {
	q := sensitiveRequest(t)
	a, err := Ask(q)
	require.NoError(t, err)
	set := map[string]func(q *Request, to any){
		"stack": func(q *Request, to any) {
			s, err := train.FindStack(to.(string))
			require.NoError(t, err)
			q.Stack = s
		},
		"precision": func(q *Request, to any) { q.Precision = option.Set(to.(train.Precision)) },
		"batch":     func(q *Request, to any) { q.Workload.Batch = to.(int64) },
		"seq":       func(q *Request, to any) { q.Workload.Seq = to.(int64) },
	}
	seen := map[string]int{}
	for _, s := range Sensitivity(q, a, nil) {
		seen[s.Assumption]++
		change, ok := set[s.Assumption]
		if !ok {
			continue
		}
		again := q
		change(&again, s.Alternative)
		b, err := Ask(again)
		require.NoError(t, err)
		if s.Assumption == "stack" { // a run whose software is named overruns less
			assert.InDelta(t, float64(b.Goodput.Planned/a.Goodput.Planned), s.Run, 1e-9, "%v", s.Alternative)
			continue
		}
		assert.InDelta(t, float64(b.Goodput.Run/a.Goodput.Run), s.Run, 1e-9, "%s %v", s.Assumption, s.Alternative)
		assert.InDelta(t, float64(b.Goodput.Cost.USD/a.Goodput.Cost.USD), s.Cost, 1e-9, "%s %v", s.Assumption, s.Alternative)
	}
	assert.Equal(t, map[string]int{"stack": 1, "precision": 1, "batch": 2, "seq": 2, "recompute": 1, "mtbf": 1}, seen)
}

// What the request sets is no assumption.
func TestSensitivityLeavesOutWhatIsSet(t *testing.T) {
	q := sensitiveRequest(t)
	q.Stack, q.Precision = train.Stacks()[0], option.Set(train.BF16)
	q.Workload.Batch, q.Workload.Seq, q.Workload.PricePerHour = 512, 4096, 2
	q.Recompute, q.Reliability.DeviceMTBF = option.Set(train.NoRecompute), 1e8
	a, err := Ask(q)
	require.NoError(t, err)
	assert.Empty(t, Sensitivity(q, a, []hardware.Price{{PerHour: 9, Provider: "x"}}))
}

func TestSensitivityOfPrice(t *testing.T) {
	q := sensitiveRequest(t)
	d := *q.Device
	d.Price = &hardware.Price{PerHour: 4, Provider: "a"}
	q.Device = &d
	a, err := Ask(q)
	require.NoError(t, err)
	list := Sensitivity(q, a, []hardware.Price{
		{PerHour: 40, Provider: "a"}, {PerHour: 5, Provider: "b"}, {PerHour: 1, Provider: "c"}, {PerHour: 99, Provider: "d", Kind: hardware.Spot},
	})
	last := list[len(list)-1]
	assert.Equal(t, "price", last.Assumption)
	assert.Equal(t, "c", last.From)
	assert.Equal(t, 1.0, last.Run)
	assert.Equal(t, 0.25, last.Cost)
}

func TestLargest(t *testing.T) {
	list := []Sensitive{{Assumption: "a", Run: 1.1}, {Assumption: "b", Run: 0.5}, {Assumption: "b", Run: 1.9}, {Assumption: "c", Run: 1, Cost: 1.5}}
	got := Largest(list, 2)
	assert.Equal(t, []Sensitive{list[1], list[3]}, got)
}
