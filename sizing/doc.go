// Package sizing answers what a machine-learning model costs: a question names a
// model, devices, a workload and as much of a plan as is fixed, and the answer has
// its size class, memory per device, storage, FLOPs, step and run time, money and
// energy. It holds pure functions over plain values: no files, no network, no
// clock, no globals that change.
//
// The parts stand in packages of their own: model (what is trained), train (one
// step), serve (inference), run (what a run adds to its steps), search (the best
// plan), catalog and modelfile (where models come from).
package sizing
