package sizing_test

import (
	"fmt"
	"log"

	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/option"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// request asks what training a model of the catalogue on devices takes.
func request(model, device string, count int, tokens quantity.Tokens) sizing.Request {
	entry, err := catalog.Default().Find(model)
	if err != nil {
		log.Fatal(err)
	}
	m, err := entry.Build()
	if err != nil {
		log.Fatal(err)
	}
	d, err := hardware.Default().Find(device)
	if err != nil {
		log.Fatal(err)
	}
	seq, batch := entry.Training()
	return sizing.Request{Model: m, Device: d, Count: count, Workload: train.Workload{Tokens: tokens},
		Published: sizing.Published{Year: entry.Year, Seq: seq, BatchTokens: batch}}
}

// What is left open is chosen, and the notes say what was chosen and why.
func ExampleAsk() {
	a, err := sizing.Ask(request("llama-3.1-70b", "h100", 512, 15e12))
	if err != nil {
		log.Fatal(err)
	}
	e := &a.Estimate
	fmt.Println(e.Plan.String())
	fmt.Printf("%v of %v per device: %v\n", e.Memory.Total, e.Memory.Device, e.Memory.Verdict)
	fmt.Printf("%v per step, %v in all (%v to %v)\n", e.Time.Step, a.Goodput.Run, a.Goodput.RunLow, a.Goodput.RunHigh)
	// Output:
	// tp8 pp4 vp9 dp16 zero1 mb2
	// 64.9 GiB of 79.6 GiB per device: fits
	// 6.99 s per step, 1.05 years in all (248 days to 2.32 years)
}

// A layout is set where it is known.
func ExampleRequest() {
	q := request("gpt-3", "a100-80g", 1024, 300e9)
	q.Workload.Seq, q.Workload.Batch = 2048, 1536
	q.Fixed = search.Fixed{
		Plan:     train.Plan{TP: 8, PP: 8, MicroBatch: 1},
		Sharding: option.Set(train.Zero1),
	}
	a, err := sizing.Ask(q)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Estimate.Plan.String())
	// Output:
	// tp8 pp8 vp5 dp16 zero1 mb1
}

// Open prepares a request for a search of the caller's own.
func ExampleRequest_Open() {
	a, err := request("llama-3.1-8b", "h100", 0, 1e12).Open(8)
	if err != nil {
		log.Fatal(err)
	}
	best, of, ok := search.Best(a.Prepared, search.Fixed{}, a.SureMemory())
	fmt.Println(ok, of > 1000, best.Memory.Verdict)
	// Output:
	// true true fits
}

// Conclude makes an answer of an estimate that was found elsewhere.
func ExampleAnswer_Conclude() {
	a, err := request("llama-3.1-8b", "h100", 0, 1e12).Open(8)
	if err != nil {
		log.Fatal(err)
	}
	e, err := a.Evaluate(&train.Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: a.Workload.Batch, Sharding: train.Zero1, Recompute: train.FullRecompute})
	if err != nil {
		log.Fatal(err)
	}
	if err := a.Conclude(a.Prepared, &e); err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Goodput.Run > e.Time.Run)
	// Output:
	// true
}

// Explain derives every figure of an answer.
func ExampleAnswer_Explain() {
	a, err := sizing.Ask(request("llama-3.1-8b", "h100", 64, 1e12))
	if err != nil {
		log.Fatal(err)
	}
	groups := map[string]int{}
	for _, d := range a.Explain() {
		groups[d.Group]++
	}
	fmt.Println(groups["memory"] > 0, groups["compute"] > 0, groups["time"] > 0, groups["run"] > 0)
	// Output:
	// true true true true
}

// The tiers count all parameters of a model.
func ExampleClassify() {
	for _, n := range []quantity.Params{124_439_808, 7e9, 175e9} {
		fmt.Println(sizing.Classify(n))
	}
	// Output:
	// medium
	// large
	// very-large
}

// The cuts between the tiers can be moved.
func ExampleParseBounds() {
	b, err := sizing.ParseBounds("10M,1B,100B,1T")
	if err != nil {
		log.Fatal(err)
	}
	tier, beyond := b.Classify(1_693_362)
	fmt.Println(tier, beyond)
	// Output:
	// small false
}

// A million counts are classified without allocation.
func ExampleBounds_ClassifyAll() {
	params := []quantity.Params{25_557_032, 671_026_419_200, 1_100_000_000_000}
	tiers := make([]sizing.Tier, len(params))
	counts := sizing.DefaultBounds.ClassifyAll(tiers, params)
	fmt.Println(tiers, counts.Beyond)
	// Output:
	// [medium very-large very-large] 1
}

// Models of a size class stand together, each class by size.
func ExampleSortBySize() {
	params := []quantity.Params{7e9, 124e6, 175e9}
	sizing.SortBySize(sizing.DefaultBounds, params, func(p quantity.Params) quantity.Params { return p })
	fmt.Println(params)
	// Output:
	// [124M 7.00B 175B]
}
