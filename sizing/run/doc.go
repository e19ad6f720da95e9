// Package run adds to a step what a run has besides: the examples that make its
// length, batch ramp-up, evaluation, start-up, checkpoints, failures and restarts,
// and searches of many shortened trials.
package run
