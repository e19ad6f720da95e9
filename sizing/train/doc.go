// Package train estimates one training step of a model on a cluster: its layout
// over devices, memory per device, FLOPs and time. [Prepare] reduces a model, a
// workload, a stack and a cluster to what plans are evaluated on;
// [Prepared.Evaluate] is the readable reference and [Evaluator] the fast path that
// gives the same numbers to the last bit.
package train
