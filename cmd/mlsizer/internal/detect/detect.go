// Package detect finds the devices of the machine that the program runs on, by
// the tools of their makers, and says what it read.
package detect

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"math"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"mlsizer/hardware"
	"mlsizer/sizing/quantity"
)

// Found is what a machine has.
type Found struct {
	// Names are its accelerators as their tool names them, one each, and Tool
	// that tool.
	Names []string
	Tool  string
	// Memory is that of one accelerator; 0: not known.
	Memory quantity.Bytes
	// Processor and Host are the machine's processor and its memory.
	Processor string
	Host      quantity.Bytes
}

// patience is how long a tool may take, and mostOutput what is read of it.
const (
	patience   = 3 * time.Second
	mostOutput = 1 << 20
)

// tools list accelerators, in the order in which they are tried.
var tools = []struct {
	args []string
	read func(out []byte) (names []string, memory quantity.Bytes)
}{
	{[]string{"nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"}, readNVIDIA},
	{[]string{"rocm-smi", "--showproductname", "--csv"}, readROCm},
	{[]string{"system_profiler", "SPHardwareDataType"}, readProfiler},
}

// Machine reads the machine that the program runs on.
func Machine(ctx context.Context) Found {
	var f Found
	for _, t := range tools {
		if names, memory := t.read(output(ctx, t.args)); len(names) > 0 {
			f.Names, f.Memory, f.Tool = names, memory, t.args[0]
			break
		}
	}
	if cpu, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		f.Processor = field(cpu, "model name")
	}
	if memory, err := os.ReadFile("/proc/meminfo"); err == nil {
		kib, _, _ := strings.Cut(field(memory, "MemTotal"), " ")
		if n, err := strconv.ParseInt(kib, 10, 64); err == nil && n > 0 {
			f.Host = quantity.Bytes(n) * 1024
		}
	}
	return f
}

// output is what a tool prints, nil where it is not there or fails.
func output(ctx context.Context, args []string) []byte {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, args[0], args[1:]...).Output()
	if err != nil || len(out) > mostOutput {
		return nil
	}
	return out
}

// field is the value of the first line "name : value".
func field(text []byte, name string) string {
	for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); {
		key, value, ok := strings.Cut(s.Text(), ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// readNVIDIA reads "NVIDIA GeForce RTX 4090, 24564" a line.
func readNVIDIA(out []byte) (names []string, memory quantity.Bytes) {
	for line := range strings.Lines(string(out)) {
		name, mib, ok := strings.Cut(strings.TrimSpace(line), ", ")
		if !ok || name == "" {
			continue
		}
		names = append(names, name)
		if n, err := strconv.ParseInt(strings.TrimSpace(mib), 10, 64); err == nil && n > 0 && memory == 0 {
			memory = quantity.Bytes(n) * (1 << 20)
		}
	}
	return names, memory
}

// readROCm reads "card0,AMD Radeon RX 7900 XTX,..." a line.
func readROCm(out []byte) (names []string, _ quantity.Bytes) {
	for line := range strings.Lines(string(out)) {
		cells := strings.Split(strings.TrimSpace(line), ",")
		if strings.HasPrefix(cells[0], "card") && len(cells) > 1 {
			names = append(names, strings.TrimSpace(cells[1]))
		}
	}
	return names, 0
}

// readProfiler reads the chip and the memory that it shares.
func readProfiler(out []byte) (names []string, memory quantity.Bytes) {
	chip := field(out, "Chip")
	if chip == "" {
		return nil, 0
	}
	gb, _, _ := strings.Cut(field(out, "Memory"), " ")
	if n, err := strconv.ParseInt(gb, 10, 64); err == nil && n > 0 {
		memory = quantity.Bytes(n) * (1 << 30)
	}
	return []string{chip}, memory
}

// makers are left out of a name before it is compared.
var makers = strings.NewReplacer("nvidia", "", "geforce", "", "amd", "", "radeon", "", "apple", "", "tesla", "", "intel(r)", "", "(r)", "", "(tm)", "", "generation", "", "-", " ")

// words are those of a name without its maker.
func words(name string) []string { return strings.Fields(makers.Replace(strings.ToLower(name))) }

// Device finds the catalogue's device of a name that a tool gives: one whose
// name begins with all its words or, failing that, with those up to the first
// that has a digit, as H100 of "H100 80GB HBM3". Of several it is the one with the
// fewest further words, then the one whose memory is nearest; nil if there is
// none.
func Device(c *hardware.Catalog, name string, memory quantity.Bytes) *hardware.Device {
	all := words(name)
	numbered := slices.IndexFunc(all, func(w string) bool { return strings.ContainsAny(w, "0123456789") })
	if numbered < 0 {
		return nil
	}
	if d := nearest(c, all, memory); d != nil {
		return d
	}
	return nearest(c, all[:numbered+1], memory)
}

// nearest is the device whose name begins with some words.
func nearest(c *hardware.Catalog, begin []string, memory quantity.Bytes) (best *hardware.Device) {
	away := func(d *hardware.Device) float64 { return math.Abs(float64(d.Memory - memory)) }
	for _, d := range c.All() {
		have := words(d.Name)
		if len(have) < len(begin) || !slices.Equal(have[:len(begin)], begin) {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(len(have), len(words(best.Name))), cmp.Compare(away(d), away(best))) < 0 {
			best = d
		}
	}
	return best
}
