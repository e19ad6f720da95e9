package evidence

import "slices"

// mlperfTask is a language task of MLPerf Inference: the defaults of rows that
// omit them.
type mlperfTask struct {
	name          string
	input, output float64 // tokens, mean
	// server and interactive are the limits of the time per token by scenario,
	// in seconds; 0: no limit.
	server, interactive float64
}

// mlperfTasks are the tasks by the names that results are published under, without
// the accuracy behind them ("-99.9").
// Source: mlcommons/inference mlperf.conf (limits of latency) and
// language/*/README.md (data sets: OpenOrca 294.45 tokens an answer; OpenOrca,
// GSM8K and MBXP 145.9; CNN-DailyMail of 778 tokens with answers of 128 or, of
// GPT-J, 69; LongBench, RULER and GovReport 9,400 and 684.68; reasoning 3,886).
var mlperfTasks = []mlperfTask{
	{name: "llama2-70b", input: 294, output: 294.45, server: 0.2, interactive: 0.04},
	{name: "llama3.1-8b", input: 778, output: 128, server: 0.1, interactive: 0.03},
	{name: "llama3.1-405b", input: 9400, output: 684.68, server: 0.175, interactive: 0.08},
	{name: "mixtral-8x7b", input: 294, output: 145.9, server: 0.2},
	{name: "deepseek-r1", input: 800, output: 3886, server: 0.08, interactive: 0.015},
	{name: "gptj", input: 870, output: 69},
}

// mlperf returns the row's task, nil without one, and the limit of the time per
// token in its scenario, 0 without one.
func (r *ServingRow) mlperf() (task *mlperfTask, limit float64) {
	at := slices.IndexFunc(mlperfTasks, func(t mlperfTask) bool { return t.name == r.Task })
	if at < 0 {
		return nil, 0
	}
	task = &mlperfTasks[at]
	return task, map[string]float64{"server": task.server, "interactive": task.interactive}[r.Scenario]
}
