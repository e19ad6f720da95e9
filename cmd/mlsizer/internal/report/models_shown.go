package report

import (
	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// GroupJSON is a run of equal layers of a model.
type GroupJSON struct {
	Name   string          `json:"name"`
	Layers int             `json:"layers"`
	Params quantity.Params `json:"params"`
	Blocks []BlockJSON     `json:"blocks"`
}

// BlockJSON is a part of a layer with its dimensions.
type BlockJSON struct {
	Kind string      `json:"kind"`
	Dims model.Block `json:"dimensions"`
}

// RunJSON is a published training run.
type RunJSON struct {
	Tokens      quantity.Tokens `json:"tokens,omitempty"`
	Devices     string          `json:"devices,omitempty"`
	Count       int             `json:"count,omitempty"`
	DeviceHours float64         `json:"device_hours,omitempty"`
	Days        float64         `json:"days,omitempty"`
	Snapshot    float64         `json:"snapshot_days,omitempty"`
	BatchTokens int64           `json:"batch_tokens,omitempty"`
	Seq         int64           `json:"seq,omitempty"`
	FLOPs       quantity.FLOPs  `json:"flops,omitempty"`
	Source      string          `json:"source,omitempty"`
}

// ShownModel is everything that is known of a model.
type ShownModel struct {
	Head
	ModelJSON  `json:"model"`
	Aliases    []string                   `json:"aliases,omitempty"`
	Year       int                        `json:"year,omitempty"`
	Context    int64                      `json:"context,omitempty"`
	Vocab      int64                      `json:"vocab,omitempty"`
	Hidden     int64                      `json:"hidden,omitempty"`
	Layers     int                        `json:"layers"`
	Published  quantity.Params            `json:"published_params,omitempty"`
	Components map[string]quantity.Params `json:"params_by_component"`
	Groups     []GroupJSON                `json:"groups"`
	Runs       []RunJSON                  `json:"runs,omitempty"`
	Scope      string                     `json:"scope,omitempty"`
	// Environment is what a model of reinforcement learning acts in.
	Environment *model.Environment `json:"environment,omitempty"`
	Note        string             `json:"note,omitempty"`
}
