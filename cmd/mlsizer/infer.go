package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
)

// servingOptions are the flags that say what is served and how: those of infer
// and of compare --weights.
type servingOptions struct {
	on      []string
	context int64
	batch   int64
	prompt  int64
	output  int64
	weights []string
	kv      string
	runtime *serve.Runtime
	layout  serve.Layout
	offload serve.Offload
	host    quantity.Bandwidth
	hostRAM quantity.Bytes
	shared  bool
	images  int64          // in a prompt; not given: one where the model takes images
	memory  quantity.Bytes // of a device, instead of the catalogue's
	network hardware.Network
	// elsewhere are the devices that may be proposed instead.
	elsewhere []*hardware.Device
	explain   bool
	price     quantity.USD
	bounds    sizing.Bounds
	prune     []model.Prune
}

// inferOptions are the arguments of the infer command.
type inferOptions struct {
	*app
	servingOptions
	model string
}

func newInferCmd(a *app) *cobra.Command {
	o := &inferOptions{app: a}
	cmd := &cobra.Command{
		Use:  "infer MODEL --on DEVICE[xN]",
		Args: oneModel(&o.model, text.ModelOrFile, "mlsizer infer llama-3.1-70b --on h100x2", "compare --weights"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case len(o.on) == 0:
				return usageError(text.NoDevice.Error(), a.commandLine()+" --on h100x2")
			case len(o.on) != 1:
				return usageError(text.InferOneDevice.Error(len(o.on)), a.commandComparing(len(o.weights) > 0))
			case len(o.weights) > 1:
				return usageError(text.InferOneStorage.Error(len(o.weights)), a.commandReplacing("infer", "compare"))
			}
			return inferRun(cmd, o)
		},
	}
	addServingFlags(a, cmd, &o.servingOptions)
	return cmd
}

// addServingFlags adds the flags of infer.
func addServingFlags(a *app, cmd *cobra.Command, o *servingOptions) {
	o.bounds = sizing.DefaultBounds
	fs := cmd.Flags()
	fs.SortFlags = false
	addList(fs, &o.on, "on", "DEVICE[xN]", "h100x2", parseList)
	addValue(fs, &o.context, "context", "", "COUNT", "32k", parseTokenCount)
	addValue(fs, &o.batch, "batch", "", "COUNT", "16", parseWhole)
	addServingChoices(fs, o)
	addPrune(fs, &o.prune)
	addValue(fs, &o.layout.TP, "tp", "", "N", "2", parseDimension)
	addValue(fs, &o.layout.PP, "pp", "", "N", "2", parseDimension)
	addValue(fs, &o.layout.EP, "ep", "", "N", "2", parseDimension)
	addValue(fs, &o.network.ScaleOut, "scale-out", "", "RATE", "400Gb/s", quantity.ParseBandwidth)
	addValue(fs, &o.price, "price", "", "USD", "2.50", parsePrice)
	addBounds(fs, &o.bounds)
	fs.BoolVar(&o.explain, "explain", false, "")
	addHardwareFile(fs, a)
}

// addServingChoices adds the flags that only serving has.
func addServingChoices(fs *pflag.FlagSet, o *servingOptions) {
	addList(fs, &o.weights, "weights", "NAME", "q4_k_m", parseWeights).among(quants)
	addValue(fs, &o.kv, "kv", "", "NAME", "q8_0", parseKV).among(cacheTypes)
	addValue(fs, &o.runtime, "runtime", "", "NAME", "vllm", serve.FindRuntime).among(runtimes)
	addValue(fs, &o.prompt, "prompt", "", "COUNT", "4k", parseTokenCount)
	addValue(fs, &o.output, "answer", "", "COUNT", "512", parseTokenCount)
	addValue(fs, &o.offload, "offload", "", "NAME", "layers", serve.ParseOffload).among(named(serve.ParseOffload))
	addValue(fs, &o.host, "host-bandwidth", "", "RATE", "89.6GB/s", quantity.ParseBandwidth)
	addValue(fs, &o.hostRAM, "host-memory", "", "SIZE", "64GiB", parseMemory)
	addValue(fs, &o.memory, "memory", "", "SIZE", "28GiB", parseMemory)
	o.images = -1
	addValue(fs, &o.images, "images", "", "N", "2", parseImages)
	fs.BoolVar(&o.shared, "shared-context", false, "")
}

// parseImages reads a number of images.
func parseImages(s string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 || n > 1e6 {
		return 0, text.NotImages.Error()
	}
	return n, nil
}

// parseWeights reads storages separated by commas.
func parseWeights(s string) ([]string, error) {
	list, err := parseList(s)
	if err != nil {
		return nil, err
	}
	for _, name := range list {
		if _, err := serve.FindQuant(name); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// parseMemory reads the memory of a device.
func parseMemory(s string) (quantity.Bytes, error) {
	b, err := quantity.ParseBytes(s)
	if err == nil && !(b >= 1<<20) {
		return 0, text.TooLittleMemory.Error()
	}
	return b, err
}

// parseKV checks the storage of a cache.
func parseKV(s string) (string, error) {
	_, err := serve.ParseKVType(s)
	return s, err
}

// What is served where nothing is said.
const (
	defaultServingContext = 8192
	defaultAnswer         = 512 // at most, and what a long answer leaves for the prompt
)

// divideContext refuses a context that has no room for a prompt and an answer,
// of which one may be left open, and gives the answer no more than is left.
func divideContext(s *serve.Request) error {
	prompt, answer := max(s.Prompt, 1), max(s.Output, 1)
	if prompt+answer > s.Context {
		return &flagFault{"context", text.ContextTooShort.Error(prompt, answer, s.Context, prompt+answer)}
	}
	if s.Prompt > 0 && s.Output == 0 {
		each := s.Context
		if s.SharedContext { // of a replica, whose part of the batch is not known yet
			each /= s.Batch
		}
		s.Output = max(1, min(defaultAnswer, each/4, each-s.Prompt))
	}
	return nil
}

// serving makes a question of a model, a machine and the flags; assumed names
// what was left open.
func (o *servingOptions) serving(m *modelArg, t target, weights string) (s serve.Request, assumed []note.Note, err error) {
	count := max(t.Count, 1)
	if s.Cluster, err = hardware.NewCluster(t.Device, count, o.network.Set); err != nil {
		return s, nil, err
	}
	assume := func(flag, value string) {
		assumed = append(assumed, noteOf(flag, text.AssumedServe.With(flag, value), ""))
	}
	s.Model, s.Runtime, s.Layout, s.Offload, s.HostBandwidth = m.Model, o.runtime, o.layout, o.offload, o.host
	s.Context, s.Batch, s.Prompt, s.Output, s.SharedContext, s.DeviceMemory = o.context, o.batch, o.prompt, o.output, o.shared, o.memory
	if s.Context == 0 {
		s.Context = defaultServingContext
		if m.Model.Context > 0 {
			s.Context = min(s.Context, m.Model.Context)
		}
		if needs := o.prompt + o.output; needs > 0 && (o.prompt == 0 || o.output == 0) {
			s.Context = max(s.Context, needs+defaultAnswer)
		} else {
			s.Context = max(s.Context, needs)
		}
		assume("context", fmt.Sprint(s.Context))
	}
	if s.Batch == 0 {
		s.Batch = 1
		assume("batch", "1")
	}
	if err := divideContext(&s); err != nil {
		return s, nil, err
	}
	s.Images = o.images
	if s.Images < 0 {
		s.Images = 0
		if n := m.Model.ImageTokens(); n > 0 {
			if s.Context >= 2*n {
				s.Images = 1
			}
			assume("images", fmt.Sprint(s.Images))
		}
	}
	s.Elsewhere, s.HostMemory = o.elsewhere, o.hostRAM
	s.Quant, s.StoredBytes = storageOf(m, weights)
	if published, _ := storageOf(m, ""); serve.WeightBytes(m.Model, published) < 1.9*quantity.Bytes(m.Model.Params()) {
		s.Published = published
	}
	if weights == "" {
		assume("weights", s.Quant.Name)
	}
	var why note.Note
	if s.Runtime == nil {
		s.Runtime, why = serve.RuntimeChoice(t.Device, s.Quant)
	}
	kv := o.kv
	if kv == "" {
		kv = s.Runtime.DefaultCache(s.Quant.Name)
		assume("kv", kv)
	}
	if why.Code != "" {
		assumed = append(assumed, why)
	}
	s.KV, err = serve.ParseKVType(kv)
	return s, assumed, err
}

// storageOf is how the weights are stored: as asked for, as the file has them,
// as the model was published, else in bf16.
func storageOf(m *modelArg, weights string) (*serve.Quant, quantity.Bytes) {
	if weights != "" {
		q, _ := serve.FindQuant(weights) // the flag has checked it
		return q, 0
	}
	if f := m.File; f != nil && f.Bytes > 0 && f.Params > 0 {
		return serve.StoredQuant(8*float64(f.Bytes)/float64(f.Params), f.Format == "gguf"), f.Bytes
	}
	if b := m.Model.StoredBits; b > 0 && b != 16 {
		return serve.StoredQuant(b, false), 0
	}
	q, _ := serve.FindQuant(cmp.Or(m.Weights, "bf16")) // a test knows the catalogue's
	return q, 0
}

// priceOf is what a device costs an hour, 0 if not known.
func (o *servingOptions) priceOf(d *hardware.Device) quantity.USD {
	if o.price > 0 {
		return o.price
	}
	if d.Price != nil {
		return d.Price.PerHour
	}
	return 0
}

func inferRun(cmd *cobra.Command, o *inferOptions) error {
	m, targets, err := o.asked(cmd.Context(), o.model, o.prune, o.on)
	if err != nil {
		return err
	}
	c, err := o.hardware()
	if err != nil {
		return err
	}
	o.elsewhere = c.All()
	weights := ""
	if len(o.weights) == 1 {
		weights = o.weights[0]
	}
	if m.Model.Encodes() {
		return o.encode(cmd, m, targets[0], weights)
	}
	answer, notes, err := o.infer(m, targets[0], weights)
	if err != nil {
		return o.inferError(cmd, err)
	}
	if err := o.print(inferDocument(o, m, targets[0], answer, notes)); err != nil {
		return err
	}
	if !answer.Memory.Fits {
		return exitCode(exitNoFit)
	}
	return nil
}

// infer answers for one model, machine and storage.
func (o *servingOptions) infer(m *modelArg, t target, weights string) (*serve.Answer, []note.Note, error) {
	s, assumed, err := o.serving(m, t, weights)
	if err != nil {
		return nil, nil, err
	}
	answer, err := s.Answer(o.priceOf(t.Device))
	if err != nil {
		return nil, nil, err
	}
	return answer, append(append(assumed, answer.Notes...), scopeNotes(m, t, o.price)...), nil
}

// scopeNotes say what is doubtful of the model's file, what its parameters leave
// out and where the price is from, where none was given.
func scopeNotes(m *modelArg, t target, given quantity.USD) []note.Note {
	notes := m.fileNotes()
	if m.Model.Scope != "" {
		notes = append(notes, note.New("scope.served", "", model.Scope(m.Model.Scope)))
	}
	if m.Entry != nil && m.Entry.Note != "" && m.Model.ImageTokens() > 0 {
		notes = append(notes, noteOf("images", text.OtherSizes.With(m.Entry.Note), ""))
	}
	if m.Entry == nil && m.Model.ImageTokens() > 0 {
		notes = append(notes, noteOf("images", text.TowerOfConfig, ""))
	}
	if p := t.Device.Price; p != nil && given == 0 {
		notes = append(notes, noteOf("price", text.PriceDated.With(p.PerHour, p.Date), p.Source))
	}
	return notes
}

// inferError makes a usage error of an answer that could not be given.
func (a *app) inferError(cmd *cobra.Command, err error) error {
	name := flagOf(err)
	if flag := cmd.Flags().Lookup(name); flag != nil && flag.Changed {
		return usageError(text.FlagValueFails.Error(name, flag.Value, err), a.commandWithout(name))
	}
	if lacksNetwork(err) {
		return usageError(err, a.commandLine()+" --scale-out 50GB/s")
	}
	return usageError(err, "")
}

// rateText is "1,234 (1,100–1,400)".
func rateText(mid, low, high float64) text.Text {
	return text.Same(fmt.Sprintf("%s (%s–%s)", perSecond(mid), perSecond(low), perSecond(high)))
}

// bandText is "1,100–1,400".
func bandText(low, high float64) text.Text {
	return text.Same(fmt.Sprintf("%s–%s", perSecond(low), perSecond(high)))
}

// perSecond prints three digits of a rate.
func perSecond(v float64) string {
	switch {
	case v >= 1000:
		return render.Count(v).String()
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
