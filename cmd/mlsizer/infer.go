package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/deploy"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
)

func newInferCmd(a *cli.App) *cobra.Command {
	o := &cli.InferOptions{App: a}
	cmd := &cobra.Command{
		Use:  "infer MODEL --on DEVICE[xN]",
		Args: cli.OneModel(&o.Model, text.ModelOrFile, "mlsizer infer llama-3.1-70b --on h100x2", "compare --weights"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.CheckForm(o.Explain); err != nil {
				return err
			}
			switch {
			case len(o.On) == 0:
				return cli.UsageError(text.NoDevice.Error(), a.CommandLine()+" --on h100x2")
			case len(o.On) != 1:
				return cli.UsageError(text.InferOneDevice.Error(len(o.On)), a.CommandComparing(len(o.Weights) > 0))
			case len(o.Weights) > 1:
				return cli.UsageError(text.InferOneStorage.Error(len(o.Weights)), a.CommandReplacing("infer", "compare"))
			}
			if err := a.CheckMoney(cmd, o.Price); err != nil {
				return err
			}
			if err := a.CheckLevel(cmd, &o.Level); err != nil {
				return err
			}
			return inferRun(cmd, o)
		},
	}
	addServingFlags(a, cmd, &o.ServingOptions)
	cli.AddValue(cmd.Flags(), &o.Export, "export", "", "PROGRAM", "vllm", deploy.ParseProgram).Among(deploy.Names)
	launch := ""
	cli.AddValue(cmd.Flags(), &launch, "import", "", "LAUNCH", text.LaunchExample, cli.AsTyped)
	cli.AddForm(a, cmd)
	a.TakeFile(cmd)
	takeLaunch(a, cmd, &launch)
	return cmd
}

// addServingFlags adds the flags of infer.
func addServingFlags(a *cli.App, cmd *cobra.Command, o *cli.ServingOptions) {
	o.Bounds = sizing.DefaultBounds
	fs := cmd.Flags()
	fs.SortFlags = false
	cli.AddList(fs, &o.On, "on", "DEVICE[xN]", "h100x2", cli.ParseList)
	cli.AddValue(fs, &o.Context, "context", "", "COUNT", "32k", cli.ParseTokenCount)
	cli.AddValue(fs, &o.Batch, "batch", "", "COUNT", "16", cli.ParseWhole)
	addServingChoices(fs, o, storedParser(a))
	cli.AddPrune(fs, &o.Prune)
	cli.AddValue(fs, &o.Layout.TP, "tp", "", "N", "2", cli.ParseDimension)
	cli.AddValue(fs, &o.Layout.PP, "pp", "", "N", "2", cli.ParseDimension)
	cli.AddValue(fs, &o.Layout.EP, "ep", "", "N", "2", cli.ParseDimension)
	cli.AddValue(fs, &o.Network.ScaleOut, "scale-out", "", "RATE", "400Gb/s", quantity.ParseBandwidth)
	cli.AddMoneyFlags(fs, a, &o.Price)
	cli.AddBounds(fs, &o.Bounds)
	fs.BoolVar(&o.Explain, "explain", false, "")
	cli.AddHardwareFile(fs, a)
}

// addServingChoices adds the flags that only serving has.
func addServingChoices(fs *pflag.FlagSet, o *cli.ServingOptions, weights func(string) ([]string, error)) {
	cli.AddList(fs, &o.Weights, "weights", "NAME", "q4_k_m", weights).Among(cli.Quants)
	cli.AddValue(fs, &o.Kv, "kv", "", "NAME", "q8_0", parseKV).Among(cli.CacheTypes)
	cli.AddValue(fs, &o.Runtime, "runtime", "", "NAME", "vllm", serve.FindRuntime).Among(cli.Runtimes)
	if fs.Lookup("prompt") == nil { // compare has them of post-training
		cli.AddValue(fs, &o.Prompt, "prompt", "", "COUNT", "4k", cli.ParseTokenCount)
		cli.AddValue(fs, &o.Output, "answer", "", "COUNT", "512", cli.ParseTokenCount)
	}
	cli.AddLevel(fs, &o.Level)
	cli.AddValue(fs, &o.Offload, "offload", "", "NAME", "layers", serve.ParseOffload).Among(cli.Named(serve.ParseOffload))
	cli.AddValue(fs, &o.Host, "host-bandwidth", "", "RATE", "89.6GB/s", quantity.ParseBandwidth)
	cli.AddValue(fs, &o.HostRAM, "host-memory", "", "SIZE", "64GiB", parseMemory)
	cli.AddValue(fs, &o.Memory, "memory", "", "SIZE", "28GiB", parseMemory)
	o.Images = -1
	cli.AddValue(fs, &o.Images, "images", "", "N", "2", parseImages)
	fs.BoolVar(&o.Shared, "shared-context", false, "")
	cli.AddValue(fs, &o.Utilisation, "gpu-memory-utilization", "", "SHARE", "0.9", cli.ParseShare)
	cli.AddValue(fs, &o.BatchedTokens, "max-num-batched-tokens", "", "COUNT", "8k", cli.ParseTokenCount)
	cli.AddValue(fs, &o.MaxSequences, "max-num-seqs", "", "COUNT", "256", cli.ParseWhole)
	cli.AddValue(fs, &o.UBatch, "ubatch", "", "COUNT", "512", cli.ParseTokenCount)
	fs.BoolVar(&o.FullWindows, "swa-full", false, "")
	fs.BoolVar(&o.Unfused, "no-flash-attention", false, "")
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
	list, err := cli.ParseList(s)
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

// storedParser reads storages, or the file or the repository that the weights
// are stored in.
func storedParser(a *cli.App) func(string) ([]string, error) {
	return func(s string) ([]string, error) {
		if a.Access.Names(s) {
			return []string{s}, nil
		}
		return parseWeights(s)
	}
}

// storedIn is the model with the weights of a file or a repository, if that is
// what the storage names.
func storedIn(ctx context.Context, a *cli.App, m *cli.ModelArg, weights string) (*cli.ModelArg, string, error) {
	if !a.Access.Names(weights) {
		return m, weights, nil
	}
	file, err := a.Resolve(ctx, weights)
	if err != nil {
		return nil, "", err
	}
	held, want := float64(file.File.Params), float64(m.Model.Params())
	if file.File.Bytes == 0 || held < 0.9*want || held > 1.2*want { // towers and further layers may be in it
		return nil, "", cli.UsageError(text.OtherWeights.Error(weights, file.File.Params, file.File.Bytes, m.Input, m.Model.Params()), "")
	}
	stored := *m
	stored.File = file.File
	return &stored, "", nil
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

// Defaults of serving.
const (
	defaultServingContext = 8192
	defaultAnswer         = 512 // at most, and what a long answer leaves for the prompt
)

// divideContext rejects a context without room for a prompt and an answer, of
// which one may be open, and limits the answer to the rest.
func divideContext(s *serve.Request) error {
	prompt, answer := max(s.Prompt, 1), max(s.Output, 1)
	if prompt+answer > s.Context {
		return &cli.FlagFault{Flag: "context", Err: text.ContextTooShort.Error(prompt, answer, s.Context, prompt+answer)}
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

// serving returns the request of a model, a machine and the flags; assumed
// lists the defaults that it uses.
func serving(o *cli.ServingOptions, m *cli.ModelArg, t cli.Target, weights string) (s serve.Request, assumed []note.Note, err error) {
	count := max(t.Count, 1)
	if s.Cluster, err = hardware.NewCluster(t.Device, count, append(slices.Clone(t.Options), o.Network.Set)...); err != nil {
		return s, nil, err
	}
	assume := func(flag, value string) {
		assumed = append(assumed, assumedNote(flag, value))
	}
	s.Model, s.Runtime, s.Layout, s.Offload, s.HostBandwidth = m.Model, o.Runtime, o.Layout, o.Offload, o.Host
	s.Context, s.Batch, s.Prompt, s.Output, s.SharedContext, s.DeviceMemory = o.Context, o.Batch, o.Prompt, o.Output, o.Shared, o.Memory
	if s.Context == 0 && !o.Level.IsZero() && o.Prompt > 0 && o.Output > 0 {
		s.Context = o.Prompt + o.Output // a service holds its requests and no more
	}
	if s.Context == 0 {
		s.Context = defaultServingContext
		if m.Model.Context > 0 {
			s.Context = min(s.Context, m.Model.Context)
		}
		if needs := o.Prompt + o.Output; needs > 0 && (o.Prompt == 0 || o.Output == 0) {
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
	s.Images = o.Images
	if s.Images < 0 {
		s.Images = 0
		if n := m.Model.ImageTokens(); n > 0 {
			if s.Context >= 2*n {
				s.Images = 1
			}
			assume("images", fmt.Sprint(s.Images))
		}
	}
	s.Alternatives, s.HostMemory = o.Alternatives, o.HostRAM
	s.Utilisation, s.BatchedTokens, s.MaxSequences, s.UBatch, s.FullWindows, s.Unfused = o.Utilisation, o.BatchedTokens, o.MaxSequences, o.UBatch, o.FullWindows, o.Unfused
	s.Quant, s.StoredBytes = storageOf(m, weights)
	if published, _ := storageOf(m, ""); serve.WeightBytes(m.Model, published) < 1.9*quantity.Bytes(m.Model.Params()) {
		s.Published = published
	}
	if weights == "" && len(o.Weights) == 0 { // else a file that was named
		assume("weights", s.Quant.Name)
	}
	var why note.Note
	if s.Runtime == nil {
		s.Runtime, why = serve.RuntimeChoice(t.Device, s.Quant)
	}
	kv := o.Kv
	if kv == "" {
		kv = s.Runtime.CacheFor(m.Model, t.Device, s.Quant.Name)
		assume("kv", kv)
	}
	if why.Code != "" {
		assumed = append(assumed, why)
	}
	s.KV, err = serve.ParseKVType(kv)
	return s, assumed, err
}

// storageOf is the weight format: as requested, as in the file, as published,
// else bf16.
func storageOf(m *cli.ModelArg, weights string) (*serve.Quant, quantity.Bytes) {
	if weights != "" {
		q, _ := serve.FindQuant(weights) // the flag has checked it
		return releasedAs(m, q), 0
	}
	if f := m.File; f != nil && f.Bytes > 0 && f.Params > 0 {
		return serve.StoredQuant(8*float64(f.Bytes)/float64(f.Params), f.Format == "gguf"), f.Bytes
	}
	if b := m.Model.StoredBits; b > 0 && b != 16 {
		return serve.StoredQuant(b, false), 0
	}
	q, _ := serve.FindQuant(cmp.Or(m.Weights, "bf16")) // a test knows the catalogue's
	return releasedAs(m, q), 0
}

// releasedAs is a format as a published checkpoint of the catalogue's model
// stores it, if one is known and the model is whole.
func releasedAs(m *cli.ModelArg, q *serve.Quant) *serve.Quant {
	if m.Entry == nil || m.Model.Name != m.Entry.Name {
		return q
	}
	return q.ReleasedAs(m.Entry.Name)
}

// priceOf is the price per device-hour, 0 if unknown.
func priceOf(o *cli.ServingOptions, d *hardware.Device) quantity.USD {
	if o.Price > 0 {
		return o.Price
	}
	if d.Price != nil {
		return d.Price.PerHour
	}
	return 0
}

func inferRun(cmd *cobra.Command, o *cli.InferOptions) error {
	m, targets, err := o.ModelAndTargets(cmd.Context(), o.Model, o.Prune, o.On)
	if err != nil {
		return err
	}
	c, err := o.Hardware()
	if err != nil {
		return err
	}
	o.Alternatives = c.All()
	if err := o.ServeWithExport(); err != nil {
		return err
	}
	weights := ""
	if len(o.Weights) == 1 {
		weights = o.Weights[0]
	}
	if m, weights, err = storedIn(cmd.Context(), o.App, m, weights); err != nil {
		return err
	}
	if m.Model.Encodes() {
		return encode(o, cmd, m, targets[0], weights)
	}
	answer, notes, err := infer(&o.ServingOptions, m, targets[0], weights)
	if err != nil {
		return inferError(o.App, cmd, err)
	}
	if o.Export != "" && answer.Memory.Fits {
		return exportLaunch(o, m, answer)
	}
	d := report.InferDocument(o, m, targets[0], answer, notes)
	if o.Short(o.Explain) {
		report.BriefServing(d, answer)
	}
	if err := o.Print(d); err != nil {
		return err
	}
	if !answer.Memory.Fits {
		return cli.ExitCode(cli.ExitNoFit)
	}
	return nil
}

// exportLaunch prints the launch of an answer.
func exportLaunch(o *cli.InferOptions, m *cli.ModelArg, a *serve.Answer) error {
	repository := a.Quant.Repository
	if name, ok := strings.CutPrefix(m.Input, "hf:"); ok || o.Access.Names(m.Input) {
		repository = name
	}
	launch := deploy.Write(o.Export, deploy.Launch{Answer: a, Model: m.Input, Repository: repository, Lang: o.Lang})
	if _, err := io.WriteString(o.Stdout, launch); err != nil {
		return cli.ReadError(text.Writing.Error(err), "")
	}
	return nil
}

// takeLaunch lets a command take its model and its flags from the launch of a
// serving program. Flags of the command line override them.
func takeLaunch(a *cli.App, cmd *cobra.Command, launch *string) {
	check := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if *launch == "" {
			return check(cmd, args)
		}
		read, err := deploy.Parse(*launch)
		if err != nil {
			return cli.UsageError(err, "")
		}
		flags := append([]deploy.Flag{{Name: "runtime", Value: string(read.Program)}}, read.Flags...)
		for _, f := range flags {
			if cmd.Flags().Changed(f.Name) {
				continue
			}
			if err := cmd.Flags().Set(f.Name, f.Value); err != nil {
				return cli.UsageError(text.LaunchFlag.Error(read.Program, f.Name, f.Value, err), "")
			}
		}
		if len(read.Left) > 0 {
			fmt.Fprintf(a.Stderr, "mlsizer: %s: %s\n", a.Say(text.Note), a.Sayf(text.LaunchLeft, strings.Join(read.Left, ", ")))
		}
		if len(args) == 0 {
			args = []string{read.Model}
		}
		return check(cmd, args)
	}
}

// infer answers for one model, machine and storage.
func infer(o *cli.ServingOptions, m *cli.ModelArg, t cli.Target, weights string) (*serve.Answer, []note.Note, error) {
	s, assumed, err := serving(o, m, t, weights)
	if err != nil {
		return nil, nil, err
	}
	price := priceOf(o, t.Device)
	service, err := serviceOf(o, &s, t, price)
	if err != nil {
		return nil, nil, err
	}
	answer, err := s.Answer(price)
	if err != nil {
		return nil, nil, err
	}
	if answer.Service = service; service != nil {
		assumed = slices.DeleteFunc(assumed, func(n note.Note) bool { return n.Code == "batch" })
		answer.Notes = append(answer.Notes, service.Notes...)
	}
	return answer, append(append(assumed, answer.Notes...), scopeNotes(m, t, o.Price)...), nil
}

// serviceOf is the fewest devices that deliver what is asked of the service, nil
// if nothing is. Where the number of devices is open, the request gets them.
func serviceOf(o *cli.ServingOptions, s *serve.Request, t cli.Target, price quantity.USD) (*serve.Service, error) {
	if o.Level.IsZero() {
		return nil, nil
	}
	service, err := s.Service(o.Level, price)
	if err != nil {
		return nil, err
	}
	if t.Count == 0 {
		*s = service.Request
	} else if o.Batch == 0 {
		s.Batch = service.Request.Batch
	}
	return service, nil
}

// assumedNote is the assumed value of a flag that is not given; it has the
// flag's code.
func assumedNote(flag, value string) note.Note {
	n := note.New("assumed", "", flag, value)
	n.Code = flag
	return n
}

// scopeNotes list the doubts about the model's file, what its count excludes,
// and the source of the price, if none was given.
func scopeNotes(m *cli.ModelArg, t cli.Target, given quantity.USD) []note.Note {
	notes := m.FileNotes()
	if m.Model.Scope != "" {
		notes = append(notes, note.New("scope.served", "", model.Scope(m.Model.Scope)))
	}
	if m.Entry != nil && m.Entry.Note != "" && m.Model.ImageTokens() > 0 {
		notes = append(notes, note.New("images.other-sizes", "", m.Entry.Note))
	}
	if m.Entry == nil && m.Model.ImageTokens() > 0 {
		notes = append(notes, note.New("images.tower", ""))
	}
	if p := t.Device.Price; p != nil && given == 0 {
		notes = append(notes, p.Note())
	}
	return append(notes, t.Notes()...)
}

// inferError converts an error of an estimate to a usage error.
func inferError(a *cli.App, cmd *cobra.Command, err error) error {
	name := flagOf(err)
	if flag := cmd.Flags().Lookup(name); flag != nil && flag.Changed {
		return cli.UsageError(text.FlagValueFails.Error(name, flag.Value, err), a.CommandWithout(name))
	}
	if lacksNetwork(err) {
		return cli.UsageError(err, a.CommandLine()+" --scale-out 50GB/s")
	}
	return cli.UsageError(err, "")
}
