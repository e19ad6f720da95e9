package run

import (
	_ "embed"
	"encoding/json"
	"sync"

	"mlsizer/sizing/quantity"
)

//go:embed environment.json
var environmentFile []byte

// environmentFacts are what is known of environments and of published runs in
// them.
type environmentFacts struct {
	Environments []coreRate       `json:"environments"`
	Overrun      publishedOverrun `json:"overrun"`
	Runs         []EnvironmentRun `json:"runs"`
}

// coreRate is how many frames per second of an environment a core of the host
// runs, with the least and the most that were measured.
type coreRate struct {
	Name   string  `json:"name"`
	FPS    float64 `json:"frames_per_second_per_core"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Source string  `json:"source"`
}

// publishedOverrun is by how much longer than planned the published runs took:
// their geometric mean, and the 80 % band of one more run by Student's t. It
// stands for what no term holds: the interpreter between calls, sampling and
// copying of the replay memory, evaluation, older devices and software.
type publishedOverrun struct {
	Overrun
	Source string `json:"source"`
}

// EnvironmentRun is a published run of reinforcement learning.
type EnvironmentRun struct {
	Model  string          `json:"model"`
	Device string          `json:"device"`
	Frames quantity.Tokens `json:"frames"`
	Actors int64           `json:"actors"`
	Hours  float64         `json:"hours"`
	Source string          `json:"source"`
}

var environments = sync.OnceValue(func() *environmentFacts {
	f := &environmentFacts{}
	if err := json.Unmarshal(environmentFile, f); err != nil {
		panic("sizing: environment.json: " + err.Error()) // the embedded file is tested
	}
	return f
})

// rateOf returns what a core runs of an environment; zero where that is not
// known.
func rateOf(name string) coreRate {
	for _, r := range environments().Environments {
		if r.Name == name {
			return r
		}
	}
	return coreRate{}
}

// EnvironmentRuns returns the published runs that the overrun of reinforcement
// learning is made of.
func EnvironmentRuns() []EnvironmentRun { return environments().Runs }

// EnvironmentOverrun returns that overrun, and its source.
func EnvironmentOverrun() (o Overrun, source string) {
	p := &environments().Overrun
	return p.Overrun, p.Source
}
