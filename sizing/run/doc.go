// Package run adds to the steps the rest of a run: the examples that determine
// its length, batch ramp-up, evaluation, start-up, checkpoints, failures and
// restarts, and searches of many shortened trials.
package run
