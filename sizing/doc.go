// Package sizing answers what a machine-learning model costs: a [Request] names a
// model, devices, a workload and as much of a plan as is fixed, and its [Answer]
// has memory per device, storage, FLOPs, step and run time, money and energy. It
// holds pure functions over plain values: no files, no network, no clock, no
// globals that change.
//
//	entry, _ := catalog.Default().Find("llama-3.1-70b")
//	m, _ := entry.Build()
//	device, _ := hardware.Default().Find("h100")
//	answer, err := sizing.Ask(sizing.Request{
//		Model: m, Device: device, Count: 512,
//		Workload: train.Workload{Tokens: 15e12},
//	})
//
// Whatever the request leaves open is chosen, and a note of the answer says what
// was chosen and why. [Classify] says which size class a count of parameters is in.
//
// The parts stand in packages of their own: model (what is trained), train (one
// step), serve (inference), run (what a run adds to its steps), search (the best
// plan), catalog and modelfile (where models come from).
package sizing
