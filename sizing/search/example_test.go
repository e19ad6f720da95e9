package search_test

import (
	"fmt"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// The best layout of a model on a node, and the same with the tensor
// parallelism fixed.
func ExampleRun() {
	entry, err := catalog.Default().Find("llama-3.1-8b")
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := entry.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	device, err := hardware.Default().Find("h100")
	if err != nil {
		fmt.Println(err)
		return
	}
	cluster, err := hardware.NewCluster(device, 8)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := train.Prepare(model, train.Workload{Seq: 8192, Batch: 512}, train.DefaultStack(device), cluster)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := search.Run(p, search.Options{Top: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(r.Plans), "plans, the best fits:", r.Plans[0].Memory.Fits)
	r, err = search.Run(p, search.Options{Fixed: search.Fixed{Plan: train.Plan{TP: 4}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("tp", r.Plans[0].Plan.TP)
	// Output:
	// 3 plans, the best fits: true
	// tp 4
}

// What to train with as much arithmetic as Chinchilla took.
func ExampleScalingLaw_For() {
	o, err := search.Besiroglu.For(5.76e23)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%v parameters on %v tokens, %.2f nats per token\n", o.Params, o.Tokens, o.Loss)
	// Output: 72.2B parameters on 1.33T tokens, 1.97 nats per token
}
