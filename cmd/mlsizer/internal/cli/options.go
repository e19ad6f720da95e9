package cli

import (
	"context"

	"mlsizer/cmd/mlsizer/internal/deploy"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
)

// CompareOptions are the arguments of the compare command.
type CompareOptions struct {
	*App
	TrainingOptions
	Models  []string
	Varied  []Varied       // the flags that have several values
	differ  []string       // and those that differ between scenarios
	Sort    string         // a column, with a minus in front for the largest first
	Columns []string       // in their order, nil for those of a comparison
	Serving ServingOptions // with --weights or --student
	Student string         // a smaller model beside each
}

// ResolveAll finds the models, each with its pruned variants.
func (o *CompareOptions) ResolveAll(ctx context.Context) ([]*ModelArg, error) {
	var models []*ModelArg
	for _, name := range o.Models {
		m, err := o.ResolveOne(ctx, name)
		if err != nil {
			return nil, err
		}
		variants, err := m.Variants(o.Prune)
		if err != nil {
			return nil, err
		}
		for _, v := range variants {
			models = append(models, o.importNotes(v))
		}
	}
	return models, nil
}

// Served says whether serving is compared and not training.
func (o *CompareOptions) Served() bool {
	return len(o.Serving.Weights) > 0 || o.Student != "" || !o.Serving.Level.IsZero()
}

// ServingOptions are the flags of serving: those of infer and of compare
// --weights.
type ServingOptions struct {
	On      []string
	Context int64
	Batch   int64
	Prompt  int64
	Output  int64
	Weights []string
	Kv      string
	Runtime *serve.Runtime
	Layout  serve.Layout
	Offload serve.Offload
	Host    quantity.Bandwidth
	HostRAM quantity.Bytes
	Shared  bool
	// The limits of the runtime; 0 is its own.
	Utilisation   float64
	BatchedTokens int64
	MaxSequences  int64
	UBatch        int64
	FullWindows   bool
	Unfused       bool
	Export        deploy.Program // the launch to print; "" prints the answer
	Images        int64          // in a prompt; not given: one where the model takes images
	Memory        quantity.Bytes // per device, instead of the catalogue's
	Network       hardware.Network
	// Alternatives are the devices that may be proposed instead.
	Alternatives []*hardware.Device
	Explain      bool
	Price        quantity.USD
	Bounds       sizing.Bounds
	Prune        []model.Prune
	Level        serve.Level // what the service has to deliver; zero: not asked
}

// InferOptions are the arguments of the infer command.
type InferOptions struct {
	*App
	ServingOptions
	Model string
}

// MemoryLimit is a share of the device's memory, or bytes.
type MemoryLimit struct {
	Share float64
	Bytes quantity.Bytes
}

// Of is the limit on a device; 0 is none.
func (m MemoryLimit) Of(d *hardware.Device) quantity.Bytes {
	if m.Share > 0 {
		return quantity.Bytes(m.Share) * d.Memory
	}
	return m.Bytes
}

// ServeWithExport serves with the program whose launch is printed.
func (o *InferOptions) ServeWithExport() error {
	switch {
	case o.Export == "":
	case o.Runtime == nil:
		r, err := serve.FindRuntime(string(o.Export))
		if err != nil {
			return UsageError(err, "")
		}
		o.Runtime = r
	case o.Runtime.Name != string(o.Export):
		return UsageError(text.ExportOther.Error(string(o.Export), o.Runtime.Name), o.CommandWithout("runtime"))
	}
	return nil
}
