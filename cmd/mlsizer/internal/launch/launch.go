// Package launch reads launches of training frameworks: a Megatron command line
// or script, a DeepSpeed configuration, YAML of axolotl and of LLaMA-Factory. What
// a launch asks for becomes the flags of this program; what is not understood is
// named with its line. Nothing in a file is executed.
package launch

import (
	"io"
	"strconv"

	"mlsizer/cmd/mlsizer/internal/scenario"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// MaxSize is the largest file that is read.
const MaxSize = scenario.MaxSize

// Launch is what a file asks for.
type Launch struct {
	Name    string
	Model   string       // by its name; "" is not said
	Built   *model.Model // of dimensions that no catalogued model has; else nil
	Devices int          // 0 is not said
	Notes   note.List    // what is not understood or left open

	settings                        []scenario.Setting
	micro, accumulation, batch, seq int64
	steps, samples                  int64
	divided                         int64 // devices that share a sequence: tp x pp x cp
}

// Read reads a file, whose format shows in its content. Every error says the file
// and, where there is one, the line.
func Read(r io.Reader, name string) (*Launch, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, text.Colon.Error(name, err)
	}
	if len(data) > MaxSize {
		return nil, text.TooLarge.Error(name, MaxSize>>10)
	}
	b := &builder{Launch: Launch{Name: name, divided: 1}}
	f, err := b.entriesOf(data)
	if err != nil {
		return nil, err
	}
	f.read(b)
	b.rest(f.harmless)
	if b.err != nil {
		return nil, b.err
	}
	return &b.Launch, nil
}

// Settings are the flags of the launch on a number of devices, 0 if it is open:
// the batch of a launch may be per device, and the length of a run in steps.
func (l *Launch) Settings(devices int) []scenario.Setting {
	list := l.settings
	if l.Model != "" {
		list = append(list[:len(list):len(list)], scenario.Setting{Key: "model", Values: []string{l.Model}})
	}
	batch := l.Batch(devices)
	add := func(key string, n int64) {
		list = append(list[:len(list):len(list)], scenario.Setting{Key: key, Values: []string{strconv.FormatInt(n, 10)}})
	}
	if batch > 0 {
		add("batch", batch)
	}
	samples := l.samples
	if samples == 0 {
		samples = times(l.steps, batch)
	}
	if tokens := times(samples, l.seq); tokens > 0 {
		add("tokens", tokens)
	}
	return list
}

// Batch is the global batch in sequences, 0 if it is open.
func (l *Launch) Batch(devices int) int64 {
	if l.batch > 0 {
		return l.batch
	}
	return times(times(l.micro, max(l.accumulation, 1)), int64(devices)/l.divided)
}

// PerDevice reports whether the batch depends on the number of devices.
func (l *Launch) PerDevice() bool { return l.batch == 0 && l.micro > 0 }

// times is a product, 0 where it is more than any run has.
func times(a, b int64) int64 {
	if a <= 0 || b <= 0 || a > 1<<62/b {
		return 0
	}
	return a * b
}
