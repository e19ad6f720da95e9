package serve

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"mlsizer/hardware"
	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

//go:embed runtimes.json
var runtimesJSON []byte

// Runtime is a program that serves models: how it stores its cache and what it
// uses besides weights and cache.
type Runtime struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Aliases []string `json:"aliases"`
	Source  string   `json:"source"`
	// Layout is how it uses several devices: "tensor" or "layers".
	Layout string `json:"layout"`
	// KVBlock is the block that cached tokens are rounded up to; WindowBlocks
	// is how many extra blocks a sliding window has.
	KVBlock      int64 `json:"kv_block"`
	WindowBlocks int64 `json:"window_blocks"`
	// KVPad is the multiple that cache cells are padded to; WindowExtra is the
	// micro-batch that is added to a sliding window's cells first.
	KVPad       int64 `json:"kv_pad"`
	WindowExtra int64 `json:"window_extra"`
	// Utilisation is the default share of the device's memory.
	Utilisation float64 `json:"utilisation"`
	// ContextGiB is the driver's context and libraries, in GiB per device.
	ContextGiB float64 `json:"context_gib"`
	// PrefillChunk is the prompt tokens per pass.
	PrefillChunk int64 `json:"prefill_chunk"`
	// MaxSequences is the default limit of concurrent sequences.
	MaxSequences int64 `json:"max_sequences"`
	// ActivationPasses is how many of a layer's widest activations exist at
	// once for a chunk; 0 if the logits decide.
	ActivationPasses float64 `json:"activation_passes"`
	// LogitRows x vocabulary x LogitBytes is the memory of the logits.
	LogitRows  int64   `json:"logit_rows"`
	LogitBytes float64 `json:"logit_bytes"`
	// HiddenCopies is how many fp32 hidden states of a micro-batch exist
	// besides the logits.
	HiddenCopies float64 `json:"hidden_copies"`
	// Offload says where offloaded weights are used: "host" (computed there),
	// "stream" (copied to the device in each pass) or "none".
	Offload string `json:"offload"`
	// Eager runtimes launch every kernel from the host.
	Eager bool `json:"eager"`
	// Python is the generation since which passes over prompts are launched
	// operation by operation from Python. 0: never; they are compiled or
	// recorded as a graph.
	Python int `json:"python"`
	// GraphContext is the number of cached tokens up to which a recorded graph
	// covered passes over single tokens, until the generation GraphUntil.
	// Longer contexts were launched operation by operation. 0: any number.
	GraphContext int64 `json:"graph_context"`
	GraphUntil   int   `json:"graph_until"`
	// Rewrites says that each pass rewrites the cache, one token longer, and
	// repeats its heads for the query heads that share them.
	Rewrites bool `json:"rewrites"`
	// Static runtimes read all prompts of a batch together and answer them
	// together.
	Static bool `json:"static"`
	// Grows says that a sequence's cache grows with its answer instead of being
	// allocated for the longest answer at the start.
	Grows bool `json:"grows"`
	// Absorbed says that latent attention multiplies prompts with latents, as
	// for single tokens, and not with keys and values per head.
	Absorbed bool `json:"absorbed"`
	// ConvBytes is the bytes per cached input of a convolution on a page; 0 is
	// 4, as the rest of a state has.
	ConvBytes float64 `json:"conv_bytes"`
	// PadsHeads runtimes support any degree of tensor parallelism.
	PadsHeads bool `json:"pads_heads"`
	// Devices are the supported devices; none means any.
	Devices []DeviceClass `json:"devices"`
	// Cache is the default cache format by weight format ("" is any other); f16
	// without an entry.
	Cache map[string]string `json:"cache"`
	// SparseCache is the default cache format of models with an indexer on
	// devices of an architecture (a prefix of its name).
	SparseCache map[string]string `json:"sparse_cache"`
	// Indexed runtimes store the keys of an indexer; others attend to all
	// tokens.
	Indexed bool `json:"indexed"`
	// CopiedUntil is the release since which latents have no transposed copy.
	CopiedUntil efficiency.Release `json:"latents_copied_until"`
	// CountsState says that the cache size that it prints includes the state.
	CountsState bool `json:"counts_state"`
	// GGUF says that its weights are files of its own with their own formats.
	GGUF bool `json:"gguf"`
	// Desktop runtimes serve few users, in formats of fewer bits than others.
	Desktop bool `json:"desk"`
	// Ladder is the weight formats that it offers, the most bits first.
	Ladder []string `json:"ladder"`
	// OwnWeights are the weight formats of files that only it reads.
	OwnWeights []string `json:"own_weights"`
	// HostOptions are the options that leave weights on the host, by mode of
	// offloading; "none" applies to any mode.
	HostOptions map[Offload][]HostOption `json:"host_options"`
	// Releases date its versions, the oldest first.
	Releases []efficiency.DatedRelease `json:"releases"`
	// Year is the generation that estimates are for.
	Year int `json:"year"`
	// Release is the release that was asked for; nil is the newest.
	Release *efficiency.Release `json:"-"`
}

// copiesLatents reports whether the release stores latents with a transposed
// copy as values.
func (r *Runtime) copiesLatents() bool {
	return r.Release != nil && r.Release.Compare(r.CopiedUntil) < 0
}

// CacheFor returns the runtime's default cache format for a model on a device
// and a weight format.
func (r *Runtime) CacheFor(m *model.Model, d *hardware.Device, weights string) string {
	if m.Sparse() {
		for arch, kv := range r.SparseCache {
			if strings.HasPrefix(d.Arch, arch) {
				return kv
			}
		}
	}
	return r.DefaultCache(weights)
}

// DefaultCache returns the runtime's default cache format for a weight format.
func (r *Runtime) DefaultCache(weights string) string {
	if kv, ok := r.Cache[weights]; ok {
		return kv
	}
	return cmp.Or(r.Cache[""], "f16")
}

var loadRuntimes = sync.OnceValue(func() []*Runtime {
	runtimes, err := readRuntimes(runtimesJSON)
	if err != nil {
		panic("sizing: embedded runtimes: " + err.Error()) // a test reads them
	}
	return runtimes
})

// readRuntimes reads a file of runtimes.
func readRuntimes(data []byte) ([]*Runtime, error) {
	var f struct {
		// Ladder is that of runtimes without their own.
		Ladder   []string   `json:"ladder"`
		Runtimes []*Runtime `json:"runtimes"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, err
	}
	for _, r := range f.Runtimes {
		if r.Ladder == nil {
			r.Ladder = f.Ladder
		}
	}
	return f.Runtimes, nil
}

// Runtimes lists the serving programs.
func Runtimes() []*Runtime { return slices.Clone(loadRuntimes()) }

// FindRuntime returns the runtime of a name or alias in any case, of a release
// of it where one follows: "vllm@0.10.1".
func FindRuntime(s string) (*Runtime, error) {
	name, release, dated := strings.Cut(strings.ToLower(strings.TrimSpace(s)), "@")
	var names []string
	for _, r := range loadRuntimes() {
		if r.Name == name || slices.Contains(r.Aliases, name) {
			if !dated {
				return r, nil
			}
			return r.at(s, release)
		}
		names = append(names, r.Name)
	}
	return nil, note.NewError("runtime.unknown", s, names)
}

// at is the runtime at a release.
func (r *Runtime) at(input, release string) (*Runtime, error) {
	v, ok := efficiency.ParseRelease(release)
	if !ok {
		return nil, note.NewError("runtime.unknown-release", input, r.Name)
	}
	old := *r
	old.Release = &v
	if year := r.ReleaseYear(release); year > 0 {
		old.Year = year
	}
	return &old, nil
}

// DefaultRuntime is llama.cpp for its own files and for desktops, phones and
// processors, neuronx on its own chips, else vLLM.
func DefaultRuntime(d *hardware.Device, q *Quant) *Runtime {
	r, _ := chooseRuntime(d, q)
	return r
}

// chooseRuntime is DefaultRuntime with its reason.
func chooseRuntime(d *hardware.Device, q *Quant) (*Runtime, note.Word) {
	name, why := "vllm", note.Word("many-sequences")
	switch owner := ownerOf(q); {
	case owner != nil:
		return owner, "own-files"
	case q != nil && q.GGUF:
		name, why = "llama.cpp", note.Word("own-files")
	case d.Kind == hardware.CPU, d.Kind == hardware.Phone, d.Kind == hardware.Edge && d.Vendor != "NVIDIA":
		name, why = "llama.cpp", note.Word("desk")
	case strings.HasPrefix(d.Arch, "NeuronCore"):
		name, why = "neuronx", note.Word("own-chips")
	}
	r, _ := FindRuntime(name)
	return r, why
}

// ownerOf is the runtime whose files alone are in a format; nil if there is
// none.
func ownerOf(q *Quant) *Runtime {
	for _, r := range loadRuntimes() {
		if q != nil && slices.Contains(r.OwnWeights, q.Name) {
			return r
		}
	}
	return nil
}

// RuntimeChoice returns the default runtime, and why.
func RuntimeChoice(d *hardware.Device, q *Quant) (*Runtime, note.Note) {
	r, why := chooseRuntime(d, q)
	if why == note.Word("desk") && d.Vendor == "Apple" {
		return r, note.New("runtime.chosen-apple", "", r.Title, why)
	}
	return r, note.New("runtime.chosen", "", r.Title, why)
}

// RunsOn reports whether the runtime supports a device; true if nothing says
// otherwise.
// Source: the supported hardware in each project's README.
func (r *Runtime) RunsOn(d *hardware.Device) bool {
	return len(r.Devices) == 0 || slices.ContainsFunc(r.Devices, func(c DeviceClass) bool { return c.holds(d) })
}

// DeviceClass is the devices of a kind, a vendor or an architecture; a blank
// part matches any.
type DeviceClass struct {
	Kind      string `json:"kind"`
	Vendor    string `json:"vendor"`
	NotVendor string `json:"not_vendor"`
	Arch      string `json:"arch"` // prefix of its name
}

func (c DeviceClass) holds(d *hardware.Device) bool {
	return (c.Kind == "" || c.Kind == d.Kind.String()) && (c.Vendor == "" || c.Vendor == d.Vendor) &&
		(c.NotVendor == "" || c.NotVendor != d.Vendor) && strings.HasPrefix(d.Arch, c.Arch)
}

// KVType is a cache format, in bytes per element.
type KVType struct {
	Name       string
	Key, Value float64
}

// kvTypes are the cache formats.
// Source: ggml-org/llama.cpp ggml/src/ggml-common.h (bytes of a block over its
// elements); one byte for the 8-bit floating-point and integer types.
var kvTypes = []KVType{
	{"f16", 2, 2}, {"bf16", 2, 2}, {"fp8", 1, 1}, {"int8", 1, 1}, {"f32", 4, 4},
	{"q8_0", 1.0625, 1.0625}, {"q5_1", 0.75, 0.75}, {"q5_0", 0.6875, 0.6875}, {"q4_1", 0.625, 0.625}, {"q4_0", 0.5625, 0.5625}, {"iq4_nl", 0.5625, 0.5625},
	{"nvfp4", 0.5625, 0.5625},
}

// ParseKVType reads a cache format; "q8_0/f16" sets keys and values separately.
func ParseKVType(s string) (KVType, error) {
	key, value, mixed := strings.Cut(strings.ToLower(strings.TrimSpace(s)), "/")
	k, err := kvType(s, key)
	if err != nil || !mixed {
		return k, err
	}
	v, err := kvType(s, value)
	return KVType{k.Name + "/" + v.Name, k.Key, v.Value}, err
}

func kvType(input, s string) (KVType, error) {
	switch s {
	case "fp16", "float16", "half", "auto":
		s = "f16"
	case "fp8_e4m3", "fp8_e5m2":
		s = "fp8"
	case "bfloat16":
		s = "bf16"
	case "fp32", "float32":
		s = "f32"
	}
	var names []string
	for _, t := range kvTypes {
		if t.Name == s {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return KVType{}, note.NewError("serving.unknown-kv-storage", input, names)
}

// ReleaseYear is the generation of a version of the runtime; 0 if the version
// is older than the dated ones, or names no release.
func (r *Runtime) ReleaseYear(version string) int {
	v, ok := efficiency.ParseRelease(version)
	if !ok {
		return 0
	}
	for _, d := range slices.Backward(r.Releases) {
		if d.Since.Compare(v) <= 0 {
			return d.Year
		}
	}
	return 0
}
