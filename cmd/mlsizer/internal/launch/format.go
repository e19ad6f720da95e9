package launch

import (
	"bytes"
	"path"
	"slices"
	"strconv"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
)

// format is one way of writing a launch.
type format struct {
	is       func(*builder) bool
	read     func(*builder)
	harmless []string // keys that cost nothing: data, paths, logs, learning rates
}

// formats in the order in which they are recognised.
var formats = []*format{megatronFormat, torchtitanFormat, axolotlFormat, deepSpeedFormat, accelerateFormat, transformersFormat}

// has reports whether one of some keys is given.
func (b *builder) has(keys ...string) bool {
	return slices.ContainsFunc(b.entries, func(e *entry) bool { return slices.Contains(keys, e.key) })
}

// entriesOf reads the entries of a file and finds their format.
func (b *builder) entriesOf(data []byte) (*format, error) {
	if list, ok := mapping(data); ok {
		b.entries = list
		if f := b.format(); f != nil {
			return f, nil
		}
		return nil, text.Colon.Error(b.Name, text.NotALaunch.Error())
	}
	commands, err := readShell(data, b.Name)
	if err != nil {
		return nil, err
	}
	var found *format
	var of builder
	for _, c := range commands {
		one := &builder{Launch: b.Launch}
		one.command(c, data)
		f := one.format()
		if f == nil {
			continue
		}
		if found != nil {
			return nil, text.AtFileLine.Error(b.Name, c.line, text.SecondLaunch.Error())
		}
		found, of = f, *one
	}
	if found == nil {
		return nil, text.Colon.Error(b.Name, text.NotALaunch.Error())
	}
	*b = of
	b.scheduler(data)
	b.launched()
	return found, nil
}

func (b *builder) format() *format {
	for _, f := range formats {
		if f.is(b) {
			return f
		}
	}
	return nil
}

// command takes the options of a command apart: those of what starts it on every
// device, up to the program, and those of the program.
func (b *builder) command(c command, data []byte) {
	program := slices.IndexFunc(c.words, func(w word) bool { return strings.HasSuffix(w.text, ".py") })
	if program < 0 {
		program = slices.IndexFunc(c.words, func(w word) bool { return w.text == "-m" || strings.HasSuffix(w.text, ".sh") })
	}
	if program < 0 {
		program = 0
	}
	b.launcher = options(c.words[:program], c.line, data)
	b.entries = options(c.words[program:], c.line, data)
	for _, name := range []string{"NGPU", "MODULE", "CONFIG"} { // of torchtitan's run_train.sh
		v, ok := c.env[name]
		switch {
		case !ok:
		case name == "NGPU":
			b.launcher = append(b.launcher, &entry{key: "num-processes", values: []word{v}, line: c.line})
		default:
			b.entries = append(b.entries, &entry{key: strings.ToLower(name), values: []word{v}, line: c.line})
		}
	}
	if len(c.words) > 0 && path.Base(c.words[0].text) == "deepspeed" {
		b.launcher = append(b.launcher, &entry{key: "deepspeed"})
	}
}

// options are the words that begin with a dash, with the values that follow.
func options(words []word, line int, data []byte) (list []*entry) {
	lines := bytes.Split(data, []byte("\n"))
	for _, w := range words {
		if name, ok := optionName(w.text); ok {
			name, value, given := strings.Cut(name, "=")
			e := &entry{key: name, line: lineOf(lines, name, line)}
			if given {
				e.values = []word{{value, w.open}}
			}
			list = append(list, e)
		} else if len(list) > 0 {
			e := list[len(list)-1]
			e.values = append(e.values, w)
		}
	}
	return list
}

// optionName is what follows the dashes of an option; a negative number is none.
func optionName(s string) (string, bool) {
	name := strings.TrimPrefix(strings.TrimPrefix(s, "-"), "-")
	if name == s || name == "" || name[0] >= '0' && name[0] <= '9' || name[0] == '.' {
		return "", false
	}
	return name, true
}

// lineOf is the first line that has an option, or the given one.
func lineOf(lines [][]byte, name string, otherwise int) int {
	for i, l := range lines {
		l = bytes.TrimSpace(l)
		if at := bytes.Index(l, []byte("-"+name)); at >= 0 && l[0] != '#' {
			if end := at + 1 + len(name); end == len(l) || strings.IndexByte(" =\\\t)\"'", l[end]) >= 0 {
				return i + 1
			}
		}
	}
	return otherwise
}

// scheduler reads the options in the comments of a Slurm script.
func (b *builder) scheduler(data []byte) {
	for i, l := range bytes.Split(data, []byte("\n")) {
		if rest, ok := bytes.CutPrefix(l, []byte("#SBATCH ")); ok {
			var words []word
			for _, f := range strings.Fields(string(rest)) {
				words = append(words, word{text: f})
			}
			b.launcher = append(options(words, i+1, data), b.launcher...)
		}
	}
}

// launched finds on how many devices the launcher starts.
func (b *builder) launched() {
	own := &builder{Launch: Launch{Name: b.Name}, entries: b.launcher}
	for _, e := range own.entries {
		e.key = strings.ReplaceAll(e.key, "_", "-")
		e.values = e.values[:min(len(e.values), 1)] // what follows is the program
	}
	first := func(keys ...string) int64 {
		for _, k := range keys {
			if n, _ := own.count(k); n > 0 {
				return n
			}
		}
		return 0
	}
	nodes := first("nnodes", "num-nodes", "nodes", "N", "num-machines")
	per := first("nproc-per-node", "num-gpus", "ntasks-per-node", "gpus-per-node")
	all := first("num-processes", "ntasks", "n")
	switch {
	case all > 0:
		b.Devices = clampDevices(all)
	case per > 0 && (nodes > 0 || !own.has("nnodes", "num-nodes", "nodes", "N")):
		b.Devices = clampDevices(times(per, max(nodes, 1)))
	}
	if own.err == nil { // an elastic "1:4" is open, not wrong
		b.Notes = append(b.Notes, own.Notes...)
	}
}

func clampDevices(n int64) int {
	if n > 1<<24 {
		return 0
	}
	return int(n)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
