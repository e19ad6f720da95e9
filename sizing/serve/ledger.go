package serve

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"mlsizer/hardware"
	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/quantity"
)

//go:embed ledgers.json
var ledgersJSON []byte

// Ledger is how the releases of a runtime, from one on, divide a device's
// memory at start-up: what they use besides weights and cache, and how they
// allot the cache.
type Ledger struct {
	Runtime string             `json:"runtime"`
	Since   efficiency.Release `json:"since"`
	// Year is that of the release, for measurements that name only a year.
	Year int `json:"year"`
	// Utilisation is the default share of the device's memory, by devices per
	// replica.
	Utilisation []sizedDefault `json:"utilisation"`
	// Reserve, where there is one, replaces Utilisation.
	Reserve *reserve `json:"reserve"`
	// BatchedTokens and Sequences are the most of a pass, by device.
	BatchedTokens []sizedDefault `json:"batched_tokens"`
	Sequences     []sizedDefault `json:"sequences"`
	// SampleCopies is how many fp32 logits of all sequences exist at once.
	SampleCopies float64 `json:"sample_copies"`
	// ForwardPasses is how many of a layer's widest activations exist at once.
	ForwardPasses float64 `json:"forward_passes"`
	// LibraryGiB is what is allocated outside the tensor library, per device.
	// GroupGiB is added for collectives over a scale-up link, LinkGiB for those
	// over another one.
	LibraryGiB float64 `json:"library_gib"`
	GroupGiB   float64 `json:"group_gib"`
	LinkGiB    float64 `json:"link_gib"`
	// Static runtimes divide what is free before weights are loaded, and leave
	// activations and graphs the part that weights and cache do not get.
	Static bool `json:"static"`
	// Windows says how layers that cache less than the context are allotted:
	// "pages" or "context", as if they cached all of it.
	Windows string `json:"windows"`
	// Experts pad the matrices of experts, the first that applies.
	Experts []ExpertPadding `json:"experts"`
	Source  string          `json:"source"`
}

// sizedDefault is a value for devices with at least MemoryGiB, and for replicas
// of at least so many devices.
type sizedDefault struct {
	Value     float64 `json:"value"`
	MemoryGiB float64 `json:"memory_gib"`
	NotArch   string  `json:"not_arch"`
	Devices   int     `json:"devices"`
}

// reserve is the memory that a static runtime leaves to activations and graphs.
type reserve struct {
	BaseMiB     float64 `json:"base_mib"`
	TokenMiB    float64 `json:"token_mib"`
	SequenceMiB float64 `json:"sequence_mib"`
	DeviceMiB   float64 `json:"device_mib"`
	// LeastGiB is the least of it on devices with more than MemoryGiB.
	LeastGiB  float64 `json:"least_gib"`
	MemoryGiB float64 `json:"memory_gib"`
}

// ExpertPadding rounds the dimensions of experts up for a kernel.
type ExpertPadding struct {
	// Format is the weight format, Arch the prefix of the architectures that
	// take the kernel.
	Format string `json:"format"`
	Kernel string `json:"kernel"`
	Arch   string `json:"arch"`
	// Hidden and Intermediate are the multiples of the dimensions of a device's
	// share.
	Hidden       int64 `json:"hidden"`
	Intermediate int64 `json:"intermediate"`
	// Scales says that the scales of the blocks are padded too.
	Scales bool   `json:"scales"`
	Source string `json:"source"`
}

// driver is the memory that the driver takes of an NVIDIA card before any
// process: a fixed part and a share.
type driver struct {
	GiB    float64 `json:"gib"`
	Share  float64 `json:"share"`
	Source string  `json:"source"`
}

type ledgerFile struct {
	Driver  driver    `json:"driver"`
	Ledgers []*Ledger `json:"ledgers"`
}

var loadLedgers = sync.OnceValue(func() *ledgerFile {
	f, err := readLedgers(ledgersJSON)
	if err != nil {
		panic("sizing: embedded ledgers: " + err.Error()) // a test reads them
	}
	return f
})

// readLedgers decodes a file of ledgers and checks that each has a runtime and
// defaults for every device.
func readLedgers(data []byte) (*ledgerFile, error) {
	f := &ledgerFile{}
	if err := json.Unmarshal(data, f); err != nil {
		return nil, err
	}
	for _, l := range f.Ledgers {
		if !slices.ContainsFunc(loadRuntimes(), func(r *Runtime) bool { return r.Name == l.Runtime }) {
			return nil, fmt.Errorf("no runtime %q", l.Runtime)
		}
		lists := [][]sizedDefault{l.BatchedTokens, l.Sequences}
		if l.Reserve == nil {
			lists = append(lists, l.Utilisation)
		}
		for _, list := range lists {
			if n := len(list); n == 0 || list[n-1].MemoryGiB > 0 || list[n-1].Devices > 0 || list[n-1].NotArch != "" {
				return nil, fmt.Errorf("%s %v: a default is missing for some device", l.Runtime, l.Since)
			}
		}
	}
	return f, nil
}

// Ledger returns how a release of the runtime divides memory, the newest one's
// where release is nil; nil where that is not known.
func (r *Runtime) Ledger(release *efficiency.Release) *Ledger {
	var found *Ledger
	for _, l := range loadLedgers().Ledgers {
		if l.Runtime == r.Name && (found == nil || release == nil || l.Since.Compare(*release) <= 0) {
			found = l
		}
	}
	return found
}

// LedgerOf returns the ledger of a version, or of a year if the version names
// no release; the newest if neither is known.
func (r *Runtime) LedgerOf(version string, year int) *Ledger {
	if v, ok := efficiency.ParseRelease(version); ok {
		return r.Ledger(&v)
	}
	var found *Ledger
	for _, l := range loadLedgers().Ledgers {
		if l.Runtime == r.Name && (found == nil || year == 0 || l.Year <= year) {
			found = l
		}
	}
	return found
}

// pick returns the first value whose conditions a device and a replica meet.
func pick(list []sizedDefault, d *hardware.Device, devices int) float64 {
	for _, v := range list {
		if float64(d.Memory) >= v.MemoryGiB*(1<<30) && devices >= v.Devices && (v.NotArch == "" || !strings.HasPrefix(d.Arch, v.NotArch)) {
			return v.Value
		}
	}
	return 0
}

// padding is the padding of experts in a format on a device; nil if there is
// none.
func (l *Ledger) padding(q *Quant, d *hardware.Device) *ExpertPadding {
	for i := range l.Experts {
		if e := &l.Experts[i]; e.Format == q.Name && strings.HasPrefix(d.Arch, e.Arch) && d.Vendor == "NVIDIA" {
			return e
		}
	}
	return nil
}

// share is the default share of memory on devices of a replica.
func (l *Ledger) share(d *hardware.Device, devices int, tokens, sequences float64) float64 {
	r := l.Reserve
	if r == nil {
		return pick(l.Utilisation, d, devices)
	}
	mib := r.BaseMiB + r.TokenMiB*max(tokens, 2048) + r.SequenceMiB*sequences + r.DeviceMiB*float64(devices)
	all := float64(d.Memory) / (1 << 20)
	if all > r.MemoryGiB*1024 {
		mib = max(mib, r.LeastGiB*1024)
	}
	return max(0, float64(int((all-mib)/all*1000+0.5))/1000)
}

// visible is the memory of a device that processes can allocate: an NVIDIA
// driver takes part of a card's own.
func visible(d *hardware.Device, memory quantity.Bytes) quantity.Bytes {
	if d.Vendor != "NVIDIA" || d.Unified || memory != d.Memory {
		return memory
	}
	v := &loadLedgers().Driver
	return wholeBytes(float64(memory)*(1-v.Share) - v.GiB*(1<<30))
}
