// Package posttrain estimates preference tuning (DPO, KTO, ORPO), reward models
// and reinforcement learning with generation (GRPO, PPO): which models a step
// holds, which phases it has, what each takes and where the step spends its time.
//
// It is the only package that knows both training and serving. The policy's
// update is an estimate of package train; generation is that of an engine of
// package serve on the same devices or on devices of its own. A [Setup] becomes
// [train.Others] of the policy, which the search of layouts and the run then take
// into account like everything else, and an [Answer] that takes them apart.
package posttrain
